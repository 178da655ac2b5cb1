/** Why figures differ: the first event that differs, and which functions and symbols have changed most. */
import { hex32 } from '../errors.ts';
import { allNames, byText, own } from './ordering.ts';
import type { MeasureEvent, MeasureReport } from './report.ts';

/** What is kept of a report for the day on which its image is gone. */
export type Explainable = Pick<MeasureReport, 'functions' | 'symbols' | 'events'>;

/** A quantity before and now; 0 where it is not there. */
export interface Change {
  readonly name: string;
  readonly before: number;
  readonly now: number;
}

export interface Divergence {
  /** The last event that both runs have, in the same cycle. */
  readonly common: MeasureEvent | undefined;
  /** What came next in the run of the baseline, and what comes next in this one; undefined: nothing. */
  readonly before: MeasureEvent | undefined;
  readonly now: MeasureEvent | undefined;
}

export interface Explanation {
  /** Undefined where the logs are the same as far as they go. */
  readonly divergence: Divergence | undefined;
  /** Cycles by function, the largest change first; not all. */
  readonly functions: readonly Change[];
  /** Bytes by symbol, likewise. */
  readonly symbols: readonly Change[];
}

/** So many functions and symbols are named. */
const MOST_CHANGES = 5;

export function explain(before: Explainable, now: Explainable): Explanation {
  return {
    divergence: firstDivergence(before.events, now.events),
    functions: largestChanges(before.functions, now.functions),
    symbols: largestChanges(before.symbols, now.symbols),
  };
}

/** Addresses and lines move when anything before them grows, so that what they say is no difference. */
function isSameEvent(a: MeasureEvent, b: MeasureEvent): boolean {
  return a.cycle === b.cycle && a.kind === b.kind && a.symbol === b.symbol;
}

function firstDivergence(
  before: readonly MeasureEvent[],
  now: readonly MeasureEvent[],
): Divergence | undefined {
  const length = Math.max(before.length, now.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [before[index], now[index]];
    if (a !== undefined && b !== undefined && isSameEvent(a, b)) continue;
    return { common: now[index - 1], before: a, now: b };
  }
  return undefined;
}

/** The largest first; equally large ones by name. */
export function largestChanges(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
  limit = MOST_CHANGES,
): Change[] {
  return allNames(before, now)
    .map((name) => ({ name, before: own(before, name) ?? 0, now: own(now, name) ?? 0 }))
    .filter((change) => change.before !== change.now)
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before) || byText(a.name, b.name))
    .slice(0, limit);
}

/** `pong reached at cycle 3617, pc 0x80000476 (src/main.rs:12)`. */
export function eventText({ cycle, kind, pc, symbol, line }: MeasureEvent): string {
  const where = `at cycle ${cycle}, pc ${hex32(pc)}${line === undefined ? '' : ` (${line})`}`;
  return kind === 'reached' ? `${symbol} reached ${where}` : `${kind} in ${symbol} ${where}`;
}
