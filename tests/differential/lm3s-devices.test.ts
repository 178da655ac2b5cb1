/**
 * The devices of lm3s6965evb against QEMU's: every word of every device page read at reset in every width, what
 * faults, and what accesses over time lead to. The accesses are made by QEMU's core (qemu-arm-probe.ts) and repeated
 * here at the same cycles. An intended difference is excluded by name, with its reason.
 */
import { expect, test } from 'vitest';
import type { AccessWidth } from '../../src/bus/device.ts';
import { LM3S6965EVB } from '../../src/machine/boards/lm3s6965evb.ts';
import { describeWith } from '../tools.ts';
import { boardSubject, expectEqualAnswers, replay } from './device-replay.ts';
import { ARM_PROBE_TOOLS, type ArmOperation, delay, lines, load, probeArm, store } from './qemu-arm-probe.ts';
import { bouts, chance, duration, type Random, type TimerKind } from './timer-bouts.ts';

const WATCHDOG = 0x4000_0000;
const [GPIO_A, GPIO_B, GPIO_C, GPIO_D] = [0x4000_4000, 0x4000_5000, 0x4000_6000, 0x4000_7000] as const;
const SSI = 0x4000_8000;
const UART0 = 0x4000_c000;
const UART2 = 0x4000_e000;
const TIMERS = [0x4003_0000, 0x4003_1000, 0x4003_2000, 0x4003_3000] as const;
const ADC = 0x4003_8000;
const ETHERNET = 0x4004_8000;
const SYSTEM_CONTROL = 0x400f_e000;

/** Without a network QEMU gives the board no Ethernet address. */
const probe = (operations: readonly ArmOperation[]) => probeArm('lm3s6965evb', operations, ['-net', 'nic']);

/** @param ours the operations as bluesim is asked them, where that is different. */
function compare(
  operations: readonly ArmOperation[],
  excluded?: (operation: ArmOperation, index: number) => boolean,
  ours: readonly ArmOperation[] = operations,
): void {
  const theirs = probe(operations);
  expectEqualAnswers(operations, replay(boardSubject(LM3S6965EVB), ours, theirs), theirs, excluded);
}

const WIDTHS: readonly AccessWidth[] = [1, 2, 4];

/** Words that read otherwise at reset. */
const differing: { reason: string; start: number; end: number }[] = [
  {
    reason: 'the last register of the watchdog has four bytes',
    start: WATCHDOG + 0xffd,
    end: WATCHDOG + 0x1000,
  },
  ...[GPIO_B, GPIO_C].flatMap((base) => {
    const reason = 'the pins of the debugger: alternate function, digital, pulled up, not committed';
    return [
      { reason, start: base, end: base + 0x400 },
      ...[0x420, 0x510, 0x51c, 0x524].map((offset) => ({
        reason,
        start: base + offset,
        end: base + offset + 4,
      })),
    ];
  }),
  ...TIMERS.flatMap((base) => [
    { reason: 'start and match values are all ones', start: base + 0x28, end: base + 0x38 },
    { reason: 'and so is what was loaded from them', start: base + 0x48, end: base + 0x50 },
  ]),
  { reason: 'the sequencers have distinct priorities', start: ADC + 0x20, end: ADC + 0x24 },
  {
    reason: 'there is a clock configuration for deep sleep',
    start: SYSTEM_CONTROL + 0x144,
    end: SYSTEM_CONTROL + 0x148,
  },
];

describeWith(ARM_PROBE_TOOLS, 'every page read at reset', () => {
  test('in all widths', () => {
    const operations: ArmOperation[] = [];
    for (const { start, end } of boardSubject(LM3S6965EVB).bus.mappings) {
      for (const width of WIDTHS) {
        for (let address = start; address < end; address += width) operations.push(load(address, width));
      }
    }
    const theirs = probe(operations);
    const ours = replay(boardSubject(LM3S6965EVB), operations, theirs);
    const found = new Set<(typeof differing)[number]>();
    expectEqualAnswers(operations, ours, theirs, (operation) => {
      if (operation.kind !== 'read') return false;
      const { address } = operation;
      const difference = differing.find(({ start, end }) => address >= start && address < end);
      if (difference !== undefined) found.add(difference);
      return difference !== undefined;
    });
    expect(differing.filter((difference) => !found.has(difference))).toEqual([]);
  });

  test('and where nothing is, nothing faults', () => {
    const addresses = [
      0x0004_0000, 0x1000_0000, 0x1fff_fffc, 0x2001_0000, 0x4000_3000, 0x400f_f000, 0x6000_0000,
    ];
    compare(
      addresses.flatMap((address) => [
        ...WIDTHS.flatMap((width) => [store(address, 0x1234_5678, width), load(address, width)]),
      ]),
    );
  });

  test('flash ignores stores', () => {
    compare([store(0x3_fff0, 0x1234_5678), load(0x3_fff0), store(0x3_fff1, 1, 1), load(0x3_fff0)]);
  });
});

/** Random accesses: mostly writes from a list, then reads of what they may have changed. */
function randomAccesses(
  seed: number,
  count: number,
  step: (random: Random) => readonly ArmOperation[],
): ArmOperation[] {
  const random = chance(seed);
  return Array.from({ length: count }, () => step(random)).flat();
}

describeWith(ARM_PROBE_TOOLS, 'UART', () => {
  const registers: [offset: number, mask: number][] = [
    [0x20, 0xff],
    [0x24, 0xffff],
    [0x28, 0x3f],
    // Without BRK.
    [0x2c, 0xfe],
    // Without loopback, which QEMU has not.
    [0x30, 0x307],
    [0x34, 0x3f],
    [0x38, 0x7f0],
    [0x48, 0x7],
  ];

  test.each([
    ['the first', UART0, 0],
    ['the third', UART2, 1],
  ])('random accesses without input: %s', (_, base, group) => {
    compare(
      randomAccesses(base, 1500, (random) => {
        const [offset, mask] = registers[random(registers.length)]!;
        const value = random(2 ** 16) & mask;
        const width = WIDTHS[1 + random(2)]!;
        const writes = [
          store(base + offset, value, width),
          store(base, random(256)),
          store(base + 0x44, random(2 ** 11)),
          store(base + 0x04, random(256)),
        ];
        const write = writes[Math.max(0, random(8) - 4)]!;
        const reads = [0x04, 0x18, 0x3c, 0x40, offset].map((at) => load(base + at));
        return [write, reads[random(reads.length)]!, lines(group)];
      }),
    );
  });

  test('any byte of a word means its register', () => {
    const values: [offset: number, value: number, step: number][] = [
      [0x30, 0x03, 1],
      [0x34, 0x24, 1],
      [0x38, 0x50, 0x10],
      [0x48, 0x05, 1],
    ];
    compare([
      ...[1, 2, 3].map((byte) => load(UART0 + 0x18 + byte, 1)),
      ...values.flatMap(([offset, value, step]) =>
        [0, 1, 2, 3].flatMap((byte) => [
          store(UART0 + offset + byte, value ^ (byte * step), 1),
          load(UART0 + offset),
          load(UART0 + offset + byte, 1),
          load(UART0 + offset + (byte & 2), 2),
        ]),
      ),
    ]);
  });
});

/**
 * QEMU counts from the start value to 0 in as many ticks, hardware in one more: bluesim is given one less. QEMU also
 * lacks the value of the counter, timers of 16 bits, and a new start value for a timer that runs.
 */
function timer(base: number): TimerKind {
  const mode = (random: Random) => [1, 2, 2][random(3)]!;
  return {
    base,
    stop: [[0x0c, 0]],
    begin: (random) => [
      [0x24, 1],
      [0x04, mode(random)],
      [0x18, random(2)],
      [0x28, 2 + (duration(random) % 2 ** 31)],
    ],
    write(random) {
      const offset = [0x0c, 0x0c, 0x0c, 0x04, 0x18, 0x24][random(6)]!;
      const control = [0x01, 0x01, 0x03, 0x21, 0x00][random(5)]!;
      return [offset, offset === 0x0c ? control : offset === 0x04 ? mode(random) : random(2)];
    },
    offsets: [0x00, 0x04, 0x0c, 0x0c, 0x18, 0x1c, 0x1c, 0x20],
  };
}

const withOneLess = (operation: ArmOperation): ArmOperation =>
  operation.kind === 'write' && (operation.address & 0xfff) === 0x28
    ? { ...operation, value: operation.value - 1 }
    : operation;

describeWith(ARM_PROBE_TOOLS, 'timers', () => {
  test.each([0, 1, 2])('random accesses to timer %i', (n) => {
    const { operations } = bouts(timer(TIMERS[n]!), 17 + n, 300);
    compare(operations, undefined, operations.map(withOneLess));
  });

  test('start values of both halves', () => {
    const base = TIMERS[3];
    const operations = [
      store(base + 0x28, 0x1234_5678),
      store(base + 0x30, 0x9abc_def0),
      ...[0x28, 0x2c, 0x30, 0x34].map((offset) => load(base + offset)),
      store(base, 4),
      ...[0x28, 0x2c, 0x30, 0x34].map((offset) => load(base + offset)),
      store(base + 0x28, 0xaaaa_bbbb),
      store(base + 0x2c, 0xcccc_dddd),
      // QEMU takes the upper half.
      store(base + 0x34, 0x2222_2222),
      ...[0x28, 0x2c, 0x30, 0x34].map((offset) => load(base + offset)),
      store(base, 0),
      ...[0x28, 0x2c, 0x30, 0x34].map((offset) => load(base + offset)),
    ];
    compare(operations);
  });

  test('the fourth has the interrupt 35', () => {
    const base = TIMERS[3];
    const operations = [
      store(base + 0x04, 2),
      store(base + 0x28, 100),
      store(base + 0x18, 1),
      store(base + 0x0c, 1),
      lines(1),
      delay(100),
      lines(1),
      store(base + 0x24, 1),
      lines(1),
      delay(100),
      lines(1),
    ];
    compare(operations, undefined, operations.map(withOneLess));
  });
});

describeWith(ARM_PROBE_TOOLS, 'watchdog', () => {
  const [LOAD, CONTROL, ICR, LOCK] = [0x00, 0x08, 0x0c, 0xc00] as const;

  test('random accesses', () => {
    // So long that each time-out shows between two accesses.
    const interval = (random: Random) => 200 + (duration(random) % 1000);
    const kind: TimerKind = {
      base: WATCHDOG,
      // It cannot be stopped.
      stop: [
        [LOCK, 0x1acc_e551],
        [CONTROL, 1],
      ],
      begin: (random) => [
        [ICR, 1],
        [LOAD, interval(random)],
      ],
      write(random) {
        const offset = [LOAD, CONTROL, ICR, ICR, LOCK][random(5)]!;
        const key = random(3) === 0 ? 0 : 0x1acc_e551;
        return [offset, offset === LOAD ? interval(random) : offset === LOCK ? key : random(4)];
      },
      offsets: [0x00, 0x04, 0x04, 0x04, 0x08, 0x10, 0x14, LOCK],
    };
    const { operations, begins } = bouts(kind, 29, 300);
    const theirs = probe(operations);
    const subject = boardSubject(LM3S6965EVB);
    // At the second time-out that nobody takes QEMU's counter stops, also without RESEN, until the next bout.
    const stopped = new Set<number>();
    let secondTimeOut = Number.POSITIVE_INFINITY;
    let isStopped = false;
    const ours = replay(subject, operations, theirs, (_, index) => {
      const { tick } = theirs[index]!;
      if (begins.has(index)) isStopped = false;
      isStopped ||= tick >= secondTimeOut;
      if (isStopped) stopped.add(index);
      const isRaised = subject.bus.peek(WATCHDOG + 0x10, 4) === 1;
      if (!isRaised) secondTimeOut = Number.POSITIVE_INFINITY;
      else secondTimeOut = Math.min(secondTimeOut, tick + subject.bus.peek(WATCHDOG + 0x04, 4)!);
    });
    expectEqualAnswers(operations, ours, theirs, (_, index) => stopped.has(index));
    expect(stopped.size).toBeLessThan(0.3 * operations.length);
  });
});

describeWith(ARM_PROBE_TOOLS, 'GPIO', () => {
  const [DATA, DIR, IS, IEV, IM, ICR] = [0x3fc, 0x400, 0x404, 0x40c, 0x410, 0x41c] as const;

  test('random accesses', () => {
    const registers = [0x404, 0x408, 0x40c, 0x410, 0x420, 0x50c, 0x518, 0x51c];
    compare(
      randomAccesses(5, 300, (random) => {
        // QEMU keeps for an input what was written to it as an output.
        const begin = [
          store(GPIO_A + IM, 0),
          store(GPIO_A + DIR, 0xff),
          store(GPIO_A + DATA, 0),
          store(GPIO_A + DIR, random(256)),
          store(GPIO_A + ICR, 0xff),
        ];
        const accesses = Array.from({ length: 10 }, () => {
          const register = registers[random(registers.length)]!;
          const data = 4 * random(256);
          const offset = random(3) === 0 ? data : register;
          return [
            store(GPIO_A + offset, random(256)),
            // QEMU remembers a level that has gone until it is cleared.
            store(GPIO_A + ICR, 0xff),
            load(GPIO_A + [DATA, data, register, DIR, 0x414, 0x418][random(6)]!),
            lines(),
          ];
        });
        return [...begin, ...accesses.flat()];
      }),
    );
  });

  test('each port has its interrupt', () => {
    const ports = [GPIO_A, GPIO_B, GPIO_C, GPIO_D, 0x4002_4000, 0x4002_5000, 0x4002_6000];
    compare(
      ports.flatMap((base) => [
        store(base + DIR, 0xff),
        store(base + DATA, 0x81),
        store(base + IEV, 0x80),
        store(base + IS, 0xff),
        store(base + IM, 0x80),
        lines(),
        store(base + IM, 0),
        lines(),
      ]),
    );
  });

  test('nothing changes what the lock protects', () => {
    compare([
      store(GPIO_A + 0x524, 0),
      load(GPIO_A + 0x524),
      load(GPIO_A + 0x520),
      store(GPIO_A + 0x520, 5),
      load(GPIO_A + 0x520),
    ]);
  });
});

describeWith(ARM_PROBE_TOOLS, 'SSI', () => {
  test('random accesses', () => {
    let waiting = 0;
    const accesses = randomAccesses(9, 600, (random) => {
      const control = [0, 2, 2, 3, 3][random(5)]!;
      const operations = [
        [store(SSI + 0x04, control), load(SSI + 0x04)],
        [store(SSI, (random(13) + 3) | (random(16) << 4) | (random(256) << 8)), load(SSI)],
        [store(SSI + 0x14, random(16)), load(SSI + 0x1c)],
        [store(SSI + 0x20, random(4)), load(SSI + 0x18)],
      ];
      const choice = random(8);
      // QEMU cuts a frame to its size when it is written, hardware when it is sent.
      if (choice < 4 && (choice !== 1 || waiting === 0))
        return [...operations[choice]!, load(SSI + 0x0c), load(SSI + 0x18), lines()];
      // QEMU sends no more than fits its receive FIFO, where hardware loses frames.
      const frames = random(8 - waiting) + 1;
      const writes = Array.from({ length: waiting === 8 ? 0 : frames }, () =>
        store(SSI + 0x08, random(2 ** 16)),
      );
      waiting = Math.min(8, waiting + writes.length);
      const reads = random(3) === 0 ? 8 : 0;
      // What waits is sent first, so that each frame that was written can be read.
      if (reads > 0) waiting = 0;
      return [
        ...writes,
        load(SSI + 0x0c),
        load(SSI + 0x18),
        load(SSI + 0x1c),
        lines(),
        ...(reads > 0 ? [store(SSI + 0x04, control | 2)] : []),
        ...Array.from({ length: reads }, () => [load(SSI + 0x0c), load(SSI + 0x08), lines()]).flat(),
      ];
    });
    // Frames of less than four bits, as at reset, do not exist.
    compare([store(SSI, 7), ...accesses]);
  });

  test('a slot without a card is pulled up', () => {
    const select = (level: number) => store(GPIO_D + 4, level);
    const exchange = [store(SSI + 0x08, 0xff), load(SSI + 0x08)];
    compare([
      store(SSI, 7),
      store(SSI + 0x04, 2),
      ...exchange,
      store(GPIO_D + 0x400, 1),
      select(1),
      ...exchange,
      select(0),
      ...exchange,
      ...exchange,
      select(1),
      ...exchange,
    ]);
  });
});

describeWith(ARM_PROBE_TOOLS, 'system control', () => {
  const [RIS, IMC, MISC, RCC, PLLCFG, RCC2] = [0x50, 0x54, 0x58, 0x60, 0x64, 0x70] as const;
  /** Such that the core clock stays as it is. */
  const SYSDIV = 0xf << 23;

  test('random accesses', () => {
    const plain = [0x034, 0x05c, 0x100, 0x104, 0x108, 0x110, 0x114, 0x118, 0x120, 0x124, 0x128];
    const masks: Record<number, number> = { 52: 0x1f, 92: 0x3f };
    compare(
      randomAccesses(21, 1500, (random) => {
        const offset = plain[random(plain.length)]!;
        const value = random(2 ** 32);
        const writes: [offset: number, value: number][] = [
          [offset, (value & (masks[offset] ?? -1)) >>> 0],
          [RCC, (value & 0x085e_3bf3) | SYSDIV],
          [RCC2, value & 0x1f80_2870],
          [IMC, value & 0x42],
          [MISC, value & 0x42],
        ];
        const [at, written] = writes[random(writes.length)]!;
        const reads = [RIS, IMC, MISC, RCC, PLLCFG, RCC2, offset];
        return [
          store(SYSTEM_CONTROL + at, written),
          load(SYSTEM_CONTROL + reads[random(reads.length)]!),
          lines(),
        ];
      }),
    );
  });

  test.each([
    [7, 0],
    [3, 0],
    [0xf, 0x8000_0000 | (31 << 23)],
  ])('RCC and RCC2 set how long a tick lasts: %i, %i', (sysdiv, rcc2) => {
    const operations = [
      store(SYSTEM_CONTROL + RCC2, rcc2 >>> 0),
      store(SYSTEM_CONTROL + RCC, (0x0780_3ac0 & ~SYSDIV) | (sysdiv << 23)),
      delay(100),
      delay(100),
      load(SYSTEM_CONTROL + RCC),
    ];
    const [, , begin, end] = probe(operations);
    // The program lets 100 ticks of 80 ns pass, by counting instructions; how many were they?
    const ticks = end!.tick - begin!.tick;
    const subject = boardSubject(LM3S6965EVB);
    replay(
      subject,
      operations,
      operations.map(() => ({ value: 0, status: 0, tick: 0 })),
    );
    expect(Math.abs(ticks - (100 * subject.frequencyHz) / 12_500_000)).toBeLessThanOrEqual(1);
  });
});

describeWith(ARM_PROBE_TOOLS, 'ADC', () => {
  test('a timer starts sequencer 3, the only one that QEMU runs', () => {
    const operations = [
      store(ADC + 0x14, 0x5000),
      store(ADC + 0x08, 0xf),
      ...[0, 1, 2, 3].map((n) => store(ADC + 0x44 + 0x20 * n, 6)),
      store(TIMERS[0] + 0x28, 100),
      store(TIMERS[0] + 0x04, 1),
      ...[8, 0, 8, 7].flatMap((sequencers) => [
        store(ADC, sequencers),
        store(TIMERS[0] + 0x0c, 0x21),
        lines(),
        delay(100),
        lines(),
        load(ADC + 0x04),
        load(ADC + 0x0c),
        load(ADC + 0xa8),
        store(ADC + 0x0c, sequencers & 0x7),
        load(ADC + 0x04),
        lines(),
        store(ADC + 0x0c, 0xf),
      ]),
    ];
    const isSample = (operation: ArmOperation) =>
      operation.kind === 'read' && operation.address === ADC + 0xa8;
    compare(operations, isSample, operations.map(withOneLess));
  });
});

describeWith(ARM_PROBE_TOOLS, 'Ethernet', () => {
  test('what is sent is sent at once', () => {
    const [ack, mask, start] = [ETHERNET, ETHERNET + 0x04, ETHERNET + 0x38];
    compare([
      lines(1),
      store(ETHERNET + 0x0c, 1),
      store(start, 1),
      load(ETHERNET),
      load(start),
      lines(1),
      store(mask, 0),
      lines(1),
      load(mask),
      store(mask, 0x7f),
      store(ack, 4),
      load(ETHERNET),
      lines(1),
      store(ETHERNET + 0x20, 0x9),
      load(ETHERNET + 0x20),
      load(ETHERNET + 0x30),
      load(ETHERNET + 0x34),
    ]);
  });
});
