/** Operations of ARMv7-M that JavaScript has no operator for. Signed 32-bit values in and out. */
import { mulh, mulhu, reverseBytes } from '../arithmetic.ts';
import { Op } from './micro-op.ts';

/** RBIT: the bits in reverse order (A7.7.112). */
export function rbit(value: number): number {
  let v = ((value >>> 1) & 0x5555_5555) | ((value & 0x5555_5555) << 1);
  v = ((v >>> 2) & 0x3333_3333) | ((v & 0x3333_3333) << 2);
  v = ((v >>> 4) & 0x0f0f_0f0f) | ((v & 0x0f0f_0f0f) << 4);
  return reverseBytes(v);
}

/** REV: the bytes in reverse order (A7.7.113). */
export const rev = reverseBytes;

/** REV16: the bytes of each halfword in reverse order (A7.7.114). */
export function rev16(value: number): number {
  return ((value >>> 8) & 0x00ff_00ff) | ((value & 0x00ff_00ff) << 8);
}

/** REVSH: the low halfword's bytes in reverse order, sign-extended (A7.7.115). */
export function revsh(value: number): number {
  return ((value << 24) >> 16) | ((value >>> 8) & 0xff);
}

/** SDIV rounds towards zero; the most negative number by -1 gives itself (A7.7.127). @param b not 0. */
export function sdiv(a: number, b: number): number {
  return (a / b) | 0;
}

/** UDIV (A7.7.195). @param b not 0. */
export function udiv(a: number, b: number): number {
  return ((a >>> 0) / (b >>> 0)) | 0;
}

/**
 * UMULL, SMULL, UMLAL and SMLAL.
 * @param x the registers; @param word a record's first word: operation, low result, both operands.
 * @param high register of the high result.
 */
export function longMultiply(x: Int32Array, word: number, high: number): void {
  const op = word & 0xff;
  const low = (word >>> 8) & 31;
  const a = x[(word >>> 13) & 31]!;
  const b = x[(word >>> 18) & 31]!;
  const signed = op === Op.Smull || op === Op.Smlal;
  let lowResult = Math.imul(a, b);
  let highResult = signed ? mulh(a, b) : mulhu(a, b);
  if (op === Op.Umlal || op === Op.Smlal) {
    const sum = (lowResult + x[low]!) | 0;
    highResult = (highResult + x[high]! + (sum >>> 0 < lowResult >>> 0 ? 1 : 0)) | 0;
    lowResult = sum;
  }
  x[low] = lowResult;
  x[high] = highResult;
}
