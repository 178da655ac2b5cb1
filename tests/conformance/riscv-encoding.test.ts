/**
 * The encoding table covers the whole encoding space: every word is an encoding of exactly one row, or of no
 * row and then of exactly one reserved row. Compressed halfwords are tried one by one; 32-bit words by all
 * fields that decide, which for these formats is everything but operands (checked below), and by a sample.
 */
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/cpu/riscv/decode.ts';
import { RESERVED_ROWS } from '../../src/cpu/riscv/instructions/reserved.ts';
import type { Extension, ReservedRow, Row } from '../../src/cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, rows } from '../../src/cpu/riscv/instructions/table.ts';
import { seededWords } from '../random.ts';
import { overlappingPairs, type Pattern, SpaceChecker } from './encoding-space.ts';

const ROWS = rows();

const RD = 0x1f << 7;
const RS1 = 0x1f << 15;

const nameOf = (row: Row | ReservedRow) => ('mnemonic' in row ? row.mnemonic : row.name);
function checkerOf(extensions: readonly Extension[], length: 2 | 4): SpaceChecker<Row> {
  const decoder = new Decoder(new Set(extensions));
  const rows = ROWS.filter((row) => extensions.includes(row.extension));
  return new SpaceChecker({ rows, undefinedRows: RESERVED_ROWS, find: (word) => decoder.find(word) }, length);
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
    const checker = checkerOf(extensions, 2);
    let count = 0;
    for (let halfword = 0; halfword <= 0xffff; halfword++) {
      if ((halfword & 3) === 3) continue;
      checker.checkDecoder(halfword);
      count++;
    }
    expect(count).toBe(49_152);
    expect(checker.wrong).toEqual([]);
  });

  test('all opcode × funct3 × funct7 × rs2, with rd and rs1 zero and not zero', { timeout: 60_000 }, () => {
    const checker = checkerOf(extensions, 4);
    for (const rdAndRs1 of [0, 1 << 7, 1 << 15, (10 << 7) | (11 << 15)]) {
      for (let fields = 0; fields < 1 << 20; fields++) {
        const opcode = ((fields & 31) << 2) | 3;
        const funct3 = ((fields >> 5) & 7) << 12;
        checker.checkDecoder(((fields >> 8) << 20) | rdAndRs1 | funct3 | opcode);
      }
    }
    expect(checker.wrong).toEqual([]);
  });

  test('five million random words', { timeout: 60_000 }, () => {
    const checker = checkerOf(extensions, 4);
    const random = seededWords(0x32);
    let legal = 0;
    for (let count = 0; count < 5_000_000; count++) if (checker.checkDecoder(random() | 3)) legal++;
    expect(checker.wrong).toEqual([]);
    expect(legal).toBeGreaterThan(500_000);
  });
});
