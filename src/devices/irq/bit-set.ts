/** Sets of numbers as bits, 32 to a word, as interrupt controllers show them in their registers. */

export function hasBit(set: Int32Array, index: number): boolean {
  return (set[index >>> 5]! & (1 << (index & 31))) !== 0;
}

export function setBit(set: Int32Array, index: number): void {
  set[index >>> 5]! |= 1 << (index & 31);
}

export function clearBit(set: Int32Array, index: number): void {
  set[index >>> 5]! &= ~(1 << (index & 31));
}
