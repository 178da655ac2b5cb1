/**
 * Instruction cases as rows: a short program, what the machine holds before it, and what is different after it.
 * Rows are data; driver.ts executes them on any target and checks that everything else has stayed as it was.
 */
import { type EncodeOperands, encode } from '../../../src/cpu/riscv/assemble.ts';
import { csrName } from '../../../src/cpu/riscv/csr-names.ts';
import type { Extension } from '../../../src/cpu/riscv/instructions/row.ts';
import { hex32 } from '../../../src/errors.ts';

export const MIN = -0x8000_0000;
export const MAX = 0x7fff_ffff;

/** Where rows find things: all in RAM, on pages of their own. */
export const RAM_BYTES = 0x20_0000;
export const RAM_END = 0x8020_0000;
/** Where the driver goes to user mode from. */
export const STUB = 0x8000_0000;
/** Where mtvec points unless a row says otherwise. */
export const TRAP_VECTOR = 0x8000_1000;
export const CODE = 0x8001_0000;
export const DATA = 0x8002_0000;
/** Nothing answers here. */
export const NOWHERE = 0x0800_0000;

/** Values by register number. */
export type Registers = Readonly<Record<number, number>>;
/** Values by name, written in this order. */
export type Csrs = Readonly<Record<string, number>>;
/** Bytes in hexadecimal by address: { [DATA]: '01 02 03 04' }. */
export type Memory = Readonly<Record<number, string>>;

/** One NAPOT entry over the whole address space, readable, writable, executable: user mode may do anything. */
export const OPEN: Csrs = { pmpaddr15: -1, pmpcfg3: 0x1f00_0000 };

export interface Before {
  readonly x?: Registers;
  readonly csr?: Csrs;
  readonly memory?: Memory;
  /** Whether the program runs in user mode. Its PMP lets everything through unless the row writes PMP registers. */
  readonly user?: boolean;
  /** Address of the program. Default: CODE. */
  readonly address?: number;
}

export interface Trap {
  readonly cause: number;
  /** For mtval. */
  readonly value: number;
  /** For mepc. Default: the last instruction. */
  readonly pc?: number;
}

export interface After {
  readonly x?: Registers;
  /** Registers that may hold anything. */
  readonly any?: readonly number[];
  readonly csr?: Csrs;
  readonly memory?: Memory;
  /** Default: behind the last instruction, or mtvec after a trap. */
  readonly pc?: number;
  /** The trap that the last step takes. What a trap does to mstatus, mepc, mcause, mtval and privilege follows from it. */
  readonly trap?: Trap;
  /** Default: as before, machine mode after a trap. */
  readonly user?: boolean;
}

export interface RowOptions {
  /** Instructions to execute. Default: those of the program, each once. */
  readonly steps?: number;
  /**
   * Run up to the last address instead of step by step: single steps through a GDB port hold interrupts back,
   * and a WFI goes by together with the next instruction.
   */
  readonly inOneGo?: boolean;
  /** Why QEMU 7.2 is no reference here, with the section of the manual. */
  readonly qemu?: string;
}

export interface Row extends RowOptions {
  readonly title: string;
  readonly code: readonly number[];
  readonly before: Before;
  readonly after: After;
  readonly steps: number;
}

/** Rows about one instruction, or about one matter. */
export interface Group {
  readonly title: string;
  /** Section of the manual that the expected values come from. */
  readonly spec: string;
  /** Extensions that the hart needs besides RV32IMAC. */
  readonly extensions: readonly Extension[];
  readonly rows: readonly Row[];
}

export function group(
  title: string,
  spec: string,
  rows: readonly Row[],
  extensions: readonly Extension[] = [],
): Group {
  // A literal case may be among the corner values too; with another result it would stay, and fail.
  const distinct = new Map(rows.map((entry) => [JSON.stringify({ ...entry, title: '' }), entry]));
  return { title, spec, extensions, rows: [...distinct.values()] };
}

/** A case of a whole program. */
export function program(
  title: string,
  code: readonly number[],
  before: Before,
  after: After,
  options: RowOptions = {},
): Row {
  return { title, code, before, after, steps: code.length, ...options };
}

/** A case of one instruction, with a title made from it. */
export function row(
  mnemonic: string,
  operands: EncodeOperands,
  before: Before,
  after: After,
  options: RowOptions = {},
): Row {
  const isCsr = mnemonic.startsWith('csrr');
  const text = Object.entries(operands).map(([field, value]) =>
    isCsr && field === 'imm' ? csrName(value) : `${field}=${value}`,
  );
  const registers = Object.entries(before.x ?? {}).map(([number, value]) => `x${number}=${hex32(value)}`);
  const mode = before.user ? ['in user mode'] : [];
  const title = [mnemonic, ...text, ...registers, ...mode].join(' ');
  return program(title, [encode(mnemonic, operands)], before, after, options);
}

/** Length in bytes of an encoding; Unprivileged ISA 20240411, 1.5. */
export function lengthOf(encoding: number): number {
  return (encoding & 3) === 3 ? 4 : 2;
}

export function bytesOf(code: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const encoding of code) {
    for (let at = 0; at < lengthOf(encoding); at++) bytes.push((encoding >>> (8 * at)) & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** Little-endian bytes of encodings or words, as `Memory` has them. */
export function hexOf(...code: number[]): string {
  return Buffer.from(bytesOf(code)).toString('hex');
}

/** All powers of two from 2^`low` to 2^`high`: each bit of an immediate by itself. */
export function walkingBits(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => 2 ** (low + index));
}
