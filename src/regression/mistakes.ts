/** Mistakes in a configuration: all of them at once, each with file, line, key and what is allowed. */
import { UserError } from '../errors.ts';
import type { KeyPath, TomlLines } from './toml-lines.ts';

interface Mistake {
  readonly place: string;
  readonly allowed: string;
}

export class Mistakes {
  readonly file: string;
  readonly #lines: TomlLines;
  readonly #found: Mistake[] = [];

  /** @param file how it is called in messages. */
  constructor(file: string, lines: TomlLines) {
    this.file = file;
    this.#lines = lines;
  }

  /** @param message what is wrong with the key, @param allowed what to write. Both without the key's name. */
  add(path: KeyPath, message: string, allowed: string): void {
    const place = `${this.file}:${this.#lines.lineOf(path)}: ${keyText(path)} ${message}`;
    this.#found.push({ place, allowed });
  }

  /** @throws UserError when there are any. */
  check(): void {
    const [first] = this.#found;
    if (first === undefined) return;
    if (this.#found.length === 1) throw new UserError(first.place, first.allowed);
    throw new UserError(
      `${this.file} has ${this.#found.length} mistakes`,
      this.#found.map(({ place, allowed }) => `${place}\n    ${allowed}`).join('\n  '),
    );
  }
}

/** `job.boot.max-cycles`; in an array of tables `job[1].max-cycles`, counted from 1. */
export function keyText(path: KeyPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part + 1}]`;
    const name = /^[\w-]+$/.test(part) ? part : JSON.stringify(part);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
