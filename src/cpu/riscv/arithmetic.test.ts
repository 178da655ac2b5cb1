import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countTrailingZeros, mulh, mulhu, populationCount, reverseBytes } from '../arithmetic.ts';
import {
  divide,
  divideUnsigned,
  mulhsu,
  orCombineBytes,
  remainder,
  remainderUnsigned,
} from './arithmetic.ts';

const MIN = -0x8000_0000;
const MAX = 0x7fff_ffff;

const signed = (value: number) => BigInt(value);
const unsigned = (value: number) => BigInt.asUintN(32, BigInt(value));
const digits = (value: number) => unsigned(value).toString(2).padStart(32, '0');

/** Any 32-bit value, with the edges often. */
const word = fc.oneof(
  { arbitrary: fc.integer({ min: MIN, max: MAX }), weight: 3 },
  { arbitrary: fc.constantFrom(0, 1, -1, 2, -2, MIN, MAX, MIN + 1, 0xffff, 0x1_0000, -0x1_0000), weight: 2 },
  { arbitrary: fc.integer({ min: 0, max: 31 }).map((bit) => (1 << bit) | 0), weight: 1 },
);

type Binary = (a: number, b: number) => number;

// Unprivileged ISA 20240411, 13.1 and 13.2 with table 11, in integers of any length.
const BINARY: Record<string, [Binary, (a: number, b: number) => bigint]> = {
  mulh: [mulh, (a, b) => (signed(a) * signed(b)) >> 32n],
  mulhu: [mulhu, (a, b) => (unsigned(a) * unsigned(b)) >> 32n],
  mulhsu: [mulhsu, (a, b) => (signed(a) * unsigned(b)) >> 32n],
  divide: [divide, (a, b) => (b === 0 ? -1n : signed(a) / signed(b))],
  divideUnsigned: [divideUnsigned, (a, b) => (b === 0 ? -1n : unsigned(a) / unsigned(b))],
  remainder: [remainder, (a, b) => (b === 0 ? signed(a) : signed(a) % signed(b))],
  remainderUnsigned: [remainderUnsigned, (a, b) => (b === 0 ? unsigned(a) : unsigned(a) % unsigned(b))],
};

const UNARY: Record<string, [(a: number) => number, (a: number) => bigint]> = {
  populationCount: [populationCount, (a) => BigInt(digits(a).replaceAll('0', '').length)],
  countTrailingZeros: [countTrailingZeros, (a) => BigInt(/0*$/.exec(digits(a))![0].length)],
  orCombineBytes: [
    orCombineBytes,
    (a) => BigInt(`0b${digits(a).replace(/.{8}/g, (byte) => (/1/.test(byte) ? '1' : '0').repeat(8))}`),
  ],
  reverseBytes: [reverseBytes, (a) => BigInt(`0b${digits(a).match(/.{8}/g)!.reverse().join('')}`)],
};

const settings = { seed: 1, numRuns: 20_000 };

describe('as with integers of any length', () => {
  test.each(Object.entries(BINARY))('%s', (_name, [compute, reference]) => {
    fc.assert(
      fc.property(word, word, (a, b) => compute(a, b) === Number(BigInt.asIntN(32, reference(a, b)))),
      settings,
    );
  });

  test.each(Object.entries(UNARY))('%s', (_name, [compute, reference]) => {
    fc.assert(
      fc.property(word, (a) => compute(a) === Number(BigInt.asIntN(32, reference(a)))),
      settings,
    );
  });
});

test('results are integers of 32 bits without a negative zero', () => {
  for (const a of [0, 1, -1, MIN, MAX]) {
    for (const b of [0, 1, -1, MIN, MAX]) {
      for (const [compute] of Object.values(BINARY)) {
        const result = compute(a, b);
        expect(Object.is(result, result | 0), `${compute.name}(${a}, ${b})`).toBe(true);
      }
    }
    for (const [compute] of Object.values(UNARY)) expect(Object.is(compute(a), compute(a) | 0)).toBe(true);
  }
});
