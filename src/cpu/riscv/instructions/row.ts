/**
 * The form of the encoding table: one row an encoding, carrying what is data. Decoder, disassembler, timing
 * lookup and the test that the encoding space is covered are all made from it.
 */
import { parsePattern } from '../../encoding.ts';
import type { Op } from '../operation.ts';

/** Extensions that a row can belong to. */
export type Extension = 'I' | 'M' | 'A' | 'C' | 'Zicsr' | 'Zifencei' | 'Priv' | 'Zba' | 'Zbb' | 'Zbs';

/** What timing models distinguish. */
export type TimingClass =
  | 'alu'
  | 'load'
  | 'store'
  | 'branch'
  | 'jal'
  | 'jalr'
  | 'mul'
  | 'mulh'
  | 'div'
  | 'divu'
  | 'lr'
  | 'sc'
  | 'amo'
  | 'csr'
  | 'fence'
  | 'fence.i'
  | 'trap'
  | 'mret'
  | 'wfi';

/** The operands of one encoded instruction; `rs1` of a CSR immediate form is the immediate. */
export interface Operands {
  rd: number;
  rs1: number;
  rs2: number;
  /** Sign-extended immediate, CSR number, or shift amount. */
  imm: number;
}

/** Reads the operands of a format out of a word (or halfword). */
export type Format = (word: number, operands: Operands) => void;

export interface Row {
  readonly mnemonic: string;
  readonly extension: Extension;
  readonly op: Op;
  readonly mask: number;
  readonly value: number;
  /** 2 or 4 bytes. */
  readonly length: 2 | 4;
  readonly format: Format;
  /** Operands in assembly syntax, by field: 'rd, rs1, imm'. */
  readonly syntax: string;
  readonly timing: TimingClass;
  /** Section of the manual. */
  readonly spec: string;
  /** A further condition on the operand bits that the manual states in words ("rd ≠ x0"). */
  readonly where: ((word: number) => boolean) | undefined;
}

/** An encoding that the manual reserves, or that belongs to an extension which is not here: raises illegal instruction. */
export interface ReservedRow {
  readonly name: string;
  readonly mask: number;
  readonly value: number;
  readonly length: 2 | 4;
  readonly spec: string;
}

/** Makes the `row` function of one extension's file. */
export function rowsOf(extension: Extension) {
  return (
    mnemonic: string,
    op: Op,
    pattern: string,
    format: Format,
    syntax: string,
    timing: TimingClass,
    spec: string,
    where?: (word: number) => boolean,
  ): Row => ({ mnemonic, extension, op, ...parsePattern(pattern), format, syntax, timing, spec, where });
}

export function reserved(name: string, pattern: string, spec: string): ReservedRow {
  return { name, ...parsePattern(pattern), spec };
}
