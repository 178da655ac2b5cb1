/**
 * What instruction formats are made of. ARMv7-M Architecture Reference Manual, DDI 0403E.e, A7.4.2 (shifts).
 */
import { type Format, type Operands, Shift } from './row.ts';

function clear(o: Operands): void {
  o.rd = 0;
  o.rn = 0;
  o.rm = 0;
  o.ra = 0;
  o.imm = 0;
  o.imm2 = 0;
  o.shift = Shift.LSL;
  o.amount = 0;
  o.carry = -1;
  o.setFlags = 0;
  o.cond = 14;
  o.index = 0;
  o.add = 0;
  o.wback = 0;
}

/** A format that need not mention what its encoding has not. */
export function format(read: Format): Format {
  return (word, operands) => {
    clear(operands);
    read(word, operands);
  };
}

/** Bits `high..low` of a word, put at bit `at` of a value. */
export function field(word: number, high: number, low: number, at: number): number {
  return ((word >>> low) & ((1 << (high - low + 1)) - 1)) << at;
}

/** A value of `bits` bits, sign-extended. */
export function signed(value: number, bits: number): number {
  return (value << (32 - bits)) >> (32 - bits);
}

/** DecodeImmShift. A7.4.2 */
export function immediateShift(type: number, amount: number, o: Operands): void {
  o.shift = type;
  o.amount = amount;
  if (amount !== 0) return;
  if (type === Shift.LSR || type === Shift.ASR) o.amount = 32;
  if (type !== Shift.ROR) return;
  o.shift = Shift.RRX;
  o.amount = 1;
}

export const NONE: Format = (_word, operands) => clear(operands);
