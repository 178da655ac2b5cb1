/** Random accesses to timers over time, such that QEMU's answers do not depend on how it rounds. */
import { type ArmOperation, delay, lines, load, PHASES, store } from './qemu-arm-probe.ts';

/** A small generator of numbers below a bound. */
export type Random = (bound: number) => number;

export function chance(seed: number): Random {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** Small numbers mostly, so that counters come to 0. */
export function duration(random: Random): number {
  const kinds = [random(4), random(12), random(60), random(400), random(2 ** 32)];
  return kinds[random(kinds.length)]!;
}

/** A write: where and what. */
export type Setting = readonly [offset: number, value: number];

export interface TimerKind {
  readonly base: number;
  /** Stops what counts. */
  readonly stop: readonly Setting[];
  /** States everything, with the timer stopped. */
  begin(random: Random): readonly Setting[];
  write(random: Random): Setting;
  /** What is read; as often as it is there. */
  readonly offsets: readonly number[];
}

export interface Bouts {
  readonly operations: ArmOperation[];
  /** Where in them a bout has begun: its state does not depend on what was before. */
  readonly begins: ReadonlySet<number>;
}

/** Bouts of accesses. In each, writes come at rising phases; those that stop the timer come at the last one. */
export function bouts(kind: TimerKind, seed: number, count: number): Bouts {
  const random = chance(seed);
  const operations: ArmOperation[] = [];
  const begins = new Set<number>();
  const write = ([offset, value]: Setting, phase: number) =>
    operations.push(store(kind.base + offset, value, 4, phase));
  for (let bout = 0; bout < count; bout++) {
    for (const setting of kind.stop) write(setting, PHASES - 1);
    let phase = 0;
    for (const setting of kind.begin(random)) write(setting, phase++);
    // Takes away what the interrupt controller remembers of the last bout.
    operations.push(lines());
    begins.add(operations.length);
    while (phase < PHASES - 1) {
      for (let reads = random(4); reads > 0; reads--) {
        const offset = kind.offsets[random(kind.offsets.length)]!;
        operations.push(random(3) === 0 ? lines() : load(kind.base + offset));
        if (random(4) === 0) operations.push(delay(3 + random(40)));
      }
      write(kind.write(random), phase++);
    }
  }
  return { operations, begins };
}
