/** What reports and backtraces may look at: a guest that stands still. Nothing here has an effect on it. */
import type { RegisterFile } from '../cpu/core.ts';
import type { SymbolTable } from '../machine/loader/symbols.ts';
import type { Backtrace } from './backtrace.ts';

/** Memory as it is, without the effects of a device. */
export interface CodeMemory {
  /** @returns undefined where no memory is. */
  readWord(address: number): number | undefined;
  /** A halfword that could be executed, or undefined. */
  readCode(address: number): number | undefined;
}

export interface GuestView extends CodeMemory {
  readonly registers: RegisterFile;
  readonly symbols: SymbolTable;
  /** Where the image begins: nothing has called that. Undefined without an image. */
  readonly entry: number | undefined;
  /** Whether a trap has been taken since power-on. */
  readonly hasTrapped: boolean;
  /** A word of a device's register, without the effects of reading it; undefined where nothing is. */
  peekWord(address: number): number | undefined;
  /** What a trap is called. */
  trapName(cause: number, isInterrupt: boolean): string;
  /** `sw a1,0(a0)`. */
  instructionText(word: number, address: number): string;
  /**
   * `append+0x10 (0x80000110): sw a1,0(a0)`.
   * @param context what the instructions before leave to this one: see `DisassembleOptions`.
   */
  placeText(address: number, context?: number): string;
  /** What an address belongs to: `counter, in ram (rwx)`, `uart0+0x00000004`, `nothing is there`. */
  whatIsAt(address: number): string;
}

/** What an instruction set has to say about a guest. */
export interface GuestFacts {
  /** `machine mode`. */
  readonly mode: string;
  /** Names of the registers to show, in their order. */
  readonly registers: readonly string[];
  /** Which interrupts are enabled and pending, in words. */
  readonly interrupts: readonly string[];
  /** What the trap taken last left behind; undefined when none was taken. */
  readonly trap: TrapFacts | undefined;
  readonly backtrace: Backtrace;
}

export interface TrapFacts {
  /** `Last trap`. */
  readonly title: string;
  /** Name and meaning: `mcause`, `7: store/AMO access fault`. */
  readonly lines: readonly (readonly [name: string, meaning: string])[];
}
