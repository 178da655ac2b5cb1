/**
 * The encoding table covers the whole encoding space: every word is an encoding of exactly one row, or of no
 * row and then of exactly one reserved row. Compressed halfwords are tried one by one; 32-bit words by all
 * fields that decide, which for these formats is everything but operands (checked below), and by a sample.
 */
import { describe, expect, test } from 'vitest';
import { matches } from '../../src/cpu/encoding.ts';
import { Decoder } from '../../src/cpu/riscv/decode.ts';
import { RESERVED_ROWS } from '../../src/cpu/riscv/instructions/reserved.ts';
import type { Extension, ReservedRow, Row } from '../../src/cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, rows } from '../../src/cpu/riscv/instructions/table.ts';
import { seededWords } from '../random.ts';

const ROWS = rows();

type Pattern = Pick<Row, 'mask' | 'value' | 'length'>;

const RD = 0x1f << 7;
const RS1 = 0x1f << 15;

const nameOf = (row: Row | ReservedRow) => ('mnemonic' in row ? row.mnemonic : row.name);
const hex = (word: number) => (word >>> 0).toString(16);

function overlap(a: Pattern, b: Pattern): boolean {
  return a.length === b.length && ((a.value ^ b.value) & a.mask & b.mask) === 0;
}

function overlappingPairs<T extends Pattern>(rows: readonly T[]): [T, T][] {
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
  }

  /** How many rows the word is an encoding of. */
  count(word: number, meets: (row: T) => boolean): number {
    let count = 0;
    this.last = undefined;
    for (let index = 0; index < this.#masks.length; index++) {
      if ((word & this.#masks[index]!) !== this.#values[index]! || !meets(this.#rows[index]!)) continue;
      count++;
      this.last = this.#rows[index];
    }
    return count;
  }
}

/** Checks words against one set of extensions and remembers the first ones that are wrong. */
class Checker {
  readonly wrong: string[] = [];
  readonly #decoder: Decoder;
  readonly #rows: Rows<Row>;
  readonly #reserved: Rows<ReservedRow>;

  constructor(extensions: readonly Extension[], length: 2 | 4) {
    this.#decoder = new Decoder(new Set(extensions));
    this.#rows = new Rows(ROWS.filter((row) => row.length === length && extensions.includes(row.extension)));
    this.#reserved = new Rows(RESERVED_ROWS.filter((row) => row.length === length));
  }

  /** @returns whether the word is legal. */
  check(word: number): boolean {
    const legal = this.#rows.count(word, (row) => matches(row, word));
    const reserved = legal === 0 ? this.#reserved.count(word, () => true) : 0;
    if (legal + reserved !== 1) this.#note(word, `matches ${legal} rows and ${reserved} reserved rows`);
    if (this.#decoder.find(word) !== this.#rows.last) this.#note(word, 'is found otherwise by the decoder');
    return legal > 0;
  }

  #note(word: number, what: string): void {
    if (this.wrong.length < 10) this.wrong.push(`${hex(word)} ${what}`);
  }
}

const SETS: [string, readonly Extension[]][] = [
  ['RV32IMAC', BASE_EXTENSIONS],
  ['RV32IMAC with Zba, Zbb, Zbs', [...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]],
];

describe('patterns', () => {
  test('no two rows overlap, except where a condition of the manual in words keeps them apart', () => {
    const pairs = overlappingPairs(ROWS).filter(([a, b]) => !a.where && !b.where);
    expect(pairs.map(([a, b]) => `${a.mnemonic} and ${b.mnemonic}`)).toEqual([]);
    expect(ROWS.filter((row) => row.where && row.length === 4).map(nameOf)).toEqual([]);
  });

  test('no two reserved rows overlap', () => {
    expect(overlappingPairs(RESERVED_ROWS).map((pair) => pair.map(nameOf))).toEqual([]);
  });

  test('no mnemonic stands twice', () => {
    const mnemonics = ROWS.map(nameOf);
    expect(mnemonics.filter((name, index) => mnemonics.indexOf(name) !== index)).toEqual([]);
  });

  test('rd and rs1 of 32-bit words either are operands or must be zero', () => {
    const words: Pattern[] = [...ROWS, ...RESERVED_ROWS].filter((row) => row.length === 4);
    for (const field of [RD, RS1]) {
      for (const row of words) {
        expect([0, field]).toContain(row.mask & field);
        expect(row.value & field).toBe(0);
      }
    }
  });
});

describe.each(SETS)('%s', (_name, extensions) => {
  test('all 49,152 compressed halfwords', () => {
    const checker = new Checker(extensions, 2);
    let count = 0;
    for (let halfword = 0; halfword <= 0xffff; halfword++) {
      if ((halfword & 3) === 3) continue;
      checker.check(halfword);
      count++;
    }
    expect(count).toBe(49_152);
    expect(checker.wrong).toEqual([]);
  });

  test('all opcode × funct3 × funct7 × rs2, with rd and rs1 zero and not zero', { timeout: 60_000 }, () => {
    const checker = new Checker(extensions, 4);
    for (const rdAndRs1 of [0, 1 << 7, 1 << 15, (10 << 7) | (11 << 15)]) {
      for (let fields = 0; fields < 1 << 20; fields++) {
        const opcode = ((fields & 31) << 2) | 3;
        const funct3 = ((fields >> 5) & 7) << 12;
        checker.check(((fields >> 8) << 20) | rdAndRs1 | funct3 | opcode);
      }
    }
    expect(checker.wrong).toEqual([]);
  });

  test('five million random words', { timeout: 60_000 }, () => {
    const checker = new Checker(extensions, 4);
    const random = seededWords(0x32);
    let legal = 0;
    for (let count = 0; count < 5_000_000; count++) if (checker.check(random() | 3)) legal++;
    expect(checker.wrong).toEqual([]);
    expect(legal).toBeGreaterThan(500_000);
  });
});
