/**
 * Formats of 32-bit instructions: where the operands of an encoding are. ARMv7-M Architecture Reference Manual,
 * DDI 0403E.e, A5.3, A5.3.2 (modified immediate constants).
 */
import { field, format, immediateShift, signed } from './format.ts';
import { type Operands, Shift } from './row.ts';

const imm8 = (w: number) => w & 0xff;
const rd = (w: number) => (w >>> 8) & 15;
const rn = (w: number) => (w >>> 16) & 15;
const rm = (w: number) => w & 15;
const rt = (w: number) => (w >>> 12) & 15;
const setFlags = (w: number) => (w >>> 20) & 1;
/** imm3:imm2 */
const shiftAmount = (w: number) => field(w, 14, 12, 2) | field(w, 7, 6, 0);
/** i:imm3:imm8 */
const imm12 = (w: number) => field(w, 26, 26, 11) | field(w, 14, 12, 8) | imm8(w);

/** ThumbExpandImm_C. A5.3.2 */
function modifiedImmediate(w: number, o: Operands): void {
  const encoded = imm12(w);
  const low = encoded & 0xff;
  const rotation = encoded >>> 7;
  if (rotation >= 8) {
    const value = 0x80 | (low & 0x7f);
    o.imm = (value >>> rotation) | (value << (32 - rotation));
    o.carry = o.imm < 0 ? 1 : 0;
  } else {
    const pattern = encoded >>> 8;
    o.imm =
      pattern === 0
        ? low
        : pattern === 1
          ? (low << 16) | low
          : pattern === 2
            ? (low << 24) | (low << 8)
            : (low << 24) | (low << 16) | (low << 8) | low;
  }
}

/** Rd, Rn and a modified immediate. A5.3.1 */
export const MODIFIED = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.setFlags = setFlags(w);
  modifiedImmediate(w, o);
});
/** The same without Rn: MOV, MVN. */
export const MODIFIED_MOV = format((w, o) => {
  o.rd = rd(w);
  o.setFlags = setFlags(w);
  modifiedImmediate(w, o);
});
/** The same without Rd: comparisons. */
export const MODIFIED_CMP = format((w, o) => {
  o.rn = rn(w);
  o.setFlags = 1;
  modifiedImmediate(w, o);
});
/** Rd, Rn and a plain immediate of 12 bits. A5.3.3 */
export const PLAIN = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.imm = imm12(w);
});
export const ADR_ADD = format((w, o) => {
  o.rd = rd(w);
  o.rn = 15;
  o.imm = imm12(w);
  o.add = 1;
});
/** ADR T2: `add` stays 0. */
export const ADR_SUB = format((w, o) => {
  o.rd = rd(w);
  o.rn = 15;
  o.imm = imm12(w);
});
/** MOVW, MOVT: imm4:i:imm3:imm8. */
export const MOV_I16 = format((w, o) => {
  o.rd = rd(w);
  o.imm = field(w, 19, 16, 12) | imm12(w);
});
/** SSAT: to 1 … 32 bits; the shift is LSL or ASR. */
export const SSAT = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.imm = (w & 31) + 1;
  immediateShift(field(w, 21, 21, 1), shiftAmount(w), o);
});
/** USAT: to 0 … 31 bits. */
export const USAT = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.imm = w & 31;
  immediateShift(field(w, 21, 21, 1), shiftAmount(w), o);
});
export const SSAT16 = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.imm = (w & 15) + 1;
});
export const USAT16 = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.imm = w & 15;
});
/** SBFX, UBFX: lsb and widthm1. */
export const EXTRACT = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.imm = shiftAmount(w);
  o.imm2 = (w & 31) + 1;
});
/** BFI: lsb and msb. */
export const INSERT = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.imm = shiftAmount(w);
  o.imm2 = (w & 31) - o.imm + 1;
});
/** BFC: BFI without Rn. */
export const CLEAR = format((w, o) => {
  o.rd = rd(w);
  o.imm = shiftAmount(w);
  o.imm2 = (w & 31) - o.imm + 1;
});
/** Rd, Rn and Rm shifted by a constant. A5.3.11 */
export const SHIFTED = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.setFlags = setFlags(w);
  immediateShift(field(w, 5, 4, 0), shiftAmount(w), o);
});
/** The same without Rn: MVN and the shifts. */
export const SHIFTED_MOV = format((w, o) => {
  o.rd = rd(w);
  o.rm = rm(w);
  o.setFlags = setFlags(w);
  immediateShift(field(w, 5, 4, 0), shiftAmount(w), o);
});
/** The same without Rd: comparisons. */
export const SHIFTED_CMP = format((w, o) => {
  o.rn = rn(w);
  o.rm = rm(w);
  o.setFlags = 1;
  immediateShift(field(w, 5, 4, 0), shiftAmount(w), o);
});
/** PKHBT, PKHTB: the shift is LSL or ASR. */
export const PACK = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.imm = field(w, 5, 5, 0);
  immediateShift(field(w, 5, 5, 1), shiftAmount(w), o);
});
/** Rd, Rm and S: MOV (register). */
export const MOV_R = format((w, o) => {
  o.rd = rd(w);
  o.rm = rm(w);
  o.setFlags = setFlags(w);
});
/** Shift by a register. A5.3.12 */
export const SHIFT_R = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.setFlags = setFlags(w);
});
/** Rd, Rn and Rm. */
export const RRR = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
});
/** Rd and Rm. */
export const RR = format((w, o) => {
  o.rd = rd(w);
  o.rm = rm(w);
});
/** Rd and Rm rotated: SXTB and its kin. */
export const EXTEND = format((w, o) => {
  o.rd = rd(w);
  o.rm = rm(w);
  o.shift = Shift.ROR;
  o.amount = field(w, 5, 4, 3);
});
export const EXTEND_ADD = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.shift = Shift.ROR;
  o.amount = field(w, 5, 4, 3);
});
/** Multiply and accumulate: Rd, Rn, Rm, Ra. A5.3.16 */
export const MLA = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.ra = rt(w);
});
/** The same with the halves N and M. */
export const MLA_NM = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.ra = rt(w);
  o.imm = field(w, 5, 4, 0);
});
/** The same with one bit: M, X or R. */
export const MLA_M = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.ra = rt(w);
  o.imm = field(w, 4, 4, 0);
});
export const MUL_NM = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.imm = field(w, 5, 4, 0);
});
export const MUL_M = format((w, o) => {
  o.rd = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.imm = field(w, 4, 4, 0);
});
/** Long multiply: RdLo, RdHi, Rn, Rm. A5.3.17 */
export const LONG = format((w, o) => {
  o.rd = rt(w);
  o.ra = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
});
export const LONG_NM = format((w, o) => {
  o.rd = rt(w);
  o.ra = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.imm = field(w, 5, 4, 0);
});
export const LONG_M = format((w, o) => {
  o.rd = rt(w);
  o.ra = rd(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.imm = field(w, 4, 4, 0);
});

/** Load or store, [Rn, #imm12]. A5.3.7 to A5.3.10 */
export const LS_I12 = format((w, o) => {
  o.rd = rt(w);
  o.rn = rn(w);
  o.imm = w & 0xfff;
  o.index = 1;
  o.add = 1;
});
/** [Rn, #±imm8], with P, U and W. */
export const LS_I8 = format((w, o) => {
  o.rd = rt(w);
  o.rn = rn(w);
  o.imm = imm8(w);
  o.index = field(w, 10, 10, 0);
  o.add = field(w, 9, 9, 0);
  o.wback = field(w, 8, 8, 0);
});
/** Unprivileged, [Rn, #imm8]. */
export const LS_T = format((w, o) => {
  o.rd = rt(w);
  o.rn = rn(w);
  o.imm = imm8(w);
  o.index = 1;
  o.add = 1;
});
/** [Rn, Rm, LSL #imm2] */
export const LS_R = format((w, o) => {
  o.rd = rt(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.amount = field(w, 5, 4, 0);
  o.index = 1;
  o.add = 1;
});
/** [PC, #±imm12], with U. */
export const LS_LITERAL = format((w, o) => {
  o.rd = rt(w);
  o.rn = 15;
  o.imm = w & 0xfff;
  o.index = 1;
  o.add = field(w, 23, 23, 0);
});
/** Preloads: as the loads, without Rt. */
export const PRELOAD_I12 = format((w, o) => {
  o.rn = rn(w);
  o.imm = w & 0xfff;
  o.index = 1;
  o.add = 1;
});
export const PRELOAD_I8 = format((w, o) => {
  o.rn = rn(w);
  o.imm = imm8(w);
  o.index = 1;
});
export const PRELOAD_R = format((w, o) => {
  o.rn = rn(w);
  o.rm = rm(w);
  o.amount = field(w, 5, 4, 0);
  o.index = 1;
  o.add = 1;
});
export const PRELOAD_LITERAL = format((w, o) => {
  o.rn = 15;
  o.imm = w & 0xfff;
  o.index = 1;
  o.add = field(w, 23, 23, 0);
});
/** Rt and Rt2, [Rn, #±imm8 × 4], with P, U and W. A5.3.6 */
export const LS_DUAL = format((w, o) => {
  o.rd = rt(w);
  o.ra = rd(w);
  o.rn = rn(w);
  o.imm = imm8(w) << 2;
  o.index = field(w, 24, 24, 0);
  o.add = field(w, 23, 23, 0);
  o.wback = field(w, 21, 21, 0);
});
export const LDREX = format((w, o) => {
  o.rd = rt(w);
  o.rn = rn(w);
  o.imm = imm8(w) << 2;
  o.index = 1;
  o.add = 1;
});
export const STREX = format((w, o) => {
  o.rd = rt(w);
  o.ra = rd(w);
  o.rn = rn(w);
  o.imm = imm8(w) << 2;
  o.index = 1;
  o.add = 1;
});
/** LDREXB, LDREXH: Rt, [Rn]. */
export const LDREX_NARROW = format((w, o) => {
  o.rd = rt(w);
  o.rn = rn(w);
  o.index = 1;
  o.add = 1;
});
/** STREXB, STREXH: Rd is in the lowest bits. */
export const STREX_NARROW = format((w, o) => {
  o.rd = rt(w);
  o.ra = rm(w);
  o.rn = rn(w);
  o.index = 1;
  o.add = 1;
});
export const TABLE_BRANCH = format((w, o) => {
  o.rn = rn(w);
  o.rm = rm(w);
  o.imm = field(w, 4, 4, 0);
});
/** Rn, W and a list of registers, upwards. A5.3.5 */
export const MULTIPLE_IA = format((w, o) => {
  o.rn = rn(w);
  o.imm = w & 0xffff;
  o.add = 1;
  o.wback = field(w, 21, 21, 0);
});
export const MULTIPLE_DB = format((w, o) => {
  o.rn = rn(w);
  o.imm = w & 0xffff;
  o.index = 1;
  o.wback = field(w, 21, 21, 0);
});
/** PUSH T2 and POP T2 name SP by their pattern. */
export const PUSH = format((w, o) => {
  o.rn = 13;
  o.imm = w & 0xffff;
  o.index = 1;
  o.wback = 1;
});
export const POP = format((w, o) => {
  o.rn = 13;
  o.imm = w & 0xffff;
  o.add = 1;
  o.wback = 1;
});
/** PUSH T3, POP T3: one register, as a list of one. */
export const PUSH_ONE = format((w, o) => {
  o.rn = 13;
  o.imm = 1 << rt(w);
  o.index = 1;
  o.wback = 1;
});
export const POP_ONE = format((w, o) => {
  o.rn = 13;
  o.imm = 1 << rt(w);
  o.add = 1;
  o.wback = 1;
});

/** B T3: S:J2:J1:imm6:imm11. A5.3.4 */
export const B_COND = format((w, o) => {
  o.cond = field(w, 25, 22, 0);
  o.imm = signed(
    field(w, 26, 26, 20) |
      field(w, 11, 11, 19) |
      field(w, 13, 13, 18) |
      field(w, 21, 16, 12) |
      field(w, 10, 0, 1),
    21,
  );
});
/** B T4 and BL: S:I1:I2:imm10:imm11, where I = NOT (J EOR S). */
export const B_WIDE = format((w, o) => {
  const notSign = field(w, 26, 26, 0) ^ 1;
  o.imm = signed(
    field(w, 26, 26, 24) |
      ((field(w, 13, 13, 0) ^ notSign) << 23) |
      ((field(w, 11, 11, 0) ^ notSign) << 22) |
      field(w, 25, 16, 12) |
      field(w, 10, 0, 1),
    25,
  );
});
export const MSR = format((w, o) => {
  o.rn = rn(w);
  o.imm = imm8(w);
  o.imm2 = field(w, 11, 10, 0);
});
export const MRS = format((w, o) => {
  o.rd = rd(w);
  o.imm = imm8(w);
});
/** Option of a barrier or of DBG. */
export const OPTION = format((w, o) => {
  o.imm = w & 15;
});
/** UDF T2: imm4:imm12. */
export const UDF = format((w, o) => {
  o.imm = field(w, 19, 16, 12) | (w & 0xfff);
});
/** Coprocessors: what is asked of them, for printing. CRd or Rt is `rd`, CRn `rn`, CRm `rm`, opc1 `amount`. A5.3.18 */
const coprocessor = (w: number) => (w >>> 8) & 15;
/** LDC, STC: the offset is in `imm2`. */
export const COPROCESSOR_LS = format((w, o) => {
  o.imm = coprocessor(w);
  o.rd = rt(w);
  o.rn = rn(w);
  o.imm2 = imm8(w) << 2;
  o.index = field(w, 24, 24, 0);
  o.add = field(w, 23, 23, 0);
  o.wback = field(w, 21, 21, 0);
});
export const COPROCESSOR_RR = format((w, o) => {
  o.imm = coprocessor(w);
  o.rd = rt(w);
  o.ra = rn(w);
  o.rm = rm(w);
  o.amount = field(w, 7, 4, 0);
});
/** CDP: opc2 is `imm2`. */
export const COPROCESSOR_DATA = format((w, o) => {
  o.imm = coprocessor(w);
  o.rd = rt(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.amount = field(w, 23, 20, 0);
  o.imm2 = field(w, 7, 5, 0);
});
/** MCR, MRC. */
export const COPROCESSOR_R = format((w, o) => {
  o.imm = coprocessor(w);
  o.rd = rt(w);
  o.rn = rn(w);
  o.rm = rm(w);
  o.amount = field(w, 23, 21, 0);
  o.imm2 = field(w, 7, 5, 0);
});
