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

export function parsePattern(pattern: string): BitPattern {
  let mask = 0;
  let value = 0;
  let shouldMask = 0;
  let shouldBe = 0;
  let bits = 0;
  let should = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i];
    if (character === '(') should = true;
    else if (character === ')') should = false;
    else if (character !== ' ') {
      const fixed = character === '.' ? 0 : 1;
      const one = character === '1' ? 1 : 0;
      bits++;
      mask = (mask << 1) | (should ? 0 : fixed);
      value = (value << 1) | (should ? 0 : one);
      shouldMask = (shouldMask << 1) | (should ? fixed : 0);
      shouldBe = (shouldBe << 1) | (should ? one : 0);
    }
  }
  if (bits !== 32 && bits !== 16) throw new Error(`bad pattern ${pattern}`);
  return { mask, value, shouldMask, shouldBe, length: bits === 32 ? 4 : 2 };
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
