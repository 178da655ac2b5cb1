/**
 * In which line of a TOML document a key stands. The parser gives values without places; this reads the document a
 * second time, line by line, only to point people and annotations to the right one. TOML 1.0.0, "Keys", "Table",
 * "Array of Tables".
 */

/** Names of tables and keys, and positions in arrays of tables. */
export type KeyPath = readonly (string | number)[];

const PART = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|$|=|\])/y;

/** The parts of a dotted key at the beginning of a text. @returns undefined when there is none. */
function keyParts(text: string): string[] | undefined {
  const parts: string[] = [];
  PART.lastIndex = 0;
  for (;;) {
    const match = PART.exec(text);
    if (match === null) return undefined;
    const [, basic, literal, bare, next] = match;
    parts.push(basic ?? literal ?? bare!);
    if (next !== '.') return parts;
  }
}

const id = (path: KeyPath) => path.join('\0');

export class TomlLines {
  readonly #lines = new Map<string, number>();

  constructor(text: string) {
    /** How many tables each array of tables has so far. */
    const counts = new Map<string, number>();
    let table: KeyPath = [];
    let quote: string | undefined;
    for (const [index, line] of text.split('\n').entries()) {
      const wasOpen = quote !== undefined;
      quote = openQuote(line, quote);
      if (wasOpen) continue;
      const [, brackets, header] = /^\s*(\[\[?)(.*)$/.exec(line) ?? [];
      if (brackets !== undefined) {
        const parts = keyParts(header!);
        if (parts === undefined) continue;
        table = resolve(parts, counts, brackets === '[[');
        this.#note(table, index + 1);
        continue;
      }
      const key = /^\s*[A-Za-z0-9_"'-]/.test(line) && line.includes('=') ? keyParts(line) : undefined;
      if (key !== undefined) this.#note([...table, ...key], index + 1);
    }
  }

  /** Line of a key, from 1; of the nearest table around it when it is not there by itself; 1 at last. */
  lineOf(path: KeyPath): number {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(id(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }

  #note(path: KeyPath, line: number): void {
    if (!this.#lines.has(id(path))) this.#lines.set(id(path), line);
  }
}

/** A header's path, with the positions in the arrays of tables that it passes. */
function resolve(parts: readonly string[], counts: Map<string, number>, isElement: boolean): KeyPath {
  const path: (string | number)[] = [];
  for (const [index, part] of parts.entries()) {
    path.push(part);
    const key = id(path);
    const isLast = index === parts.length - 1;
    if (isLast && isElement) counts.set(key, (counts.get(key) ?? 0) + 1);
    const count = counts.get(key);
    if (count !== undefined) path.push(count - 1);
  }
  return path;
}

/** The delimiter of the multi-line string that is open behind a line. */
function openQuote(line: string, before: string | undefined): string | undefined {
  let open = before;
  for (const [delimiter] of line.matchAll(/"""|'''/g)) {
    if (open === undefined) open = delimiter;
    else if (open === delimiter) open = undefined;
  }
  return open;
}
