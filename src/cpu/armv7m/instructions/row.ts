/**
 * The form of the encoding table: one row an encoding, carrying what is data. Decoder, disassembler, assembler,
 * timing lookup and the test that the encoding space is covered are all made from it.
 *
 * A 32-bit Thumb instruction is a word with its first halfword in the upper half, as the manual prints it; a
 * 16-bit one is a number up to 0xffff. No number is both: a first halfword of 32 bits starts with 11101, 11110
 * or 11111. ARMv7-M Architecture Reference Manual, DDI 0403E.e, A5.1.
 */
import { type BitPattern, parsePattern } from '../../encoding.ts';
import { type Operation, PAGES } from './operation.ts';

/** 'M' is what every ARMv7-M core has; 'DSP' makes it ARMv7E-M (A1.2). */
export type Extension = 'M' | 'DSP';

/** What timing models distinguish. */
export type TimingClass =
  | 'alu'
  | 'mul'
  | 'mla'
  | 'smull'
  | 'umull'
  | 'smlal'
  | 'umlal'
  | 'sdiv'
  | 'udiv'
  | 'dsp'
  | 'load'
  | 'load-double'
  | 'load-multiple'
  | 'load-exclusive'
  | 'store'
  | 'store-register'
  | 'store-double'
  | 'store-multiple'
  | 'store-exclusive'
  | 'clear-exclusive'
  | 'preload'
  | 'branch'
  | 'branch-conditional'
  | 'branch-compare'
  | 'branch-link'
  | 'branch-exchange'
  | 'table-branch'
  | 'it'
  | 'nop'
  | 'wait'
  | 'event'
  | 'mrs'
  | 'msr'
  | 'cps'
  | 'barrier'
  | 'supervisor-call'
  | 'breakpoint'
  | 'undefined'
  | 'coprocessor';

/** Kinds of shift: SRType of the manual, by its encoding, and RRX apart from ROR. A7.4.2 */
export enum Shift {
  LSL,
  LSR,
  ASR,
  ROR,
  RRX,
}

/** Value of `setFlags`: outside an IT block only. */
export const OUTSIDE_IT = 2;

/** The operands of one encoded instruction. What an instruction does not have is 0, but `carry` −1 and `cond` 14. */
export interface Operands {
  /** Rd; Rt of loads and stores (STREX too); RdLo of long multiplies. */
  rd: number;
  /** Rn; the base register; of the SP and PC forms 13 and 15. */
  rn: number;
  rm: number;
  /** Ra; Rt2; RdHi; Rd of STREX, which is its status. */
  ra: number;
  /**
   * Immediate as a signed 32-bit value; offset of a branch from PC, sign-extended; magnitude of the offset of a
   * load or store; list of registers; SYSm; option of a barrier; lowest bit of a bit field; position to saturate
   * to; 1 for TBH, for PKHTB, X and R forms; N:M of the halves of a multiply; affected masks I:F of CPS; mask of
   * IT; number of the coprocessor (whose other operands are only for printing).
   */
  imm: number;
  /** Width of a bit field; mask of MSR; disable bit of CPS; 1 for CBNZ. */
  imm2: number;
  /** Kind of shift of Rm (of Rn for SSAT and USAT). */
  shift: Shift;
  /** Amount of that shift, decoded: 32 for LSR #0, 1 for RRX; rotation of the extending instructions. */
  amount: number;
  /** Carry out of the expansion of a modified immediate: 0 or 1, or −1 where the carry flag stays. */
  carry: number;
  /** 0 no, 1 yes, OUTSIDE_IT. */
  setFlags: number;
  /** Condition of B<cond>; first condition of IT. */
  cond: number;
  /** 1: the offset is added before the access (P). */
  index: number;
  /** 1: the offset is added, 0: subtracted (U). */
  add: number;
  /** 1: the base register is written (W). */
  wback: number;
}

export function noOperands(): Operands {
  return {
    rd: 0,
    rn: 0,
    rm: 0,
    ra: 0,
    imm: 0,
    imm2: 0,
    shift: Shift.LSL,
    amount: 0,
    carry: -1,
    setFlags: 0,
    cond: 14,
    index: 0,
    add: 0,
    wback: 0,
  };
}

/** Reads the operands of a format out of a word (or halfword); every field is written. */
export type Format = (word: number, operands: Operands) => void;

/** Where an instruction stands with regard to an IT block. A7.3.2 */
export enum ItPosition {
  /** InITBlock() is false. */
  Outside,
  /** In an IT block, and not its last. */
  Inside,
  /** LastInITBlock(). */
  Last,
}

/** The position that ITSTATE gives to the instruction which it is valid for. A7.3.2, A7.3.3 */
export function itPosition(itstate: number): ItPosition {
  if ((itstate & 15) === 0) return ItPosition.Outside;
  return (itstate & 15) === 8 ? ItPosition.Last : ItPosition.Inside;
}

/** ITAdvance(): ITSTATE of the next instruction. A7.3.3 */
export function nextItstate(itstate: number): number {
  return (itstate & 7) === 0 ? 0 : (itstate & 0xe0) | ((itstate << 1) & 0x1f);
}

/** A case in which the manual calls an encoding UNPREDICTABLE, and what is done here. */
export interface Unpredictable {
  readonly what: string;
  readonly when: (word: number, position: ItPosition) => boolean;
  /** 'undefined': UsageFault, UNDEFINSTR. 'executes': as if the manual allowed it. */
  readonly outcome: 'executes' | 'undefined';
}

export interface Row extends BitPattern {
  /** Title of the manual's page: 'ADD (immediate)'. */
  readonly name: string;
  /** Name of the encoding on that page: 'T3'. */
  readonly encoding: string;
  readonly operation: Operation;
  readonly extension: Extension;
  readonly format: Format;
  /**
   * Assembly syntax: the mnemonic, with {s} for the S of flag setting and {c} for the condition, and the operands
   * by name.
   */
  readonly syntax: string;
  readonly timing: TimingClass;
  /** Section of the manual. */
  readonly spec: string;
  /** A further condition on the operand bits that the manual states in words ("if Rn == '1111' then SEE …"). */
  readonly where: ((word: number) => boolean) | undefined;
  readonly unpredictable: readonly Unpredictable[];
}

export interface RowOptions {
  readonly where?: (word: number) => boolean;
  readonly unpredictable?: readonly Unpredictable[];
  /** Title and section of the page, where the operation has more than one. */
  readonly page?: readonly [name: string, spec: string];
  /** What bits that are not as they should be do; 'undefined' unless said otherwise, as on QEMU. */
  readonly shouldBe?: Unpredictable['outcome'];
}

function shouldBeBits(bits: BitPattern, outcome: Unpredictable['outcome']): Unpredictable {
  const { shouldMask, shouldBe } = bits;
  return { what: 'bits that should be 0 or 1', when: (word) => (word & shouldMask) !== shouldBe, outcome };
}

const NONE: readonly Unpredictable[] = [];

/** Makes the `row` function of one extension. */
export function rowsOf(extension: Extension) {
  return (
    operation: Operation,
    encoding: string,
    pattern: string,
    format: Format,
    syntax: string,
    timing: TimingClass,
    options: RowOptions = {},
  ): Row => {
    const bits = parsePattern(pattern);
    const [name, spec] = options.page ?? PAGES[operation];
    const cases = options.unpredictable ?? NONE;
    const unpredictable =
      bits.shouldMask === 0 ? cases : [shouldBeBits(bits, options.shouldBe ?? 'undefined'), ...cases];
    return {
      mask: bits.mask,
      value: bits.value,
      shouldMask: bits.shouldMask,
      shouldBe: bits.shouldBe,
      length: bits.length,
      name,
      encoding,
      operation,
      extension,
      format,
      syntax,
      timing,
      spec,
      where: options.where,
      unpredictable,
    };
  };
}

/** The cases of UNPREDICTABLE that a word of the row falls into. */
export function unpredictableCases(row: Row, word: number, position: ItPosition): Unpredictable[] {
  return row.unpredictable.filter((unpredictable) => unpredictable.when(word, position));
}

/** An encoding that the manual calls UNDEFINED (UsageFault, UNDEFINSTR), or leaves unallocated. */
export interface UndefinedRow extends BitPattern {
  readonly name: string;
  readonly spec: string;
}

export function undefinedRow(name: string, pattern: string, spec: string): UndefinedRow {
  return { name, ...parsePattern(pattern), spec };
}
