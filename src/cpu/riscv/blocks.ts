/**
 * Predecoded RISC-V code; src/cpu/block-cache.ts has the form of blocks. The operands in a record's first word:
 *   operation (8 bits) | rd (6; 32 is the sink for x0) | rs1 (5) | rs2 (5) | refund (8)
 * A block's mode is 1 in user mode and 0 in machine mode.
 */
import type { Bus } from '../../bus/bus.ts';
import type { Region } from '../../kernel/memory/guest-memory.ts';
import { BlockCache, type BlockCacheOptions, RECORD } from '../block-cache.ts';
import type { TimingRules } from '../timing/model.ts';
import { type Decoder, instructionLength } from './decode.ts';
import type { Operands, Row } from './instructions/row.ts';
import { Op } from './operation.ts';
import { Access, type Pmp } from './pmp.ts';
import { describe, timedInstruction } from './timed-instruction.ts';
import { Cause } from './trap.ts';

/** Where a write to x0 goes. */
export const SINK = 32;

/** Bits of a block's mode below its timing state. */
export const MODE_BITS = 1;

/** Everything that a decoder of blocks needs to know of its hart. */
export interface CodeSource {
  readonly bus: Bus;
  readonly decoder: Decoder;
  readonly pmp: Pmp;
  readonly rules: TimingRules;
}

export class RiscvBlocks extends BlockCache {
  readonly #source: CodeSource;
  readonly #operands: Operands = { rd: 0, rs1: 0, rs2: 0, imm: 0 };
  readonly #timed = timedInstruction();

  constructor(source: CodeSource, options: Pick<BlockCacheOptions, 'maxInstructions' | 'capacity'>) {
    super({
      ...options,
      rules: source.rules,
      modeBits: MODE_BITS,
      // Each instruction with a breakpoint record, and the block's end.
      largestBlock: RECORD * (2 * options.maxInstructions + 2),
    });
    this.#source = source;
  }

  protected override decode(pc: number, user: number, first: number): number {
    let at = first;
    let address = pc;
    let ended = false;
    while (!ended && this.hasRoom) {
      const from = at;
      const unsigned = address >>> 0;
      if (this.breakpoints.has(unsigned)) at = this.#record(at, Op.Break, SINK, 0, 0, 0, address);
      const region = this.#fetchable(unsigned, user);
      if (region === undefined) {
        at = this.#raise(at, Cause.InstructionAccessFault, address, address);
        this.#time(undefined, address, 2, from, at);
        break;
      }
      let offset = unsigned - region.address;
      this.markCode(region, offset, first);
      let word = region.halfwords[offset >>> 1]!;
      const length = instructionLength(word);
      if (length === 4) {
        // Each parcel is fetched by itself; mtval is the address of the one that faults (Priv 3.1.16).
        const upper = this.#fetchable((unsigned + 2) >>> 0, user);
        if (upper === undefined) {
          at = this.#raise(at, Cause.InstructionAccessFault, address + 2, address);
          this.#time(undefined, address, 2, from, at);
          break;
        }
        offset = ((unsigned + 2) >>> 0) - upper.address;
        this.markCode(upper, offset, first);
        word |= upper.halfwords[offset >>> 1]! << 16;
      }
      const row = this.#source.decoder.decode(word, this.#operands);
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
      this.#time(row, address, length, from, at);
      address = (address + length) | 0;
    }
    return this.#record(at, Op.Continue, SINK, 0, 0, address, address);
  }

  #time(row: Row | undefined, address: number, length: number, from: number, to: number): void {
    this.timed(describe(this.#timed, row, this.#operands, address, length), from, to);
  }

  protected override jumpsAtOnce(first: number): boolean {
    return (this.code[first]! & 0xff) === Op.Jalr;
  }

  #raise(at: number, cause: Cause, value: number, address: number): number {
    return this.#record(at, Op.Raise, cause, 0, 0, value | 0, address);
  }

  #record(at: number, op: Op, rd: number, rs1: number, rs2: number, imm: number, address: number): number {
    return this.record(at, op | (rd << 8) | (rs1 << 14) | (rs2 << 19), imm, address);
  }

  #fetchable(address: number, user: number): Region | undefined {
    const region = this.#source.bus.memory.find(address);
    if (region === undefined || !region.permissions.execute || !region.direct) return undefined;
    return this.#source.pmp.allowed(address, 2, Access.Execute, user === 0) ? region : undefined;
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
