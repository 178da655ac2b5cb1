/**
 * `bluesim.toml`: the jobs that `bluesim ci` runs. docs/ci.md describes it. A table `[defaults]` has what all jobs
 * share; each `[job.NAME]`, or `[[job]]` with a `name`, is a job.
 */
import { parse, TomlError, type TomlTable } from 'smol-toml';
import { UserError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import {
  isTable,
  JOB_KEYS,
  type NumberReader,
  type OneOrMore,
  READERS,
  type ReadValues,
} from './config-keys.ts';
import { isPattern } from './glob.ts';
import type { ExpectedEnd, Job, JobInput } from './job.ts';
import { Mistakes } from './mistakes.ts';
import { type KeyPath, TomlLines } from './toml-lines.ts';

export interface ConfigSource {
  readonly text: string;
  /** How it is called in messages. */
  readonly file: string;
  readonly numbers: NumberReader;
}

/** A guest that does not end by itself is stopped here, unless the job says otherwise. */
export const DEFAULT_MAX_CYCLES = 1_000_000_000;

const DEFAULT_KEYS: readonly string[] = JOB_KEYS.filter((key) => key !== 'image');
const JOB_NAME = /^[A-Za-z0-9][\w.-]*$/;

/** @throws UserError that names every mistake. */
export function parseConfig({ text, file, numbers }: ConfigSource): readonly Job[] {
  const root = parseToml(text, file);
  const lines = new TomlLines(text);
  const mistakes = new Mistakes(file, lines);
  const reader = new ConfigReader(mistakes, lines, numbers);
  const jobs = reader.jobs(root);
  mistakes.check();
  if (jobs.length > 0) return jobs;
  throw new UserError(
    `${file} has no job`,
    'Write one, `[job.NAME]` with `image = "PATH"`, or have one written: `bluesim init IMAGE`.',
  );
}

function parseToml(text: string, file: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw new UserError(
      `${file}:${error.line}:${error.column}: ${what}`,
      `It is TOML (https://toml.io):\n${error.codeblock.trimEnd().replace(/^/gm, '  ')}`,
    );
  }
}

class ConfigReader {
  readonly #mistakes: Mistakes;
  readonly #lines: TomlLines;
  readonly #numbers: NumberReader;

  constructor(mistakes: Mistakes, lines: TomlLines, numbers: NumberReader) {
    this.#mistakes = mistakes;
    this.#lines = lines;
    this.#numbers = numbers;
  }

  jobs(root: TomlTable): Job[] {
    this.#checkKeys([], root, ['defaults', 'job']);
    const { defaults = {}, job = {} } = root;
    const shared = isTable(defaults) ? this.#values(['defaults'], defaults, DEFAULT_KEYS) : {};
    if (!isTable(defaults)) this.#mistakes.add(['defaults'], 'is no table', 'Write `[defaults]`.');
    if (Array.isArray(job)) {
      const found = job.map((table, index) => this.#listedJob(['job', index], table, shared));
      return this.#withoutTwins(found.filter((made) => made !== undefined));
    }
    if (!isTable(job)) {
      this.#mistakes.add(['job'], 'is no table', 'Write `[job.NAME]`, or `[[job]]` with `name = "NAME"`.');
      return [];
    }
    return Object.entries(job)
      .map(([name, table]) => this.#namedJob(['job', name], name, table, shared))
      .filter((made) => made !== undefined);
  }

  #listedJob(path: KeyPath, value: unknown, shared: ReadValues): Job | undefined {
    if (!isTable(value)) {
      this.#mistakes.add(path, 'is no table', 'Write `[[job]]`.');
      return undefined;
    }
    const { name, ...table } = value;
    if (typeof name === 'string') return this.#job(path, name, [...path, 'name'], table, shared);
    const allowed = 'Every `[[job]]` has a name of its own: letters, digits, `.`, `_` and `-`.';
    this.#mistakes.add(path, name === undefined ? 'has no name' : 'has a name that is no text', allowed);
    return undefined;
  }

  #namedJob(path: KeyPath, name: string, value: unknown, shared: ReadValues): Job | undefined {
    if (isTable(value)) return this.#job(path, name, path, value, shared);
    this.#mistakes.add(path, 'is no table', 'Write `[job.NAME]`, and under it the keys of the job.');
    return undefined;
  }

  #job(
    path: KeyPath,
    name: string,
    namePath: KeyPath,
    table: TomlTable,
    shared: ReadValues,
  ): Job | undefined {
    if (!JOB_NAME.test(name)) {
      const allowed = 'A name begins with a letter or digit and has letters, digits, `.`, `_` and `-`.';
      this.#mistakes.add(namePath, `is called ${JSON.stringify(name)}`, allowed);
    }
    const own = this.#values(path, table, JOB_KEYS);
    const values: ReadValues = { ...shared, ...own };
    if (values.image === undefined) {
      if (!Object.hasOwn(table, 'image')) {
        this.#mistakes.add(path, 'has no image', 'Write `image = "PATH"`.');
      }
      return undefined;
    }
    const end = this.#end(path, values);
    const inputs = this.#inputs(path, values);
    const optional = (choice: OneOrMore | undefined) => choice?.values ?? [undefined];
    return {
      name,
      line: this.#lines.lineOf(path),
      images: values.image.values,
      boards: optional(values.board),
      models: optional(values.model),
      settings: {
        cpu: values.cpu,
        ramBytes: values.ram,
        extensions: values.extensions?.values ?? [],
        loadAddress: values['load-address'],
        semihosting: values.semihosting ?? true,
        strict: values.strict ?? false,
        pacedUart: values['paced-uart'] ?? false,
        inputs,
        arguments: values.arguments ?? [],
        maxCycles: values['max-cycles'] ?? DEFAULT_MAX_CYCLES,
        maxInstructions: values['max-instructions'],
        until: values.until,
        failOn: values['fail-on'],
        end,
        probes: { ...shared.probes, ...own.probes },
      },
      budgets: { ...shared.budgets, ...own.budgets },
      listed: {
        images: values.image.isList || values.image.values.some(isPattern),
        boards: values.board?.isList ?? false,
        models: values.model?.isList ?? false,
      },
    };
  }

  #end(path: KeyPath, values: ReadValues): ExpectedEnd {
    const { until, 'exit-code': code } = values;
    const kind = (values.end ?? (until === undefined ? 'exit' : 'match')) as ExpectedEnd['kind'];
    if (kind === 'match' && until === undefined) {
      const allowed = "Add `until = 'REGEX'`, which the console has to match.";
      this.#mistakes.add([...path, 'end'], 'is "match", and there is nothing to match', allowed);
    } else if (kind !== 'match' && until !== undefined) {
      const allowed = 'A run with `until` ends when the console matches: leave out one of the two.';
      this.#mistakes.add([...path, 'end'], `is "${kind}", and there is \`until\``, allowed);
    }
    if (kind === 'exit') return { kind, code: code ?? 0 };
    if (code !== undefined) {
      const allowed = `Leave it out: this run does not end by an exit of the guest, but by "${kind}".`;
      this.#mistakes.add([...path, 'exit-code'], 'is of no use here', allowed);
    }
    return { kind };
  }

  #inputs(path: KeyPath, values: ReadValues): readonly JobInput[] {
    const inputs = [...(values['uart-in'] ?? []), ...(values['uart-in-text'] ?? [])];
    const ports = inputs.map(({ port }) => port);
    const twice = ports.find((port, index) => ports.indexOf(port) !== index);
    if (ports.length > new Set(ports).size) {
      const message = `gives ${twice ?? 'the console'} its input a second time`;
      this.#mistakes.add([...path, 'uart-in-text'], message, 'Leave out `uart-in` or `uart-in-text` for it.');
    }
    return inputs;
  }

  #values(path: KeyPath, table: TomlTable, allowed: readonly string[]): ReadValues {
    this.#checkKeys(path, table, allowed);
    const values: Record<string, unknown> = {};
    for (const key of JOB_KEYS) {
      if (!allowed.includes(key) || !Object.hasOwn(table, key)) continue;
      const read = READERS[key]!(table[key], {
        numbers: this.#numbers,
        wrong: (message, hint, inner) => {
          this.#mistakes.add([...path, key, ...(inner === undefined ? [] : [inner])], message, hint);
          return undefined;
        },
      });
      if (read !== undefined) values[key] = read;
    }
    return values as ReadValues;
  }

  #checkKeys(path: KeyPath, table: TomlTable, allowed: readonly string[]): void {
    for (const key of Object.keys(table)) {
      if (allowed.includes(key)) continue;
      const [near] = nearest(key, allowed);
      const question = near === undefined ? '' : `Did you mean \`${near}\`? `;
      this.#mistakes.add([...path, key], 'is no key', `${question}Allowed: ${allowed.join(', ')}.`);
    }
  }

  #withoutTwins(jobs: readonly Job[]): Job[] {
    return jobs.filter(({ name, line }, index) => {
      const first = jobs.findIndex((other) => other.name === name);
      if (first === index) return true;
      const message = `is called ${name}, as the job in line ${jobs[first]!.line}`;
      this.#mistakes.add(['job', index], message, `Give the job in line ${line} another name.`);
      return false;
    });
  }
}
