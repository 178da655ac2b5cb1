/** Operations that several instruction sets have and JavaScript has no operator for. Signed 32-bit values in and out. */

/** Upper 32 bits of an unsigned product. */
export function mulhu(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = Math.imul(aLow, bLow);
  const middle1 = Math.imul(aHigh, bLow) >>> 0;
  const middle2 = Math.imul(aLow, bHigh) >>> 0;
  const carry = (low >>> 16) + (middle1 & 0xffff) + (middle2 & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle1 >>> 16) + (middle2 >>> 16) + (carry >>> 16)) | 0;
}

/** Upper 32 bits of a signed product. */
export function mulh(a: number, b: number): number {
  return (mulhu(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

/** Trailing zeros; 32 for zero. */
export function countTrailingZeros(value: number): number {
  return value === 0 ? 32 : 31 - Math.clz32(value & -value);
}

/** Number of set bits. */
export function populationCount(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export function reverseBytes(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}
