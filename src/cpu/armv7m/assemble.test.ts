import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EncodeOperands, encode, encodeRow, openBits } from './assemble.ts';
import { Decoder } from './decode.ts';
import { Operation } from './instructions/operation.ts';
import { noOperands, type Row, Shift } from './instructions/row.ts';
import { rows } from './instructions/table.ts';

const decoder = new Decoder(new Set(['M', 'DSP'] as const));

/** Bits that no operand shows: another copy of Rm, coprocessor instructions' L, N and 2, options that are not printed. */
function ignoredBits(row: Row): number {
  if (row.operation === Operation.Coprocessor) return 0x10400000;
  if (
    [Operation.Clz, Operation.Rbit, Operation.Rev, Operation.Rev16, Operation.Revsh].includes(row.operation)
  )
    return row.length === 4 ? 15 << 16 : 0;
  return row.encoding.startsWith('memory hint') ? openBits(row) : 0;
}

describe('every row: encoding and decoding are inverse', () => {
  test.each(rows().map((row) => [`${row.name} ${row.encoding}`, row] as const))('%s', (_name, row) => {
    fc.assert(
      fc.property(fc.integer(), (random) => {
        const word = row.value | row.shouldBe | (random & openBits(row) & ~ignoredBits(row));
        fc.pre(decoder.findAny(word) === row);
        const operands = noOperands();
        row.format(word, operands);
        const encoded = encodeRow(row, operands);
        const again = noOperands();
        row.format(encoded, again);
        expect(again).toEqual(operands);
        // A repeated zero byte is the one constant that has several encodings.
        if (!row.unpredictable.some(({ what, when }) => what.startsWith('a repeated') && when(word, 0)))
          expect(encoded).toBe(word);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

// Words from the assembler of GNU binutils 2.40.
const WORDS: [string, string, EncodeOperands, number][] = [
  ['MOV (immediate)', 'T1', { rd: 1, imm: 255 }, 0x21ff],
  ['MOV (immediate)', 'T2', { rd: 0, imm: -1 }, 0xf04f30ff],
  ['MOV (immediate)', 'T2', { rd: 0, imm: 0x80000000 | 0, setFlags: 1 }, 0xf05f4000],
  ['MOV (immediate)', 'T3', { rd: 0, imm: 0x8010 }, 0xf2480010],
  ['ADD (immediate)', 'T3', { rd: 1, rn: 2, imm: 0x00ab00ab }, 0xf10211ab],
  ['ADD (register)', 'T3', { rd: 1, rn: 2, rm: 3 }, 0xeb020103],
  ['ADD (register)', 'T3', { rd: 1, rn: 2, rm: 3, shift: Shift.LSR, amount: 32 }, 0xeb020113],
  ['ADD (register)', 'T3', { rd: 1, rn: 2, rm: 3, shift: Shift.RRX, amount: 1 }, 0xeb020133],
  ['LDR (immediate)', 'T3', { rd: 0, rn: 1, imm: 4 }, 0xf8d10004],
  ['LDR (immediate)', 'T4', { rd: 0, rn: 1, imm: 4, index: 0, wback: 1 }, 0xf8510b04],
  ['LDRD (immediate)', 'T1', { rd: 0, ra: 1, rn: 2, imm: 8 }, 0xe9d20102],
  ['B', 'T4', { imm: -4 }, 0xf7ffbffe],
  ['BL', 'T1', { imm: 0x1000 }, 0xf001f800],
  ['B', 'T3', { cond: 1, imm: -0x100 }, 0xf47faf80],
  ['BFI', 'T1', { rd: 0, rn: 1, imm: 4, imm2: 8 }, 0xf361100b],
  ['SSAT', 'T1', { rd: 0, rn: 1, imm: 8 }, 0xf3010007],
  ['PUSH', 'T1', { imm: 0x40f0 }, 0xb5f0],
  ['POP', 'T3', { imm: 1 << 4 }, 0xf85d4b04],
  ['STREX', 'T1', { ra: 0, rd: 1, rn: 2, imm: 4 }, 0xe8421001],
  ['SMULL', 'T1', { rd: 0, ra: 1, rn: 2, rm: 3 }, 0xfb820103],
  ['DSB', 'T1', { imm: 15 }, 0xf3bf8f4f],
];

test.each(WORDS)('%s %s %o', (name, encoding, operands, word) => {
  const made = encode(name, encoding, operands);
  expect((made >>> 0).toString(16)).toBe(word.toString(16));
});

const REFUSED: [string, string, EncodeOperands, string][] = [
  ['MOV (immediate)', 'T2', { rd: 0, imm: 0x101 }, 'cannot have imm = 257'],
  ['MOV (immediate)', 'T2', { rd: 16, imm: 1 }, 'cannot have rd = 16'],
  ['MOV (immediate)', 'T2', { imm: 1 }, 'needs rd'],
  ['MOV (immediate)', 'T2', { rd: 0 }, 'needs imm or carry'],
  ['MOV (immediate)', 'T2', { rd: 0, imm: 1, rm: 1 }, 'cannot have rm = 1'],
  ['ADD (register)', 'T3', { rd: 1, rn: 2, rm: 3, amount: 33 }, 'cannot have amount = 33'],
  ['ADD (register)', 'T3', { rd: 1, rn: 13, rm: 3 }, 'is something else with these operands (A7.7.4)'],
  ['LDR (immediate)', 'T3', { rd: 0, rn: 1, imm: 0x1000 }, 'cannot have imm = 4096'],
  ['B', 'T4', { imm: 3 }, 'cannot have imm = 3'],
  ['B', 'T1', { cond: 14, imm: 0 }, 'is something else'],
  ['FADD', 'T1', {}, 'no instruction FADD T1'],
];

test.each(REFUSED)('%s %s %o is refused', (name, encoding, operands, message) => {
  expect(() => encode(name, encoding, operands)).toThrow(message);
});
