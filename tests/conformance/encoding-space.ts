/**
 * Checks of an encoding table that are the same for every instruction set: each word is an encoding of exactly one
 * row, or of no row and then of exactly one row of what is undefined; and the decoder finds that row.
 */
import { type BitPattern, type Encoding, matches } from '../../src/cpu/encoding.ts';

export type Pattern = Pick<BitPattern, 'mask' | 'value' | 'length'> & Encoding;

export const hex = (word: number) => (word >>> 0).toString(16);

function overlap(a: Pattern, b: Pattern): boolean {
  return a.length === b.length && ((a.value ^ b.value) & a.mask & b.mask) === 0;
}

/** Pairs of rows whose fixed bits allow one word to be both. */
export function overlappingPairs<T extends Pattern>(rows: readonly T[]): [T, T][] {
  return rows.flatMap((a, index) =>
    rows
      .slice(index + 1)
      .filter((b) => overlap(a, b))
      .map((b): [T, T] => [a, b]),
  );
}

/** Rows of one length, scanned from the first to the last. */
class Rows<T extends Pattern> {
  readonly #rows: readonly T[];
  readonly #masks: Int32Array;
  readonly #values: Int32Array;
  /** The row that the last `count` met last. */
  last: T | undefined;

  constructor(rows: readonly T[]) {
    this.#rows = rows;
    this.#masks = Int32Array.from(rows, (row) => row.mask);
    this.#values = Int32Array.from(rows, (row) => row.value);
    this.last = undefined;
  }

  /** How many rows the word is an encoding of. */
  count(word: number): number {
    let count = 0;
    this.last = undefined;
    for (let index = 0; index < this.#masks.length; index++) {
      if ((word & this.#masks[index]!) !== this.#values[index]!) continue;
      if (!matches(this.#rows[index]!, word)) continue;
      count++;
      this.last = this.#rows[index];
    }
    return count;
  }

  /** Those that words with these bits can be encodings of. */
  under(mask: number, value: number): Rows<T> {
    return new Rows(this.#rows.filter((row) => ((row.value ^ value) & row.mask & mask) === 0));
  }
}

export interface Space<T extends Pattern> {
  /** What is there with the extensions that are looked at. */
  readonly rows: readonly T[];
  /** What is undefined or reserved. */
  readonly undefinedRows: readonly Pattern[];
  readonly find: (word: number) => T | undefined;
}

/** Checks words of one length against one set of extensions and remembers the first ones that are wrong. */
export class SpaceChecker<T extends Pattern> {
  readonly wrong: string[] = [];
  readonly #find: (word: number) => T | undefined;
  readonly #allRows: Rows<T>;
  readonly #allUndefined: Rows<Pattern>;
  #rows: Rows<T>;
  #undefined: Rows<Pattern>;

  constructor(space: Space<T>, length: 2 | 4) {
    this.#find = space.find;
    this.#allRows = new Rows(space.rows.filter((row) => row.length === length));
    this.#allUndefined = new Rows(space.undefinedRows.filter((row) => row.length === length));
    this.#rows = this.#allRows;
    this.#undefined = this.#allUndefined;
  }

  /** From here on only words with these bits are checked, which is faster. */
  restrict(mask: number, value: number): void {
    this.#rows = this.#allRows.under(mask, value);
    this.#undefined = this.#allUndefined.under(mask, value);
  }

  /** @returns the row of a legal word. */
  check(word: number): T | undefined {
    const legal = this.#rows.count(word);
    const row = this.#rows.last;
    const reserved = legal === 0 ? this.#undefined.count(word) : 0;
    if (legal + reserved !== 1) this.#note(word, `matches ${legal} rows and ${reserved} undefined rows`);
    return row;
  }

  /** The same, and asks the decoder. */
  checkDecoder(word: number): T | undefined {
    const row = this.check(word);
    if (this.#find(word) !== row) this.#note(word, 'is found otherwise by the decoder');
    return row;
  }

  #note(word: number, what: string): void {
    if (this.wrong.length < 10) this.wrong.push(`${hex(word)} ${what}`);
  }
}
