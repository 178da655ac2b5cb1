/**
 * Instruction formats: where the operands of an encoding are. Unprivileged ISA 20240411, 2.3 (immediate
 * variants) for 32-bit forms, 26.2 to 26.5 (compressed formats) for 16-bit ones.
 */
import type { Format, Operands } from './row.ts';

function set(operands: Operands, rd: number, rs1: number, rs2: number, imm: number): void {
  operands.rd = rd;
  operands.rs1 = rs1;
  operands.rs2 = rs2;
  operands.imm = imm;
}

const rd = (w: number) => (w >>> 7) & 31;
const rs1 = (w: number) => (w >>> 15) & 31;
const rs2 = (w: number) => (w >>> 20) & 31;

/** Bits `high..low` of a word, put at bit `at` of an immediate. */
function field(word: number, high: number, low: number, at: number): number {
  return ((word >>> low) & ((1 << (high - low + 1)) - 1)) << at;
}

/** A value of `bits` bits, sign-extended. */
function signed(value: number, bits: number): number {
  return (value << (32 - bits)) >> (32 - bits);
}

export const R: Format = (w, o) => set(o, rd(w), rs1(w), rs2(w), 0);
/** One source register, no immediate: `clz`. */
export const R1: Format = (w, o) => set(o, rd(w), rs1(w), 0, 0);
export const I: Format = (w, o) => set(o, rd(w), rs1(w), 0, w >> 20);
/** Shift by an immediate of 5 bits. */
export const SHIFT: Format = (w, o) => set(o, rd(w), rs1(w), 0, rs2(w));
export const S: Format = (w, o) => set(o, 0, rs1(w), rs2(w), ((w >> 25) << 5) | rd(w));
export const B: Format = (w, o) =>
  set(
    o,
    0,
    rs1(w),
    rs2(w),
    ((w >> 31) << 12) | field(w, 7, 7, 11) | field(w, 30, 25, 5) | field(w, 11, 8, 1),
  );
export const U: Format = (w, o) => set(o, rd(w), 0, 0, w & ~0xfff);
export const J: Format = (w, o) =>
  set(o, rd(w), 0, 0, ((w >> 31) << 20) | field(w, 19, 12, 12) | field(w, 20, 20, 11) | field(w, 30, 21, 1));
/** CSR number (unsigned) as the immediate. */
export const CSR: Format = (w, o) => set(o, rd(w), rs1(w), 0, w >>> 20);
/** `fence`: predecessor and successor sets in bits 7..4 and 3..0, fm above. */
export const FENCE: Format = (w, o) => set(o, 0, 0, 0, w >>> 20);
export const NONE: Format = (_w, o) => set(o, 0, 0, 0, 0);

/** A register of the three-bit fields of compressed formats: x8 to x15. */
const high3 = (w: number) => 8 + ((w >>> 7) & 7);
const low3 = (w: number) => 8 + ((w >>> 2) & 7);
const full2 = (w: number) => (w >>> 2) & 31;
const imm6 = (w: number) => signed(field(w, 12, 12, 5) | field(w, 6, 2, 0), 6);
const wordOffset = (w: number) => field(w, 12, 10, 3) | field(w, 6, 6, 2) | field(w, 5, 5, 6);
const jumpOffset = (w: number) =>
  signed(
    field(w, 12, 12, 11) |
      field(w, 11, 11, 4) |
      field(w, 10, 9, 8) |
      field(w, 8, 8, 10) |
      field(w, 7, 7, 6) |
      field(w, 6, 6, 7) |
      field(w, 5, 3, 1) |
      field(w, 2, 2, 5),
    12,
  );
const branchOffset = (w: number) =>
  signed(
    field(w, 12, 12, 8) | field(w, 11, 10, 3) | field(w, 6, 5, 6) | field(w, 4, 3, 1) | field(w, 2, 2, 5),
    9,
  );

/** c.addi4spn: rd' = x2 + nzuimm. */
export const CIW: Format = (w, o) =>
  set(o, low3(w), 2, 0, field(w, 12, 11, 4) | field(w, 10, 7, 6) | field(w, 6, 6, 2) | field(w, 5, 5, 3));
export const CL: Format = (w, o) => set(o, low3(w), high3(w), 0, wordOffset(w));
export const CS: Format = (w, o) => set(o, 0, high3(w), low3(w), wordOffset(w));
/** c.addi: rd = rd + imm. */
export const CI: Format = (w, o) => set(o, rd(w), rd(w), 0, imm6(w));
/** c.li: rd = x0 + imm. */
export const CI_LI: Format = (w, o) => set(o, rd(w), 0, 0, imm6(w));
export const CI_LUI: Format = (w, o) => set(o, rd(w), 0, 0, imm6(w) << 12);
export const CI_ADDI16SP: Format = (w, o) =>
  set(
    o,
    2,
    2,
    0,
    signed(
      field(w, 12, 12, 9) | field(w, 6, 6, 4) | field(w, 5, 5, 6) | field(w, 4, 3, 7) | field(w, 2, 2, 5),
      10,
    ),
  );
export const CI_SHIFT: Format = (w, o) => set(o, rd(w), rd(w), 0, full2(w));
export const CI_LWSP: Format = (w, o) =>
  set(o, rd(w), 2, 0, field(w, 12, 12, 5) | field(w, 6, 4, 2) | field(w, 3, 2, 6));
export const CSS: Format = (w, o) => set(o, 0, 2, full2(w), field(w, 12, 9, 2) | field(w, 8, 7, 6));
/** c.jal: links through x1. */
export const CJ_JAL: Format = (w, o) => set(o, 1, 0, 0, jumpOffset(w));
export const CJ: Format = (w, o) => set(o, 0, 0, 0, jumpOffset(w));
/** c.beqz, c.bnez: compared with x0. */
export const CB: Format = (w, o) => set(o, 0, high3(w), 0, branchOffset(w));
export const CB_SHIFT: Format = (w, o) => set(o, high3(w), high3(w), 0, full2(w));
export const CB_ANDI: Format = (w, o) => set(o, high3(w), high3(w), 0, imm6(w));
export const CA: Format = (w, o) => set(o, high3(w), high3(w), low3(w), 0);
/** c.mv: rd = x0 + rs2. */
export const CR_MV: Format = (w, o) => set(o, rd(w), 0, full2(w), 0);
/** c.add: rd = rd + rs2. */
export const CR_ADD: Format = (w, o) => set(o, rd(w), rd(w), full2(w), 0);
export const CR_JR: Format = (w, o) => set(o, 0, rd(w), 0, 0);
export const CR_JALR: Format = (w, o) => set(o, 1, rd(w), 0, 0);
