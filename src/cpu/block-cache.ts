/**
 * Predecoded code, whatever the ISA. Straight-line runs of instructions are decoded into blocks of records in one
 * packed Int32Array, because one array with small strides is what V8 runs fastest (docs/performance.md).
 *
 * A record is four words:
 *   0  operation (8 bits) | operands, as the ISA's `blocks.ts` says | refund (8)
 *   1  immediate, or the target address of a direct jump
 *   2  index of the target's first record, once linked
 *   3  address of the instruction
 * An instruction may take several records; they have the same address. The refund is the cost of the
 * instructions after this one up to the end of the block. A block's cost is charged as a whole when it is
 * entered, and a taken branch, a trap or a device access in its middle gives the refund back: so cycles are exact
 * everywhere and one subtraction a block pays for it.
 *
 * A header of four words lies before the first record: address, mode, number of instructions, cost. The mode is
 * whatever else decides about the meaning of the bytes at an address, privilege for example. A block that must not
 * run as it is (its bytes have changed) gets the cost STALE, which no budget covers. Conditional branches do not
 * end a block: the untaken path goes straight on.
 */
import { assert } from '../errors.ts';
import { Attribute, GRANULE_SHIFT, type Region } from '../kernel/memory/guest-memory.ts';

/** Words per record. */
export const RECORD = 4;
/** Cost of a block that may not be entered. */
export const STALE = 0x7fffffff;
/** First record of the stub that unlinked jumps lead to. */
const UNLINKED = 2 * RECORD;
/** Entries of the cache for indirect jumps, each a tag (address | mode 0 or 1) and an index. */
export const JUMP_ENTRIES = 1024;
const FIRST_BLOCK = 4 * RECORD;

/** Operations that every ISA's enumeration has at these numbers. */
export enum CommonOp {
  /** The block goes on in another one: charges for it and jumps there. */
  Continue = 1,
  /** Stops before the instruction: a breakpoint of the debugger, or an address that `run` waits for. */
  Break = 3,
}

export interface BlockCacheOptions {
  /** Longest block, in instructions; its cost must stay below 256, so that a refund fits. */
  readonly maxInstructions: number;
  /** Size of the record store in words. */
  readonly capacity: number;
  /** Cost in cycles of an instruction, when the timing model charges by block. */
  readonly instructionCost: number;
  /** The most words that a block of `maxInstructions` can take. */
  readonly largestBlock: number;
}

export abstract class BlockCache {
  readonly code: Int32Array;
  readonly jumps = new Int32Array(2 * JUMP_ENTRIES);
  /** Addresses before which a `Break` is put. */
  readonly breakpoints = new Set<number>();
  /** Counts the times that all indices became invalid. */
  generation = 0;
  protected readonly options: BlockCacheOptions;
  /** First record by address and mode. */
  readonly #entries = new Map<number, number>();
  /** Blocks that have bytes in a granule of the host's memory: the same one for all mirrors of a region. */
  readonly #granules = new Map<number, number[]>();
  #end = FIRST_BLOCK;

  constructor(options: BlockCacheOptions) {
    this.options = options;
    this.code = new Int32Array(options.capacity);
    this.flush();
  }

  /**
   * Writes the records of the block at an address from `first` on, with `record`, and a `Continue` behind them.
   * @returns the number of instructions and the index behind the last record.
   */
  protected abstract decode(pc: number, mode: number, first: number): { instructions: number; end: number };

  /** Whether the block at `first` is to be looked up each time, so that a jump to itself through it is noticed. */
  protected abstract jumpsAtOnce(first: number): boolean;

  /** Forgets everything. */
  flush(): void {
    this.generation++;
    this.#entries.clear();
    this.#granules.clear();
    // A tag that its own slot can never hold: address 0 belongs to slot 0, address 2 to the next one.
    this.jumps.fill(0);
    this.jumps[0] = 2;
    this.code[UNLINKED - 1] = STALE;
    this.#end = FIRST_BLOCK;
  }

  /** The first record of the block at an address, decoded now if need be. May flush: compare `generation`. */
  lookup(pc: number, mode: number): number {
    return this.#entries.get(keyOf(pc, mode)) ?? this.#make(pc, mode);
  }

  /** As `lookup`, and remembers the answer in the jump cache. @param mode 0 or 1. */
  lookupJump(pc: number, mode: number): number {
    const first = this.lookup(pc, mode);
    if (this.jumpsAtOnce(first)) return first;
    const slot = pc & (2 * (JUMP_ENTRIES - 1));
    this.jumps[slot] = pc | mode;
    this.jumps[slot + 1] = first;
    return first;
  }

  /** Makes stale every block with bytes in the granule at an offset of a region. */
  invalidate(region: Region, offset: number): void {
    const granule = granuleOf(region, offset);
    const blocks = this.#granules.get(granule);
    if (blocks === undefined) return;
    this.#granules.delete(granule);
    for (const first of blocks) {
      this.code[first - 1] = STALE;
      const key = keyOf(this.code[first - 4]!, this.code[first - 3]!);
      if (this.#entries.get(key) === first) this.#entries.delete(key);
    }
  }

  #make(pc: number, mode: number): number {
    const { code, options } = this;
    if (this.#end + options.largestBlock + 2 * RECORD > code.length) this.flush();
    const first = this.#end + RECORD;
    const { instructions, end } = this.decode(pc, mode, first);
    const cost = instructions * options.instructionCost;
    this.#setRefunds(first, cost);
    code[first - 4] = pc;
    code[first - 3] = mode;
    code[first - 2] = instructions;
    code[first - 1] = cost;
    this.#end = end;
    this.#entries.set(keyOf(pc, mode), first);
    return first;
  }

  /** @param head the record's first word without its refund. @returns the index behind the record. */
  protected record(at: number, head: number, immediate: number, address: number): number {
    const { code } = this;
    code[at] = head;
    code[at + 1] = immediate;
    code[at + 2] = UNLINKED;
    code[at + 3] = address;
    return at + RECORD;
  }

  /** Notes that the block at `first` holds an instruction at this place. */
  protected markCode(region: Region, offset: number, first: number): void {
    region.attributes[offset >>> GRANULE_SHIFT]! |= Attribute.Code;
    const granule = granuleOf(region, offset);
    const blocks = this.#granules.get(granule);
    if (blocks === undefined) this.#granules.set(granule, [first]);
    else if (blocks[blocks.length - 1] !== first) blocks.push(first);
  }

  #setRefunds(first: number, cost: number): void {
    assert(cost < 256, 'a block costs more than a refund can hold');
    const { code } = this;
    let left = cost;
    let charged = first;
    for (let at = first; ; at += RECORD) {
      const op = code[at]! & 0xff;
      if (op === CommonOp.Continue) return;
      // A stop comes before its instruction, which is not paid for yet.
      if (op !== CommonOp.Break && (at === first || charged < 0 || code[at + 3] !== code[charged + 3])) {
        left -= this.options.instructionCost;
        charged = at;
      } else if (op === CommonOp.Break) charged = -1;
      code[at]! |= left << 24;
    }
  }
}

function keyOf(pc: number, mode: number): number {
  return mode < 2 ? pc | mode : pc + mode * 2 ** 32;
}

function granuleOf(region: Region, offset: number): number {
  return (region.bytes.byteOffset + offset) >>> GRANULE_SHIFT;
}
