import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEVER, Scheduler } from './scheduler.ts';

/** A queue with named devices; `fired` notes what happens, in order. */
function setUp(...names: string[]) {
  const scheduler = new Scheduler();
  const fired: string[] = [];
  const devices = names.map((name) => scheduler.attach(name, (kind) => void fired.push(`${name}:${kind}`)));
  return { scheduler, fired, devices };
}

function fireAll(scheduler: Scheduler, now: number): void {
  while (scheduler.fireDue(now));
}

describe('order', () => {
  test('by cycle, then as scheduled', () => {
    const { scheduler, fired, devices } = setUp('a', 'b');
    devices[0]!.schedule(0, 20);
    devices[1]!.schedule(0, 10);
    devices[1]!.schedule(1, 20);
    devices[0]!.schedule(1, 10);
    fireAll(scheduler, 20);
    expect(fired).toEqual(['b:0', 'a:1', 'a:0', 'b:1']);
  });

  test('nothing fires early, everything at its cycle', () => {
    const { scheduler, fired, devices } = setUp('a');
    devices[0]!.schedule(3, 100);
    expect(scheduler.nextCycle).toBe(100);
    expect(scheduler.fireDue(99)).toBe(false);
    expect(scheduler.fireDue(100)).toBe(true);
    expect(fired).toEqual(['a:3']);
    expect(scheduler.nextCycle).toBe(NEVER);
    expect(scheduler.fireDue(NEVER)).toBe(false);
  });

  test('a cycle that has passed fires at once', () => {
    const { scheduler, fired, devices } = setUp('a');
    devices[0]!.schedule(0, 5);
    fireAll(scheduler, 1000);
    expect(fired).toEqual(['a:0']);
  });
});

describe('one event of a kind', () => {
  test('scheduling again moves it, behind others of the same cycle', () => {
    const { scheduler, fired, devices } = setUp('a', 'b');
    devices[0]!.schedule(0, 10);
    devices[1]!.schedule(0, 10);
    devices[0]!.schedule(0, 10);
    expect(scheduler.pending()).toEqual([
      { device: 'b', kind: 0, cycle: 10 },
      { device: 'a', kind: 0, cycle: 10 },
    ]);
    devices[0]!.schedule(0, 5);
    expect(scheduler.nextCycle).toBe(5);
    fireAll(scheduler, 10);
    expect(fired).toEqual(['a:0', 'b:0']);
  });

  test('cancelling takes away this one alone', () => {
    const { scheduler, fired, devices } = setUp('a', 'b');
    devices[0]!.schedule(0, 10);
    devices[0]!.schedule(1, 11);
    devices[1]!.schedule(0, 12);
    devices[0]!.cancel(0);
    devices[0]!.cancel(2);
    expect(scheduler.nextCycle).toBe(11);
    expect(devices[0]!.scheduledAt(0)).toBeUndefined();
    expect(devices[0]!.scheduledAt(1)).toBe(11);
    expect(devices[1]!.scheduledAt(1)).toBeUndefined();
    fireAll(scheduler, 20);
    expect(fired).toEqual(['a:1', 'b:0']);
  });
});

test('a handler may schedule, for now and for later', () => {
  const scheduler = new Scheduler();
  const fired: number[] = [];
  const events = scheduler.attach('a', (kind) => {
    fired.push(kind);
    if (kind < 3) events.schedule(kind + 1, 10);
    if (kind === 3) events.schedule(0, 20);
  });
  events.schedule(0, 10);
  fireAll(scheduler, 10);
  expect(fired).toEqual([0, 1, 2, 3]);
  expect(scheduler.nextCycle).toBe(20);
});

test('what cannot be an event is a fault of ours', () => {
  const { devices } = setUp('a');
  for (const [kind, cycle] of [
    [-1, 0],
    [16, 0],
    [0, 0.5],
    [0, 2 ** 53],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
  ]) {
    expect(() => devices[0]!.schedule(kind!, cycle!)).toThrow('bad event');
  }
  expect(() => devices[0]!.schedule(15, 2 ** 53 - 1)).not.toThrow();
});

test('reset leaves nothing', () => {
  const { scheduler, devices } = setUp('a');
  devices[0]!.schedule(0, 10);
  scheduler.reset();
  expect(scheduler.pending()).toEqual([]);
  expect(scheduler.nextCycle).toBe(NEVER);
});

const act = fc.record({
  kind: fc.constantFrom('schedule' as const, 'cancel' as const, 'fire' as const),
  device: fc.nat({ max: 2 }),
  event: fc.nat({ max: 3 }),
  cycle: fc.nat({ max: 30 }),
});

describe('any sequence', () => {
  test('fires as a plain list would', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const { scheduler, fired, devices } = setUp('a', 'b', 'c');
        const expected: string[] = [];
        let list: { name: string; cycle: number; sequence: number }[] = [];
        let sequence = 0;
        for (const { kind, device, event, cycle } of acts) {
          const name = `${'abc'[device]}:${event}`;
          const others = list.filter((entry) => entry.name !== name);
          if (kind === 'schedule') {
            devices[device]!.schedule(event, cycle);
            list = [...others, { name, cycle, sequence: sequence++ }];
          } else if (kind === 'cancel') {
            devices[device]!.cancel(event);
            list = others;
          } else {
            fireAll(scheduler, cycle);
            const due = list.filter((entry) => entry.cycle <= cycle);
            due.sort((a, b) => a.cycle - b.cycle || a.sequence - b.sequence);
            expected.push(...due.map((entry) => entry.name));
            list = list.filter((entry) => entry.cycle > cycle);
          }
          expect(scheduler.nextCycle).toBe(Math.min(NEVER, ...list.map((entry) => entry.cycle)));
        }
        expect(fired).toEqual(expected);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test('restored into a fresh queue goes on alike', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), fc.array(act, { maxLength: 40 }), (before, after) => {
        const carryOut = ({ scheduler, devices }: ReturnType<typeof setUp>, acts: typeof before) => {
          for (const { kind, device, event, cycle } of acts) {
            if (kind === 'schedule') devices[device]!.schedule(event, cycle);
            else if (kind === 'cancel') devices[device]!.cancel(event);
            else fireAll(scheduler, cycle);
          }
        };
        const first = setUp('a', 'b', 'c');
        carryOut(first, before);
        const second = setUp('a', 'b', 'c');
        second.scheduler.restore(structuredClone(first.scheduler.snapshot()));
        first.fired.length = 0;
        carryOut(first, after);
        carryOut(second, after);
        expect(second.fired).toEqual(first.fired);
        expect(second.scheduler.snapshot()).toEqual(first.scheduler.snapshot());
        expect(second.scheduler.nextCycle).toBe(first.scheduler.nextCycle);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
