/** The files that are written: each read again, and those for other programs by what these demand. */
import { describe, expect, test } from 'vitest';
import { annotationsText } from './annotations.ts';
import {
  baselineText,
  explainEntry,
  explanationsText,
  parseBaseline,
  parseExplanations,
} from './baseline.ts';
import type { Judgement } from './compare.ts';
import { junitText } from './junit.ts';
import { markdownText } from './markdown.ts';
import { mergeParts, type Part, parsePart, partText, WHOLE } from './parts.ts';
import type { CaseResult } from './run-case.ts';
import { measuredCase } from './testing.ts';

const EVENTS = [
  { cycle: 5, kind: 'reached', pc: 0x8000_0000, symbol: 'operator<(int, "x")' },
  { cycle: 7, kind: 'console "a\\"b"', pc: 4, symbol: 'main', line: 'src/main.c:3' },
];
const CASE = measuredCase('a/b', { z: 1, a: 2 }, { report: { events: EVENTS, functions: { f: 1 } } });

describe('the baseline', () => {
  const baseline = {
    bluesim: '1.0.0',
    cases: { b: { ...CASE, figures: { z: 1, a: 2 } }, a: { ...CASE, figures: {} } },
  };

  test('has sorted keys and a line for each figure', () => {
    expect(baselineText(baseline)).toBe(`{
  "bluesim": "1.0.0",
  "cases": {
    "a": {
      "conditions": {
        "board": "virt",
        "model": "unit/1"
      },
      "figures": {},
      "image": {
        "path": "a.elf",
        "sha256": "aa"
      }
    },
    "b": {
      "conditions": {
        "board": "virt",
        "model": "unit/1"
      },
      "figures": {
        "a": 2,
        "z": 1
      },
      "image": {
        "path": "a.elf",
        "sha256": "aa"
      }
    }
  },
  "schema": 1
}
`);
  });

  test('and what explains it are read again as they were written', () => {
    const text = baselineText(baseline);
    expect(baselineText(parseBaseline(text, 'b'))).toBe(text);
    const explained = explanationsText({ 'a/b': explainEntry(CASE) });
    expect(explained).toContain(
      '\n        [7, "console \\"a\\\\\\"b\\"", "0x00000004", "main", "src/main.c:3"]\n',
    );
    expect(parseExplanations(explained, 'e')).toEqual({ 'a/b': explainEntry(CASE) });
  });

  test.each([
    ['no JSON', '{', 'b.json is damaged: '],
    ['a list', '[]', 'b.json is damaged: the document is no object'],
    ['another schema', '{"schema": 9}', 'b.json has schema 9; this bluesim knows 1'],
    ['no cases', '{"schema": 1}', 'b.json is damaged: cases is no object'],
    ['a case that is none', '{"schema": 1, "cases": {"a": 5}}', 'b.json is damaged: a is no object'],
    ['a merge conflict', '<<<<<<< HEAD\n{}', 'b.json is damaged: '],
  ])('that is damaged is refused: %s', (_, text, said) => {
    expect(() => parseBaseline(text, 'b.json')).toThrow(said);
  });
});

describe('parts', () => {
  const names = ['one', 'two'];
  const refused: CaseResult = { kind: 'refused', name: 'two', message: 'no', hint: undefined };
  const fault = measuredCase(
    'one',
    { x: 1 },
    {
      outcome: { kind: 'fault', message: 'x', details: 'a\nb' },
      report: { events: EVENTS },
    },
  );
  const part = (index: number, result: CaseResult): Part => ({
    bluesim: '1.0.0',
    shard: { index, count: 2 },
    names,
    isWhole: true,
    cases: [{ name: result.name, line: 3, budgets: { x: 5 } }],
    results: new Map([[result.name, result]]),
  });
  const judgementOf = ({ name }: CaseResult) =>
    ({ name, verdict: 'fault', reasons: [] }) as unknown as Judgement;
  const text = (index: number, result: CaseResult) =>
    partText(part(index, result), { exitCode: 3, judgements: [judgementOf(result)] });
  const read = (index: number, result: CaseResult) => ({
    file: `${index}.json`,
    part: parsePart(text(index, result), `${index}.json`),
  });

  test('are read again as they were written, and joined in the order of the cases', () => {
    expect(read(1, fault).part).toEqual(part(1, fault));
    const merged = mergeParts([read(2, refused), read(1, fault)]);
    expect(merged).toMatchObject({ names, shard: WHOLE, isWhole: true });
    expect(merged.cases.map(({ name }) => name)).toEqual(names);
    expect([...merged.results.values()]).toEqual([refused, fault]);
  });

  test.each([
    ['one is missing', [read(1, fault)], '--merge: shard 2/2 is missing'],
    ['one is there twice', [read(1, fault), read(1, fault)], '1.json and 1.json are both shard 1/2'],
    [
      'another version',
      [read(1, fault), { file: 'x', part: { ...part(2, refused), bluesim: '2.0.0' } }],
      'x was measured by bluesim 2.0.0, 1.json by bluesim 1.0.0',
    ],
    [
      'other cases',
      [read(1, fault), { file: 'x', part: { ...part(2, refused), names: ['one'] } }],
      'x is of other cases than 1.json',
    ],
    [
      'another division',
      [read(1, fault), { file: 'x', part: { ...part(2, refused), shard: { index: 2, count: 3 } } }],
      'x is one of 3 shards, 1.json one of 2',
    ],
  ])('that do not belong together are refused: %s', (_, parts, said) => {
    expect(() => mergeParts(parts)).toThrow(said);
  });
});

describe('for other programs', () => {
  const differs = {
    name: 'job/<a>',
    verdict: 'differs',
    line: 7,
    reasons: ['50% & "more"\x1b'],
    hint: undefined,
    changes: [{ name: 'span/boot|x', before: 5, now: 9 }],
    excesses: [],
    explanation: {
      divergence: { common: undefined, before: undefined, now: EVENTS[1] },
      functions: [],
      symbols: [],
    },
    details: '',
  } as unknown as Judgement;
  const fault = {
    ...differs,
    name: 'f',
    verdict: 'fault',
    changes: [],
    explanation: undefined,
    details: 'line\n```',
  } as Judgement;
  const same = { ...differs, name: 'same', verdict: 'same', changes: [] } as Judgement;

  test('JUnit', () => {
    const text = junitText([same, differs, fault]);
    expect(text).toContain('<testsuites tests="3" failures="1" errors="1">');
    expect(text).toContain('<testcase name="same" classname="bluesim.same"/>');
    expect(text).toContain('<testcase name="job/&lt;a&gt;" classname="bluesim.job">');
    expect(text).toContain(
      '<failure type="differs" message="differs: 50% &amp; &quot;more&quot;?">50% &amp;',
    );
    expect(text).toContain('<error type="fault"');
    expect(text).not.toContain('\x1b');
  });

  test('Markdown', () => {
    const text = markdownText([same, differs, fault]);
    expect(text).toContain('\n❌ 3 cases: 1 same, 1 differs, 1 guest fault\n');
    expect(text).toContain('\n| job/\\<a\\> | differs | span/boot\\|x | 5 -\\> 9, worse by 4 |\n');
    // The fence is longer than what is in it.
    expect(text).toMatch(/\n````text\n[\s\S]*\nline\n```\n````\n/);
    expect(markdownText([same])).toBe('## bluesim ci\n\n✅ 1 case: 1 same\n');
  });

  test('annotations are at the source line, or else at the job', () => {
    const source = (path: string) => (path === 'src/main.c' ? 'sub/src/main.c' : undefined);
    const text = annotationsText([same, differs, fault], { config: 'a,b.toml', source });
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    const start =
      '::error file=sub/src/main.c,line=3,title=job/<a>%3A differs::50%25 & "more"\x1b%0Aspan/boot|x';
    expect(lines[0]!.slice(0, start.length)).toBe(start);
    expect(lines[1]).toMatch(/^::error file=a%2Cb\.toml,line=7,title=f%3A guest fault::/);
  });
});
