import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Line } from '../../bus/line.ts';
import { TestBench } from '../testing.ts';
import { Plic } from './plic.ts';

const PENDING = 0x1000;
const ENABLE = 0x2000;
const THRESHOLD = 0x20_0000;
const CLAIM = 0x20_0004;
const MACHINE = 0;
const SUPERVISOR = 1;

function setUp(sourceCount = 96) {
  const bench = new TestBench();
  const sources = Array.from({ length: sourceCount }, (_, id) => new Line(`irq${id}`));
  const contexts = [new Line('meip'), new Line('seip')];
  const plic = bench.create((context) => new Plic(context, { name: 'plic', sourceCount, sources, contexts }));
  return {
    bench,
    plic,
    sources,
    meip: contexts[0]!,
    seip: contexts[1]!,
    priority: (source: number, value: number) => plic.write(4 * source, 4, value),
    enable: (context: number, ...ids: number[]) => {
      for (let word = 0; word < 3; word++) {
        const mask = ids.filter((id) => id >>> 5 === word).reduce((bits, id) => bits | (1 << (id & 31)), 0);
        plic.write(ENABLE + 0x80 * context + 4 * word, 4, mask >>> 0);
      }
    },
    threshold: (context: number, value: number) => plic.write(THRESHOLD + 0x1000 * context, 4, value),
    claim: (context = MACHINE) => plic.read(CLAIM + 0x1000 * context, 4),
    complete: (source: number, context = MACHINE) => plic.write(CLAIM + 0x1000 * context, 4, source),
    pending: (source: number) => ((plic.read(PENDING + 4 * (source >>> 5), 4) >>> (source & 31)) & 1) === 1,
  };
}

describe('selection', () => {
  test('the highest priority wins, ties go to the lowest id', () => {
    const { sources, priority, enable, claim } = setUp();
    enable(MACHINE, 3, 40, 95, 7);
    for (const [source, level] of [
      [3, 2],
      [40, 5],
      [95, 5],
      [7, 1],
    ] as const) {
      priority(source, level);
      sources[source]!.set(true);
    }
    expect([claim(), claim(), claim(), claim(), claim()]).toEqual([40, 95, 3, 7, 0]);
  });

  test('priority 0 never interrupts and cannot be claimed', () => {
    const { sources, enable, meip, claim, pending } = setUp();
    enable(MACHINE, 5);
    sources[5]!.set(true);
    expect([pending(5), meip.level, claim()]).toEqual([true, false, 0]);
  });

  test('only priorities above the threshold reach the core, but all can be claimed', () => {
    const { sources, priority, enable, threshold, meip, claim } = setUp();
    priority(5, 3);
    enable(MACHINE, 5);
    threshold(MACHINE, 3);
    sources[5]!.set(true);
    expect(meip.level).toBe(false);
    threshold(MACHINE, 2);
    expect(meip.level).toBe(true);
    threshold(MACHINE, 7);
    expect(meip.level).toBe(false);
    expect(claim()).toBe(5);
  });

  test('contexts enable separately; what one claims the other does not get', () => {
    const { sources, priority, enable, meip, seip, claim } = setUp();
    priority(5, 1);
    priority(6, 1);
    enable(MACHINE, 5);
    enable(SUPERVISOR, 5, 6);
    sources[5]!.set(true);
    expect([meip.level, seip.level]).toEqual([true, true]);
    expect(claim(SUPERVISOR)).toBe(5);
    expect([meip.level, seip.level]).toEqual([false, false]);
    sources[6]!.set(true);
    expect([meip.level, seip.level]).toEqual([false, true]);
  });
});

describe('gateways', () => {
  test('a request stays when its line falls', () => {
    const { sources, priority, enable, meip, claim } = setUp();
    priority(5, 1);
    enable(MACHINE, 5);
    sources[5]!.set(true);
    sources[5]!.set(false);
    expect(meip.level).toBe(true);
    expect(claim()).toBe(5);
  });

  test('nothing is forwarded between claim and completion; a line still high then asks again', () => {
    const { sources, priority, enable, meip, claim, complete, pending } = setUp();
    priority(5, 1);
    enable(MACHINE, 5);
    sources[5]!.set(true);
    claim();
    sources[5]!.set(false);
    sources[5]!.set(true);
    expect([pending(5), meip.level]).toEqual([false, false]);
    complete(5);
    expect([pending(5), meip.level]).toEqual([true, true]);
    claim();
    sources[5]!.set(false);
    complete(5);
    expect([pending(5), meip.level]).toEqual([false, false]);
  });

  test('a completion is ignored for a source that the context does not enable, or that is none', () => {
    const { sources, priority, enable, claim, complete, pending } = setUp();
    priority(5, 1);
    enable(MACHINE, 5);
    sources[5]!.set(true);
    claim();
    complete(5, SUPERVISOR);
    complete(0);
    complete(96);
    complete(0xffff_ffff);
    expect(pending(5)).toBe(false);
    enable(MACHINE, 6);
    complete(5);
    expect(pending(5)).toBe(false);
    enable(MACHINE, 5);
    complete(5);
    expect(pending(5)).toBe(true);
  });

  test('a completion without a claim does no harm', () => {
    const { sources, priority, enable, complete, claim, pending } = setUp();
    priority(5, 1);
    enable(MACHINE, 5);
    complete(5);
    expect(pending(5)).toBe(false);
    sources[5]!.set(true);
    complete(5);
    expect(claim()).toBe(5);
    expect(claim()).toBe(0);
  });
});

describe('registers', () => {
  test('pending bits ignore writes, with a report', () => {
    const { plic, bench } = setUp();
    plic.write(PENDING, 4, 0xffff_ffff);
    expect(plic.read(PENDING, 4)).toBe(0);
    expect(bench.errors).toEqual(['read-only: write of 0xffffffff: pending[0] is read-only']);
  });

  test('source 0 cannot be enabled', () => {
    const { plic } = setUp();
    plic.write(ENABLE, 4, 0xffff_ffff);
    expect(plic.read(ENABLE, 4)).toBe(0xffff_fffe);
    plic.write(ENABLE + 4, 4, 0xffff_ffff);
    expect(plic.read(ENABLE + 4, 4)).toBe(0xffff_ffff);
  });

  test('sources that do not exist have no enable bit', () => {
    const { plic } = setUp(54);
    plic.write(ENABLE + 4, 4, 0xffff_ffff);
    expect(plic.read(ENABLE + 4, 4)).toBe(0x003f_ffff);
    expect(plic.read(ENABLE + 8, 4)).toBe(0);
  });

  test('a reset forgets requests; lines count that are high after the other devices were reset too', () => {
    const { bench, plic, sources, priority, enable, claim, pending } = setUp();
    priority(5, 1);
    enable(MACHINE, 5);
    for (const source of [5, 6, 7]) sources[source]!.set(true);
    claim();
    sources[6]!.set(false);
    plic.reset();
    sources[7]!.set(false);
    expect(plic.read(PENDING, 4)).toBe(0);
    bench.run(0);
    expect([pending(5), pending(6), pending(7)]).toEqual([true, false, false]);
  });

  test('a snapshot keeps what is in service', () => {
    const one = setUp();
    one.priority(5, 1);
    one.enable(MACHINE, 5);
    one.sources[5]!.set(true);
    one.claim();
    const other = setUp();
    other.plic.restore(one.plic.snapshot());
    other.sources[5]!.set(true);
    expect([other.meip.level, other.pending(5)]).toEqual([false, false]);
    other.complete(5);
    expect(other.meip.level).toBe(true);
  });
});

describe('whether an output may rise without the core', () => {
  function armed() {
    const all = setUp();
    let answer = true;
    all.sources[5]!.drivenBy(() => answer);
    all.priority(5, 2);
    all.enable(MACHINE, 5);
    return { ...all, setAnswer: (value: boolean) => void (answer = value) };
  }

  test('as its source', () => {
    const { meip, seip, setAnswer } = armed();
    expect([meip.mayRise(), seip.mayRise()]).toEqual([true, false]);
    setAnswer(false);
    expect(meip.mayRise()).toBe(false);
  });

  test('not when masked by enable, priority or threshold', () => {
    const { meip, enable, priority, threshold } = armed();
    threshold(MACHINE, 2);
    expect(meip.mayRise()).toBe(false);
    threshold(MACHINE, 1);
    expect(meip.mayRise()).toBe(true);
    priority(5, 0);
    expect(meip.mayRise()).toBe(false);
    priority(5, 7);
    enable(MACHINE);
    expect(meip.mayRise()).toBe(false);
  });

  test('not while the source is in service', () => {
    const { meip, sources, claim, complete } = armed();
    sources[5]!.set(true);
    expect(meip.mayRise()).toBe(true);
    claim();
    expect(meip.mayRise()).toBe(false);
    sources[5]!.set(false);
    expect(meip.mayRise()).toBe(false);
    complete(5);
    expect(meip.mayRise()).toBe(true);
  });

  /** Operations on sources 1 to 4 and context 0, as [what, source, value]. */
  const operation = fc.tuple(
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 0, max: 15 }),
  );

  test('exactly when raising the lines that can rise raises it', () => {
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 40 }),
        fc.integer({ min: 0, max: 15 }),
        (operations, risers) => {
          const { sources, priority, enable, threshold, claim, complete, meip } = setUp();
          for (let source = 1; source <= 4; source++) {
            sources[source]!.drivenBy(() => ((risers >>> (source - 1)) & 1) === 1);
          }
          for (const [what, source, value] of operations) {
            if (what === 0) priority(source, value & 7);
            else if (what === 1) enable(MACHINE, ...[1, 2, 3, 4].filter((id) => (value >>> (id - 1)) & 1));
            else if (what === 2) threshold(MACHINE, value & 3);
            else if (what === 3) claim();
            else if (what === 4) complete(source);
            else sources[source]!.set((value & 1) === 1);
          }
          const answer = meip.mayRise();
          for (const line of sources) if (line.mayRise()) line.set(true);
          expect(answer).toBe(meip.level);
        },
      ),
    );
  });
});
