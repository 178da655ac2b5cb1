import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TickRate } from './tick-rate.ts';

const exactTicks = (cycle: number, ticksHz: number, cyclesHz: number) =>
  (BigInt(cycle) * BigInt(ticksHz)) / BigInt(cyclesHz);

const frequency = fc.oneof(
  fc.constantFrom(10_000_000, 100_000_000, 25_000_000, 32_768, 1_000_000_000, 999_999_937, 3),
  fc.integer({ min: 1, max: 2_000_000_000 }),
);
/** Such that the ticks stay exact Numbers at any of the frequencies. */
const cycle = fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 2 ** 52 }));

test('ticks are exact whatever the ratio', () => {
  fc.assert(
    fc.property(frequency, frequency, cycle, (ticksHz, cyclesHz, at) => {
      const expected = exactTicks(at, ticksHz, cyclesHz);
      fc.pre(expected <= BigInt(Number.MAX_SAFE_INTEGER));
      expect(BigInt(new TickRate(ticksHz, cyclesHz).ticksAt(at))).toBe(expected);
    }),
  );
});

test('cycleOf is the first cycle at which the ticks have passed', () => {
  fc.assert(
    fc.property(frequency, frequency, fc.integer({ min: 1, max: 2 ** 50 }), (ticksHz, cyclesHz, ticks) => {
      const at = new TickRate(ticksHz, cyclesHz).cycleOf(ticks);
      fc.pre(at !== undefined);
      expect(exactTicks(at, ticksHz, cyclesHz)).toBeGreaterThanOrEqual(BigInt(ticks));
      expect(exactTicks(at - 1, ticksHz, cyclesHz)).toBeLessThan(BigInt(ticks));
    }),
  );
});

test('what lies beyond 2^53 cycles never comes', () => {
  const rate = new TickRate(10, 100);
  expect(rate.cycleOf((2 ** 53 - 12) / 10)).toBe(2 ** 53 - 12);
  expect(rate.cycleOf((2 ** 53 - 2) / 10 + 1)).toBeUndefined();
  expect(rate.cycleOf(2 ** 64)).toBeUndefined();
});
