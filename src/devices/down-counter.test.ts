import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DownCounter } from './down-counter.ts';

function setUp() {
  let now = 0;
  const clock = { now: () => now, frequencyHz: 1_000_000, onFrequencyChange() {} };
  const counter = new DownCounter(clock);
  return {
    counter,
    clock,
    run: (cycles: number) => {
      now += cycles;
    },
  };
}

describe('counting', () => {
  test('down to 0, then from the reload value, a tick later', () => {
    const { counter, run } = setUp();
    counter.reset(2, 3);
    counter.start();
    const shown = Array.from({ length: 9 }, () => {
      const { count } = counter;
      run(1);
      return count;
    });
    expect(shown).toEqual([2, 1, 0, 3, 2, 1, 0, 3, 2]);
  });

  test('stays at 0 without a reload value, and goes on when it gets one', () => {
    const { counter, run } = setUp();
    counter.reset(2, 0);
    counter.start();
    run(10);
    expect([counter.count, counter.zeroCycle]).toEqual([0, undefined]);
    counter.reload = 7;
    expect([counter.count, counter.zeroCycle]).toEqual([0, 18]);
    run(1);
    expect(counter.count).toBe(7);
  });

  test('a tick of many cycles; what of it has passed is forgotten when the counter stops', () => {
    const { counter, run } = setUp();
    counter.reset(5, 5);
    counter.cyclesPerTick = 16;
    counter.start();
    run(15);
    expect(counter.count).toBe(5);
    run(1);
    expect(counter.count).toBe(4);
    run(15);
    counter.stop();
    run(100);
    expect(counter.count).toBe(4);
    counter.start();
    run(15);
    expect(counter.count).toBe(4);
    run(1);
    expect(counter.count).toBe(3);
  });

  test('a large period far in time is exact', () => {
    const { counter, run } = setUp();
    counter.reset(0xffff_ffff, 0xffff_ffff);
    counter.start();
    run(2 ** 32 * 1000 + 5);
    expect(counter.count).toBe(0xffff_ffff - 5);
    expect(counter.zeroCycle).toBe(2 ** 32 * 1001 - 1);
  });
});

/** One tick after the other. */
class Stepped {
  count = 0;
  reload = 0;
  running = false;
  cyclesPerTick = 1;
  #part = 0;

  step(): boolean {
    if (!this.running || ++this.#part < this.cyclesPerTick) return false;
    this.#part = 0;
    const before = this.count;
    this.count = before === 0 ? this.reload : before - 1;
    return before === 1;
  }

  setCount(count: number): void {
    this.count = count;
    this.#part = 0;
  }

  restart(): void {
    this.#part = 0;
  }
}

test('equals a counter that is counted, whatever changes it', () => {
  const act = fc.tuple(
    fc.constantFrom('count', 'reload', 'start', 'stop', 'rate', 'run'),
    fc.nat({ max: 20 }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const { counter, clock, run } = setUp();
      counter.reset(0, 0);
      const stepped = new Stepped();
      for (const [what, value] of acts) {
        if (what === 'count') {
          counter.count = value;
          stepped.setCount(value);
        } else if (what === 'reload') {
          counter.reload = value;
          stepped.reload = value;
        } else if (what === 'start' && !counter.running) {
          counter.start();
          stepped.running = true;
          stepped.restart();
        } else if (what === 'stop') {
          counter.stop();
          stepped.running = false;
        } else if (what === 'rate' && stepped.cyclesPerTick !== value + 1) {
          counter.cyclesPerTick = value + 1;
          stepped.cyclesPerTick = value + 1;
          stepped.restart();
        } else if (what === 'run') {
          for (let i = 0; i < 3 * value; i++) {
            const { zeroCycle } = counter;
            run(1);
            expect(zeroCycle === clock.now()).toBe(stepped.step());
            expect(counter.count).toBe(stepped.count);
          }
        }
        const copy = new DownCounter(clock);
        copy.restore(counter.snapshot());
        expect([copy.count, copy.zeroCycle]).toEqual([counter.count, counter.zeroCycle]);
        expect([counter.count, counter.running]).toEqual([stepped.count, stepped.running]);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
