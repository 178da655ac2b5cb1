/** What `bluesim ci` says to people: a line for each case, and under it what differs and why. */
import type { BudgetExcess, FigureChange, Judgement, Verdict } from './compare.ts';
import { isGood } from './compare.ts';
import { type Change, type Divergence, type Explanation, eventText } from './explain.ts';

type Paint = (text: string) => string;

/** How text is emphasised; without one it is plain. */
export interface TextStyle {
  readonly good: Paint;
  readonly bad: Paint;
  readonly faint: Paint;
}

const plain: Paint = (text) => text;
const PLAIN_TEXT: TextStyle = { good: plain, bad: plain, faint: plain };

const VERDICTS: Readonly<Record<Verdict, string>> = {
  same: 'same',
  differs: 'differs',
  missing: 'no baseline',
  'not-comparable': 'not comparable',
  fault: 'guest fault',
  limit: 'cycle limit',
  refused: 'cannot be run',
  stale: 'stale',
};

/** So many figures of a case are listed. */
const MOST_FIGURES = 20;

/** `differs`, `over budget`. */
export function verdictText({ verdict, excesses }: Judgement): string {
  return verdict === 'same' && excesses.length > 0 ? 'over budget' : VERDICTS[verdict];
}

/** `3 cases: 2 same, 1 differs`. */
export function summaryText(judgements: readonly Judgement[]): string {
  const counts = new Map<string, number>();
  for (const judgement of judgements) {
    const text = verdictText(judgement);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const total = `${judgements.length} ${judgements.length === 1 ? 'case' : 'cases'}`;
  const parts = [...counts].map(([text, count]) => `${count} ${text}`);
  return parts.length === 0 ? total : `${total}: ${parts.join(', ')}`;
}

/** The whole report, lines that end with line feeds. */
export function reportText(judgements: readonly Judgement[], style: TextStyle = PLAIN_TEXT): string {
  const lines = judgements.flatMap((judgement) => {
    const paint = isGood(judgement) ? style.good : style.bad;
    const heading = `${paint(verdictText(judgement).padEnd(14))} ${judgement.name}`;
    return [heading, ...findings(judgement).map((line) => `  ${line}`)];
  });
  return [...lines, summaryText(judgements), ''].join('\n');
}

/** What there is to say of a case besides its verdict, without indentation. Empty where all is well. */
export function findings(judgement: Judgement): string[] {
  const { reasons, hint, changes, excesses, explanation, details } = judgement;
  return [
    ...reasons,
    ...changeLines(changes),
    ...excesses.map(excessText),
    ...(explanation === undefined ? [] : explanationLines(explanation)),
    ...(details === '' ? [] : details.trimEnd().split('\n')),
    ...(hint === undefined ? [] : [hint]),
  ];
}

function changeLines(changes: readonly FigureChange[]): string[] {
  const shown = changes.slice(0, MOST_FIGURES);
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = shown.map((change) => `${change.name.padEnd(width)}  ${changeText(change)}`);
  const rest = changes.length - shown.length;
  return rest === 0 ? lines : [...lines, `and ${rest} more figures (--json FILE has all)`];
}

/** `118 -> 106, better by 12`. */
export function changeText({ before, now }: FigureChange): string {
  if (before === undefined) return `new: ${now}`;
  if (now === undefined) return `was ${before}, is gone`;
  const word = now < before ? 'better' : 'worse';
  return `${before} -> ${now}, ${word} by ${Math.abs(now - before)}`;
}

export function excessText({ name, budget, now }: BudgetExcess): string {
  return `${name} is ${now}, ${now - budget} over its budget of ${budget}, which --update cannot raise`;
}

/** Why figures differ. */
export function explanationLines({ divergence, functions, symbols }: Explanation): string[] {
  return [
    ...(divergence === undefined ? [] : divergenceLines(divergence)),
    ...changesOf('cycles by function', functions, 'cycles'),
    ...changesOf('bytes by symbol', symbols, 'bytes'),
  ];
}

export function divergenceLines({ common, before, now }: Divergence): string[] {
  return [
    `first difference: ${now === undefined ? 'nothing more happens' : eventText(now)}`,
    `  in the baseline: ${before === undefined ? 'nothing more happens' : eventText(before)}`,
    ...(common === undefined ? [] : [`  up to there the same; last: ${eventText(common)}`]),
  ];
}

function changesOf(title: string, changes: readonly Change[], unit: string): string[] {
  if (changes.length === 0) return [];
  return [`${title}, the largest changes:`, ...changes.map((change) => `  ${amountText(change, unit)}`)];
}

/** `bluekernel_switch: +20000 cycles (820164 -> 840164)`. */
export function amountText({ name, before, now }: Change, unit: string): string {
  const sign = now > before ? '+' : '';
  return `${name}: ${sign}${now - before} ${unit} (${before} -> ${now})`;
}
