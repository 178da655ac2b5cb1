import { expect, test } from 'vitest';
import { matches, parsePattern } from './encoding.ts';

test('a pattern is read from the most significant bit down; blanks are for reading', () => {
  expect(parsePattern('1010 .... 0000 1111')).toEqual({
    mask: 0xf0ff,
    value: 0xa00f,
    shouldMask: 0,
    shouldBe: 0,
    length: 2,
  });
  expect(parsePattern('1....... ........ ........ .......1')).toMatchObject({
    mask: 0x80000001 | 0,
    value: 0x80000001 | 0,
    length: 4,
  });
});

test('bits in parentheses should be so, but do not decide', () => {
  expect(parsePattern('1111 (10) .. (0) ....... ')).toMatchObject({
    mask: 0xf000,
    value: 0xf000,
    shouldMask: 0x0c80,
    shouldBe: 0x0800,
  });
});

test.each(['', '1', '111111111111111', '1'.repeat(33)])('%j is no pattern', (pattern) => {
  expect(() => parsePattern(pattern)).toThrow('bad pattern');
});

test('a word matches by its fixed bits and by the condition', () => {
  const bits = parsePattern('1010 .... 0000 ....');
  expect(matches(bits, 0xa10f)).toBe(true);
  expect(matches(bits, 0xa11f)).toBe(false);
  const odd = { ...bits, where: (word: number) => (word & 1) !== 0 };
  expect(matches(odd, 0xa101)).toBe(true);
  expect(matches(odd, 0xa100)).toBe(false);
});
