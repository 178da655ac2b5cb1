/** What rows about ARMv7-M say. ARMv7-M ARM DDI 0403E, B1.4 (registers) and B1.5 (exceptions). */
import { hex32 } from '../../../src/errors.ts';
import { ALL_FAULTS, SHCSR } from '../../armv7m-system.ts';
import {
  type Case,
  caseOf,
  type Group as GroupOf,
  groupOf,
  type Memory,
  type Registers,
  type Specials,
} from '../row.ts';

export * from '../../armv7m-system.ts';
export * from '../row.ts';

/** Where rows find things on mps2-an385. The vector table is at 0. */
export const STUB = 0x0000_0800;
export const CODE = 0x0001_0000;
export const DATA = 0x2000_2000;
/** The main stack pointer that rows start with. */
export const STACK = 0x2000_1000;
export const PROCESS_STACK = 0x2000_1800;
/** Nothing answers here, and code may be executed: a bus fault. */
export const NOWHERE = 0x6000_0000;

/** What the vector of an exception holds, without the Thumb bit. */
export function handlerOf(exception: number): number {
  return 0x1000 + 0x40 * exception;
}

export const SP = 13;
export const LR = 14;

/** MemManage, BusFault and UsageFault have handlers of their own: B3.2.13. */
export const FAULTS_ENABLED: Words = { [SHCSR]: ALL_FAULTS };

/** Words of the system control space by address, written in this order. */
export type Words = Readonly<Record<number, number>>;

export interface Before {
  /** R0 to R12, the current SP and LR, by number. */
  readonly r?: Registers;
  /** Those of NZCVQ that are set: 'nC' is no flag name, 'NC' is N and C. */
  readonly flags?: string;
  readonly ge?: number;
  /** ITSTATE of the first instruction. */
  readonly it?: number;
  /** Of msp, psp, primask, basepri, faultmask, control. */
  readonly special?: Specials;
  readonly words?: Words;
  readonly memory?: Memory;
  /** Whether the program runs in Handler mode, entered by an SVC. */
  readonly handler?: boolean;
  /** Address of the program. Default: CODE. */
  readonly address?: number;
  /** EPSR.T is clear. */
  readonly noThumb?: boolean;
}

/** The exception that the last step takes. What entry does to registers, stack and modes follows from it. */
export interface Exception {
  readonly number: number;
  /** In the stacked frame. Default: the last instruction. */
  readonly returnAddress?: number;
  /** ITSTATE in the stacked frame. Default: that of the last instruction. */
  readonly it?: number;
  /** Fault status. Default: 0. */
  readonly cfsr?: number;
  readonly hfsr?: number;
  /** The handler's address. Default: the vector's. */
  readonly pc?: number;
  /** EXC_RETURN. Default: what fits the state before. */
  readonly lr?: number;
}

export interface After {
  readonly r?: Registers;
  /** Registers by number that may hold anything. */
  readonly any?: readonly number[];
  /** Default: as before. */
  readonly flags?: string;
  readonly ge?: number;
  /** Default: that of before, advanced by the number of steps; 0 when the program has an IT of its own. */
  readonly it?: number;
  readonly special?: Specials;
  readonly words?: Words;
  readonly memory?: Memory;
  /** Default: behind the last instruction, or the handler. */
  readonly pc?: number;
  /** Default: as before. */
  readonly handler?: boolean;
  readonly exception?: Exception;
  readonly noThumb?: boolean;
}

export type Row = Case<Before, After>;

export type Extension = 'DSP';
/** The extensions are those besides ARMv7-M. */
export type Group = GroupOf<Row, Extension>;

export const group = groupOf<Row, Extension>;
export const program = caseOf<Before, After>;

/** What a row starts from, for its title. */
export function describeBefore(before: Before): string {
  const registers = Object.entries(before.r ?? {}).map(([number, value]) => `r${number}=${hex32(value)}`);
  const flags = before.flags === undefined ? [] : [`flags=${before.flags}`];
  const it = before.it === undefined ? [] : [`it=0x${before.it.toString(16)}`];
  return [...registers, ...flags, ...it].join(' ');
}

/** Length in bytes of an encoding: one of 32 bits has its first halfword on top, which is 0b11101 or above. A5.1. */
export function lengthOf(encoding: number): number {
  return encoding >>> 0 > 0xffff ? 4 : 2;
}

/** The bytes of encodings: halfwords in order, each little-endian. */
export function bytesOf(code: readonly number[]): Uint8Array {
  const halfwords = code.flatMap((encoding) =>
    lengthOf(encoding) === 4 ? [encoding >>> 16, encoding & 0xffff] : [encoding],
  );
  return new Uint8Array(Uint16Array.from(halfwords).buffer);
}

/** Those bytes as `Memory` has them. */
export function codeHex(...code: number[]): string {
  return Buffer.from(bytesOf(code)).toString('hex');
}
