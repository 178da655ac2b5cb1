/**
 * What the machine, the debugger and the command need to know of an instruction set, so that none of them knows
 * which ones there are. A core's own interface is src/cpu/core.ts; here is what is said about its code and state.
 */
import type { RegisterFile } from '../cpu/core.ts';
import type { Disassembler } from '../cpu/disassembler.ts';
import type { Extension as RiscvExtension } from '../cpu/riscv/instructions/row.ts';
import type { GuestFacts, GuestView } from '../debug/guest-view.ts';
import { armv7mIsa } from './isa-armv7m.ts';
import { riscvIsa } from './isa-riscv.ts';
import type { Architecture } from './loader/image.ts';

/** A part of an instruction set that a core has only when it is asked for. */
export type IsaExtension = RiscvExtension;

/** Which registers a trace shows. */
export interface TraceRegisters {
  /** Names of the general registers by their place in the core's part of guest memory; undefined: not shown. */
  readonly general: readonly (string | undefined)[];
  /** Registers that any instruction may change. */
  readonly status: readonly string[];
  /** Registers that change only by an instruction that `Disassembly.writesSpecial` marks. */
  readonly special: readonly string[];
  /** Of these, what the line of a trap tells, or what every trap changes. */
  readonly toldByTraps: ReadonlySet<string>;
  /** What a trap's value is called; undefined where traps have none. */
  readonly trapValue: string | undefined;
}

/** How a listing prints encodings: with objdump's own blanks, so that the two can be compared with diff. */
export interface ListingColumns {
  /** Width of the encoding of a short instruction, or of data shorter than a word. */
  readonly width: number;
  /** Width of a word of data. */
  readonly wordWidth: number;
  /** The encoding of a long instruction, filled up with blanks. @param word its bytes, little-endian. */
  long(word: number): string;
}

export interface Isa {
  readonly architecture: Architecture;
  /** What is always there: `RV32IMAC`. */
  readonly base: string;
  readonly optionalExtensions: readonly IsaExtension[];
  /** @param extensions besides the base; all that there are, when left out. */
  disassembler(extensions?: readonly IsaExtension[]): Disassembler;
  /** Where the guest is: the next instruction, or the one at which it can go no further. */
  place(registers: RegisterFile): number;
  /** What the instructions before leave to the next one: see `DisassembleOptions.context`. */
  context(registers: RegisterFile): number;
  /** What the manual calls the transfer of control to a handler. */
  readonly trapNoun: 'trap' | 'exception';
  /** Bytes of the instruction that begins with a halfword. */
  instructionLength(halfword: number): 2 | 4;
  readonly trace: TraceRegisters;
  readonly listing: ListingColumns;
  facts(view: GuestView): GuestFacts;
}

/** Functions, so that only the ISA that is asked for is initialised (scripts/late.mjs). */
const ISAS: Readonly<Record<Architecture, () => Isa>> = { riscv32: riscvIsa, armv7m: armv7mIsa };

export function isaOf(architecture: Architecture): Isa {
  return ISAS[architecture]();
}

export function allIsas(): Isa[] {
  return Object.values(ISAS).map((isa) => isa());
}
