import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { SysTick } from './systick.ts';

const CSR = 0;
const RVR = 4;
const CVR = 8;
const CALIB = 12;
const ENABLE = 1;
const TICKINT = 2;
const CORE_CLOCK = 4;
const COUNTFLAG = 1 << 16;

function setUp(referenceHz?: number, frequencyHz = 25_000_000) {
  const bench = new TestBench(frequencyHz);
  const exception = new Line('systick');
  /** Cycles at which the exception was raised. */
  const raised: number[] = [];
  exception.listen((level) => void (level && raised.push(bench.now)));
  const timer = bench.create((context) => new SysTick(context, { name: 'systick', exception, referenceHz }));
  return {
    bench,
    timer,
    exception,
    raised,
    read: (offset: number) => timer.read(offset, 4),
    peek: (offset: number) => timer.peek(offset, 4),
    write: (offset: number, value: number) => timer.write(offset, 4, value),
  };
}

describe('counting on the core clock', () => {
  test('the period is the reload value plus one, for ever', () => {
    const { bench, write, raised } = setUp();
    write(RVR, 9_999);
    write(CVR, 0);
    write(CSR, ENABLE | TICKINT | CORE_CLOCK);
    bench.runTo(100_000_000);
    expect(raised.length).toBe(10_000);
    expect(raised.slice(0, 3)).toEqual([10_000, 20_000, 30_000]);
    expect(raised.at(-1)).toBe(100_000_000);
  });

  test('every value is seen at its cycle', () => {
    const { bench, write, peek } = setUp();
    write(RVR, 3);
    write(CSR, ENABLE | CORE_CLOCK);
    const seen: number[] = [];
    for (let cycle = 0; cycle < 10; cycle++) {
      bench.runTo(cycle);
      seen.push(peek(CVR));
    }
    expect(seen).toEqual([0, 3, 2, 1, 0, 3, 2, 1, 0, 3]);
  });

  test('enabling goes on from the current value, disabling keeps it', () => {
    const { bench, write, peek } = setUp();
    write(RVR, 100);
    write(CSR, ENABLE | CORE_CLOCK);
    bench.runTo(31);
    write(CSR, CORE_CLOCK);
    expect(peek(CVR)).toBe(70);
    bench.runTo(500);
    expect(peek(CVR)).toBe(70);
    write(CSR, ENABLE | CORE_CLOCK);
    bench.run(10);
    expect(peek(CVR)).toBe(60);
  });

  test('a new reload value counts from the next wrap', () => {
    const { bench, write, peek } = setUp();
    write(RVR, 10);
    write(CSR, ENABLE | CORE_CLOCK);
    bench.runTo(4);
    write(RVR, 5);
    expect(peek(CVR)).toBe(7);
    bench.runTo(11);
    expect(peek(CVR)).toBe(0);
    bench.runTo(12);
    expect(peek(CVR)).toBe(5);
  });

  test('a reload value of 0 stops at the next wrap, with a last COUNTFLAG and exception', () => {
    const { bench, write, peek, raised } = setUp();
    write(RVR, 10);
    write(CSR, ENABLE | TICKINT | CORE_CLOCK);
    bench.runTo(4);
    write(RVR, 0);
    bench.runTo(1000);
    expect([peek(CVR), raised]).toEqual([0, [11]]);
    expect(peek(CSR) & COUNTFLAG).toBe(COUNTFLAG);
  });

  test('nothing is scheduled while the exception is disabled', () => {
    const { bench, write } = setUp();
    write(RVR, 10);
    write(CSR, ENABLE | CORE_CLOCK);
    expect(bench.scheduler.pending()).toEqual([]);
  });
});

describe('COUNTFLAG', () => {
  test('is set by reaching 0, and cleared by reading it, but not by a peek', () => {
    const { bench, write, read, peek } = setUp();
    write(RVR, 3);
    write(CSR, ENABLE | CORE_CLOCK);
    bench.runTo(3);
    expect(read(CSR) & COUNTFLAG).toBe(0);
    bench.runTo(4);
    expect(peek(CSR) & COUNTFLAG).toBe(COUNTFLAG);
    expect(read(CSR)).toBe(COUNTFLAG | ENABLE | CORE_CLOCK);
    expect(read(CSR) & COUNTFLAG).toBe(0);
    bench.runTo(7);
    expect(read(CSR) & COUNTFLAG).toBe(0);
    bench.runTo(1000);
    expect(read(CSR) & COUNTFLAG).toBe(COUNTFLAG);
  });

  test('a write to the current value clears both and raises nothing', () => {
    const { bench, write, peek, raised } = setUp();
    write(RVR, 9);
    write(CSR, ENABLE | TICKINT | CORE_CLOCK);
    bench.runTo(15);
    expect(raised).toEqual([10]);
    write(CVR, 1234);
    expect([peek(CVR), peek(CSR) & COUNTFLAG]).toEqual([0, 0]);
    bench.run(1);
    expect([peek(CVR), peek(CSR) & COUNTFLAG, raised]).toEqual([9, 0, [10]]);
    bench.run(9);
    expect(raised).toEqual([10, 25]);
  });

  test('survives changes of control and reload', () => {
    const { bench, write, read } = setUp();
    write(RVR, 3);
    write(CSR, ENABLE | CORE_CLOCK);
    bench.runTo(50);
    write(RVR, 1000);
    write(CSR, 0);
    expect(read(CSR)).toBe(COUNTFLAG | CORE_CLOCK);
  });
});

describe('clocks', () => {
  test('the reference clock ticks at its own frequency', () => {
    const { bench, write, peek, raised } = setUp(1_000_000);
    write(RVR, 999);
    write(CSR, ENABLE | TICKINT);
    bench.runTo(25);
    expect(peek(CVR)).toBe(999);
    bench.runTo(25_000_000);
    expect(raised.length).toBe(1000);
    expect(raised[0]).toBe(25_000);
  });

  test('changing the clock keeps the value', () => {
    const { bench, write, peek } = setUp(1_000_000);
    write(RVR, 10_000);
    write(CSR, ENABLE | CORE_CLOCK);
    bench.runTo(1000);
    expect(peek(CVR)).toBe(9001);
    write(CSR, ENABLE);
    bench.run(250);
    expect(peek(CVR)).toBe(8991);
  });

  test('the reference clock keeps its frequency when the core clock changes', () => {
    const { bench, write, peek, raised } = setUp(1_000_000);
    write(RVR, 99);
    write(CSR, ENABLE | TICKINT);
    bench.runTo(25 * 40);
    bench.setFrequency(50_000_000);
    expect(peek(CVR)).toBe(60);
    bench.runTo(25 * 40 + 50 * 60);
    expect([peek(CVR), raised]).toEqual([0, [4000]]);
  });

  test('without a reference clock CLKSOURCE is 1 and CALIB says so', () => {
    const { write, peek } = setUp();
    expect([peek(CSR), peek(CALIB)]).toEqual([CORE_CLOCK, 0x8000_0000]);
    write(CSR, 0);
    expect(peek(CSR)).toBe(CORE_CLOCK);
  });

  test('CALIB is ten milliseconds of the reference clock', () => {
    expect(setUp(1_000_000).peek(CALIB)).toBe(0x270f);
    expect(setUp(32_768).peek(CALIB)).toBe(0x4000_0147);
  });

  test('only words can be accessed', () => {
    const { timer } = setUp();
    expect([timer.readWidths, timer.writeWidths]).toEqual([4, 4]);
  });
});

test('the line may rise while the exception is enabled and the counter will reach 0', () => {
  const { bench, write, exception } = setUp();
  expect(exception.mayRise()).toBe(false);
  write(CSR, ENABLE | TICKINT | CORE_CLOCK);
  expect(exception.mayRise()).toBe(false);
  write(RVR, 5);
  expect(exception.mayRise()).toBe(true);
  write(CSR, ENABLE | CORE_CLOCK);
  expect(exception.mayRise()).toBe(false);
  write(CSR, TICKINT | CORE_CLOCK);
  bench.runTo(100);
  expect(exception.mayRise()).toBe(false);
});

/** The counter as B3.3.1 describes it, clock by clock. */
class PlainCounter {
  control = 0;
  reload = 0;
  current = 0;
  flag = false;
  zeros = 0;

  clock(): void {
    if ((this.control & ENABLE) === 0) return;
    if (this.current === 0) this.current = this.reload;
    else if (--this.current === 0) {
      this.flag = true;
      if (this.control & TICKINT) this.zeros++;
    }
  }
}

const act = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), value: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ kind: fc.constant('control' as const), value: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('reload' as const), value: fc.nat({ max: 12 }) }),
  fc.record({ kind: fc.constant('current' as const), value: fc.nat({ max: 3 }) }),
  fc.record({ kind: fc.constant('readControl' as const), value: fc.constant(0) }),
);

test.each([undefined, 7, 25])('counts as a counter clocked one by one, reference clock %s', (reference) => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const { bench, write, read, peek, raised } = setUp(reference, 25);
      const plain = new PlainCounter();
      if (reference === undefined) plain.control = CORE_CLOCK;
      const wait = (cycles: number) => {
        for (let i = 0; i < cycles; i++) {
          const ticks = (cycle: number) =>
            plain.control & CORE_CLOCK ? cycle : Math.floor((cycle * reference!) / 25);
          const clocks = ticks(bench.now + 1) - ticks(bench.now);
          for (let tick = 0; tick < clocks; tick++) plain.clock();
          bench.run(1);
        }
      };
      for (const { kind, value } of acts) {
        switch (kind) {
          case 'wait':
            wait(value);
            break;
          case 'control':
            write(CSR, value);
            plain.control = reference === undefined ? value | CORE_CLOCK : value;
            break;
          case 'reload':
            write(RVR, value);
            plain.reload = value;
            break;
          case 'current':
            write(CVR, value);
            plain.current = 0;
            plain.flag = false;
            break;
          default:
            expect(read(CSR)).toBe(plain.control | (plain.flag ? COUNTFLAG : 0));
            plain.flag = false;
        }
        expect(peek(CVR)).toBe(plain.current);
        expect((peek(CSR) & COUNTFLAG) !== 0).toBe(plain.flag);
        expect(raised.length).toBe(plain.zeros);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
