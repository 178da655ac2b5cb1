/** What rows about RISC-V say. */
import { type EncodeOperands, encode } from '../../../src/cpu/riscv/assemble.ts';
import { csrName } from '../../../src/cpu/riscv/csr-names.ts';
import type { Extension } from '../../../src/cpu/riscv/instructions/row.ts';
import { hex32 } from '../../../src/errors.ts';
import {
  type Case,
  caseOf,
  type Group as GroupOf,
  groupOf,
  type Memory,
  type Registers,
  type RowOptions,
  type Specials,
} from '../row.ts';

export * from '../row.ts';

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

/** One NAPOT entry over the whole address space, readable, writable, executable: user mode may do anything. */
export const OPEN: Specials = { pmpaddr15: -1, pmpcfg3: 0x1f00_0000 };

export interface Before {
  readonly x?: Registers;
  readonly csr?: Specials;
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
  readonly csr?: Specials;
  readonly memory?: Memory;
  /** Default: behind the last instruction, or mtvec after a trap. */
  readonly pc?: number;
  /** The trap that the last step takes. What a trap does to mstatus, mepc, mcause, mtval and privilege follows from it. */
  readonly trap?: Trap;
  /** Default: as before, machine mode after a trap. */
  readonly user?: boolean;
}

export type Row = Case<Before, After>;

/** The extensions are those besides RV32IMAC. */
export type Group = GroupOf<Row, Extension>;

export const group = groupOf<Row, Extension>;
export const program = caseOf<Before, After>;

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
