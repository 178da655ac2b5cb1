/** Operations of M and Zbb that only RISC-V defines so. Signed 32-bit values in and out. */
import { mulhu } from '../arithmetic.ts';

/** Upper 32 bits of signed `a` times unsigned `b`. */
export function mulhsu(a: number, b: number): number {
  return (mulhu(a, b) - (a < 0 ? b : 0)) | 0;
}

/** Unpriv 13.2, table 11: division by zero gives all ones, overflow gives the dividend. */
export function divide(a: number, b: number): number {
  return b === 0 ? -1 : (a / b) | 0;
}

export function divideUnsigned(a: number, b: number): number {
  return b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0;
}

/** Unpriv 13.2, table 11: by zero gives the dividend, overflow gives 0. */
export function remainder(a: number, b: number): number {
  return b === 0 ? a : (a % b) | 0;
}

export function remainderUnsigned(a: number, b: number): number {
  return b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0;
}

/** Each byte all ones if any of its bits is set. */
export function orCombineBytes(value: number): number {
  let v = value | (value >>> 4);
  v |= v >>> 2;
  v |= v >>> 1;
  return Math.imul(v & 0x01010101, 0xff);
}
