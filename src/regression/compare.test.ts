import { describe, expect, test } from 'vitest';
import type { Baseline, Explanations } from './baseline.ts';
import { CiExit, exitCodeOf, type Judgement, judge, type Verdict } from './compare.ts';
import type { CaseResult, MeasuredCase } from './run-case.ts';
import { measuredCase } from './testing.ts';
import { changeText, findings, reportText } from './text.ts';
import { updated } from './update.ts';

/** As a baseline has it. */
function baselineOf(...cases: MeasuredCase[]): { baseline: Baseline; explanations: Explanations } {
  const { baseline, explanations } = updated(
    judged(cases),
    new Map(cases.map((result) => [result.name, result])),
    EMPTY,
  );
  return { baseline, explanations };
}

const EMPTY = { baseline: undefined, explanations: {}, bluesim: '1.0.0', isWhole: true };

function judged(
  results: readonly CaseResult[],
  old: Partial<typeof EMPTY> | ReturnType<typeof baselineOf> = {},
  budgets: Record<string, number> = {},
): Judgement[] {
  const cases = results.map(({ name }) => ({ name, line: 1, budgets }));
  return judge(cases, new Map(results.map((result) => [result.name, result])), { ...EMPTY, ...old });
}

const verdicts = (judgements: readonly Judgement[]) => judgements.map(({ verdict }) => verdict);

describe('a case', () => {
  const before = measuredCase('a', { cycles: 100, bytes: 50 });

  test('is the same when every figure is', () => {
    expect(judged([before], baselineOf(before))).toEqual([
      expect.objectContaining({ verdict: 'same', changes: [], reasons: [], explanation: undefined }),
    ]);
  });

  test('differs in figures that are other, new or gone', () => {
    const image = { path: 'a.elf', sha256: 'bb' };
    const now = measuredCase('a', { cycles: 88, more: 1 }, { image });
    const [judgement] = judged([now], baselineOf(before)) as [Judgement];
    expect(judgement.verdict).toBe('differs');
    expect(judgement.changes.map((change) => `${change.name}: ${changeText(change)}`)).toEqual([
      'bytes: was 50, is gone',
      'cycles: 100 -> 88, better by 12',
      'more: new: 1',
    ]);
    expect(judgement.hint).toMatch(/^If that is meant/);
    const [better] = judged(
      [measuredCase('a', { cycles: 88, bytes: 50 }, { image })],
      baselineOf(before),
    ) as [Judgement];
    expect(better.hint).toMatch(/^Only better: run `bluesim ci --update`/);
  });

  test('of the same image that differs is the fault of the tool', () => {
    const [judgement] = judged([measuredCase('a', { cycles: 101, bytes: 50 })], {
      ...baselineOf(before),
      bluesim: '1.1.0',
    } as never) as [Judgement];
    expect(judgement.reasons).toEqual([
      'the image is the same, byte for byte: the tool or its input has changed, not the program (the baseline by bluesim 1.0.0, this by bluesim 1.1.0)',
    ]);
  });

  test('says when nothing explains it', () => {
    const now = measuredCase('a', { cycles: 1, bytes: 50 }, { image: { path: 'a.elf', sha256: 'bb' } });
    const { baseline } = baselineOf(before);
    const [judgement] = judged([now], { baseline, explanations: {} } as never) as [Judgement];
    expect(judgement.explanation).toBeUndefined();
    expect(judgement.reasons).toEqual([
      'nothing explains it: the explain file has no entry for the old image',
    ]);
  });

  test('with names that every object has is one like others', () => {
    const odd = measuredCase('constructor', { toString: 5 } as never, {
      report: { functions: { valueOf: 3 }, symbols: { constructor: 4 } as never },
    });
    expect(verdicts(judged([odd]))).toEqual(['missing']);
    const later = measuredCase('constructor', { toString: 6 } as never, {
      image: { path: 'a', sha256: 'b' },
    });
    const [judgement] = judged([later], baselineOf(odd)) as [Judgement];
    expect(judgement.explanation).toMatchObject({
      functions: [{ name: 'valueOf', before: 3, now: 0 }],
      symbols: [{ name: 'constructor', before: 4, now: 0 }],
    });
  });

  test.each([
    [{ board: 'other', model: 'unit/1' }, 'board is other; the baseline was made with virt'],
    [
      { board: 'virt', model: 'unit/2' },
      "the timing model unit is version 2, the baseline's version 1: cycles cannot be compared, re-baseline",
    ],
    [{ board: 'virt', model: 'other/1' }, 'the timing model is other/1, the baseline was made with unit/1'],
    [{ board: 'virt', model: 'unit/1', cpu: 'x' }, 'cpu is x; the baseline was made without it'],
    [{ model: 'unit/1' }, 'the baseline was made with board virt; now there is none'],
  ])('under other conditions is not comparable: %o', (conditions, reason) => {
    const now = measuredCase('a', { cycles: 1 }, { conditions: conditions as Record<string, string> });
    expect(judged([now], baselineOf(before))).toEqual([
      expect.objectContaining({ verdict: 'not-comparable', reasons: [reason], changes: [] }),
    ]);
  });

  test('over its budget says so, whatever else', () => {
    for (const old of [{}, baselineOf(before)]) {
      const [judgement] = judged([before], old, { cycles: 99, bytes: 50 }) as [Judgement];
      expect(findings(judgement)).toContain(
        'cycles is 100, 1 over its budget of 99, which --update cannot raise',
      );
      expect(judgement.hint).toBe('Bring it below its budget, or give it a larger one.');
    }
  });

  test('with a budget for no figure is refused', () => {
    const [judgement] = judged([before], {}, { cycle: 5 }) as [Judgement];
    expect(judgement).toMatchObject({ verdict: 'refused', hint: 'Did you mean `cycles`?' });
  });
});

test('the first difference, functions and symbols explain it', () => {
  const event = (cycle: number, symbol: string, pc = 0x100) => ({ cycle, kind: 'reached', pc, symbol });
  const before = measuredCase(
    'a',
    { cycles: 1000 },
    {
      report: {
        functions: { main: 10, switch: 500, gone: 3, same: 7 },
        symbols: { switch: 40, table: 8 },
        events: [event(0, 'start'), event(10, 'main'), event(20, 'thread')],
      },
    },
  );
  const now = measuredCase(
    'a',
    { cycles: 1100 },
    {
      image: { path: 'a.elf', sha256: 'bb' },
      report: {
        functions: { main: 10, switch: 600, new: 3, same: 7 },
        symbols: { switch: 44, table: 8 },
        events: [event(0, 'start', 0x200), event(10, 'main'), { ...event(21, 'thread'), line: 'main.c:7' }],
      },
    },
  );
  expect(reportText(judged([now], baselineOf(before)))).toBe(`differs        a
  cycles  1000 -> 1100, worse by 100
  first difference: thread reached at cycle 21, pc 0x00000100 (main.c:7)
    in the baseline: thread reached at cycle 20, pc 0x00000100
    up to there the same; last: main reached at cycle 10, pc 0x00000100
  cycles by function, the largest changes:
    switch: +100 cycles (500 -> 600)
    gone: -3 cycles (3 -> 0)
    new: +3 cycles (0 -> 3)
  bytes by symbol, the largest changes:
    switch: +4 bytes (40 -> 44)
  If that is meant: run \`bluesim ci --update\`, and commit both files.
1 case: 1 differs
`);
});

test('entries without a case are stale, unless only some cases were run', () => {
  const old = baselineOf(measuredCase('a', {}), measuredCase('b', {}));
  expect(verdicts(judged([measuredCase('b', {})], old))).toEqual(['same', 'stale']);
  expect(verdicts(judged([measuredCase('b', {})], { ...old, isWhole: false } as never))).toEqual(['same']);
});

describe('exit code', () => {
  const judgement = (verdict: Verdict) => ({ verdict, excesses: [] }) as unknown as Judgement;

  test('of each verdict', () => {
    const codes: Record<Verdict, number> = {
      same: 0,
      differs: 1,
      stale: 1,
      refused: 2,
      fault: 3,
      limit: 4,
      missing: 5,
      'not-comparable': 5,
    };
    for (const [verdict, code] of Object.entries(codes)) {
      expect(exitCodeOf([judgement('same'), judgement(verdict as Verdict)])).toBe(code);
    }
    expect(exitCodeOf([])).toBe(CiExit.Same);
  });

  test('of several: 2, 3, 4, 5, 1', () => {
    const order: Verdict[] = ['refused', 'fault', 'limit', 'missing', 'differs', 'same'];
    const codes = order.map((_, index) => exitCodeOf(order.slice(index).toReversed().map(judgement)));
    expect(codes).toEqual([2, 3, 4, 5, 1, 0]);
  });
});

describe('an update', () => {
  const [a, b] = [measuredCase('a', { cycles: 1 }), measuredCase('b', { cycles: 2 })];
  const update = (results: MeasuredCase[], old: object, budgets = {}) =>
    updated(judged(results, old, budgets), new Map(results.map((result) => [result.name, result])), {
      ...EMPTY,
      ...old,
      bluesim: '2.0.0',
    });

  test('takes what is new, drops what is stale, and keeps what is the same', () => {
    const old = baselineOf(a, b);
    const c = measuredCase('c', { cycles: 3 });
    const { baseline, written, dropped } = update([a, c], old);
    expect({ written, dropped, names: Object.keys(baseline.cases) }).toEqual({
      written: ['c'],
      dropped: ['b'],
      names: ['a', 'c'],
    });
    expect(baseline.bluesim).toBe('2.0.0');
    expect(baseline.cases.a).toBe(old.baseline.cases.a);
  });

  test('without a change keeps even the version', () => {
    expect(update([a, b], baselineOf(a, b))).toMatchObject({ written: [], baseline: { bluesim: '1.0.0' } });
  });

  test('of another image with the same figures takes its hash', () => {
    const moved = measuredCase('a', { cycles: 1 }, { image: { path: 'a.elf', sha256: 'bb' } });
    const { written, explanations } = update([moved], baselineOf(a));
    expect({ written, hash: explanations.a!.sha256 }).toEqual({ written: ['a'], hash: 'bb' });
  });

  test('writes again what explains, when it is lost', () => {
    expect(update([a], { ...baselineOf(a), explanations: {} })).toMatchObject({ written: ['a'] });
  });

  test('takes neither faults nor what is over its budget', () => {
    const fault = measuredCase('b', { cycles: 9 }, { outcome: { kind: 'fault', message: 'x', details: '' } });
    const old = baselineOf(a, b);
    const { baseline, refused } = update([measuredCase('a', { cycles: 5 }), fault], old, { cycles: 4 });
    expect(refused).toEqual(['a', 'b']);
    expect(baseline).toEqual(old.baseline);
  });
});
