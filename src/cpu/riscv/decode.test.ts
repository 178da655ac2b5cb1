import { describe, expect, test } from 'vitest';
import { matches } from '../encoding.ts';
import { encode } from './assemble.ts';
import { Decoder, instructionLength } from './decode.ts';
import type { Extension } from './instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, rows } from './instructions/table.ts';

const ROWS = rows();

const everything = new Decoder(new Set([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]));
const mnemonic = (decoder: Decoder, word: number) => decoder.find(word)?.mnemonic;

test('the low two bits of the first halfword tell the length', () => {
  expect([0, 1, 2, 3, 4, 7, 0xffff, 0xfffe].map(instructionLength)).toEqual([2, 2, 2, 4, 2, 4, 4, 2]);
});

describe('find', () => {
  test.each(ROWS.map((row) => [row.mnemonic, row] as const))('%s', (_name, row) => {
    // The pattern's own operands are zero, which some compressed rows reserve: there one bit more is set.
    const open = ~row.mask & (row.length === 4 ? -1 : 0xffff);
    const words = [row.value, row.value | open];
    for (let bits = open; bits !== 0; bits &= bits - 1) words.push(row.value | (bits & -bits));
    for (const word of words) {
      const expected = ROWS.filter(
        (candidate) => candidate.length === row.length && matches(candidate, word),
      );
      expect(everything.find(word), (word >>> 0).toString(16)).toBe(expected[0]);
      expect(expected.length).toBeLessThanOrEqual(1);
    }
  });

  test('an instruction of an absent extension is none', () => {
    const only = (...extensions: Extension[]) => new Decoder(new Set(extensions));
    const clz = encode('clz', { rd: 1, rs1: 2 });
    const mul = encode('mul', { rd: 1, rs1: 2, rs2: 3 });
    expect(mnemonic(only('I'), mul)).toBeUndefined();
    expect(mnemonic(only('I', 'M'), mul)).toBe('mul');
    expect(mnemonic(only('I', 'M'), clz)).toBeUndefined();
    expect(mnemonic(only('Zbb'), clz)).toBe('clz');
    expect(mnemonic(only('I'), 0x0001)).toBeUndefined();
    expect(mnemonic(only('C'), 0x0001)).toBe('c.nop');
  });

  test('a halfword is not a whole word with zeros above', () => {
    expect(everything.find(0x0000)).toBeUndefined();
    expect(mnemonic(everything, 0x0013)).toBe('addi');
  });
});

describe('decode', () => {
  test('reads the operands of the row', () => {
    const operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
    expect(everything.decode(encode('sw', { rs1: 2, rs2: 31, imm: -4 }), operands)?.mnemonic).toBe('sw');
    expect(operands).toEqual({ rd: 0, rs1: 2, rs2: 31, imm: -4 });
    expect(everything.decode(encode('c.lwsp', { rd: 7, imm: 252 }), operands)?.mnemonic).toBe('c.lwsp');
    expect(operands).toEqual({ rd: 7, rs1: 2, rs2: 0, imm: 252 });
  });

  test('leaves the operands alone where there is no instruction', () => {
    const operands = { rd: 1, rs1: 2, rs2: 3, imm: 4 };
    expect(everything.decode(-1, operands)).toBeUndefined();
    expect(operands).toEqual({ rd: 1, rs1: 2, rs2: 3, imm: 4 });
  });
});
