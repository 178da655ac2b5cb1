/**
 * Instruction cases as rows: a short program, what the machine holds before it, and what is different after it.
 * Rows are data; driver.ts executes them on any target and checks that everything else has stayed as it was.
 * What a row can say beyond this is up to its ISA: riscv/row.ts, armv7m/row.ts.
 */

export const MIN = -0x8000_0000;
export const MAX = 0x7fff_ffff;

/** Values by register number. */
export type Registers = Readonly<Record<number, number>>;
/** Values by name, written in this order. */
export type Specials = Readonly<Record<string, number>>;
/** Bytes in hexadecimal by address: { [DATA]: '01 02 03 04' }. */
export type Memory = Readonly<Record<number, string>>;

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
  readonly steps: number;
}

/** A row whose ISA says so what it starts from and what comes of it. */
export interface Case<Before, After> extends Row {
  readonly before: Before;
  readonly after: After;
}

/** Rows about one instruction, or about one matter. */
export interface Group<R extends Row, Extension extends string> {
  readonly title: string;
  /** Section of the manual that the expected values come from. */
  readonly spec: string;
  /** What the core needs beyond what every core of its ISA has here. */
  readonly extensions: readonly Extension[];
  readonly rows: readonly R[];
}

/** The rows without those that say the same: a literal case may be among computed ones. With another result it stays, and fails. */
function distinct<R extends Row>(rows: readonly R[]): R[] {
  return [...new Map(rows.map((entry) => [JSON.stringify({ ...entry, title: '' }), entry])).values()];
}

export function groupOf<R extends Row, Extension extends string>(
  title: string,
  spec: string,
  rows: readonly R[],
  extensions: readonly Extension[] = [],
): Group<R, Extension> {
  return { title, spec, extensions, rows: distinct(rows) };
}

/** A case of a whole program. */
export function caseOf<Before, After>(
  title: string,
  code: readonly number[],
  before: Before,
  after: After,
  options: RowOptions = {},
): Case<Before, After> {
  return { title, code, before, after, steps: code.length, ...options };
}

/** All powers of two from 2^`low` to 2^`high`: each bit of an immediate by itself. */
export function walkingBits(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => 2 ** (low + index));
}

/** Bytes of `Memory`. */
export function bytesFromHex(bytes: string): Uint8Array {
  return Buffer.from(bytes.replaceAll(' ', ''), 'hex');
}

/** Little-endian bytes of words, as `Memory` has them. */
export function wordsToHex(...words: number[]): string {
  return Buffer.from(Int32Array.from(words).buffer).toString('hex');
}
