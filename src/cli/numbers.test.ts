import { describe, expect, test } from 'vitest';
import { UserError } from '../errors.ts';
import { parseAddress, parseCount, parseSize } from './numbers.ts';

describe('counts', () => {
  test.each([
    ['0', 0],
    ['1000', 1000],
    ['1_000_000', 1e6],
    ['1e9', 1e9],
    ['1E+3', 1000],
    ['2.5M', 2_500_000],
    ['1.5e1', 15],
    ['10k', 10_000],
    ['3G', 3e9],
    ['0xff', 255],
    ['0x8000_0000', 2 ** 31],
    ['0x10M', 16e6],
    ['9007199254740991', 2 ** 53 - 1],
  ])('%s', (text, value) => {
    expect(parseCount('--max-cycles', text)).toBe(value);
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '-1',
    '+1',
    '1.5',
    '0x',
    '0xg',
    '1e',
    '1e-1',
    '1e99',
    '9007199254740992',
    '1MB',
    'NaN',
    '_1',
    '1_',
    '1__1',
    '1,000',
  ])('not "%s"', (text) => {
    expect(() => parseCount('--max-cycles', text)).toThrow(UserError);
    expect(() => parseCount('--max-cycles', text)).toThrow(/^--max-cycles wants a whole number/);
  });
});

describe('sizes', () => {
  test.each([
    ['64M', 64 << 20],
    ['64MiB', 64 << 20],
    ['64mb', 64 << 20],
    ['4k', 4096],
    ['512', 512],
    ['512B', 512],
    ['0x1000', 4096],
    ['1G', 2 ** 30],
    ['0.5G', 2 ** 29],
  ])('%s', (text, value) => {
    expect(parseSize('--ram', text)).toBe(value);
  });

  test.each(['64X', '64 M', 'M', '1.3k', '-4k'])('not %s', (text) => {
    expect(() => parseSize('--ram', text)).toThrow(/--ram wants a size/);
  });
});

describe('addresses', () => {
  test.each([
    ['0x80000000', 2 ** 31],
    ['0', 0],
    ['0xffff_ffff', 2 ** 32 - 1],
  ])('%s', (text, value) => {
    expect(parseAddress('--load-address', text)).toBe(value);
  });

  test.each(['0x100000000', '4G', '80000000h', '-1'])('not %s', (text) => {
    expect(() => parseAddress('--load-address', text)).toThrow(/32-bit address/);
  });
});
