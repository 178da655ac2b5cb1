/**
 * What every device promises, whatever it does: reset values hold, read-only registers stay, a peek has no
 * effect and shows what a read yields, reserved bits are reported, nothing throws at any offset and width, and a
 * snapshot restored into a fresh device continues as the original. A new device joins the list in
 * contract.test.ts and is held to all of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AccessWidth, Device, DeviceContext } from '../bus/device.ts';
import { type RegisterDescription, RegisterDevice } from './register-device.ts';
import { TestBench } from './testing.ts';

export type BuildDevice = (context: DeviceContext) => Device;

const WIDTHS: readonly AccessWidth[] = [1, 2, 4];
/** In a large window: words at either end, and all that is near a register. */
const EDGE_BYTES = 0x40;
const RANDOM_WRITES = 400;

interface Subject {
  bench: TestBench;
  device: Device;
}

function build(create: BuildDevice): Subject {
  const bench = new TestBench();
  return { bench, device: bench.create(create) };
}

/** Offsets worth probing, ascending, all multiples of 4. */
function offsetsOf(device: Device): number[] {
  const offsets = new Set<number>();
  const add = (offset: number) => {
    if (offset >= 0 && offset < device.sizeBytes) offsets.add(offset - (offset % 4));
  };
  for (let i = 0; i < EDGE_BYTES; i += 4) {
    add(i);
    add(device.sizeBytes - 4 - i);
  }
  for (const { offset } of registersOf(device)) for (const near of [-4, 0, 4]) add(offset + near);
  return [...offsets].sort((a, b) => a - b);
}

function registersOf(device: Device): RegisterDescription[] {
  return device instanceof RegisterDevice ? device.describe() : [];
}

/** Every aligned access that the device admits in a direction. */
function* accessesOf(device: Device, widths: number): Generator<[offset: number, width: AccessWidth]> {
  for (const word of offsetsOf(device)) {
    for (const width of WIDTHS) {
      if ((widths & width) === 0) continue;
      for (let lane = 0; lane < 4; lane += width) yield [word + lane, width];
    }
  }
}

/** A small generator of numbers of 32 bits: tests have no other source of chance. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield (state ^ (state >>> 15)) >>> 0;
  }
}

/** Brings a device into some state: writes and reads everywhere, time passes. */
function disturb({ bench, device }: Subject, seed: number): void {
  const chance = numbers(seed);
  const writes = [...accessesOf(device, device.writeWidths)];
  const reads = [...accessesOf(device, device.readWidths)];
  for (let i = 0; i < RANDOM_WRITES; i++) {
    const [offset, width] = writes[chance.next().value % writes.length]!;
    const value = chance.next().value;
    device.write(offset, width, (value & 1) === 0 ? value : value % 16);
    const [readOffset, readWidth] = reads[chance.next().value % reads.length]!;
    if ((value & 6) === 0) device.read(readOffset, readWidth);
    bench.run(value % 5000);
  }
}

function peeks(device: Device): number[] {
  return [...accessesOf(device, device.readWidths)].map(([offset, width]) => device.peek(offset, width));
}

/** @returns what the device breaks of the contract; nothing when it keeps it. */
export function contractViolations(create: BuildDevice): string[] {
  return [
    ...windowViolations(create),
    ...resetViolations(create),
    ...accessViolations(create),
    ...registerViolations(create),
    ...snapshotViolations(create),
  ];
}

function windowViolations(create: BuildDevice): string[] {
  const { device } = build(create);
  const violations: string[] = [];
  if (device.name === '') violations.push('has no name');
  if (device.sizeBytes <= 0 || device.sizeBytes % 4 !== 0)
    violations.push(`window of ${device.sizeBytes} bytes`);
  for (const widths of [device.readWidths, device.writeWidths]) {
    if ((widths & ~7) !== 0 || widths === 0) violations.push(`widths ${widths}`);
  }
  return violations;
}

function resetViolations(create: BuildDevice): string[] {
  const violations: string[] = [];
  const check = (when: string, device: Device) => {
    for (const { name, value, reset } of registersOf(device)) {
      if (reset !== undefined && value !== reset)
        violations.push(`${name} is ${value}, not ${reset}, ${when}`);
    }
  };
  const { bench, device } = build(create);
  check('when built', device);
  const fresh = device.snapshot();
  device.reset();
  if (!isDeepStrictEqual(device.snapshot(), fresh)) violations.push('a reset changes a fresh device');
  disturb({ bench, device }, 1);
  device.reset();
  check('after a reset in use', device);
  return violations;
}

function accessViolations(create: BuildDevice): string[] {
  const violations: string[] = [];
  for (const seed of [0, 2]) {
    const { bench, device } = build(create);
    if (seed > 0) disturb({ bench, device }, seed);
    for (const [offset, width] of accessesOf(device, device.readWidths)) {
      const place = `at 0x${offset.toString(16)}, width ${width}`;
      const before = device.snapshot();
      const errors = bench.errors.length;
      const peeked = device.peek(offset, width);
      if (!isDeepStrictEqual(device.snapshot(), before)) violations.push(`a peek has an effect ${place}`);
      if (bench.errors.length !== errors) violations.push(`a peek is reported ${place}`);
      if (!(peeked >= 0 && peeked < 256 ** width)) violations.push(`a peek yields ${peeked} ${place}`);
      const read = device.read(offset, width);
      if (read !== peeked) violations.push(`read ${read} but peeked ${peeked} ${place}`);
    }
    for (const value of [0, 0xffff_ffff, 0x5aa5_5aa5]) {
      for (const [offset, width] of accessesOf(device, device.writeWidths))
        device.write(offset, width, value);
    }
  }
  return violations;
}

function registerViolations(create: BuildDevice): string[] {
  const violations: string[] = [];
  const { bench, device } = build(create);
  if (!(device instanceof RegisterDevice)) return violations;
  for (const slot of device.layout.compiled.slots) {
    const { register, offset, name } = slot;
    const width = register.sizeBytes;
    device.reset();
    bench.errors.length = 0;
    if (!register.writable && device.layout.compiled.writers.at(offset) === undefined) {
      const before = device.snapshot();
      device.write(offset, width, 0xffff_ffff);
      if (!isDeepStrictEqual(device.snapshot(), before)) violations.push(`read-only ${name} takes a write`);
      if (!bench.errors[0]?.startsWith('read-only')) violations.push(`write to ${name} is not reported`);
    }
    if (!register.readable && device.layout.compiled.readers.at(offset) === undefined) {
      if (device.read(offset, width) !== 0) violations.push(`write-only ${name} can be read`);
      if (!bench.errors[0]?.startsWith('write-only')) violations.push(`read of ${name} is not reported`);
    }
    const unbanked = register.declaration.bank === undefined;
    if (register.writable && unbanked && register.reservedMask !== 0) {
      bench.errors.length = 0;
      device.write(offset, width, register.reservedMask);
      if (!bench.errors[0]?.startsWith('reserved'))
        violations.push(`reserved bits of ${name} are not reported`);
      const reserved = (device.peek(offset, width) & register.reservedMask) >>> 0;
      if (register.readable && reserved !== 0) violations.push(`reserved bits of ${name} stick`);
    }
  }
  return violations;
}

function snapshotViolations(create: BuildDevice): string[] {
  const violations: string[] = [];
  for (const seed of [3, 4, 5]) {
    const original = build(create);
    disturb(original, seed);
    const state = original.device.snapshot();
    const copy = structuredClone(state);
    const time = original.bench.snapshot();
    const fresh = build(create);
    fresh.bench.restore(time);
    fresh.device.restore(state);
    if (!isDeepStrictEqual(fresh.device.snapshot(), state)) violations.push('a restored snapshot differs');
    if (!isDeepStrictEqual(peeks(fresh.device), peeks(original.device)))
      violations.push('a restored device differs');
    for (const subject of [original, fresh]) disturb(subject, seed + 10);
    if (!isDeepStrictEqual(fresh.device.snapshot(), original.device.snapshot())) {
      violations.push('a restored device continues differently');
    }
    if (!isDeepStrictEqual(fresh.bench.snapshot(), original.bench.snapshot())) {
      violations.push('a restored device schedules differently');
    }
    if (!isDeepStrictEqual(state, copy)) violations.push('a snapshot shares memory with the device');
  }
  return violations;
}
