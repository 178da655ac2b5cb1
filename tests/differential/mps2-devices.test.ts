/**
 * The devices of mps2-an385 against QEMU's: every word of every device page read at reset in every width, what
 * faults, and what random accesses over time lead to. The accesses are made by QEMU's core (qemu-arm-probe.ts) and
 * repeated here at the same cycles. An intended difference is excluded by name, with its reason.
 */
import { expect, test } from 'vitest';
import type { AccessWidth } from '../../src/bus/device.ts';
import { MPS2_AN385 } from '../../src/machine/boards/mps2-an385.ts';
import { describeWith } from '../tools.ts';
import { type BoardSubject, boardSubject, expectEqualAnswers, replay } from './device-replay.ts';
import {
  ARM_PROBE_TOOLS,
  type ArmOperation,
  delay,
  lines,
  load,
  nmi,
  probeArm,
  store,
} from './qemu-arm-probe.ts';
import { bouts, chance, duration, type Random, type Setting, type TimerKind } from './timer-bouts.ts';

const TIMER0 = 0x4000_0000;
const TIMER1 = 0x4000_1000;
const DUAL_TIMER = 0x4000_2000;
const WATCHDOG = 0x4000_8000;
const UARTS = [0x4000_4000, 0x4000_5000, 0x4000_6000, 0x4000_7000, 0x4000_9000];
const FPGAIO = 0x4002_8000;
const SCC = 0x4002_f000;
const ETHERNET = 0x4020_0000;
const TOUCH_I2C = 0x4002_2000;

const probe = (operations: readonly ArmOperation[]) => probeArm('mps2-an385', operations);

function compare(operations: readonly ArmOperation[], excluded?: (operation: ArmOperation) => boolean): void {
  const theirs = probe(operations);
  expectEqualAnswers(operations, replay(boardSubject(MPS2_AN385), operations, theirs), theirs, excluded);
}

const PRECISE_BUS_FAULT = 0x8200;
/** The bits of INT_STS and INT_EN of the Ethernet controller that the datasheet names. */
const INTERRUPTS = 0x83bf_efdf;
const WIDTHS: readonly AccessWidth[] = [1, 2, 4];

/** Windows up to this size are read whole, of larger ones both ends. */
const LARGEST_READ_WHOLE = 0x1_0000;
const EDGE_BYTES = 0x20;

function* ranges(board: BoardSubject): Generator<[start: number, end: number]> {
  for (const { start, end } of board.bus.mappings) {
    if (end - start <= LARGEST_READ_WHOLE) yield [start, end];
    else {
      yield [start, start + EDGE_BYTES];
      yield [end - EDGE_BYTES, end];
    }
  }
}

describeWith(ARM_PROBE_TOOLS, 'every page read at reset', () => {
  const board = boardSubject(MPS2_AN385);

  test.each(WIDTHS)('width %i', (width) => {
    const operations: ArmOperation[] = [];
    for (const [start, end] of ranges(board)) {
      for (let address = start; address < end; address += width) operations.push(load(address, width));
    }
    expect(operations.length * width).toBeGreaterThan(40 * 0x1000);
    // QEMU's watchdog counts from reset on, against DDI 0479D 4.5.
    compare(operations, (operation) => operation.kind === 'read' && operation.address === WATCHDOG + 0x04);
  });

  test('where nothing is, each access is a bus fault', () => {
    const { mappings, memory } = board.bus;
    const windows = [
      ...mappings,
      ...memory.regions.map((region) => ({ start: region.address, end: region.end })),
    ];
    const isFree = (address: number) =>
      windows.every(({ start, end }) => address < start || address >= end) &&
      // Bit-band aliases and system space belong to the core.
      ![0x22, 0x23, 0x42, 0x43].includes(address >>> 24) &&
      address >= 0 &&
      address < 0xe000_0000;
    const addresses = windows.flatMap(({ start, end }) => [start - 4, end]).filter(isFree);
    const operations = [...addresses, 0x6000_0000, 0xa000_0000, 0xdfff_fffc].flatMap((address) =>
      WIDTHS.flatMap((width) => [load(address, width), store(address, 0, width)]),
    );
    expect(addresses).toContain(0x4020_0100);
    const faults = probe(operations).filter(({ status }) => status === PRECISE_BUS_FAULT);
    expect(faults).toHaveLength(operations.length);
    compare(operations);
  });

  test('mirrors show what was stored elsewhere', () => {
    const random = chance(20);
    const memories: [start: number, sizeBytes: number, mirrors: number][] = [
      [0x0010_0000, 0x20_0000, 0x40_0000],
      [0x0100_0000, 0x4000, 0x4000],
      [0x2001_0000, 0x20_0000, 0x40_0000],
      [0x2100_0000, 0x100_0000, 0],
    ];
    const operations = Array.from({ length: 2000 }, (_, i) => {
      const [start, sizeBytes, mirror] = memories[random(memories.length)]!;
      const width = WIDTHS[random(3)]!;
      const offset = width * random(8) + (random(2) === 0 ? 0 : sizeBytes - 0x20);
      const address = start + offset + mirror * random(mirror === 0x4000 ? 4 : 2);
      return i % 2 === 0 ? store(address, random(2 ** 32), width) : load(address, width);
    });
    compare(operations);
  });
});

/** Random accesses to a device whose state does not depend on time, but for `offsets` read. */
function accesses(
  seed: number,
  count: number,
  base: number,
  offsets: readonly number[],
  write: (random: Random) => Setting,
): ArmOperation[] {
  const random = chance(seed);
  return Array.from({ length: count }, () => {
    const kind = random(8);
    if (kind === 0) return lines();
    const [offset, value] = write(random);
    if (kind < 5) return store(base + offset, value);
    return load(base + offsets[random(offsets.length)]!, WIDTHS[Math.min(2, random(8))]!);
  });
}

describeWith(ARM_PROBE_TOOLS, 'random accesses', () => {
  const offsets = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x04, 0x0c];
  // TX_EN does not change: a byte that waits for it stays in QEMU's UART for ever, and is sent here (DDI 0479D 4.3).
  test.each([
    ['on', 1],
    ['off', 0],
  ])('UARTs with the transmitter %s', (_, enabled) => {
    for (const [i, uart] of UARTS.entries()) {
      const setUp = store(uart + 0x08, enabled);
      const random = accesses(i, 800, uart, offsets, (random) => {
        const offset = offsets[random(offsets.length)]!;
        return [
          offset,
          offset === 0x08 ? (random(256) & ~1) | enabled : random(random(2) === 0 ? 16 : 2 ** 32),
        ];
      });
      compare([setUp, ...random]);
    }
  });

  test('FPGAIO', () => {
    const registers = [0x00, 0x08, 0x10, 0x14, 0x18, 0x18, 0x1c, 0x20, 0x20, 0x4c, 0x28];
    const random = accesses(30, 5000, FPGAIO, registers, (random) => [
      registers[random(registers.length)]!,
      [random(4), random(40), random(2 ** 32)][random(3)]!,
    ]);
    compare(
      random.flatMap((operation, i) =>
        i % 50 === 0 ? [delay(3 + ((i * i) % 300_000)), operation] : [operation],
      ),
    );
  });

  test('SCC', () => {
    const registers = [0x000, 0x004, 0x00c, 0x010, 0x0a0, 0x0a4, 0x0a8, 0x0a8, 0x0ac, 0x100, 0xff8, 0xffc];
    compare(
      accesses(31, 3000, SCC, registers, (random) => {
        const offset = registers[random(registers.length)]!;
        const request = ((random(4) << 30) | (random(3) << 20) | random(5)) >>> 0;
        return [offset, offset === 0x0a8 && random(4) !== 0 ? request : random(2 ** 32)];
      }),
    );
  });

  test.each([40, 41, 42])('Ethernet controller, seed %i', (seed) => {
    const operations = ethernet(seed, 1500);
    const theirs = probe(operations);
    const subject = boardSubject(MPS2_AN385);
    // An empty status FIFO shows old entries on QEMU.
    const empty = new Set<number>();
    const ours = replay(subject, operations, theirs, (operation, index) => {
      const isStatus = operation.kind === 'read' && [0x48, 0x4c].includes(operation.address - ETHERNET);
      if (isStatus && (subject.bus.peek(ETHERNET + 0x80, 4)! & 0xff_0000) === 0) empty.add(index);
    });
    expectEqualAnswers(operations, ours, theirs, (_, index) => empty.has(index));
  });

  test('two-wire interface', () => {
    compare(accesses(32, 2000, TOUCH_I2C, [0, 0, 0, 4, 8], (random) => [4 * random(2), random(4)]));
  });
});

/**
 * Requests to the Ethernet controller, each of some accesses, with reads of registers between. Not asked for: reserved
 * bits, some of which QEMU keeps; a PHY at another address than 1; TDFREE within a frame, where QEMU counts words
 * instead of bytes; GPT_CNT, which QEMU rounds down; writes to the EEPROM, from which QEMU does not take the address
 * after a reset. A frame is followed by a write, because QEMU drives the interrupt only then.
 */
function ethernet(seed: number, count: number): ArmOperation[] {
  const random = chance(seed);
  const word = () => [random(2 ** 32), random(16), 2 ** random(32)][random(3)]!;
  const mac = (address: number) => [
    store(ETHERNET + 0xa8, word()),
    store(ETHERNET + 0xa4, 0x8000_0000 + address),
  ];
  const readMac = (address: number) => [store(ETHERNET + 0xa4, 0xc000_0000 + address), load(ETHERNET + 0xa8)];
  const phy = (register: number, isWrite: number) => [
    store(ETHERNET + 0xa8, (1 << 11) | (register << 6) | (2 * isWrite)),
    store(ETHERNET + 0xa4, 0x8000_0006),
  ];
  const frame = () => {
    const words = 1 + random(8);
    const size = 4 * words;
    const flags = (random(2) << 31) | (3 << 12);
    const header = [(flags | size) >>> 0, ((random(0x1_0000) << 16) | size) >>> 0];
    const data = [...header, ...Array.from({ length: words }, word)];
    return [...data.map((value) => store(ETHERNET + 0x20 + 4 * random(8), value)), store(ETHERNET + 0xb4, 0)];
  };
  const kept = [0x54, 0x58, 0x5c, 0x5c, 0x68, 0x6c, 0x70, 0x88, 0x98, 0xac, 0xb4, 0x50, 0x64, 0x7c, 0xa0];
  const masks: Record<number, number> = { 88: INTERRUPTS, 92: INTERRUPTS, 108: 0xcfff_1f00 };
  const keep = () => {
    const offset = kept[random(kept.length)]!;
    return [store(ETHERNET + offset, (word() & (masks[offset] ?? -1)) >>> 0)];
  };
  const requests: (() => ArmOperation[])[] = [
    keep,
    keep,
    () => [store(ETHERNET + 0x54, 0x111)],
    () => mac([1, 2, 3, 4, 5, 7, 8, 9][random(8)]!),
    () => readMac([1, 2, 3, 4, 5, 6, 7, 8, 9][random(9)]!),
    () => [...phy([0, 1, 2, 3, 4, 5, 6, 29, 30][random(9)]!, 0), ...readMac(7)],
    () => [...mac(7), ...phy([0, 4, 4, 30, 30][random(5)]!, 1)],
    () => [store(ETHERNET + 0xb0, 0x8000_0000 + [0, 0, 1, 2, 7][random(5)]! * 2 ** 28 + random(128))],
    frame,
    () => [load(ETHERNET + 0x48)],
    () => [load(ETHERNET + 4 * random(8))],
    () => (random(10) === 0 ? [store(ETHERNET + 0x74, 1)] : []),
  ];
  const read = [
    0x40, 0x44, 0x4c, 0x50, 0x54, 0x58, 0x5c, 0x68, 0x6c, 0x70, 0x74, 0x78, 0x7c, 0x80, 0x84, 0x88,
  ];
  read.push(0x8c, 0x98, 0x9c, 0xa0, 0xa4, 0xa8, 0xac, 0xb0, 0xb4);
  const all = Array.from({ length: count }, () => [
    ...requests[random(requests.length)]!(),
    load(ETHERNET + read[random(read.length)]!),
    ...(random(3) === 0 ? [lines()] : []),
  ]);
  return [store(ETHERNET + 0x98, 0), ...all.flat()];
}

function timer(base: number): TimerKind {
  return {
    base,
    stop: [[0x00, 0]],
    begin: (random) => [
      [0x0c, 1],
      [0x08, duration(random)],
      [0x04, duration(random)],
    ],
    write(random) {
      const offset = [0x00, 0x00, 0x00, 0x04, 0x08, 0x0c][random(6)]!;
      const control = [9, 9, 9, 1, 0, 8, random(16)][random(7)]!;
      return [offset, offset === 0x00 ? control : offset === 0x0c ? 1 : duration(random)];
    },
    offsets: [0x00, 0x04, 0x04, 0x04, 0x08, 0x0c],
  };
}

/** The prescaler is set while the timer is off: QEMU divides the count of a running one by the new prescaler. */
function dualTimer(): TimerKind {
  const prescale = [0, 0];
  const control = (random: Random, timer: number) =>
    (random(256) & 0x63) | prescale[timer]! | (random(4) === 0 ? 0 : 0x80);
  return {
    base: DUAL_TIMER,
    stop: [
      [0x08, 0],
      [0x28, 0],
    ],
    begin: (random) =>
      [0, 1].flatMap((timer) => {
        prescale[timer] = [0, 0, 4, 8][random(4)]!;
        const at = 0x20 * timer;
        return [
          [at + 0x08, control(random, timer) & 0x7f],
          [at + 0x0c, 1],
          [at, 1 + duration(random)],
        ] as const;
      }),
    write(random) {
      const timer = random(2);
      const offset = [0x08, 0x08, 0x08, 0x0c, 0x18][random(5)]!;
      return [0x20 * timer + offset, offset === 0x08 ? control(random, timer) : 1 + duration(random)];
    },
    offsets: [0x00, 0x04, 0x04, 0x04, 0x08, 0x10, 0x14, 0x18, 0x20, 0x24, 0x24, 0x24, 0x28, 0x30, 0x34, 0x38],
  };
}

/**
 * With its outputs in integration test mode, so that no NMI disturbs the probe. INTEN stays set: QEMU counts without
 * it, too, and does not reload when it is set. Every other write restarts the count, so that no second time-out comes,
 * after which QEMU stops for good.
 */
function watchdog(): TimerKind {
  let restarts = false;
  const value = (random: Random) => 150 + random(300);
  return {
    base: WATCHDOG,
    stop: [
      [0xf00, 1],
      [0x08, 1],
    ],
    begin: (random) => [
      [0x00, value(random)],
      [0x0c, 0],
    ],
    write(random) {
      restarts = !restarts;
      const offset = restarts ? 0x0c * random(2) : [0x08, 0x04, 0x10, 0x14][random(4)]!;
      return [offset, offset === 0x08 ? 1 : value(random)];
    },
    offsets: [0x00, 0x04, 0x04, 0x04, 0x08, 0x10, 0x10, 0x14, 0xc00],
  };
}

describeWith(ARM_PROBE_TOOLS, 'random accesses over time', () => {
  test('watchdog', () => {
    compare(bouts(watchdog(), 4, 200).operations);
  });

  test('the watchdog when locked', () => {
    compare(
      [
        [0x00, 0x1000_0000],
        [0xc00, 1],
        [0x00, 0x2000_0000],
        [0xc00, 0x1acc_e551],
        [0x00, 0x3000_0000],
        [0xc00, 0x1acc_e550],
        [0xf00, 1],
      ].flatMap(([offset, value], i) => [
        store(WATCHDOG + offset!, value!, 4, i),
        ...[0x00, 0x08, 0xc00, 0xf00].map((register) => load(WATCHDOG + register)),
      ]),
    );
  });

  test('the watchdog raises NMI once for a time-out', () => {
    const settings = [store(WATCHDOG, 400), store(WATCHDOG + 0x08, 1)];
    const reads = Array.from({ length: 60 }, () => [
      nmi,
      load(WATCHDOG + 0x04),
      load(WATCHDOG + 0x10),
    ]).flat();
    const clear = [store(WATCHDOG + 0x0c, 0, 4, 1), nmi, load(WATCHDOG + 0x10)];
    compare([...settings, store(WATCHDOG, 400), ...reads, ...clear, ...reads]);
  });

  test.each([
    [0, TIMER0],
    [1, TIMER1],
  ])('timer %i', (seed, base) => {
    compare(bouts(timer(base), seed, 200).operations);
  });

  test('dual timer', () => {
    const { operations, begins } = bouts(dualTimer(), 3, 400);
    const theirs = probe(operations);
    const subject = boardSubject(MPS2_AN385);
    // When mode or reload value change while a count is 0, QEMU has decided what follows, until the next bout.
    const decided = new Set<number>();
    let isDecided = false;
    const ours = replay(subject, operations, theirs, (operation, index) => {
      if (begins.has(index)) isDecided = false;
      if (operation.kind === 'write' && [0x08, 0x18].includes(operation.address & 0x1f)) {
        const registers = DUAL_TIMER + (operation.address & 0x20);
        const control = subject.bus.peek(registers + 0x08, 4)!;
        const mask = (control & 0x02) === 0 ? 0xffff : 0xffff_ffff;
        if ((control & 0x80) !== 0 && (subject.bus.peek(registers + 0x04, 4)! & mask) === 0) isDecided = true;
      }
      if (isDecided) decided.add(index);
    });
    expectEqualAnswers(operations, ours, theirs, (_, index) => decided.has(index));
    expect(decided.size).toBeLessThan(0.3 * operations.length);
  });
});
