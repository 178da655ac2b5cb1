/**
 * Compares what was measured with the baseline, exactly: the figures of an image are the same in every run, so that
 * whatever differs has a cause. An improvement differs, too: a baseline that is not brought up to date would let it be
 * lost again without a word. Less is better.
 */

import { nearest } from '../nearest.ts';
import type { Baseline, BaselineEntry, Explanations } from './baseline.ts';
import { type Explanation, explain } from './explain.ts';
import type { Case } from './job.ts';
import { allNames, own } from './ordering.ts';
import type { CaseResult, Conditions, MeasuredCase } from './run-case.ts';

export type Verdict =
  | 'same'
  | 'differs'
  /** The baseline has no entry for it. */
  | 'missing'
  /** Its entry was made under other conditions. */
  | 'not-comparable'
  | 'fault'
  | 'limit'
  /** It cannot be run as it is configured. */
  | 'refused'
  /** The baseline has an entry that no case belongs to. */
  | 'stale';

/** Undefined: not there. */
export interface FigureChange {
  readonly name: string;
  readonly before: number | undefined;
  readonly now: number | undefined;
}

export interface BudgetExcess {
  readonly name: string;
  readonly budget: number;
  readonly now: number;
}

export interface Judgement {
  readonly name: string;
  readonly verdict: Verdict;
  /** Line of its job in the configuration, or undefined. */
  readonly line: number | undefined;
  /** Why, in sentences without a full stop; none where the figures say it. */
  readonly reasons: readonly string[];
  /** What to do about it. */
  readonly hint: string | undefined;
  readonly changes: readonly FigureChange[];
  /** Whatever the verdict. */
  readonly excesses: readonly BudgetExcess[];
  readonly explanation: Explanation | undefined;
  /** How the guest came to where it is; several lines or empty. */
  readonly details: string;
}

export interface Comparison {
  /** Undefined: there is no file. */
  readonly baseline: Baseline | undefined;
  readonly explanations: Explanations;
  /** The version of this bluesim. */
  readonly bluesim: string;
  /** Whether the cases are all that there are, so that other entries of the baseline are stale. */
  readonly isWhole: boolean;
}

/** What a case is judged by besides its result. */
export type Judged = Pick<Case, 'name' | 'line' | 'budgets'>;

/** In the order of the cases; behind them what is stale. */
export function judge(
  cases: readonly Judged[],
  results: ReadonlyMap<string, CaseResult>,
  comparison: Comparison,
): Judgement[] {
  const judgements = cases.map((subject) => judgeCase(subject, results.get(subject.name)!, comparison));
  if (!comparison.isWhole) return judgements;
  const known = new Set(cases.map(({ name }) => name));
  const stale = Object.keys(comparison.baseline?.cases ?? {}).filter((name) => !known.has(name));
  return [
    ...judgements,
    ...stale.map((name) => ({
      ...EMPTY,
      name,
      verdict: 'stale' as const,
      line: undefined,
      reasons: ['the baseline has it, the configuration has not'],
      hint: 'Run `bluesim ci --update`, which drops it.',
    })),
  ];
}

const EMPTY = {
  reasons: [],
  hint: undefined,
  changes: [],
  excesses: [],
  explanation: undefined,
  details: '',
} as const;

function judgeCase(subject: Judged, result: CaseResult, comparison: Comparison): Judgement {
  const { name, line } = subject;
  const base = { ...EMPTY, name, line };
  if (result.kind === 'refused') {
    return { ...base, verdict: 'refused', reasons: [result.message], hint: result.hint };
  }
  const { outcome, report } = result;
  if (outcome.kind !== 'expected') {
    return { ...base, verdict: outcome.kind, reasons: [outcome.message], details: outcome.details };
  }
  const unknown = Object.keys(subject.budgets).find((figure) => own(report.figures, figure) === undefined);
  if (unknown !== undefined) {
    const [near] = nearest(unknown, Object.keys(report.figures));
    return {
      ...base,
      verdict: 'refused',
      reasons: [`the budget ${unknown} names no figure of it`],
      hint: near === undefined ? '`--json FILE` lists the figures.' : `Did you mean \`${near}\`?`,
    };
  }
  const excesses = excessesOf(subject, result);
  const entry = own(comparison.baseline?.cases ?? {}, name);
  const compared = verdictOf(result, entry, comparison);
  const hint = excesses.length > 0 ? 'Bring it below its budget, or give it a larger one.' : compared.hint;
  return { ...base, ...compared, excesses, hint };
}

function excessesOf({ budgets }: Judged, { report }: MeasuredCase): BudgetExcess[] {
  return Object.entries(budgets)
    .map(([name, budget]) => ({ name, budget, now: report.figures[name]! }))
    .filter(({ budget, now }) => now > budget);
}

type Compared = Pick<Judgement, 'verdict'> & Partial<Judgement>;

function verdictOf(
  result: MeasuredCase,
  entry: BaselineEntry | undefined,
  { baseline, explanations, bluesim }: Comparison,
): Compared {
  if (entry === undefined || baseline === undefined) {
    return {
      verdict: 'missing',
      reasons: [baseline === undefined ? 'there is no baseline yet' : 'the baseline does not have it yet'],
      hint: 'Run `bluesim ci --update`, look at the figures, and commit both files.',
    };
  }
  const obstacles = incomparable(entry.conditions, result.conditions);
  if (obstacles.length > 0) {
    return {
      verdict: 'not-comparable',
      reasons: obstacles,
      hint: 'If that is meant, re-baseline: `bluesim ci --update`, and commit both files.',
    };
  }
  const changes = allNames(entry.figures, result.report.figures)
    .map((name) => ({ name, before: own(entry.figures, name), now: own(result.report.figures, name) }))
    .filter(({ before, now }) => before !== now);
  if (changes.length === 0) return { verdict: 'same' };
  const old = own(explanations, result.name);
  const isExplained = old !== undefined && old.sha256 === entry.image.sha256;
  return {
    verdict: 'differs',
    reasons: [
      ...sameImage(entry, result, baseline.bluesim, bluesim),
      ...(isExplained ? [] : ['nothing explains it: the explain file has no entry for the old image']),
    ],
    hint: differenceHint(changes),
    changes,
    explanation: isExplained ? explain(old, result.report) : undefined,
  };
}

function sameImage(
  entry: BaselineEntry,
  result: MeasuredCase,
  writer: string,
  bluesim: string,
): readonly string[] {
  if (entry.image.sha256 !== result.image.sha256) return [];
  const versions =
    writer === bluesim
      ? `both by bluesim ${bluesim}`
      : `the baseline by bluesim ${writer}, this by bluesim ${bluesim}`;
  return [
    `the image is the same, byte for byte: the tool or its input has changed, not the program (${versions})`,
  ];
}

function differenceHint(changes: readonly FigureChange[]): string {
  const isBetter = ({ before, now }: FigureChange) =>
    before !== undefined && now !== undefined && now < before;
  return changes.every(isBetter)
    ? 'Only better: run `bluesim ci --update` to keep it, and commit both files.'
    : 'If that is meant: run `bluesim ci --update`, and commit both files.';
}

/** Why two sets of figures cannot be compared, a sentence for each condition that differs. */
function incomparable(before: Conditions, now: Conditions): string[] {
  return allNames(before, now).flatMap((name) => {
    const [old, current] = [own(before, name), own(now, name)];
    if (old === current) return [];
    if (name === 'model') return [modelChange(old, current)];
    if (old === undefined) return [`${name} is ${current}; the baseline was made without it`];
    if (current === undefined) return [`the baseline was made with ${name} ${old}; now there is none`];
    return [`${name} is ${current}; the baseline was made with ${old}`];
  });
}

function modelChange(before = '', now = ''): string {
  const [[oldName, oldVersion], [name, version]] = [before.split('/'), now.split('/')];
  return oldName === name
    ? `the timing model ${name} is version ${version}, the baseline's version ${oldVersion}: cycles cannot be compared, re-baseline`
    : `the timing model is ${now}, the baseline was made with ${before}`;
}

/** Exit codes of `bluesim ci`. */
export const CiExit = {
  Same: 0,
  Differs: 1,
  Usage: 2,
  Fault: 3,
  Limit: 4,
  NoBaseline: 5,
} as const;

const CODES: Readonly<Record<Verdict, number>> = {
  same: CiExit.Same,
  differs: CiExit.Differs,
  stale: CiExit.Differs,
  missing: CiExit.NoBaseline,
  'not-comparable': CiExit.NoBaseline,
  fault: CiExit.Fault,
  limit: CiExit.Limit,
  refused: CiExit.Usage,
};

/** What says most about the other findings wins: without a run there are no figures, without a baseline no difference. */
const PRECEDENCE = [CiExit.Usage, CiExit.Fault, CiExit.Limit, CiExit.NoBaseline, CiExit.Differs];

/** Whether a case is as it should be. */
export function isGood({ verdict, excesses }: Judgement): boolean {
  return verdict === 'same' && excesses.length === 0;
}

export function exitCodeOf(judgements: readonly Judgement[]): number {
  const codes = new Set(judgements.map(({ verdict }) => CODES[verdict]));
  if (judgements.some(({ excesses }) => excesses.length > 0)) codes.add(CiExit.Differs);
  return PRECEDENCE.find((code) => codes.has(code)) ?? CiExit.Same;
}
