/**
 * Predecoded code. Straight-line runs of instructions are decoded into blocks of records in one packed
 * Int32Array, because one array with small strides is what V8 runs fastest (docs/performance.md).
 *
 * A record is four words:
 *   0  operation (8 bits) | rd (6; 32 is the sink for x0) | rs1 (5) | rs2 (5) | refund (8)
 *   1  immediate, or the target address of a direct jump
 *   2  index of the target's first record, once linked
 *   3  address of the instruction
 * The refund is the cost of the instructions after this one up to the end of the block. A block's cost is
 * charged as a whole when it is entered, and a taken branch, a trap or a device access in its middle gives the
 * refund back: so cycles are exact everywhere and one subtraction a block pays for it.
 *
 * A header of four words lies before the first record: address, privilege, number of instructions, cost. A
 * block that must not run as it is (its bytes have changed) gets the cost STALE, which no budget covers.
 * Conditional branches do not end a block: the untaken path goes straight on.
 */
import type { Bus } from '../../bus/bus.ts';
import { assert } from '../../errors.ts';
import { Attribute, GRANULE_SHIFT, type Region } from '../../kernel/memory/guest-memory.ts';
import { type Decoder, instructionLength } from './decode.ts';
import type { Operands } from './instructions/row.ts';
import { Op } from './operation.ts';
import { Access, type Pmp } from './pmp.ts';
import { Cause } from './trap.ts';

/** Words per record. */
export const RECORD = 4;
/** Cost of a block that may not be entered. */
export const STALE = 0x7fffffff;
/** First record of the stub that unlinked jumps lead to. */
export const UNLINKED = 2 * RECORD;
/** Where a write to x0 goes. */
export const SINK = 32;
/** Entries of the cache for indirect jumps, each a tag (address | user mode) and an index. */
export const JUMP_ENTRIES = 1024;
const FIRST_BLOCK = 4 * RECORD;

/** Everything that a decoder of blocks needs to know of its hart. */
export interface CodeSource {
  readonly bus: Bus;
  readonly decoder: Decoder;
  readonly pmp: Pmp;
  /** Cost in cycles of an instruction, when the timing model charges by block. */
  readonly instructionCost: number;
}

export interface BlockCacheOptions {
  /** Longest block, in instructions; at most 63, so that a refund fits. */
  readonly maxInstructions: number;
  /** Size of the record store in words. */
  readonly capacity: number;
}

export class BlockCache {
  readonly code: Int32Array;
  readonly jumps = new Int32Array(2 * JUMP_ENTRIES);
  /** Addresses before which `Op.Break` is put. */
  readonly breakpoints = new Set<number>();
  /** Counts the times that all indices became invalid. */
  generation = 0;
  readonly #source: CodeSource;
  readonly #maxInstructions: number;
  /** First record by address | user mode. */
  readonly #entries = new Map<number, number>();
  /** Blocks that have bytes in a granule (address >>> 6). */
  readonly #granules = new Map<number, number[]>();
  readonly #operands: Operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
  #end = FIRST_BLOCK;

  constructor(source: CodeSource, options: BlockCacheOptions) {
    this.#source = source;
    this.#maxInstructions = options.maxInstructions;
    this.code = new Int32Array(options.capacity);
    this.flush();
  }

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

  /**
   * The first record of the block at an address, decoded now if need be. May flush: compare `generation`.
   * @param user 1 in user mode, 0 in machine mode.
   */
  lookup(pc: number, user: number): number {
    return this.#entries.get(pc | user) ?? this.#decode(pc, user);
  }

  /**
   * As `lookup`, and remembers the answer in the jump cache; but not a block that begins with a JALR, so that one
   * which jumps to itself is noticed.
   */
  lookupJump(pc: number, user: number): number {
    const first = this.lookup(pc, user);
    if ((this.code[first]! & 0xff) === Op.Jalr) return first;
    const slot = pc & (2 * (JUMP_ENTRIES - 1));
    this.jumps[slot] = pc | user;
    this.jumps[slot + 1] = first;
    return first;
  }

  /** Makes stale every block with bytes in a granule. @param granule guest address >>> 6. */
  invalidate(granule: number): void {
    const blocks = this.#granules.get(granule);
    if (blocks === undefined) return;
    this.#granules.delete(granule);
    for (const first of blocks) {
      this.code[first - 1] = STALE;
      const key = this.code[first - 4]! | this.code[first - 3]!;
      if (this.#entries.get(key) === first) this.#entries.delete(key);
    }
  }

  #decode(pc: number, user: number): number {
    const code = this.code;
    // Room for the longest block, each instruction with a breakpoint record, and its end.
    if (this.#end + RECORD * (2 * this.#maxInstructions + 4) > code.length) this.flush();
    const first = this.#end + RECORD;
    let at = first;
    let address = pc;
    let instructions = 0;
    let ended = false;
    const { decoder, instructionCost } = this.#source;
    while (!ended && instructions < this.#maxInstructions) {
      const unsigned = address >>> 0;
      if (this.breakpoints.has(unsigned)) at = this.#record(at, Op.Break, SINK, 0, 0, 0, address);
      const region = this.#fetchable(unsigned, user);
      if (region === undefined) {
        at = this.#raise(at, Cause.InstructionAccessFault, address, address);
        instructions++;
        ended = true;
        break;
      }
      let offset = unsigned - region.address;
      this.#markCode(region, offset, first);
      let word = region.halfwords[offset >>> 1]!;
      const length = instructionLength(word);
      if (length === 4) {
        // Each parcel is fetched by itself; mtval is the address of the one that faults (Priv 3.1.16).
        const upper = this.#fetchable((unsigned + 2) >>> 0, user);
        if (upper === undefined) {
          at = this.#raise(at, Cause.InstructionAccessFault, address + 2, address);
          instructions++;
          ended = true;
          break;
        }
        offset = ((unsigned + 2) >>> 0) - upper.address;
        this.#markCode(upper, offset, first);
        word |= upper.halfwords[offset >>> 1]! << 16;
      }
      const row = decoder.decode(word, this.#operands);
      if (row === undefined) {
        at = this.#raise(at, Cause.IllegalInstruction, word, address);
        ended = true;
      } else {
        const { rd, rs1, rs2, imm } = this.#operands;
        let op = row.op;
        let value = imm;
        if (op === Op.Auipc) {
          op = Op.Lui;
          value = (address + imm) | 0;
        } else if (row.timing === 'branch' || row.timing === 'jal') value = (address + imm) | 0;
        at = this.#record(at, op, rd === 0 ? SINK : rd, rs1, rs2, value, address);
        ended = endsBlock(op);
      }
      instructions++;
      address = (address + length) | 0;
    }
    at = this.#record(at, Op.Continue, SINK, 0, 0, address, address);
    const cost = instructions * instructionCost;
    this.#setRefunds(first, cost);
    code[first - 4] = pc;
    code[first - 3] = user;
    code[first - 2] = instructions;
    code[first - 1] = cost;
    this.#end = at;
    this.#entries.set(pc | user, first);
    return first;
  }

  #raise(at: number, cause: Cause, value: number, address: number): number {
    return this.#record(at, Op.Raise, cause, 0, 0, value | 0, address);
  }

  #record(at: number, op: Op, rd: number, rs1: number, rs2: number, imm: number, address: number): number {
    const code = this.code;
    code[at] = op | (rd << 8) | (rs1 << 14) | (rs2 << 19);
    code[at + 1] = imm;
    code[at + 2] = UNLINKED;
    code[at + 3] = address;
    return at + RECORD;
  }

  #setRefunds(first: number, cost: number): void {
    assert(cost < 256, 'a block costs more than a refund can hold');
    const { instructionCost } = this.#source;
    let left = cost;
    for (let at = first; ; at += RECORD) {
      const op = this.code[at]! & 0xff;
      if (op === Op.Continue) return;
      if (op !== Op.Break) left -= instructionCost;
      this.code[at]! |= left << 24;
    }
  }

  #fetchable(address: number, user: number): Region | undefined {
    const region = this.#source.bus.memory.find(address);
    if (region === undefined || !region.permissions.execute || !region.direct) return undefined;
    return this.#source.pmp.allowed(address, 2, Access.Execute, user === 0) ? region : undefined;
  }

  #markCode(region: Region, offset: number, first: number): void {
    region.attributes[offset >>> GRANULE_SHIFT]! |= Attribute.Code;
    const granule = (region.address + offset) >>> GRANULE_SHIFT;
    const blocks = this.#granules.get(granule);
    if (blocks === undefined) this.#granules.set(granule, [first]);
    else if (blocks[blocks.length - 1] !== first) blocks.push(first);
  }
}

function endsBlock(op: Op): boolean {
  switch (op) {
    case Op.Jal:
    case Op.Jalr:
    case Op.Ecall:
    case Op.Ebreak:
    case Op.Mret:
    case Op.Wfi:
    case Op.FenceI:
      return true;
    default:
      return false;
  }
}
