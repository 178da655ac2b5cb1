/**
 * The encoding table covers the whole encoding space of Thumb: every word is an encoding of exactly one row, or of no
 * row and then of exactly one row of what is UNDEFINED. Halfwords are tried one by one. Of 32-bit words all second
 * halfwords are tried behind all first ones but for Rn, of which an ordinary register, SP and PC are (no pattern and
 * no condition tells other registers apart, which is checked below), and a sample. ARMv7-M Architecture Reference
 * Manual, DDI 0403E.e, A5.1 to A5.3.
 */
import { describe, expect, test } from 'vitest';
import { Decoder, instructionLength } from '../../src/cpu/armv7m/decode.ts';
import {
  type Extension,
  ItPosition,
  type Row,
  unpredictableCases,
} from '../../src/cpu/armv7m/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, rows } from '../../src/cpu/armv7m/instructions/table.ts';
import { undefinedRows } from '../../src/cpu/armv7m/instructions/undefined.ts';
import { seededWords } from '../random.ts';
import { hex, overlappingPairs, SpaceChecker } from './encoding-space.ts';

const RN = 15 << 16;
const SETS: [string, readonly Extension[]][] = [
  ['ARMv7-M', BASE_EXTENSIONS],
  ['ARMv7E-M', [...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]],
];
const POSITIONS = [ItPosition.Outside, ItPosition.Inside, ItPosition.Last];

const nameOf = (row: Row) => `${row.name} ${row.encoding}`;

function checkerOf(extensions: readonly Extension[], length: 2 | 4): SpaceChecker<Row> {
  const decoder = new Decoder(new Set(extensions));
  const present = rows().filter((row) => extensions.includes(row.extension));
  const find = (word: number) => decoder.findAny(word);
  return new SpaceChecker({ rows: present, undefinedRows: undefinedRows(), find }, length);
}

/** What `find` does differs from `findAny` only where a case of UNPREDICTABLE says so. */
function isFoundAsItsCasesSay(decoder: Decoder, word: number): boolean {
  const row = decoder.findAny(word);
  return POSITIONS.every((position) => {
    const cases = row ? unpredictableCases(row, word, position) : [];
    const isUndefined = cases.some(({ outcome }) => outcome === 'undefined');
    return decoder.find(word, position) === (isUndefined ? undefined : row);
  });
}

describe('patterns', () => {
  test('no two rows overlap, except where a condition of the manual in words keeps them apart', () => {
    const pairs = overlappingPairs(rows()).filter(([a, b]) => !a.where && !b.where);
    expect(pairs.map(([a, b]) => `${nameOf(a)} and ${nameOf(b)}`)).toEqual([]);
  });

  test('no two undefined rows overlap', () => {
    expect(overlappingPairs(undefinedRows()).map((pair) => pair.map(({ name }) => name))).toEqual([]);
  });

  test('no encoding stands twice', () => {
    const names = rows().map(nameOf);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('of the registers in Rn only SP and PC are special', () => {
    const random = seededWords(11);
    const wide = rows().filter((row) => row.length === 4);
    for (const row of wide) {
      // MOVW, MOVT, UDF, branches and coprocessors have other fields there, all of them operands.
      expect([0, RN]).toContain(row.mask & RN);
      for (let count = 0; count < 200; count++) {
        const word = row.value | (random() & ~row.mask);
        const answers = [0, 3, 7, 12, 14].map((register) => row.where?.((word & ~RN) | (register << 16)));
        expect(new Set(answers).size, nameOf(row)).toBe(1);
      }
    }
  });
});

describe.each(SETS)('%s', (_name, extensions) => {
  test('all 59,392 halfwords that are an instruction of their own, in and out of IT blocks', () => {
    const checker = checkerOf(extensions, 2);
    const decoder = new Decoder(new Set(extensions));
    const wrong: string[] = [];
    let count = 0;
    for (let halfword = 0; halfword <= 0xffff; halfword++) {
      if (instructionLength(halfword) !== 2) continue;
      checker.checkDecoder(halfword);
      if (!isFoundAsItsCasesSay(decoder, halfword)) wrong.push(hex(halfword));
      count++;
    }
    expect(count).toBe(59_392);
    expect(checker.wrong).toEqual([]);
    expect(wrong).toEqual([]);
  });

  test('all first halfwords of 32 bits but for Rn, with all second ones', { timeout: 120_000 }, () => {
    const checker = checkerOf(extensions, 4);
    let legal = 0;
    for (let first = 0xe800; first <= 0xffff; first += 16) {
      for (const rn of [1, 13, 15]) {
        const upper = (first | rn) << 16;
        checker.restrict(0xffff << 16, upper);
        for (let second = 0; second <= 0xffff; second++) if (checker.check(upper | second)) legal++;
      }
    }
    expect(checker.wrong).toEqual([]);
    expect(legal).toBeGreaterThan(40_000_000);
  });

  test('three million random words, in and out of IT blocks', { timeout: 60_000 }, () => {
    const checker = checkerOf(extensions, 4);
    const decoder = new Decoder(new Set(extensions));
    const random = seededWords(0x7e);
    const wrong: string[] = [];
    for (let count = 0; count < 3_000_000; count++) {
      // The five upper bits of a first halfword of 32 bits.
      const word = (random() & 0x07ffffff) | [0xe8000000, 0xf0000000, 0xf8000000][count % 3]!;
      checker.checkDecoder(word);
      if (!isFoundAsItsCasesSay(decoder, word)) wrong.push(hex(word));
    }
    expect(checker.wrong).toEqual([]);
    expect(wrong).toEqual([]);
  });
});
