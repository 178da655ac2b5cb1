/**
 * Random exception storms: bluesim and an independent model of ARMv7-M B1.5 agree on every handler that is entered,
 * every stacked frame, and every register and status bit. QEMU is no reference for this. The seeds are fixed;
 * BLUESIM_SEED and BLUESIM_STORMS choose others and more.
 */
import { expect, test } from 'vitest';
import { stormMachine } from './armv7m/exception-stage.ts';
import { Storm } from './armv7m/exception-storm.ts';
import { optionsOf, WAYS } from './bluesim-target.ts';

const SEED = Number(process.env.BLUESIM_SEED ?? 1);
const STORMS = Number(process.env.BLUESIM_STORMS ?? 400);
const STEPS = 400;
/** What storms are to meet, and how often in a hundred storms at least. */
const WORTH: Readonly<Record<string, number>> = {
  'enter 2': 40,
  'enter 3': 1000,
  'enter 4': 5,
  'enter 5': 40,
  'enter 6': 60,
  'enter 11': 40,
  'enter 14': 90,
  'enter 15': 60,
  'an interrupt': 500,
  'tail-chain': 300,
  'return to Thread 0': 500,
  'return to a handler': 500,
  'illegal return': 50,
  'no vector': 1,
  'stacking fails': 8,
  'unstacking fails': 3,
  lockup: 10,
};

/** The name under which an event is counted. */
function kindOf(event: string): string {
  return event
    .replace(/^enter (1[6-9]|[2-4]\d)$/, 'an interrupt')
    .replace(/^return to Handler .*/, 'return to a handler')
    .replace(/^lockup: .*/, 'lockup');
}

const VARIANTS = WAYS.filter(({ title }) => title !== 'instruction by instruction')
  .flatMap((way) => [8, 3].map((priorityBits) => ({ ...way, priorityBits })))
  .map((variant, index) => ({ ...variant, index }));

/** Over all variants. */
const counts = new Map<string, number>();

test.each(VARIANTS)(
  'storms with $priorityBits bits of priority, $title',
  ({ priorityBits, index, ...way }) => {
    const build = () => {
      const machine = stormMachine(optionsOf(way), priorityBits);
      if (way.observed) machine.observe({ instruction: () => {}, trap: () => {} });
      return { machine, memory: new Map<number, number>(), priorityBits };
    };
    let place = build();
    for (let seed = SEED; seed < SEED + STORMS; seed++) {
      const storm = new Storm({ seed: VARIANTS.length * seed + index, steps: STEPS, ...place });
      expect(storm.run(), `seed ${seed}`).toBeUndefined();
      for (const kind of storm.events.map(kindOf)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      // What has ended does not run again.
      if (storm.model.lockup || storm.model.asleep) place = build();
    }
  },
);

test('the storms met everything', () => {
  const storms = VARIANTS.length * STORMS;
  const rare = Object.keys(WORTH).filter((kind) => (counts.get(kind) ?? 0) < (WORTH[kind]! * storms) / 100);
  expect(rare.map((kind) => [kind, counts.get(kind)])).toEqual([]);
});
