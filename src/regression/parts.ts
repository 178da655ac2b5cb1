/**
 * The results of a run as a file (`--json`): for programs that want the figures, and for `--merge`, which joins the
 * parts of a run that was divided among several machines. A part has all that judging needs but the baseline.
 */
import { UserError } from '../errors.ts';
import type { Judged, Judgement } from './compare.ts';
import { eventRow, JsonReader, type JsonRecord, jsonText } from './json-file.ts';
import { own, sorted } from './ordering.ts';
import type { CaseResult, Outcome } from './run-case.ts';

export const RESULTS_SCHEMA = 1;

/** Part `index`, from 1, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

export interface Part {
  /** The version that measured. */
  readonly bluesim: string;
  readonly shard: Shard;
  /** Names of all cases of all shards. */
  readonly names: readonly string[];
  /** Whether these are all cases of the configuration, none filtered out. */
  readonly isWhole: boolean;
  /** Those of this part. */
  readonly cases: readonly Judged[];
  readonly results: ReadonlyMap<string, CaseResult>;
}

/** The cases of a shard: every `count`th, so that neighbours, which take about as long, are spread. */
export function shardOf<T>(cases: readonly T[], { index, count }: Shard): T[] {
  return cases.filter((_, position) => position % count === index - 1);
}

// --- Writing ----------------------------------------------------------------------------------------------------

export interface Verdicts {
  readonly exitCode: number;
  readonly judgements: readonly Judgement[];
}

/** The same for the same results, whenever and however they were made. */
export function partText(part: Part, { exitCode, judgements }: Verdicts): string {
  const byName = new Map(part.cases.map((subject) => [subject.name, subject]));
  return jsonText({
    bluesim: part.bluesim,
    cases: judgements.map((judgement) => {
      const subject = byName.get(judgement.name);
      return {
        name: judgement.name,
        ...(subject && { line: subject.line, budgets: sorted(subject.budgets) }),
        ...judgementJson(judgement),
        ...(subject && { result: resultJson(part.results.get(judgement.name)!) }),
      };
    }),
    exitCode,
    isWhole: part.isWhole,
    names: part.names,
    schema: RESULTS_SCHEMA,
    shard: { index: part.shard.index, count: part.shard.count },
  });
}

function judgementJson({ verdict, reasons, hint, changes, excesses, explanation }: Judgement): JsonRecord {
  const divergence = explanation?.divergence;
  return {
    verdict,
    reasons,
    hint,
    changes,
    excesses,
    explanation: explanation && {
      divergence: divergence && {
        common: divergence.common && eventRow(divergence.common),
        before: divergence.before && eventRow(divergence.before),
        now: divergence.now && eventRow(divergence.now),
      },
      functions: explanation.functions,
      symbols: explanation.symbols,
    },
  };
}

function resultJson(result: CaseResult): JsonRecord {
  if (result.kind === 'refused') return { kind: 'refused', message: result.message, hint: result.hint };
  const { image, conditions, outcome, report } = result;
  return {
    kind: 'measured',
    image,
    conditions,
    outcome,
    model: report.model,
    figures: report.figures,
    functions: report.functions,
    symbols: report.symbols,
    events: report.events.map(eventRow),
  };
}

// --- Reading ----------------------------------------------------------------------------------------------------

/** @param file how it is called in messages. @throws UserError for what is no such file. */
export function parsePart(text: string, file: string): Part {
  const reader = new JsonReader(file, 'Have the shard write it again with --json.');
  const whole = reader.document(text, RESULTS_SCHEMA);
  const shard = reader.record(own(whole, 'shard'), 'shard');
  const cases: Judged[] = [];
  const results = new Map<string, CaseResult>();
  for (const element of reader.list(whole, 'cases', 'the document')) {
    const entry = reader.record(element, 'cases');
    // Stale entries of the baseline have no result.
    if (own(entry, 'result') === undefined) continue;
    const name = reader.text(entry, 'name', 'cases');
    const budgets = reader.counts(entry, 'budgets', name);
    cases.push({ name, line: reader.count(entry, 'line', name), budgets });
    results.set(name, parseResult(reader, name, reader.record(own(entry, 'result'), name)));
  }
  return {
    bluesim: reader.text(whole, 'bluesim', 'the document'),
    shard: { index: reader.count(shard, 'index', 'shard'), count: reader.count(shard, 'count', 'shard') },
    names: reader.list(whole, 'names', 'the document').map(String),
    isWhole: own(whole, 'isWhole') === true,
    cases,
    results,
  };
}

const OUTCOMES: readonly unknown[] = ['expected', 'fault', 'limit'] satisfies Outcome['kind'][];

function parseResult(reader: JsonReader, name: string, result: JsonRecord): CaseResult {
  if (own(result, 'kind') === 'refused') {
    const hint = own(result, 'hint') === undefined ? undefined : reader.text(result, 'hint', name);
    return { kind: 'refused', name, message: reader.text(result, 'message', name), hint };
  }
  const record = (key: string) => reader.record(own(result, key), `${name}.${key}`);
  const [image, outcome, model] = [record('image'), record('outcome'), record('model')];
  if (!OUTCOMES.includes(own(outcome, 'kind'))) throw reader.damaged(`${name}.outcome`);
  return {
    kind: 'measured',
    name,
    image: { path: reader.text(image, 'path', name), sha256: reader.text(image, 'sha256', name) },
    conditions: reader.texts(result, 'conditions', name),
    outcome: {
      kind: outcome.kind as Outcome['kind'],
      message: reader.text(outcome, 'message', name),
      details: reader.text(outcome, 'details', name),
    },
    report: {
      model: { name: reader.text(model, 'name', name), version: reader.count(model, 'version', name) },
      figures: reader.counts(result, 'figures', name),
      functions: reader.counts(result, 'functions', name),
      symbols: reader.counts(result, 'symbols', name),
      events: reader.events(result, name),
    },
  };
}

// --- Joining ----------------------------------------------------------------------------------------------------

/**
 * Joins parts into the whole, whatever their order.
 * @throws UserError when they do not belong together, or when one is missing or there twice.
 */
export function mergeParts(parts: readonly { readonly file: string; readonly part: Part }[]): Part {
  const [first] = parts as [{ file: string; part: Part }];
  const { bluesim, names, isWhole, shard } = first.part;
  const files = new Map<number, string>();
  for (const { file, part } of parts) {
    const other = files.get(part.shard.index);
    if (other !== undefined) {
      throw new UserError(
        `--merge: ${other} and ${file} are both shard ${part.shard.index}/${part.shard.count}`,
        'Give each shard once.',
      );
    }
    files.set(part.shard.index, file);
    const difference =
      part.bluesim !== bluesim
        ? `was measured by bluesim ${part.bluesim}, ${first.file} by bluesim ${bluesim}`
        : part.shard.count !== shard.count
          ? `is one of ${part.shard.count} shards, ${first.file} one of ${shard.count}`
          : part.names.join('\n') !== names.join('\n') || part.isWhole !== isWhole
            ? `is of other cases than ${first.file}`
            : undefined;
    if (difference !== undefined) {
      throw new UserError(
        `--merge: ${file} ${difference}`,
        'Join what was measured from one revision, with one configuration and one bluesim.',
      );
    }
  }
  const missing = Array.from({ length: shard.count }, (_, index) => index + 1).filter((n) => !files.has(n));
  if (missing.length > 0) {
    throw new UserError(
      `--merge: ${missing.map((n) => `shard ${n}/${shard.count}`).join(' and ')} is missing`,
      'Give the files of all shards; one that is missing may have failed before it measured anything.',
    );
  }
  const cases = new Map(parts.flatMap(({ part }) => part.cases.map((subject) => [subject.name, subject])));
  const results = new Map(parts.flatMap(({ part }) => [...part.results]));
  const lost = names.find((name) => !results.has(name));
  if (lost !== undefined) {
    throw new UserError(`--merge: no file has the case ${lost}`, 'Have the shards write their files again.');
  }
  return { bluesim, shard: WHOLE, names, isWhole, cases: names.map((name) => cases.get(name)!), results };
}
