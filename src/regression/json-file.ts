/** JSON that people read in reviews and that bluesim reads again: how it is written, and how it is checked when read. */
import { hex32, UserError } from '../errors.ts';
import { own } from './ordering.ts';
import type { MeasureEvent } from './report.ts';

export type JsonRecord = Record<string, unknown>;

// --- Writing ----------------------------------------------------------------------------------------------------

/** A line for each member of an object and for each row; a row is an array of plain values. Ends with a line feed. */
export function jsonText(value: unknown): string {
  return `${block(value, '')}\n`;
}

function block(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isArray = Array.isArray(value);
  if (isArray && value.every((element) => typeof element !== 'object')) {
    return `[${value.map((element) => JSON.stringify(element)).join(', ')}]`;
  }
  const inner = `${indent}  `;
  const members = isArray
    ? value.map((element) => block(element, inner))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => `${JSON.stringify(key)}: ${block(member, inner)}`);
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  if (members.length === 0) return open + close;
  return `${open}\n${members.map((member) => inner + member).join(',\n')}\n${indent}${close}`;
}

/** An event as a row: cycle, kind, pc, symbol and, where it is known, line. */
export function eventRow({ cycle, kind, pc, symbol, line }: MeasureEvent): readonly (number | string)[] {
  return [cycle, kind, hex32(pc), symbol, ...(line === undefined ? [] : [line])];
}

// --- Reading ----------------------------------------------------------------------------------------------------

const isText = (value: unknown): value is string => typeof value === 'string';

export class JsonReader {
  readonly #file: string;
  readonly #hint: string;

  /** @param file how it is called in messages, @param hint what to do when it is damaged. */
  constructor(file: string, hint: string) {
    this.#file = file;
    this.#hint = hint;
  }

  /** @throws UserError for what is no JSON, or has another schema. */
  document(text: string, schema: number): JsonRecord {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.damaged((error as Error).message);
    }
    const whole = this.record(value, 'the document');
    if (whole.schema === schema) return whole;
    throw new UserError(
      `${this.#file} has schema ${JSON.stringify(whole.schema)}; this bluesim knows ${schema}`,
      'Use the same version of bluesim everywhere, or write the file anew.',
    );
  }

  record(value: unknown, where: string): JsonRecord {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
    throw this.damaged(`${where} is no object`);
  }

  list(parent: JsonRecord, key: string, where: string): readonly unknown[] {
    const value = own(parent, key);
    if (Array.isArray(value)) return value;
    throw this.damaged(`${where}.${key} is no list`);
  }

  text(parent: JsonRecord, key: string, where: string): string {
    const value = own(parent, key);
    if (isText(value)) return value;
    throw this.damaged(`${where}.${key} is no text`);
  }

  count(parent: JsonRecord, key: string, where: string): number {
    const value = own(parent, key);
    if (Number.isSafeInteger(value)) return value as number;
    throw this.damaged(`${where}.${key} is no whole number`);
  }

  texts(parent: JsonRecord, key: string, where: string): Record<string, string> {
    return this.#values<string>(parent, key, where, isText);
  }

  counts(parent: JsonRecord, key: string, where: string): Record<string, number> {
    return this.#values<number>(parent, key, where, Number.isSafeInteger);
  }

  events(parent: JsonRecord, where: string): MeasureEvent[] {
    return this.list(parent, 'events', where).map((row) => {
      if (!Array.isArray(row)) throw this.damaged(`${where}.events`);
      const [cycle, kind, pc, symbol, line] = row as unknown[];
      if (!Number.isSafeInteger(cycle) || ![kind, pc, symbol, line ?? ''].every(isText)) {
        throw this.damaged(`${where}.events`);
      }
      const event = {
        cycle: cycle as number,
        kind: kind as string,
        pc: Number(pc),
        symbol: symbol as string,
      };
      return line === undefined ? event : { ...event, line: line as string };
    });
  }

  damaged(what: string): UserError {
    return new UserError(`${this.#file} is damaged: ${what}`, this.#hint);
  }

  #values<T>(
    parent: JsonRecord,
    key: string,
    where: string,
    isGood: (value: unknown) => boolean,
  ): Record<string, T> {
    const found = this.record(own(parent, key), `${where}.${key}`);
    const bad = Object.keys(found).find((name) => !isGood(found[name]));
    if (bad !== undefined) throw this.damaged(`${where}.${key} has a wrong value for ${bad}`);
    return found as Record<string, T>;
  }
}
