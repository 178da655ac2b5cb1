/** What `--update` makes of the baseline. */
import { type Baseline, baselineEntry, type Explanations, explainEntry } from './baseline.ts';
import type { Comparison, Judgement } from './compare.ts';
import { own } from './ordering.ts';
import type { CaseResult } from './run-case.ts';

export interface Update {
  readonly baseline: Baseline;
  readonly explanations: Explanations;
  /** Cases whose entry is new or another one, and those whose entry is dropped. */
  readonly written: readonly string[];
  readonly dropped: readonly string[];
  /** Cases that keep what they had, since what they came to must not become the baseline. */
  readonly refused: readonly string[];
}

/** Whether a case may become what later ones are compared with: it ran as it should, and within its budgets. */
function mayBecomeBaseline({ verdict, excesses }: Judgement): boolean {
  const ran = verdict === 'same' || verdict === 'differs' || verdict === 'missing';
  return (ran || verdict === 'not-comparable') && excesses.length === 0;
}

/** An entry that is the same stays as it is, so that an update without a change changes no byte. */
export function updated(
  judgements: readonly Judgement[],
  results: ReadonlyMap<string, CaseResult>,
  { baseline, explanations, bluesim }: Comparison,
): Update {
  const cases = { ...baseline?.cases };
  const kept = { ...explanations };
  const [written, dropped, refused]: string[][] = [[], [], []];
  for (const judgement of judgements) {
    const { name, verdict } = judgement;
    const result = results.get(name);
    if (verdict === 'stale') {
      delete cases[name];
      delete kept[name];
      dropped!.push(name);
    } else if (result?.kind !== 'measured' || !mayBecomeBaseline(judgement)) refused!.push(name);
    else if (verdict !== 'same' || !isCurrent(name, result.image.sha256, cases, kept)) {
      cases[name] = baselineEntry(result);
      kept[name] = explainEntry(result);
      written!.push(name);
    }
  }
  const hasChanged = written!.length + dropped!.length > 0 || baseline === undefined;
  return {
    baseline: { bluesim: hasChanged ? bluesim : baseline.bluesim, cases },
    explanations: kept,
    written: written!,
    dropped: dropped!,
    refused: refused!,
  };
}

/** Whether both entries of a case are of this image. */
function isCurrent(
  name: string,
  sha256: string,
  cases: Baseline['cases'],
  explanations: Explanations,
): boolean {
  return own(cases, name)?.image.sha256 === sha256 && own(explanations, name)?.sha256 === sha256;
}
