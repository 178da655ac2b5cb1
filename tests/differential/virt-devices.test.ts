/**
 * The devices of `virt` against QEMU's: every register of every page read at reset in every width, and what
 * sequences of accesses lead to. An intended difference is excluded by name, with its reason.
 */
import { expect, test } from 'vitest';
import type { AccessWidth, Device } from '../../src/bus/device.ts';
import { Line } from '../../src/bus/line.ts';
import { FwCfg } from '../../src/devices/firmware-config/fw-cfg.ts';
import { Plic } from '../../src/devices/irq/plic.ts';
import { CfiFlash } from '../../src/devices/memory/cfi-flash.ts';
import { OpenBus } from '../../src/devices/memory/open-bus.ts';
import { PcieHost } from '../../src/devices/pci/pcie-host.ts';
import { GoldfishRtc } from '../../src/devices/rtc/goldfish-rtc.ts';
import { SifiveTest } from '../../src/devices/test/sifive-test.ts';
import { TestBench } from '../../src/devices/testing.ts';
import { Clint } from '../../src/devices/timer/clint.ts';
import { Ns16550a } from '../../src/devices/uart/ns16550a.ts';
import { VirtioMmioSlot } from '../../src/devices/virtio/virtio-mmio-slot.ts';
import { describeWith } from '../tools.ts';
import { type Access, type Answer, PROBE_TOOLS, probeQemu, read, write } from './qemu-probe.ts';

const LOAD_ACCESS_FAULT = 5;
const STORE_ACCESS_FAULT = 7;
const MSIP = 1 << 3;
const MTIP = 1 << 7;
const MEIP = 1 << 11;

const TEST = 0x0010_0000;
const RTC = 0x0010_1000;
const CLINT = 0x0200_0000;
const PCI_PORTS = 0x0300_0000;
const PLIC = 0x0c00_0000;
const UART = 0x1000_0000;
const VIRTIO = 0x1000_1000;
const FW_CFG = 0x1010_0000;
const FLASH = 0x2000_0000;
const FLASH_BYTES = 0x200_0000;
const ECAM = 0x3000_0000;
const PCI_WINDOW = 0x4000_0000;

/** The board's devices at their addresses, without a core; no time passes. */
class Board {
  readonly #devices: { base: number; device: Device }[] = [];
  readonly #software = new Line('msip');
  readonly #timer = new Line('mtip');
  readonly #external = new Line('meip');

  constructor() {
    const bench = new TestBench();
    const sources = Array.from({ length: 96 }, (_, id) => new Line(`irq${id}`));
    const contexts = [this.#external, new Line('seip')];
    const harts = [{ software: this.#software, timer: this.#timer }];
    const power = { exit() {}, reset() {} };
    const add = (base: number, build: Parameters<TestBench['create']>[0]) =>
      this.#devices.push({ base, device: bench.create(build) });
    add(TEST, (context) => new SifiveTest(context, { name: 'test', power }));
    add(RTC, (context) => new GoldfishRtc(context, { name: 'rtc', interrupt: sources[11]! }));
    add(CLINT, (context) => new Clint(context, { name: 'clint', harts }));
    add(PCI_PORTS, () => new OpenBus({ name: 'pci-ports', sizeBytes: 0x1_0000 }));
    add(PLIC, (context) => new Plic(context, { name: 'plic', sourceCount: 96, sources, contexts }));
    add(UART, (context) => new Ns16550a(context, { name: 'uart0', interrupt: sources[10]! }));
    for (let i = 0; i < 8; i++) {
      add(VIRTIO + i * 0x1000, (context) => new VirtioMmioSlot(context, { name: `virtio${i}` }));
    }
    add(
      FW_CFG,
      (context) => new FwCfg(context, { name: 'fw-cfg', items: new Map([[5, Uint8Array.of(1, 0)]]) }),
    );
    for (const base of [FLASH, FLASH + FLASH_BYTES]) {
      const array = { bytes: new Uint8Array(FLASH_BYTES), changed() {}, setDirect() {} };
      add(base, (context) => new CfiFlash(context, { name: 'flash', array }));
    }
    add(ECAM, (context) => new PcieHost(context, { name: 'pcie' }));
    add(PCI_WINDOW, () => new OpenBus({ name: 'pci-window', sizeBytes: 0x4000_0000 }));
  }

  carryOut(access: Access): Answer {
    if (access.kind === 'mip') {
      const pending = (line: Line, bit: number) => (line.level ? bit : 0);
      const value =
        pending(this.#software, MSIP) | pending(this.#timer, MTIP) | pending(this.#external, MEIP);
      return { value, cause: 0 };
    }
    const { kind, address, width } = access;
    const found = this.#devices.find(
      ({ base, device }) => address >= base && address < base + device.sizeBytes,
    );
    const widths = kind === 'read' ? found?.device.readWidths : found?.device.writeWidths;
    if (found === undefined || (widths! & width) === 0) {
      return { value: 0, cause: kind === 'read' ? LOAD_ACCESS_FAULT : STORE_ACCESS_FAULT };
    }
    const offset = address - found.base;
    if (kind === 'read') return { value: found.device.read(offset, width), cause: 0 };
    found.device.write(offset, width, access.value);
    return { value: 0, cause: 0 };
  }
}

function describeAnswer(access: Access, answer: Answer): string {
  const place = access.kind === 'mip' ? '' : ` ${access.width} at 0x${access.address.toString(16)}`;
  const written = access.kind === 'write' ? ` of 0x${access.value.toString(16)}` : '';
  const outcome = answer.cause === 0 ? `0x${answer.value.toString(16)}` : `cause ${answer.cause}`;
  return `${access.kind}${place}${written}: ${outcome}`;
}

/** Expects the same outcome of the same accesses, but for those excluded. */
function compare(accesses: readonly Access[], excluded: (access: Access) => boolean = () => false): void {
  const board = new Board();
  const machineBits = MSIP | MTIP | MEIP;
  const ours = accesses.map((access) => board.carryOut(access));
  const theirs = probeQemu(accesses).map(({ value, cause }, i) =>
    accesses[i]!.kind === 'mip' ? { value: value & machineBits, cause } : { value, cause },
  );
  const lines = (answers: readonly Answer[]) =>
    accesses.flatMap((access, i) => (excluded(access) ? [] : [describeAnswer(access, answers[i]!)]));
  expect(lines(ours)).toEqual(lines(theirs));
}

/** Reads of a range in all widths, each aligned. */
function reads(start: number, sizeBytes: number): Access[] {
  const accesses: Access[] = [];
  for (const width of [1, 2, 4] as AccessWidth[]) {
    for (let offset = 0; offset < sizeBytes; offset += width) accesses.push(read(start + offset, width));
  }
  return accesses;
}

const exclusions: { reason: string; start: number; end: number }[] = [
  { reason: 'the RTC shows virtual time here and the date of the host there', start: RTC, end: RTC + 8 },
  { reason: 'mtime has advanced while the probe runs', start: CLINT + 0xbff8, end: CLINT + 0xbffc },
  { reason: 'fw_cfg: a window cannot fault in part', start: FW_CFG + 1, end: FW_CFG + 0x10 },
  { reason: 'fw_cfg: no DMA interface is offered', start: FW_CFG + 0x10, end: FW_CFG + 0x18 },
];

function isExcluded(access: Access): boolean {
  if (access.kind === 'mip') return false;
  return exclusions.some(({ start, end }) => access.address >= start && access.address < end);
}

/** A small generator of numbers below a bound. */
function chance(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % bound;
  };
}

describeWith(PROBE_TOOLS, 'every page read at reset', () => {
  const pages: [title: string, start: number, sizeBytes: number][] = [
    ['test finisher', TEST, 0x1000],
    ['RTC and what follows it', RTC, 0x40],
    ['CLINT msip', CLINT, 0x100],
    ['CLINT mtimecmp', CLINT + 0x4000, 0x100],
    ['CLINT mtime and what follows it', CLINT + 0xbfe0, 0x40],
    ['PCI port window and its end', PCI_PORTS + 0xffe0, 0x40],
    ['PLIC priorities', PLIC, 0x200],
    ['PLIC pending bits', PLIC + 0x1000, 0x40],
    ['PLIC enables', PLIC + 0x2000, 0x200],
    ['PLIC context 0', PLIC + 0x20_0000, 0x40],
    ['PLIC context 1', PLIC + 0x20_1000, 0x40],
    ['PLIC context 2, which is none', PLIC + 0x20_2000, 0x40],
    ['the end of the PLIC', PLIC + 0x60_0000 - 0x20, 0x40],
    ['UART and what follows it', UART, 0x10],
    ['first virtio slot', VIRTIO, 0x220],
    ['last virtio slot', VIRTIO + 0x7000, 0x220],
    ['fw_cfg', FW_CFG, 0x20],
    ['flash', FLASH, 0x40],
    ['second flash', FLASH + FLASH_BYTES, 0x40],
    ['end of the flash', FLASH + 2 * FLASH_BYTES - 0x20, 0x40],
    ['PCI host bridge', ECAM, 0x140],
    ['PCI functions that are none', ECAM + 0x8000, 0x40],
    ['PCI window', PCI_WINDOW, 0x20],
    ['end of the PCI window', PCI_WINDOW + 0x4000_0000 - 0x20, 0x20],
  ];
  for (const [title, start, sizeBytes] of pages) {
    test(title, () => compare(reads(start, sizeBytes), isExcluded));
  }
});

describeWith(PROBE_TOOLS, 'sequences of accesses', () => {
  test('UART: random accesses without and with loopback', () => {
    const random = chance(7);
    const accesses: Access[] = [write(UART + 3, 3, 1)];
    for (let i = 0; i < 3000; i++) {
      const offset = random(8);
      // EDSSI stays off: QEMU has no changes of modem lines in loopback. FCR has bit 0 or nothing: QEMU obeys
      // the reset bits also without it, against SNLS378C 8.5.
      const fifoControl = random(256);
      const control = (fifoControl & 1) === 0 ? 0 : fifoControl;
      const values = [random(256), random(8), control, random(256), random(32), random(256), 0, random(256)];
      accesses.push(random(2) === 0 ? write(UART + offset, values[offset]!, 1) : read(UART + offset, 1));
    }
    const modemStatus = UART + 6;
    compare(accesses, (access) => access.kind === 'read' && access.address === modemStatus);
  });

  test('UART: modem status follows MCR in loopback', () => {
    const accesses = [read(UART + 6, 1)];
    for (let mcr = 0x10; mcr < 0x20; mcr++) {
      // The second read: QEMU has no change bits here.
      accesses.push(write(UART + 4, mcr, 1), { kind: 'mip' }, read(UART + 6, 1), read(UART + 6, 1));
    }
    const board = new Board();
    const ours = accesses.map((access) => board.carryOut(access).value & 0xf0);
    const theirs = probeQemu(accesses).map(({ value }) => value & 0xf0);
    const reads = (values: number[]) => values.filter((_, i) => accesses[i]!.kind === 'read');
    expect(reads(ours)).toEqual(reads(theirs));
  });

  test('PLIC: registers keep what can be kept', () => {
    const random = chance(11);
    const accesses: Access[] = [];
    const offsets = [
      0x0, 0x4, 0x28, 0x17c, 0x1000, 0x2000, 0x2004, 0x2008, 0x200c, 0x2080, 0x2088, 0x20_0000, 0x20_1000,
    ];
    for (let i = 0; i < 500; i++) {
      const offset = offsets[random(offsets.length)]!;
      // Source 0 does not exist: its enable bit stays 0 here (FU540 10.5), QEMU keeps it.
      accesses.push(
        write(PLIC + offset, (random(2 ** 16) * 2 ** 16 + random(2 ** 16)) & ~1),
        read(PLIC + offset),
      );
    }
    compare(accesses);
  });

  test('PLIC: an interrupt of the UART is claimed, served and completed', () => {
    const claim = PLIC + 0x20_0004;
    const mip: Access = { kind: 'mip' };
    compare([
      write(PLIC + 0x28, 1),
      write(PLIC + 0x2000, 1 << 10),
      mip,
      write(UART + 1, 2, 1),
      mip,
      read(PLIC + 0x1000),
      write(PLIC + 0x20_0000, 1),
      mip,
      write(PLIC + 0x20_0000, 0),
      mip,
      read(claim),
      mip,
      read(PLIC + 0x1000),
      read(claim),
      read(UART + 2, 1),
      read(UART + 2, 1),
      write(claim, 10),
      mip,
      write(UART, 0x41, 1),
      mip,
      read(claim),
      read(UART + 2, 1),
      write(claim, 10),
      mip,
      read(claim),
    ]);
  });

  test('CLINT: software and timer interrupts', () => {
    const mip: Access = { kind: 'mip' };
    const far = [write(CLINT + 0x4004, 0x7fff_ffff), mip, read(CLINT + 0x4000), read(CLINT + 0x4004), mip];
    const software = [write(CLINT, 0xffff_ffff), read(CLINT), mip, write(CLINT, 0), read(CLINT), mip];
    const setTime = [
      write(CLINT + 0xbffc, 0x8000_0000),
      mip,
      read(CLINT + 0xbffc),
      write(CLINT + 0xbffc, 5),
      mip,
    ];
    const due = [write(CLINT + 0x4000, 0), write(CLINT + 0x4004, 5), mip, write(CLINT + 0x4004, 6), mip];
    compare([mip, ...far, ...software, ...setTime, ...due]);
  });

  test('RTC: setting the time and the alarm', () => {
    const [timeLow, timeHigh, alarmLow, alarmHigh] = [RTC, RTC + 4, RTC + 8, RTC + 12];
    const [enabled, clearAlarm, status, clearInterrupt] = [RTC + 16, RTC + 20, RTC + 24, RTC + 28];
    compare(
      [
        read(timeHigh),
        write(timeHigh, 5),
        write(timeLow, 0),
        read(timeLow),
        read(timeHigh),
        write(enabled, 0xffff_ffff),
        read(enabled),
        write(alarmHigh, 6),
        write(alarmLow, 7),
        read(status),
        read(alarmLow),
        read(alarmHigh),
        write(PLIC + 4 * 11, 1),
        write(PLIC + 0x2000, 1 << 11),
        { kind: 'mip' },
        write(clearAlarm, 1),
        read(status),
        write(alarmHigh, 4),
        write(alarmLow, 0),
        read(status),
        { kind: 'mip' },
        read(PLIC + 0x20_0004),
        write(clearInterrupt, 1),
        write(PLIC + 0x20_0004, 11),
        { kind: 'mip' },
        read(clearAlarm),
        read(clearInterrupt),
        read(RTC + 0x20),
      ],
      (access) => access.kind === 'read' && access.address === timeLow,
    );
  });

  test('fw_cfg: signature, version bit 0, an item and its end', () => {
    const select = (item: number) => write(FW_CFG + 8, ((item & 0xff) << 8) | (item >>> 8), 2);
    const data = (width: AccessWidth) => read(FW_CFG, width);
    compare([data(4), data(4), select(5), data(2), data(4), select(0), data(1), data(2), data(1), data(1)]);
    compare([select(3), data(4), select(0xffff), data(4), select(0), data(4)]);
  });

  test('PCI host bridge: what can be written', () => {
    const accesses: Access[] = [];
    for (let offset = 0; offset < 0x100; offset += 4) {
      accesses.push(
        write(ECAM + offset, 0xffff_ffff),
        read(ECAM + offset),
        write(ECAM + offset + 1, 0x55, 1),
      );
      accesses.push(read(ECAM + offset), write(ECAM + offset, 0), read(ECAM + offset));
    }
    compare([
      ...accesses,
      write(ECAM + 0x8000, 1),
      read(ECAM + 0x8000),
      write(PCI_WINDOW, 1),
      read(PCI_WINDOW),
    ]);
  });

  const both = (command: number) => command * 0x1_0001;
  const word = (index: number) => FLASH + 4 * index;

  test('flash: identification and CFI query in all widths', () => {
    const query = Array.from({ length: 0x40 }, (_, i) => read(word(0x10 + i)));
    compare([write(FLASH, both(0x90)), ...reads(FLASH, 0x20), write(FLASH, 0xff, 1), read(FLASH)]);
    compare([
      write(word(0x55), both(0x98)),
      ...query,
      ...reads(word(0x10), 0x20),
      write(FLASH, both(0xff)),
      read(FLASH),
    ]);
  });

  test('flash: program, erase, buffered program, lock and status', () => {
    const block = FLASH + 0x4_0000;
    const wholeArray = [write(FLASH, both(0xff)), read(block), read(block + 4), read(block + 0x3_fffc)];
    compare([
      ...[write(block, both(0x40)), write(block, 0x1234_5678), read(block, 2), ...wholeArray],
      ...[write(block + 4, 0x10, 1), write(block + 5, 0xab, 1), read(block, 1), ...wholeArray],
      ...[write(block + 8, both(0x20)), write(block + 8, both(0xd0)), read(FLASH), ...wholeArray],
      ...[read(block - 4), read(block + 0x4_0000)],
      ...[write(block, both(0xe8)), read(block), write(block, both(1)), read(block)],
      ...[write(block, 0x1111_1111), write(block + 4, 0x2222_2222), write(block, both(0xd0)), read(block)],
      ...wholeArray,
      ...[write(FLASH, both(0x60)), write(FLASH, both(0xd0)), read(FLASH), ...wholeArray],
      ...[write(FLASH, both(0x70)), read(FLASH), write(FLASH, both(0x33)), ...wholeArray],
    ]);
  });
});
