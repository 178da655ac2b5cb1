import { describe, expect, test } from 'vitest';
import { FormatInverse, openBits, refusal } from './assembler.ts';
import { parsePattern } from './encoding.ts';

type Field = 'a' | 'b' | 'c';
const FIELDS: readonly Field[] = ['a', 'b', 'c'];
type Values = { [name in Field]: number };

function inverse(pattern: string, format: (word: number, operands: Values) => void): FormatInverse<Field> {
  return new FormatInverse({ ...parsePattern(pattern), format }, FIELDS, () => ({ a: 0, b: 0, c: 0 }));
}

test('the open bits are those that neither the pattern nor a should-be has', () => {
  expect(openBits(parsePattern('1010 .... (00) .. ....'))).toBe(0x0f3f);
  expect(openBits(parsePattern('.000 0000 0000 0000 0000 0000 0000 0001'))).toBe(0x80000000 | 0);
});

describe('bits that move operands independently', () => {
  const plain = inverse('1010 .... (11) .. ....', (word, o) => {
    o.a = (word >>> 8) & 15;
    o.b = ((word & 0x30) << 26) >> 28;
    o.c = 7;
  });

  test('are set as the operands want, and bits that should be so as they should', () => {
    expect(plain.encode({ a: 5, b: 4 })).toEqual({ word: 0xa5d0 });
    expect(plain.encode({ a: 0, b: -8, c: 7 })).toEqual({ word: 0xa0e0 });
  });

  test('what is fixed may be given, if it is that', () => {
    expect(plain.encode({ a: 1, b: 0, c: 6 })).toEqual({ kind: 'impossible', field: 'c' });
  });

  test('what is needed must be given, unless there is a default', () => {
    expect(plain.encode({ a: 1 })).toEqual({ kind: 'missing', fields: ['b'] });
    expect(plain.encode({ a: 1 }, { b: 4 })).toEqual({ word: 0xa1d0 });
    expect(plain.encode({ a: 1, b: 0 }, { b: 4 })).toEqual({ word: 0xa1c0 });
  });

  test.each([
    [{ a: 16, b: 0 }, 'a'],
    [{ a: -1, b: 0 }, 'a'],
    [{ a: 1.5, b: 0 }, 'a'],
    [{ a: 1, b: 8 }, 'b'],
    [{ a: 1, b: 2 }, 'b'],
  ])('%o cannot be', (operands, field) => {
    expect(plain.encode(operands)).toEqual({ kind: 'impossible', field });
  });
});

test('an operand that another determines need not be given, and the first one counts', () => {
  const twice = inverse('0000 0000 0000 ....', (word, o) => {
    o.a = word & 15;
    o.b = 8 + (word & 7);
  });
  expect(twice.encode({ a: 9 })).toEqual({ word: 9 });
  expect(twice.encode({ b: 9 })).toEqual({ kind: 'missing', fields: ['a'] });
  expect(twice.encode({ a: 9, b: 10 })).toEqual({ kind: 'impossible', field: 'b' });
});

test('bits that flip several bits of an operand are solved for', () => {
  // As the immediate of Arm's BL: I = NOT (J EOR S).
  const branch = inverse('0000 0000 0000 .. ..', (word, o) => {
    const sign = (word >>> 3) & 1;
    o.a = (sign ? -8 : 0) | ((((word >>> 2) & 1) ^ sign ^ 1) << 2) | (word & 3);
  });
  for (let value = -8; value < 8; value++) {
    const made = branch.encode({ a: value });
    expect(made).toHaveProperty('word');
  }
  expect(branch.encode({ a: -8 })).toEqual({ word: 0b1000 | 0 });
  expect(branch.encode({ a: 0 })).toEqual({ word: 0b0100 });
  expect(branch.encode({ a: 8 })).toEqual({ kind: 'impossible', field: 'a' });
});

describe('bits that interact', () => {
  // As Arm's shifts: by 0 stands for 32, or for another kind of shift.
  const shift = inverse('0000 0000 0 . .. ....', (word, o) => {
    const amount = word & 15;
    const kind = (word >>> 4) & 3;
    o.a = amount === 0 && kind === 3 ? 4 : kind;
    o.b = amount === 0 ? (kind === 3 ? 1 : kind === 0 ? 0 : 16) : amount;
    o.c = (word >>> 6) & 1;
  });

  test('are tried', () => {
    expect(shift.encode({ a: 1, b: 16, c: 0 })).toEqual({ word: 0x10 });
    expect(shift.encode({ a: 4, b: 1, c: 1 })).toEqual({ word: 0x70 });
    expect(shift.encode({ a: 0, b: 3, c: 0 })).toEqual({ word: 0x03 });
  });

  test('and what none of them gives cannot be', () => {
    expect(shift.encode({ a: 0, b: 16, c: 0 })).toEqual({ kind: 'impossible', field: 'b' });
    expect(shift.encode({ a: 5, b: 1, c: 0 })).toEqual({ kind: 'impossible', field: 'a' });
  });

  test('what would leave several is needed', () => {
    expect(shift.encode({ a: 1, c: 0 })).toEqual({ kind: 'missing', fields: ['b'] });
    expect(shift.encode({ a: 4, c: 0 })).toEqual({ word: 0x30 });
    expect(shift.encode({ c: 0 }, { b: 0, a: 0 })).toEqual({ word: 0 });
  });
});

test('a refusal names the instruction and the operand', () => {
  const name = 'add';
  expect(refusal(name, { kind: 'missing', fields: ['a', 'b'] }, {}).message).toBe('add needs a or b');
  expect(refusal(name, { kind: 'impossible', field: 'a' }, { a: 3 }).message).toBe('add cannot have a = 3');
});
