import { describe, expect, test } from 'vitest';
import { CoreClock } from './core-clock.ts';

function setUp() {
  const time = { cycles: 0 };
  return { time, clock: new CoreClock(() => time.cycles, 12_500_000) };
}

describe('the core clock', () => {
  test('a change of frequency changes how long cycles last from then on', () => {
    const { time, clock } = setUp();
    const heard: number[] = [];
    clock.onFrequencyChange((previousHz) => void heard.push(previousHz, clock.frequencyHz));
    time.cycles = 1000;
    expect(clock.nanoseconds).toBe(80_000);
    clock.setFrequency(50_000_000);
    expect(clock.nanoseconds).toBe(80_000);
    time.cycles = 2000;
    expect(clock.nanoseconds).toBe(100_000);
    clock.setFrequency(50_000_000);
    expect(heard).toEqual([12_500_000, 50_000_000]);
  });

  test('time goes on over a reset, at the first frequency', () => {
    const { time, clock } = setUp();
    clock.setFrequency(100_000_000);
    time.cycles = 1000;
    clock.reset();
    time.cycles = 0;
    expect([clock.nanoseconds, clock.frequencyHz]).toEqual([10_000, 12_500_000]);
    time.cycles = 10;
    expect(clock.nanoseconds).toBe(10_800);
  });

  test('a restored one goes on alike', () => {
    const { time, clock } = setUp();
    time.cycles = 7;
    clock.setFrequency(20_000_000);
    time.cycles = 11;
    const fresh = setUp();
    fresh.clock.restore(clock.snapshot());
    fresh.time.cycles = time.cycles = 100;
    expect([fresh.clock.nanoseconds, fresh.clock.frequencyHz]).toEqual([clock.nanoseconds, 20_000_000]);
  });
});
