import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EncodeOperands, encode, encodeRow, openBits } from './assemble.ts';
import { Decoder } from './decode.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, rows } from './instructions/table.ts';

/** Bits that the manual tells an implementation to ignore (Unprivileged ISA 20240411, 2.7 and chapter 6). */
const IGNORED: Record<string, number> = { fence: 0x000fff80, 'fence.i': 0xffff8f80 | 0 };

const decoder = new Decoder(new Set([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]));

function decode(word: number) {
  const operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
  return { row: decoder.decode(word, operands), operands };
}

describe('every row: encoding and decoding are inverse', () => {
  test.each(rows().map((row) => [row.mnemonic, row] as const))('%s', (_name, row) => {
    fc.assert(
      fc.property(fc.integer(), (random) => {
        const word = row.value | (random & openBits(row));
        fc.pre(row.where?.(word) !== false && decoder.find(word) === row);
        const { operands } = decode(word);
        const ordering =
          row.extension === 'A' ? { aq: (word & (1 << 26)) !== 0, rl: (word & (1 << 25)) !== 0 } : {};
        const encoded = encodeRow(row, { ...operands, ...ordering });
        expect(encoded).toBe(word & ~(IGNORED[row.mnemonic] ?? 0));
        expect(decode(encoded)).toEqual({ row, operands });
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

// Words from the assembler of GNU binutils 2.40.
const WORDS: [string, EncodeOperands, number][] = [
  ['addi', { rd: 10, rs1: 11, imm: -2048 }, 0x80058513],
  ['lui', { rd: 10, imm: 0x12345000 }, 0x12345537],
  ['beq', { rs1: 10, rs2: 11, imm: -4096 }, 0x80b50063],
  ['jal', { rd: 1, imm: 0xffffe }, 0x7ffff0ef],
  ['sw', { rs1: 2, rs2: 1, imm: 12 }, 0x00112623],
  ['csrrw', { rd: 10, rs1: 11, imm: 0x300 }, 0x30059573],
  ['lr.w', { rd: 10, rs1: 11, aq: true, rl: true }, 0x1605a52f],
  ['fence', { imm: 0x33 }, 0x0330000f],
  ['mret', {}, 0x30200073],
  ['c.addi', { rd: 10, imm: -1 }, 0x157d],
  ['c.addi16sp', { imm: -32 }, 0x713d],
  ['c.lwsp', { rd: 1, imm: 12 }, 0x40b2],
  ['c.sub', { rd: 8, rs2: 9 }, 0x8c05],
  ['c.mv', { rd: 10, rs2: 11 }, 0x852e],
  ['c.jr', { rs1: 1 }, 0x8082],
];

test.each(WORDS)('%s %o', (mnemonic, operands, word) => {
  expect(encode(mnemonic, operands)).toBe(word | 0);
});

const REFUSED: [string, EncodeOperands, string][] = [
  ['addi', { rd: 10, rs1: 11, imm: 2048 }, 'cannot have imm = 2048'],
  ['addi', { rd: 10, rs1: 11, imm: -2049 }, 'cannot have imm = -2049'],
  ['addi', { rd: 10, rs1: 11, imm: 0.5 }, 'cannot have imm = 0.5'],
  ['addi', { rd: 32, rs1: 11, imm: 0 }, 'cannot have rd = 32'],
  ['addi', { rd: 10, rs1: -1, imm: 0 }, 'cannot have rs1 = -1'],
  ['addi', { rd: 10, imm: 0 }, 'needs rs1'],
  ['addi', { rd: 10, rs1: 11, imm: 0, aq: true }, 'no aq and rl'],
  ['add', { rd: 1, rs1: 2, rs2: 3, imm: 1 }, 'cannot have imm = 1'],
  ['slli', { rd: 1, rs1: 2, imm: 32 }, 'cannot have imm = 32'],
  ['lui', { rd: 10, imm: 1 }, 'cannot have imm = 1'],
  ['beq', { rs1: 1, rs2: 2, imm: 3 }, 'cannot have imm = 3'],
  ['jal', { rd: 1, imm: 0x100000 }, 'cannot have imm = 1048576'],
  ['c.addi', { rd: 10, rs1: 11, imm: 1 }, 'cannot have rs1 = 11'],
  ['c.addi', { rd: 0, imm: 1 }, 'reserved with these operands'],
  ['c.addi16sp', { imm: 0 }, 'reserved with these operands'],
  ['c.lw', { rd: 7, rs1: 8, imm: 0 }, 'cannot have rd = 7'],
  ['c.lwsp', { rd: 1, rs1: 3, imm: 0 }, 'cannot have rs1 = 3'],
  ['fsd', {}, 'no instruction fsd'],
];

test.each(REFUSED)('%s %o is refused', (mnemonic, operands, message) => {
  expect(() => encode(mnemonic, operands)).toThrow(message);
});
