/**
 * From an encoding to its row and operands. Rows are bucketed by the bits that tell most of them apart: the upper
 * six of a halfword, bits 28 to 20 of a word. A bucket is filled when it is first looked into.
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

const isNarrow = (word: number) => word >>> 16 === 0;

/** Finds rows for one set of extensions. */
export class Decoder {
  readonly #extensions: ReadonlySet<Extension>;
  readonly #buckets: (Row[] | undefined)[] = new Array(NARROW_BUCKETS + WIDE_BUCKETS).fill(undefined);

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
    const narrow = isNarrow(word);
    const index = narrow ? word >>> 10 : NARROW_BUCKETS + ((word >>> 20) & 0x1ff);
    const bucket = this.#buckets[index] ?? this.#fill(index, word, narrow);
    for (const row of bucket) if (matches(row, word)) return row;
    return undefined;
  }

  /** As `find`, and reads the operands. */
  decode(word: number, operands: Operands, position: ItPosition = ItPosition.Outside): Row | undefined {
    const row = this.find(word, position);
    row?.format(word, operands);
    return row;
  }

  #fill(index: number, word: number, narrow: boolean): Row[] {
    const length = narrow ? 2 : 4;
    const bucketBits = narrow ? NARROW_MASK : WIDE_MASK;
    const bucket = rows().filter(
      (row) =>
        row.length === length &&
        this.#extensions.has(row.extension) &&
        ((row.value ^ word) & row.mask & bucketBits) === 0,
    );
    this.#buckets[index] = bucket;
    return bucket;
  }
}
