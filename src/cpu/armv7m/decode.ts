/**
 * From an encoding to its row and operands. Rows are bucketed by the bits that tell most of them apart: the upper
 * six of a halfword, bits 28 to 20 of a word. The buckets are filled when a row is first looked for.
 */
import { matches } from '../encoding.ts';
import { type Extension, ItPosition, type Operands, type Row } from './instructions/row.ts';
import { rows } from './instructions/table.ts';

/**
 * Length in bytes of the instruction that starts with this halfword. ARMv7-M Architecture Reference Manual,
 * DDI 0403E.e, A5.1.
 */
export function instructionLength(halfword: number): 2 | 4 {
  return (halfword & 0xffff) >= 0xe800 ? 4 : 2;
}

const NARROW_BUCKETS = 64;
const WIDE_BUCKETS = 512;
const NARROW_MASK = 0xfc00;
const WIDE_MASK = 0x1ff00000;

const narrowBucket = (word: number) => word >>> 10;
const wideBucket = (word: number) => NARROW_BUCKETS + ((word >>> 20) & 0x1ff);

/** Finds rows for one set of extensions. */
export class Decoder {
  readonly #extensions: ReadonlySet<Extension>;
  #buckets: Row[][] | undefined = undefined;

  constructor(extensions: ReadonlySet<Extension>) {
    this.#extensions = extensions;
  }

  /**
   * @param word a 32-bit instruction with its first halfword in the upper half, or a 16-bit one (upper bits zero).
   * @param position where it stands with regard to an IT block.
   * @returns the row, or undefined for what is UNDEFINED: by the manual, or as the choice for an UNPREDICTABLE one.
   */
  find(word: number, position: ItPosition = ItPosition.Outside): Row | undefined {
    const row = this.findAny(word);
    if (row === undefined) return undefined;
    for (const unpredictable of row.unpredictable)
      if (unpredictable.outcome === 'undefined' && unpredictable.when(word, position)) return undefined;
    return row;
  }

  /** As `find`, but an UNPREDICTABLE encoding is found whatever is done with it. */
  findAny(word: number): Row | undefined {
    const buckets = (this.#buckets ??= this.#fill());
    const index = word >>> 16 === 0 ? narrowBucket(word) : wideBucket(word);
    for (const row of buckets[index]!) if (matches(row, word)) return row;
    return undefined;
  }

  /** As `find`, and reads the operands. */
  decode(word: number, operands: Operands, position: ItPosition = ItPosition.Outside): Row | undefined {
    const row = this.find(word, position);
    row?.format(word, operands);
    return row;
  }

  #fill(): Row[][] {
    const buckets: Row[][] = Array.from({ length: NARROW_BUCKETS + WIDE_BUCKETS }, () => []);
    for (const row of rows()) {
      if (!this.#extensions.has(row.extension)) continue;
      // A row stands in every bucket that its fixed bits allow.
      const narrow = row.length === 2;
      const bucketOf = narrow ? narrowBucket : wideBucket;
      const free = (narrow ? NARROW_MASK : WIDE_MASK) & ~row.mask;
      for (let bits = free; ; bits = (bits - 1) & free) {
        buckets[bucketOf(row.value | bits)]!.push(row);
        if (bits === 0) break;
      }
    }
    return buckets;
  }
}
