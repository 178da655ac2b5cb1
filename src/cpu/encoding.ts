/**
 * Bit patterns of encodings, as the manuals print them: bits from the most significant down, blanks for
 * reading, '.' for a bit that an operand uses. Arm's manual also has bits that should be 0 or 1, '(0)' and
 * '(1)': they are not needed to recognise the instruction, but any other value makes it UNPREDICTABLE.
 */

/** The fixed bits of an encoding of 16 or 32 bits. */
export interface BitPattern {
  readonly mask: number;
  readonly value: number;
  /** Bits that should be as in `shouldBe`; none of them is in `mask`. */
  readonly shouldMask: number;
  readonly shouldBe: number;
  /** Length in bytes. */
  readonly length: 2 | 4;
}

/** Characters of patterns. */
const BLANK = 0x20;
const OPEN = 0x28;
const CLOSE = 0x29;
const OPERAND = 0x2e;
const ONE = 0x31;

export function parsePattern(pattern: string): BitPattern {
  let mask = 0;
  let value = 0;
  let shouldMask = 0;
  let shouldBe = 0;
  let bits = 0;
  let should = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charCodeAt(i);
    if (character === BLANK) continue;
    if (character === OPEN || character === CLOSE) {
      should = character === OPEN;
      continue;
    }
    const bit = 0x80000000 >>> bits++;
    if (character === OPERAND) continue;
    if (should) shouldMask |= bit;
    else mask |= bit;
    if (character !== ONE) continue;
    if (should) shouldBe |= bit;
    else value |= bit;
  }
  if (bits === 32) return { mask, value, shouldMask, shouldBe, length: 4 };
  if (bits !== 16) throw new Error(`bad pattern ${pattern}`);
  return {
    mask: mask >>> 16,
    value: value >>> 16,
    shouldMask: shouldMask >>> 16,
    shouldBe: shouldBe >>> 16,
    length: 2,
  };
}

/** What decides whether a word is an encoding: its fixed bits, and a condition that the manual states in words. */
export interface Encoding {
  readonly mask: number;
  readonly value: number;
  readonly where?: ((word: number) => boolean) | undefined;
}

export function matches(encoding: Encoding, word: number): boolean {
  return (word & encoding.mask) === encoding.value && (encoding.where === undefined || encoding.where(word));
}
