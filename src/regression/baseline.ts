/**
 * The two files that a project commits. `bluesim.baseline.json` has the figures, one a line, keys sorted, so that a
 * person can read a change of it in a review. `bluesim.explain.json` has what explains a difference once the old image
 * is gone. They are a pair: an entry of the second is of use for the image of the same hash only.
 */
import { hex32, UserError } from '../errors.ts';
import type { Explainable } from './explain.ts';
import { own, sorted } from './ordering.ts';
import type { MeasureEvent } from './report.ts';
import type { MeasuredCase } from './run-case.ts';

export const BASELINE_SCHEMA = 1;

export interface BaselineEntry {
  readonly image: { readonly path: string; readonly sha256: string };
  readonly conditions: Readonly<Record<string, string>>;
  readonly figures: Readonly<Record<string, number>>;
}

export interface ExplainEntry extends Explainable {
  /** Of the image. */
  readonly sha256: string;
}

export interface Baseline {
  /** The version that wrote it. It is told, never compared. */
  readonly bluesim: string;
  readonly cases: Readonly<Record<string, BaselineEntry>>;
}

export type Explanations = Readonly<Record<string, ExplainEntry>>;

export function baselineEntry({ image, conditions, report }: MeasuredCase): BaselineEntry {
  return { conditions, figures: report.figures, image };
}

export function explainEntry({ image, report }: MeasuredCase): ExplainEntry {
  const { functions, symbols, events } = report;
  return { sha256: image.sha256, functions, symbols, events };
}

// --- Writing ----------------------------------------------------------------------------------------------------

export function baselineText({ bluesim, cases }: Baseline): string {
  const entries = Object.entries(sorted(cases)).map(([name, { conditions, figures, image }]) => [
    name,
    {
      conditions: sorted(conditions),
      figures: sorted(figures),
      image: { path: image.path, sha256: image.sha256 },
    },
  ]);
  return json({ bluesim, cases: Object.fromEntries(entries), schema: BASELINE_SCHEMA });
}

export function explanationsText(explanations: Explanations): string {
  const entries = Object.entries(sorted(explanations)).map(([name, entry]) => [
    name,
    {
      events: entry.events.map(eventRow),
      functions: sorted(entry.functions),
      sha256: entry.sha256,
      symbols: sorted(entry.symbols),
    },
  ]);
  return json({ cases: Object.fromEntries(entries), schema: BASELINE_SCHEMA });
}

type Row = readonly (number | string)[];

function eventRow({ cycle, kind, pc, symbol, line }: MeasureEvent): Row {
  return [cycle, kind, hex32(pc), symbol, ...(line === undefined ? [] : [line])];
}

/** JSON with a line for each member, and for each row of values. */
function json(value: unknown): string {
  return `${block(value, '')}\n`;
}

function block(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isRow = Array.isArray(value) && value.every((element) => typeof element !== 'object');
  if (isRow) return `[${value.map((element) => JSON.stringify(element)).join(', ')}]`;
  const inner = `${indent}  `;
  const members = Array.isArray(value)
    ? value.map((element) => block(element, inner))
    : Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${block(member, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return members.length === 0
    ? open + close
    : `${open}\n${members.map((member) => inner + member).join(',\n')}\n${indent}${close}`;
}

// --- Reading ----------------------------------------------------------------------------------------------------

/** @param file how it is called in messages. @throws UserError for what is no such file. */
export function parseBaseline(text: string, file: string): Baseline {
  const { bluesim, cases } = document(text, file);
  if (typeof bluesim !== 'string') throw damaged(file, '`bluesim` is no text');
  const entries = Object.entries(record(cases, file, 'cases')).map(([name, value]) => {
    const entry = record(value, file, name);
    const image = record(own(entry, 'image'), file, `${name}.image`);
    const [path, sha256] = [own(image, 'path'), own(image, 'sha256')];
    if (typeof path !== 'string' || typeof sha256 !== 'string') throw damaged(file, `${name}.image`);
    return [
      name,
      {
        image: { path, sha256 },
        conditions: valuesOf<string>(own(entry, 'conditions'), file, `${name}.conditions`, isText),
        figures: valuesOf<number>(own(entry, 'figures'), file, `${name}.figures`, Number.isSafeInteger),
      },
    ] as const;
  });
  return { bluesim, cases: Object.fromEntries(entries) };
}

/** As `parseBaseline`. */
export function parseExplanations(text: string, file: string): Explanations {
  const entries = Object.entries(record(document(text, file).cases, file, 'cases')).map(([name, value]) => {
    const entry = record(value, file, name);
    const [sha256, events] = [own(entry, 'sha256'), own(entry, 'events')];
    if (typeof sha256 !== 'string') throw damaged(file, `${name}.sha256`);
    if (!Array.isArray(events)) throw damaged(file, `${name}.events`);
    const numbers = (key: string) =>
      valuesOf<number>(own(entry, key), file, `${name}.${key}`, Number.isSafeInteger);
    const explainEntry: ExplainEntry = {
      sha256,
      functions: numbers('functions'),
      symbols: numbers('symbols'),
      events: events.map((row) => eventOf(row) ?? fail(damaged(file, `${name}.events`))),
    };
    return [name, explainEntry] as const;
  });
  return Object.fromEntries(entries);
}

function eventOf(row: unknown): MeasureEvent | undefined {
  if (!Array.isArray(row)) return undefined;
  const [cycle, kind, pc, symbol, line] = row as unknown[];
  if (!Number.isSafeInteger(cycle) || ![kind, pc, symbol, line ?? ''].every(isText)) return undefined;
  return {
    cycle: cycle as number,
    kind: kind as string,
    pc: Number(pc),
    symbol: symbol as string,
    ...(line === undefined ? {} : { line: line as string }),
  };
}

const isText = (value: unknown) => typeof value === 'string';

function fail(error: Error): never {
  throw error;
}

function document(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
  const whole = record(value, file, 'the document');
  if (whole.schema === BASELINE_SCHEMA) return whole;
  throw new UserError(
    `${file} has schema ${JSON.stringify(whole.schema)}; this bluesim knows ${BASELINE_SCHEMA}`,
    'Use the bluesim that wrote it, or write it anew with `bluesim ci --update`.',
  );
}

function record(value: unknown, file: string, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw damaged(file, `${where} is no object`);
}

function valuesOf<T>(
  value: unknown,
  file: string,
  where: string,
  isGood: (value: unknown) => boolean,
): Record<string, T> {
  const found = record(value, file, where);
  const bad = Object.keys(found).find((name) => !isGood(found[name]));
  if (bad !== undefined) throw damaged(file, `${where} has a wrong value for ${bad}`);
  return found as Record<string, T>;
}

function damaged(file: string, what: string): UserError {
  return new UserError(
    `${file} is damaged: ${what}`,
    'Take it from version control again, or delete it and write it anew with `bluesim ci --update`.',
  );
}
