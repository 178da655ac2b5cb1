/**
 * From an encoding to its row and operands. Made from the table: rows are bucketed by the bits
 * that tell most of them apart (major opcode and funct3; quadrant and funct3 for compressed ones).
 */
import { matches } from '../encoding.ts';
import type { Extension, Operands, Row } from './instructions/row.ts';
import { rows } from './instructions/table.ts';

/** Length in bytes of the instruction that starts with this halfword. Unprivileged ISA 1.5: 16 or 32 bits here. */
export function instructionLength(halfword: number): 2 | 4 {
  return (halfword & 3) === 3 ? 4 : 2;
}

function bucketOf(word: number): number {
  return (word & 3) === 3
    ? ((word >>> 2) & 31) | ((word >>> 7) & 0xe0)
    : 0x100 | (word & 3) | ((word >>> 11) & 0x1c);
}

/** Finds rows for one set of extensions. */
export class Decoder {
  readonly #buckets: Row[][] = Array.from({ length: 0x120 }, () => []);

  constructor(extensions: ReadonlySet<Extension>) {
    for (const row of rows()) {
      if (!extensions.has(row.extension)) continue;
      // A row stands in every bucket that its fixed bits allow: funct3 is an operand in U and J forms.
      const bucketBits = row.length === 4 ? 0x707f : 0xe003;
      const free = bucketBits & ~row.mask;
      const seen = new Set<number>();
      for (let bits = free; ; bits = (bits - 1) & free) {
        seen.add(bucketOf(row.value | bits));
        if (bits === 0) break;
      }
      for (const bucket of seen) this.#buckets[bucket]!.push(row);
    }
  }

  /**
   * @param word the 32-bit word, or the halfword of a compressed instruction in its low 16 bits (upper bits zero).
   * @returns the row, or undefined for an encoding that is reserved or not of these extensions.
   */
  find(word: number): Row | undefined {
    for (const row of this.#buckets[bucketOf(word)]!) if (matches(row, word)) return row;
    return undefined;
  }

  /** As `find`, and reads the operands. */
  decode(word: number, operands: Operands): Row | undefined {
    const row = this.find(word);
    row?.format(word, operands);
    return row;
  }
}
