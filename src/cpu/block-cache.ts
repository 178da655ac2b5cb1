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
 *
 * With a timing model that has rules, a block is for one timing state in which it is entered (timing/model.ts), a part
 * of its mode, so that its costs are constants. `states`, `exits` and `ordinals` tell of each record what the run loop
 * needs to go on from there.
 */
import { assert } from '../errors.ts';
import { Attribute, GRANULE_SHIFT, type Region } from '../kernel/memory/guest-memory.ts';
import type { TimedInstruction, TimingRules } from './timing/model.ts';

/** Words per record. */
export const RECORD = 4;
/** Cost of a block that may not be entered. */
export const STALE = 0x7fffffff;
/** First record of the stub that unlinked jumps lead to. */
const UNLINKED = 2 * RECORD;
/** Entries of the cache for indirect jumps, each a tag (address | mode 0 or 1) and an index. */
export const JUMP_ENTRIES = 1024;
const FIRST_BLOCK = 4 * RECORD;
/** No instruction is added to a block that costs more, so that a refund always fits. */
const LARGEST_COST = 150;
/** Cost up to which a block may grow inside an instruction that must not be cut. */
const LARGEST_REFUND = 255;

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
  /** Rules of the timing model. */
  readonly rules: TimingRules;
  /** Bits of the mode below the timing state. */
  readonly modeBits: number;
  /** The most words that a block of `maxInstructions` can take. */
  readonly largestBlock: number;
}

export abstract class BlockCache {
  readonly code: Int32Array;
  readonly jumps = new Int32Array(2 * JUMP_ENTRIES);
  /** Addresses before which a `Break` is put. */
  readonly breakpoints = new Set<number>();
  /** By record / RECORD: the timing state before its instruction. */
  readonly states: Int32Array;
  /** The timing state at the target of its jump or taken branch. */
  readonly exits: Int32Array;
  /** How many instructions of its block have been executed with it. */
  readonly ordinals: Uint8Array;
  /** By entry of `jumps`: the timing state in which its block is entered. */
  readonly jumpStates = new Int32Array(JUMP_ENTRIES);
  /** Counts the times that all indices became invalid. */
  generation = 0;
  protected readonly options: BlockCacheOptions;
  /** First record by address and mode. */
  readonly #entries = new Map<number, number>();
  /** Blocks that have bytes in a granule of the host's memory: the same one for all mirrors of a region. */
  readonly #granules = new Map<number, number[]>();
  #end = FIRST_BLOCK;
  /** Costs of the instructions of the block that is being made. */
  readonly #costs = new Int32Array(256);
  #instructions = 0;
  #cost = 0;
  /** Timing state behind them. */
  #state = 0;

  constructor(options: BlockCacheOptions) {
    this.options = options;
    this.code = new Int32Array(options.capacity);
    const records = options.capacity / RECORD;
    this.states = new Int32Array(records);
    this.exits = new Int32Array(records);
    this.ordinals = new Uint8Array(records);
    this.flush();
  }

  /**
   * Writes the records of the block at an address from `first` on, with `record`, and a `Continue` behind them; behind
   * each instruction calls `timed`.
   * @param mode without the timing state.
   * @returns the index behind the last record.
   */
  protected abstract decode(pc: number, mode: number, first: number): number;

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
  lookupJump(pc: number, mode: number, state = 0): number {
    const first = this.lookup(pc, mode | (state << this.options.modeBits));
    if (this.jumpsAtOnce(first)) return first;
    const slot = (pc + (state << 4)) & (2 * (JUMP_ENTRIES - 1));
    this.jumps[slot] = pc | mode;
    this.jumps[slot + 1] = first;
    this.jumpStates[slot >> 1] = state;
    return first;
  }

  /** The timing state behind the instruction of a record. */
  stateBehind(at: number): number {
    const ordinal = this.ordinals[at / RECORD]!;
    let next = at / RECORD + 1;
    while (this.code[next * RECORD + 3] === this.code[at + 3] && this.ordinals[next] === ordinal) next++;
    return this.states[next]!;
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
    this.#instructions = 0;
    this.#cost = 0;
    this.#costs[0] = 0;
    this.#state = mode >>> options.modeBits;
    options.rules.enter(this.#state, pc);
    const end = this.decode(pc, mode & ((1 << options.modeBits) - 1), first);
    this.#setRefunds(first, end);
    code[first - 4] = pc;
    code[first - 3] = mode;
    code[first - 2] = this.#instructions;
    code[first - 1] = this.#cost;
    this.#end = end;
    this.#entries.set(keyOf(pc, mode), first);
    return first;
  }

  /** Whether another instruction may be added to the block. */
  protected get hasRoom(): boolean {
    return this.#instructions < this.options.maxInstructions && this.#cost <= LARGEST_COST;
  }

  /**
   * Counts an instruction and its cost.
   * @param from its first record. @param to the index behind its last one.
   * @returns its cost in cycles.
   */
  protected timed(instruction: TimedInstruction, from: number, to: number): number {
    const { rules } = this.options;
    const cost = rules.add(instruction);
    const exit = rules.taken();
    this.#instructions++;
    this.#cost += cost;
    this.#costs[this.#instructions] = this.#cost;
    assert(this.#cost <= LARGEST_REFUND, 'a block costs more than a refund can hold');
    for (let i = from / RECORD; i < to / RECORD; i++) {
      this.states[i] = this.#state;
      this.exits[i] = exit;
      this.ordinals[i] = this.#instructions;
    }
    this.#state = rules.next();
    return cost;
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

  /** What comes after an instruction is given back when the block is left there. Of a stop also the instruction itself. */
  #setRefunds(first: number, end: number): void {
    const { code, ordinals } = this;
    for (let at = first; at < end - RECORD; at += RECORD) {
      const isBreak = (code[at]! & 0xff) === CommonOp.Break;
      const done = ordinals[at / RECORD]! - (isBreak ? 1 : 0);
      ordinals[at / RECORD] = done;
      code[at]! |= (this.#cost - this.#costs[done]!) << 24;
    }
    const last = end / RECORD - 1;
    this.states[last] = this.#state;
    this.exits[last] = this.#state;
    ordinals[last] = this.#instructions;
  }
}

function keyOf(pc: number, mode: number): number {
  return mode < 2 ? pc | mode : pc + mode * 2 ** 32;
}

function granuleOf(region: Region, offset: number): number {
  return (region.bytes.byteOffset + offset) >>> GRANULE_SHIFT;
}
