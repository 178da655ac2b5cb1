/**
 * Predecoded Thumb code; src/cpu/block-cache.ts has the form of blocks. The operands in a record's first word:
 *   operation (8 bits) | d (5) | n (5) | m (5) | - | refund (8)
 * The third word is the index of a branch's target, or a further operand of an operation that is no branch.
 *
 * A block's mode is 1 when it is for unprivileged code, ITSTATE shifted left by one, and NOT_THUMB: an instruction in
 * an IT block means something else when the block is entered in its middle, as by the return from an exception. An
 * instruction with a condition has a record before it that passes over it unless the condition holds. ITSTATE
 * itself is not kept while code runs: `itstates` tells it for each record to whoever has to know.
 */
import type { Bus } from '../../bus/bus.ts';
import { BlockCache, type BlockCacheOptions, RECORD } from '../block-cache.ts';
import type { TimingRules } from '../timing/model.ts';
import type { DataAccess } from './data-access.ts';
import { type Decoder, instructionLength } from './decode.ts';
import { Fault } from './faults.ts';
import { Operation } from './instructions/operation.ts';
import { itPosition, nextItstate, noOperands, type Operands, type Row } from './instructions/row.ts';
import { Op } from './micro-op.ts';
import { SINK } from './state.ts';
import { describe, timedInstruction } from './timed-instruction.ts';
import { type Emit, endsBlock, translate } from './translate.ts';

/** The most records of one instruction: a skip, an operand, the operation, a write-back, an alignment, a branch. */
const MOST_RECORDS = 8;
/** Condition AL (A7.3). */
const ALWAYS = 14;
/** Mode of what is executed while EPSR.T is clear: every instruction is a UsageFault (B1.4.2). */
export const NOT_THUMB = 1 << 9;
/** Bits of a block's mode below its timing state. */
export const MODE_BITS = 10;

/** Everything that a decoder of blocks needs to know of its processor. */
export interface CodeSource {
  readonly bus: Bus;
  readonly data: DataAccess;
  readonly decoder: Decoder;
  readonly rules: TimingRules;
}

export class ThumbBlocks extends BlockCache {
  /** ITSTATE of each record's instruction, by index / RECORD. */
  readonly itstates: Uint8Array;
  readonly #source: CodeSource;
  readonly #operands: Operands = noOperands();
  readonly #timed = timedInstruction();
  #at = 0;
  #address = 0;
  #itstate = 0;
  /** Of the instruction that was decoded last. */
  #cost = 0;

  constructor(source: CodeSource, options: Pick<BlockCacheOptions, 'maxInstructions' | 'capacity'>) {
    super({
      ...options,
      rules: source.rules,
      modeBits: MODE_BITS,
      // An IT block is not left in its middle: up to four instructions more.
      largestBlock: RECORD * (MOST_RECORDS * (options.maxInstructions + 4) + 2),
    });
    this.#source = source;
    this.itstates = new Uint8Array(options.capacity / RECORD);
  }

  protected override decode(pc: number, mode: number, first: number): number {
    const single = this.options.maxInstructions === 1;
    let ended = false;
    this.#at = first;
    this.#address = pc;
    this.#itstate = (mode >>> 1) & 0xff;
    if ((mode & NOT_THUMB) !== 0) return this.#withoutThumb();
    // Only a block of single steps ends within an IT block.
    while (!ended && (this.hasRoom || (this.#itstate !== 0 && !single))) {
      ended = this.#instruction(first);
    }
    this.#emit(Op.Continue, this.#itstate & 31, this.#itstate >>> 5, 0, this.#address);
    return this.#at;
  }

  #withoutThumb(): number {
    const from = this.#at;
    if (this.breakpoints.has(this.#address >>> 0)) this.#emit(Op.Break, SINK, 0, 0, 0);
    this.#emit(Op.Raise, SINK, 0, 0, Fault.InvalidState);
    this.#time(undefined, this.#address, 2, false, from);
    this.#emit(Op.Continue, 0, 0, 0, this.#address);
    return this.#at;
  }

  protected override jumpsAtOnce(first: number): boolean {
    const op = this.code[first]! & 0xff;
    return op === Op.Bx || op === Op.Blx;
  }

  /** @returns whether the block ends behind it. */
  #instruction(first: number): boolean {
    const address = this.#address;
    const from = this.#at;
    if (this.breakpoints.has(address >>> 0)) this.#emit(Op.Break, SINK, 0, 0, 0);
    const low = this.#fetch(address, first);
    if (low === undefined) return this.#time(undefined, address, 2, false, from);
    let word = low;
    const length = instructionLength(low);
    if (length === 4) {
      const high = this.#fetch((address + 2) | 0, first);
      if (high === undefined) return this.#time(undefined, address, 2, false, from);
      word = (low << 16) | high;
    }
    const itstate = this.#itstate;
    const row = this.#source.decoder.decode(word, this.#operands, itPosition(itstate));
    // A7.7.17: BKPT is executed whatever the condition is.
    const condition = itstate === 0 || row?.operation === Operation.Bkpt ? ALWAYS : itstate >>> 4;
    const skip = this.#at;
    if (condition < ALWAYS) this.#emit(Op.SkipEq + condition, SINK, 0, 0, 0);
    let ended = false;
    if (row === undefined) this.#emit(Op.Raise, SINK, 0, 0, Fault.UndefinedInstruction);
    else {
      translate(row.operation, this.#operands, { address, length, inIt: itstate !== 0 }, this.#emit);
      // Also under a condition: a branch gives nothing of its block's cost back.
      ended = endsBlock(row.operation, this.#operands);
    }
    this.#time(row, address, length, condition < ALWAYS, from);
    if (condition < ALWAYS) this.#skips(skip);
    this.#address = (address + length) | 0;
    this.#itstate = nextItstate(itstate);
    if (row?.operation === Operation.It) this.#itstate = (this.#operands.cond << 4) | this.#operands.imm;
    return ended;
  }

  /** @returns true. @param from the instruction's first record. */
  #time(row: Row | undefined, address: number, length: number, conditional: boolean, from: number): boolean {
    describe(this.#timed, row, this.#operands, { address, length, conditional });
    this.#cost = this.timed(this.#timed, from, this.#at);
    return true;
  }

  /** What the record that passes over an instruction has to know: how far, and what is not spent then. */
  #skips(skip: number): void {
    this.code[skip + 1] = this.#at - skip;
    this.code[skip + 2] = this.options.rules.skipped(this.#timed, this.#cost);
  }

  /** Reads a halfword of code; where it cannot be executed, writes the record that says so. */
  #fetch(address: number, first: number): number | undefined {
    const { bus, data } = this.#source;
    const unsigned = address >>> 0;
    const fault = data.fetchFault(address);
    const region = bus.memory.find(unsigned);
    if (fault !== Fault.None || region === undefined) {
      this.#emit(Op.Raise, SINK, 0, 0, fault);
      return undefined;
    }
    const offset = unsigned - region.address;
    this.markCode(region, offset, first);
    return region.halfwords[offset >>> 1]!;
  }

  readonly #emit: Emit = (op, d, n, m, immediate, extra) => {
    const at = this.#at;
    this.itstates[at / RECORD] = this.#itstate;
    this.#at = this.record(at, op | (d << 8) | (n << 13) | (m << 18), immediate, this.#address);
    if (extra !== undefined) this.code[at + 2] = extra;
  };
}
