/**
 * System space and the MPU of the Cortex-M3 against QEMU's, register by register and access by access. Where the
 * architecture manual or the processor's TRM and QEMU differ, the differences are listed here, and must be there.
 */
import { expect, test } from 'vitest';
import type { AccessWidth } from '../../src/bus/device.ts';
import { StatelessDevice } from '../../src/bus/stateless-device.ts';
import { faultStatus } from '../../src/cpu/armv7m/faults.ts';
import { SystemBench } from '../../src/cpu/armv7m/testing.ts';
import { createNvic } from '../armv7m-bench.ts';
import { seededWords } from '../random.ts';
import { describeWith } from '../tools.ts';
import { describeOperation } from './device-replay.ts';
import { ARM_PROBE_TOOLS, type ArmOperation, load, probeArm, store } from './qemu-arm-probe.ts';

const SCS = 0xe000_e000;
const LINES = 32;
const PSRAM = 0x2100_0000;
const hex = (value: number) => (value >>> 0).toString(16);

/** Memory that nobody has written. */
class Zeros extends StatelessDevice {
  read = () => 0;
  write(): void {}
}

/** The processor with the interrupts of mps2-an385, and its PSRAM. */
function subject(): SystemBench {
  const { nvic } = createNvic(LINES);
  const bench = new SystemBench(nvic);
  bench.bus.map(nvic, SCS + 0x100);
  bench.bus.map(new Zeros('psram', 0x1_0000), PSRAM);
  // As the probe program does, which runs with interrupts off.
  bench.state.primask = 1;
  bench.exceptions.changed();
  return bench;
}

/** What the probe's program writes down, of the processor alone. */
function carryOut(bench: SystemBench, operation: ArmOperation): [value: number, status: number] {
  const { data } = bench;
  let value = 0;
  if (operation.kind === 'read') {
    const { address, width, unprivileged } = operation;
    value = unprivileged ? data.loadUnprivileged(address, width) : data.load(address, width);
  } else if (operation.kind === 'write') {
    const { address, width, unprivileged } = operation;
    if (unprivileged) data.storeUnprivileged(address, width, operation.value);
    else data.store(address, width, operation.value);
  }
  bench.registers.note(data.fault, data.faultAddress);
  const status = faultStatus(data.fault);
  bench.registers.cfsr &= ~status;
  return [value >>> 0, status];
}

const describe = (operation: ArmOperation) =>
  `${'unprivileged' in operation && operation.unprivileged ? 'unprivileged ' : ''}${describeOperation(operation)}`;

/** @returns one line for each operation whose outcome differs. */
function differences(operations: readonly ArmOperation[]): string[] {
  const answers = probeArm('mps2-an385', operations);
  const bench = subject();
  return operations.flatMap((operation, i) => {
    const [value, status] = carryOut(bench, operation);
    const theirs = answers[i]!;
    if (value === theirs.value && status === theirs.status) return [];
    return [
      `${i} ${describe(operation)}: ${hex(value)} ${hex(status)}, QEMU ${hex(theirs.value)} ${hex(theirs.status)}`,
    ];
  });
}

describeWith(ARM_PROBE_TOOLS, 'system space against QEMU', () => {
  test('every word after reset', () => {
    const addresses: number[] = [];
    for (let offset = 0; offset < 0x1000; offset += 4) {
      // SysTick is the probe's clock; beyond the NVIC's window there is nothing.
      const elsewhere = (offset >= 0x10 && offset < 0x100) || (offset >= 0x600 && offset < 0xd00);
      if (!elsewhere) addresses.push(SCS + offset);
    }
    const answers = probeArm(
      'mps2-an385',
      addresses.map((address) => load(address)),
    );
    const bench = subject();
    const differing = addresses.flatMap((address, i) => {
      const [value] = carryOut(bench, load(address));
      return value === answers[i]!.value
        ? []
        : [`${hex(address)}: ${hex(value)}, QEMU ${hex(answers[i]!.value)}`];
    });
    expect(differing).toEqual([
      // Identification as in TRM DDI 0337I, table 4-1.
      'e000ed50: 100030, QEMU 30',
      'e000ed58: 1000000, QEMU 0',
      'e000ed60: 1100110, QEMU 1141110',
      'e000efd0: 4, QEMU 0',
    ]);
  });

  test('random accesses', () => {
    const random = seededWords(1);
    const below = (limit: number) => (random() >>> 0) % limit;
    const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
    const nvic = [0x100, 0x104, 0x180, 0x200, 0x280, 0x300, 0x400, 0x404, 0x41c, 0x420, 0x5ec];
    const scb = [
      0xd00, 0xd04, 0xd14, 0xd18, 0xd1c, 0xd20, 0xd24, 0xd28, 0xd2c, 0xd30, 0xd34, 0xd38, 0xd3c, 0xd88, 0xf00,
    ];
    const mpu = [0xd90, 0xd98, 0xd9c, 0xda0, 0xda4, 0xda8, 0xdac, 0xdb0, 0xdb4, 0xdb8];
    const operations: ArmOperation[] = [];
    for (let i = 0; i < 20_000; i++) {
      const offset = pick(pick([nvic, nvic, scb, scb, mpu]));
      const width = pick<AccessWidth>([4, 4, 4, 1, 2]);
      const address = SCS + offset + (width === 4 ? 0 : below(4 / width) * width);
      if (below(2) === 0) {
        operations.push(load(address, width));
        continue;
      }
      let value = pick([random(), random() & random(), 1 << below(32), -1, below(16)]);
      // NMI would be taken, UNALIGN_TRP and the like would change the probe itself.
      if (offset === 0xd04) value &= 0x7fff_ffff;
      if (offset === 0xd14) value = 0x200;
      // B3.5.7: REGION is bits 7:0. QEMU compares the whole word.
      if (offset === 0xd98) value &= 0xff;
      operations.push(store(address, width === 4 ? value >>> 0 : value & (256 ** width - 1), width));
    }
    // RASR by halves: QEMU has whole words only (B3.5.9).
    const rasr = (address: number) => [0xda0, 0xda8, 0xdb0, 0xdb8].includes(address & 0xffc);
    const ordinary = operations.filter(
      (operation) => !('address' in operation && rasr(operation.address) && operation.width === 2),
    );
    expect(differences(ordinary).slice(0, 20)).toEqual([]);
  });

  test('unprivileged code reaches nothing of it', () => {
    const operations: ArmOperation[] = [];
    for (const offset of [0x004, 0x010, 0x100, 0x400, 0xd00, 0xd14, 0xd90, 0xf00, 0xfe0]) {
      const address = SCS + offset;
      for (const width of [1, 2, 4] as const) {
        operations.push({ ...load(address, width), unprivileged: true } as ArmOperation, load(0xe000_ed38));
        operations.push({ ...store(address, 1, width), unprivileged: true } as ArmOperation);
      }
    }
    operations.push(store(0xe000_ed14, 0x202), {
      ...store(0xe000_ef00, 3),
      unprivileged: true,
    } as ArmOperation);
    operations.push(load(0xe000_e200), { ...load(0xe000_ef00), unprivileged: true } as ArmOperation);
    expect(differences(operations)).toEqual([]);
  });
});

describeWith(ARM_PROBE_TOOLS, 'the MPU against QEMU', () => {
  test.each([1, 2, 3])('random regions, random accesses, seed %i', (seed) => {
    const random = seededWords(seed);
    const below = (limit: number) => (random() >>> 0) % limit;
    const operations: ArmOperation[] = [];
    const region = (number: number, base: number, attributes: number) => {
      operations.push(store(0xe000_ed9c, (base | 0x10 | number) >>> 0), store(0xe000_eda0, attributes >>> 0));
    };
    for (let round = 0; round < 60; round++) {
      operations.push(store(0xe000_ed94, 0));
      // What the probe itself needs.
      region(0, 0, 0x0300_0001 | (21 << 1));
      region(1, 0x2000_0000, 0x0300_0001 | (21 << 1));
      for (let number = 2; number < 8; number++) {
        const log2 = 2 + below(14);
        const bytes = 2 ** log2;
        const base = PSRAM + Math.floor(below(0x8000) / Math.max(bytes, 32)) * Math.max(bytes, 32);
        const disabled = below(3) === 0 ? below(256) << 8 : 0;
        region(number, base, (below(8) << 24) | disabled | ((log2 - 1) << 1) | (below(8) === 0 ? 0 : 1));
      }
      operations.push(store(0xe000_ed94, [1, 5, 3, 7][below(4)]!));
      for (let i = 0; i < 60; i++) {
        const address = PSRAM + 4 * below(0x2400);
        const unprivileged = below(2) === 0;
        const access = below(2) === 0 ? load(address) : store(address, 0);
        operations.push({ ...access, unprivileged } as ArmOperation, load(0xe000_ed34));
      }
    }
    expect(differences(operations).slice(0, 20)).toEqual([]);
  });
});
