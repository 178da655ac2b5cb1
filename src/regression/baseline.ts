/**
 * The two files that a project commits. `bluesim.baseline.json` has the figures, one a line, keys sorted, so that a
 * person can read a change of it in a review. `bluesim.explain.json` has what explains a difference once the old image
 * is gone. They are a pair: an entry of the second is of use for the image of the same hash only.
 */
import type { Explainable } from './explain.ts';
import { eventRow, JsonReader, jsonText } from './json-file.ts';
import { own, sorted } from './ordering.ts';
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
  return jsonText({ bluesim, cases: Object.fromEntries(entries), schema: BASELINE_SCHEMA });
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
  return jsonText({ cases: Object.fromEntries(entries), schema: BASELINE_SCHEMA });
}

// --- Reading ----------------------------------------------------------------------------------------------------

const DAMAGED =
  'Take it from version control again, or delete it and write it anew with `bluesim ci --update`.';

/** @param file how it is called in messages. @throws UserError for what is no such file. */
export function parseBaseline(text: string, file: string): Baseline {
  const reader = new JsonReader(file, DAMAGED);
  const whole = reader.document(text, BASELINE_SCHEMA);
  const entries = Object.entries(reader.record(own(whole, 'cases'), 'cases')).map(([name, value]) => {
    const entry = reader.record(value, name);
    const image = reader.record(own(entry, 'image'), `${name}.image`);
    const parsed: BaselineEntry = {
      image: { path: reader.text(image, 'path', name), sha256: reader.text(image, 'sha256', name) },
      conditions: reader.texts(entry, 'conditions', name),
      figures: reader.counts(entry, 'figures', name),
    };
    return [name, parsed] as const;
  });
  return { bluesim: reader.text(whole, 'bluesim', 'the document'), cases: Object.fromEntries(entries) };
}

/** As `parseBaseline`. */
export function parseExplanations(text: string, file: string): Explanations {
  const reader = new JsonReader(file, DAMAGED);
  const cases = reader.record(own(reader.document(text, BASELINE_SCHEMA), 'cases'), 'cases');
  const entries = Object.entries(cases).map(([name, value]) => {
    const entry = reader.record(value, name);
    const parsed: ExplainEntry = {
      sha256: reader.text(entry, 'sha256', name),
      functions: reader.counts(entry, 'functions', name),
      symbols: reader.counts(entry, 'symbols', name),
      events: reader.events(entry, name),
    };
    return [name, parsed] as const;
  });
  return Object.fromEntries(entries);
}
