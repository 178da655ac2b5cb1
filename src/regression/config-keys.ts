/**
 * The keys of a job in `bluesim.toml`: for each what is allowed, in words and as a check. A reader gives what the
 * settings have of it, or says what is wrong and gives undefined.
 */
import { TomlDate, type TomlTable } from 'smol-toml';
import { UserError } from '../errors.ts';
import { BOARDS } from '../machine/boards/index.ts';
import { modelNames } from '../machine/choices.ts';
import { CPU_NAMES } from '../machine/cpus.ts';
import { allIsas } from '../machine/isa.ts';
import type { JobInput } from './job.ts';

/** From text to numbers as people write them: 1e9, 10M, 64MiB. Each throws a UserError that begins with the option. */
export interface NumberReader {
  count(option: string, text: string): number;
  size(option: string, text: string): number;
  address(option: string, text: string): number;
}

export interface ReadContext {
  readonly numbers: NumberReader;
  /** Says that a value is wrong: what about it, and what is allowed. @param inner key within the value. */
  wrong(message: string, allowed: string, inner?: string): undefined;
}

export type Reader<T> = (value: unknown, context: ReadContext) => T | undefined;

/** One or several, and whether they were written as a list. */
export interface OneOrMore {
  readonly values: readonly string[];
  readonly isList: boolean;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Dates are objects, too. */
export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof TomlDate);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const text: (allowed: string) => Reader<string> = (allowed) => (value, context) =>
  isText(value) ? value : context.wrong(`is ${show(value)}`, allowed);

const flag: Reader<boolean> = (value, context) =>
  typeof value === 'boolean' ? value : context.wrong(`is ${show(value)}`, 'Write true or false.');

/** @param check says what is wrong with one of them. */
function oneOrMore(allowed: string, check: (value: string) => string | undefined): Reader<OneOrMore> {
  return (value, context) => {
    const values = Array.isArray(value) ? value : [value];
    if (values.length === 0 || !values.every(isText)) return context.wrong(`is ${show(value)}`, allowed);
    const problem = values.map(check).find((found) => found !== undefined);
    if (problem !== undefined) return context.wrong(problem, allowed);
    const twice = values.find((element, index) => values.indexOf(element) !== index);
    if (twice !== undefined) return context.wrong(`has ${show(twice)} twice`, allowed);
    return { values, isList: Array.isArray(value) };
  };
}

function oneOf(names: readonly string[]): Reader<string> {
  return (value, context) =>
    names.find((name) => name === value) ??
    context.wrong(`is ${show(value)}`, `Allowed: ${names.map((name) => `"${name}"`).join(', ')}.`);
}

/** A number, or text that a person would write on the command line. @param least of the allowed ones. */
function number(kind: keyof NumberReader, least: number, allowed: string): Reader<number> {
  return (value, context) => {
    let result = value;
    if (isText(value)) {
      try {
        result = context.numbers[kind]('', value);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
      }
    }
    if (Number.isSafeInteger(result) && (result as number) >= least) return result as number;
    return context.wrong(`is ${show(value)}`, allowed);
  };
}

const pattern: Reader<string> = (value, context) => {
  const allowed = 'Write a regular expression of JavaScript, best in single quotes, which keep backslashes.';
  if (!isText(value)) return context.wrong(`is ${show(value)}`, allowed);
  try {
    new RegExp(value);
    return value;
  } catch (error) {
    return context.wrong(
      `is no regular expression: ${(error as Error).message.replace(/^.*: /, '')}`,
      allowed,
    );
  }
};

function texts(allowed: string): Reader<readonly string[]> {
  return (value, context) =>
    Array.isArray(value) && value.every((element) => typeof element === 'string')
      ? value
      : context.wrong(`is ${show(value)}`, allowed);
}

/** A table of names with a value each. */
function tableOf<T>(allowed: string, read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, context) => {
    if (!isTable(value)) return context.wrong(`is ${show(value)}`, allowed);
    const inner = (name: string): ReadContext => ({
      ...context,
      wrong: (message, hint) => context.wrong(message, hint, name),
    });
    const entries = Object.entries(value).map(
      ([name, element]) => [name, read(element, inner(name))] as const,
    );
    const good = entries.filter((entry): entry is readonly [string, T] => entry[1] !== undefined);
    return Object.fromEntries(good);
  };
}

/** Input for the console, or for UARTs by name. */
function input(from: (value: string) => JobInput['from'], what: string): Reader<readonly JobInput[]> {
  const allowed = `Write ${what} for the board's console, or a table of UARTs: { uart1 = "…" }.`;
  const named = tableOf(allowed, (value, context) =>
    typeof value === 'string' ? value : context.wrong(`is ${show(value)}`, `Write ${what}.`),
  );
  return (value, context) => {
    if (typeof value === 'string') return [{ port: undefined, from: from(value) }];
    const ports = named(value, context);
    return ports && Object.entries(ports).map(([port, content]) => ({ port, from: from(content) }));
  };
}

/** Whether the board has it is found out when the machine is built. */
function checkModel(name: string): string | undefined {
  const names = modelNames();
  return names.includes(name) ? undefined : `has ${show(name)}: Models: ${names.join(', ')}.`;
}

const boardNames = BOARDS.map(({ name }) => name);
const extensions = allIsas().flatMap(({ optionalExtensions }) => optionalExtensions) as readonly string[];
const among = (names: readonly string[]) => (name: string) =>
  names.includes(name) ? undefined : `has ${show(name)}`;

const COUNT = 'Write a whole number from 1: 1_000_000, or as text "1e6", "10M".';

export const READERS = {
  image: oneOrMore(
    'Write the path of an image, or a list; *, ?, ** and {a,b} are patterns.',
    () => undefined,
  ),
  board: oneOrMore(`Allowed: ${boardNames.join(', ')}; one or a list.`, among(boardNames)),
  model: oneOrMore('Write the name of a timing model, or a list.', checkModel),
  cpu: oneOf(CPU_NAMES),
  ram: number('size', 4096, 'Write a size in bytes: "64M", 0x400_0000.'),
  extensions: oneOrMore(`Allowed: ${extensions.join(', ')}; one or a list.`, among(extensions)),
  'load-address': number('address', 0, 'Write a 32-bit address: 0x8000_0000.'),
  semihosting: flag,
  strict: flag,
  'paced-uart': flag,
  'uart-in': input((file) => ({ file }), 'the path of a file'),
  'uart-in-text': input((content) => ({ text: content }), 'what is typed, as text'),
  arguments: texts('Write a list of texts: ["--fast", "3"].'),
  'max-cycles': number('count', 1, COUNT),
  'max-instructions': number('count', 1, COUNT),
  until: pattern,
  'fail-on': pattern,
  end: oneOf(['exit', 'match', 'limit', 'stuck']),
  'exit-code': number('count', 0, 'Write the code with which the guest ends: a whole number from 0.'),
  probes: tableOf('Write a table: { switch = "FROM -> TO" }.', text('Write "FROM -> TO".')),
  budgets: tableOf(
    'Write a table of figures and the most that each may be: { "footprint/flash" = 65536 }.',
    number('count', 0, 'Write a whole number: the most that the figure may be.'),
  ),
};

export type ReadValues = {
  -readonly [K in keyof typeof READERS]?: (typeof READERS)[K] extends Reader<infer T> ? T : never;
};

export const JOB_KEYS = Object.keys(READERS) as (keyof typeof READERS)[];
