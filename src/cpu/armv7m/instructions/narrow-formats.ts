/**
 * Formats of 16-bit instructions: where the operands of an encoding are. ARMv7-M Architecture Reference Manual,
 * DDI 0403E.e, A5.2.
 */
import { field, format, immediateShift, signed } from './format.ts';
import { OUTSIDE_IT, Shift } from './row.ts';

const low0 = (w: number) => w & 7;
const low3 = (w: number) => (w >>> 3) & 7;
const low6 = (w: number) => (w >>> 6) & 7;
const low8 = (w: number) => (w >>> 8) & 7;
const imm5 = (w: number) => (w >>> 6) & 31;
const imm8 = (w: number) => w & 0xff;
/** D, DN or DM and three more bits: a register of all 16. */
const high0 = (w: number) => field(w, 7, 7, 3) | low0(w);
const high3 = (w: number) => (w >>> 3) & 15;

/** Shift by an immediate. A5.2.1 */
const narrowShift = (type: Shift) =>
  format((w, o) => {
    o.rd = low0(w);
    o.rm = low3(w);
    immediateShift(type, imm5(w), o);
    o.setFlags = OUTSIDE_IT;
  });
export const N_LSL = narrowShift(Shift.LSL);
export const N_LSR = narrowShift(Shift.LSR);
export const N_ASR = narrowShift(Shift.ASR);
/** Three low registers. */
export const N_RRR = format((w, o) => {
  o.rd = low0(w);
  o.rn = low3(w);
  o.rm = low6(w);
  o.setFlags = OUTSIDE_IT;
});
export const N_RRI3 = format((w, o) => {
  o.rd = low0(w);
  o.rn = low3(w);
  o.imm = low6(w);
  o.setFlags = OUTSIDE_IT;
});
export const N_MOV_I8 = format((w, o) => {
  o.rd = low8(w);
  o.imm = imm8(w);
  o.setFlags = OUTSIDE_IT;
});
export const N_CMP_I8 = format((w, o) => {
  o.rn = low8(w);
  o.imm = imm8(w);
  o.setFlags = 1;
});
/** Rdn and an immediate. */
export const N_RI8 = format((w, o) => {
  o.rd = low8(w);
  o.rn = low8(w);
  o.imm = imm8(w);
  o.setFlags = OUTSIDE_IT;
});
/** Rdn and Rm. A5.2.2 */
export const N_RR = format((w, o) => {
  o.rd = low0(w);
  o.rn = low0(w);
  o.rm = low3(w);
  o.setFlags = OUTSIDE_IT;
});
/** Rn and Rm of a comparison. */
export const N_CMP = format((w, o) => {
  o.rn = low0(w);
  o.rm = low3(w);
  o.setFlags = 1;
});
/** RSB: Rd = 0 − Rn. */
export const N_RSB = format((w, o) => {
  o.rd = low0(w);
  o.rn = low3(w);
  o.setFlags = OUTSIDE_IT;
});
/** MUL: Rdm = Rn × Rdm. */
export const N_MUL = format((w, o) => {
  o.rd = low0(w);
  o.rn = low3(w);
  o.rm = low0(w);
  o.setFlags = OUTSIDE_IT;
});
/** Rd and Rm: MOV, MVN. */
export const N_MOV = format((w, o) => {
  o.rd = low0(w);
  o.rm = low3(w);
  o.setFlags = OUTSIDE_IT;
});
/** Rdn and Rm of all registers. A5.2.3 */
export const N_HIGH_RR = format((w, o) => {
  o.rd = high0(w);
  o.rn = high0(w);
  o.rm = high3(w);
});
export const N_HIGH_CMP = format((w, o) => {
  o.rn = high0(w);
  o.rm = high3(w);
  o.setFlags = 1;
});
export const N_HIGH_MOV = format((w, o) => {
  o.rd = high0(w);
  o.rm = high3(w);
});
/** ADD (SP plus register) T1: Rdm = SP + Rdm. */
export const N_ADD_RM_SP = format((w, o) => {
  o.rd = high0(w);
  o.rn = 13;
  o.rm = high0(w);
});
/** ADD (SP plus register) T2: SP = SP + Rm. */
export const N_ADD_SP_RM = format((w, o) => {
  o.rd = 13;
  o.rn = 13;
  o.rm = high3(w);
});
export const N_BX = format((w, o) => {
  o.rm = high3(w);
});
export const N_LITERAL = format((w, o) => {
  o.rd = low8(w);
  o.rn = 15;
  o.imm = imm8(w) << 2;
  o.index = 1;
  o.add = 1;
});
/** Load or store, [Rn, Rm]. A5.2.4 */
export const N_LS_RR = format((w, o) => {
  o.rd = low0(w);
  o.rn = low3(w);
  o.rm = low6(w);
  o.index = 1;
  o.add = 1;
});
/** Load or store, [Rn, #imm5], in units of the access. */
const narrowOffset = (scale: number) =>
  format((w, o) => {
    o.rd = low0(w);
    o.rn = low3(w);
    o.imm = imm5(w) << scale;
    o.index = 1;
    o.add = 1;
  });
export const N_LS_BYTE = narrowOffset(0);
export const N_LS_HALF = narrowOffset(1);
export const N_LS_WORD = narrowOffset(2);
export const N_LS_SP = format((w, o) => {
  o.rd = low8(w);
  o.rn = 13;
  o.imm = imm8(w) << 2;
  o.index = 1;
  o.add = 1;
});
export const N_ADR = format((w, o) => {
  o.rd = low8(w);
  o.rn = 15;
  o.imm = imm8(w) << 2;
  o.add = 1;
});
export const N_ADD_SP_I8 = format((w, o) => {
  o.rd = low8(w);
  o.rn = 13;
  o.imm = imm8(w) << 2;
});
export const N_SP_I7 = format((w, o) => {
  o.rd = 13;
  o.rn = 13;
  o.imm = field(w, 6, 0, 2);
});
export const N_CBZ = format((w, o) => {
  o.rn = low0(w);
  o.imm = field(w, 9, 9, 6) | field(w, 7, 3, 1);
  o.imm2 = field(w, 11, 11, 0);
});
/** Extensions and reversals: Rd and Rm. */
export const N_EXTEND = format((w, o) => {
  o.rd = low0(w);
  o.rm = low3(w);
});
export const N_PUSH = format((w, o) => {
  o.rn = 13;
  o.imm = field(w, 8, 8, 14) | imm8(w);
  o.index = 1;
  o.wback = 1;
});
export const N_POP = format((w, o) => {
  o.rn = 13;
  o.imm = field(w, 8, 8, 15) | imm8(w);
  o.add = 1;
  o.wback = 1;
});
export const N_CPS = format((w, o) => {
  o.imm = w & 3;
  o.imm2 = field(w, 4, 4, 0);
});
export const N_I8 = format((w, o) => {
  o.imm = imm8(w);
});
/** Number of a hint. */
export const N_HINT = format((w, o) => {
  o.imm = field(w, 7, 4, 0);
});
export const N_IT = format((w, o) => {
  o.cond = field(w, 7, 4, 0);
  o.imm = w & 15;
});
export const N_STM = format((w, o) => {
  o.rn = low8(w);
  o.imm = imm8(w);
  o.add = 1;
  o.wback = 1;
});
/** LDM writes its base back unless it loads it. */
export const N_LDM = format((w, o) => {
  o.rn = low8(w);
  o.imm = imm8(w);
  o.add = 1;
  o.wback = ((w >>> low8(w)) & 1) ^ 1;
});
export const N_B_COND = format((w, o) => {
  o.cond = field(w, 11, 8, 0);
  o.imm = signed(imm8(w), 8) << 1;
});
export const N_B = format((w, o) => {
  o.imm = signed(w, 11) << 1;
});
