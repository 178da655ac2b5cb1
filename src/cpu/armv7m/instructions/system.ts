/**
 * Branches, IT, exceptions, hints, barriers and special registers. ARMv7-M Architecture Reference Manual,
 * DDI 0403E.e, A5.2.3, A5.2.5, A5.2.6, A5.3.4, A5.3.6, the pages of A7.7, and B5.2 (CPS, MRS, MSR).
 */
import { SPECIAL_REGISTER_NAMES } from '../special-register-names.ts';
import { NONE } from './format.ts';
import { N_B, N_B_COND, N_BX, N_CBZ, N_CPS, N_HINT, N_I8, N_IT } from './narrow-formats.ts';
import { Operation } from './operation.ts';
import { rowsOf, type Unpredictable } from './row.ts';
import { field4, LAST_IN_IT, notInIt, pc, RD, RM, RN, sp, spOrPc } from './unpredictable.ts';
import {
  B_COND,
  B_WIDE,
  COPROCESSOR_DATA,
  COPROCESSOR_LS,
  COPROCESSOR_R,
  COPROCESSOR_RR,
  MRS,
  MSR,
  OPTION,
  TABLE_BRANCH,
  UDF,
} from './wide-formats.ts';

const row = rowsOf('M');

/** UNPREDICTABLE: reads as zero; a write is ignored. */
const NO_SPECIAL_REGISTER: Unpredictable = {
  what: 'SYSm names no register',
  when: (w) => !SPECIAL_REGISTER_NAMES.has(w & 0xff),
  outcome: 'executes',
};
/** B5.2.3: the mask must not be 0, and GE can be chosen only for the APSR of a core with the DSP extension. */
const BAD_MASK: Unpredictable = {
  what: 'a mask that the register does not have',
  when: (w) => (w & 0xc00) === 0 || ((w & 0x400) !== 0 && (w & 0xff) > 3),
  outcome: 'executes',
};
/** A7.7.38. UNPREDICTABLE: 1111 counts as 1110, always. */
const CONDITION_ALWAYS: Unpredictable = {
  what: 'condition 1111, or 1110 for more than one instruction',
  when: (w) => (w & 0xf0) === 0xf0 || ((w & 0xf0) === 0xe0 && (w & (w - 1) & 15) !== 0),
  outcome: 'executes',
};
/** UNPREDICTABLE: nothing is changed. */
const NO_MASKS: Unpredictable = {
  what: 'CPS that affects neither mask',
  when: (w) => (w & 3) === 0,
  outcome: 'executes',
};
const branchRm: Unpredictable = {
  what: 'PC as an operand',
  when: (w) => ((w >>> 3) & 15) === 15,
  outcome: 'undefined',
};

/** A5.2.6: conditions 1110 and 1111 are UDF and SVC. A5.3.4: those are other instructions. */
const narrowCondition = (w: number) => (w & 0xe00) !== 0xe00;
const wideCondition = (w: number) => (w & 0x03800000) !== 0x03800000;

/** P = U = W = 0 is another instruction, or UNDEFINED. */
const isTransfer = (w: number) => (w & 0x01a00000) !== 0;

// biome-ignore format: a table
export const systemRows = () => [
  row(Operation.B, 'T1', '1101 .... ........', N_B_COND, 'b{cond}.n target', 'branch-conditional', { where: narrowCondition, unpredictable: [notInIt('undefined')] }),
  row(Operation.B, 'T2', '11100 ...........', N_B, 'b{c}.n target', 'branch', { unpredictable: [LAST_IN_IT] }),
  row(Operation.B, 'T3', '11110 . .... ...... 10 . 0 . ...........', B_COND, 'b{cond}.w target', 'branch-conditional', { where: wideCondition, unpredictable: [notInIt('undefined')] }),
  row(Operation.B, 'T4', '11110 . .......... 10 . 1 . ...........', B_WIDE, 'b{c}.w target', 'branch', { unpredictable: [LAST_IN_IT] }),
  row(Operation.Bl, 'T1', '11110 . .......... 11 . 1 . ...........', B_WIDE, 'bl{c} target', 'branch-link', { unpredictable: [LAST_IN_IT] }),
  row(Operation.Blx, 'T1', '010001 11 1 .... (000)', N_BX, 'blx{c} rm', 'branch-exchange', { unpredictable: [branchRm, LAST_IN_IT] }),
  row(Operation.Bx, 'T1', '010001 11 0 .... (000)', N_BX, 'bx{c} rm', 'branch-exchange', { unpredictable: [LAST_IN_IT] }),
  row(Operation.Cbz, 'T1', '1011 . 0 . 1 ..... ...', N_CBZ, 'cb{nz} rn, target', 'branch-compare', { unpredictable: [notInIt('executes')] }),
  row(Operation.Tbb, 'T1', '11101 00 0110 1 .... (1111 0000) 000 . ....', TABLE_BRANCH, 'tb{bh}{c} [rn, halved]', 'table-branch', { unpredictable: [LAST_IN_IT, sp(RN, RM), pc(RM)] }),
  row(Operation.It, 'T1', '1011 1111 .... ....', N_IT, 'it{xyz} first', 'it', { where: (w) => (w & 15) !== 0, unpredictable: [CONDITION_ALWAYS, notInIt('executes')] }),

  row(Operation.Bkpt, 'T1', '1011 1110 ........', N_I8, 'bkpt breakpoint', 'breakpoint'),
  row(Operation.Svc, 'T1', '1101 1111 ........', N_I8, 'svc{c} call', 'supervisor-call'),
  row(Operation.Udf, 'T1', '1101 1110 ........', N_I8, 'udf{c} imm', 'undefined'),
  row(Operation.Udf, 'T2', '11110 111 1111 .... 1010 ............', UDF, 'udf{c}.w imm', 'undefined'),

  row(Operation.Nop, 'T1', '1011 1111 0000 0000', NONE, 'nop{c}', 'nop'),
  row(Operation.Nop, 'T2', '11110 0111 010 (1111) 10 (0) 0 (0) 000 0000 0000', NONE, 'nop{c}.w', 'nop'),
  row(Operation.Yield, 'T1', '1011 1111 0001 0000', NONE, 'yield{c}', 'nop'),
  row(Operation.Yield, 'T2', '11110 0111 010 (1111) 10 (0) 0 (0) 000 0000 0001', NONE, 'yield{c}.w', 'nop'),
  row(Operation.Wfe, 'T1', '1011 1111 0010 0000', NONE, 'wfe{c}', 'wait'),
  row(Operation.Wfe, 'T2', '11110 0111 010 (1111) 10 (0) 0 (0) 000 0000 0010', NONE, 'wfe{c}.w', 'wait'),
  row(Operation.Wfi, 'T1', '1011 1111 0011 0000', NONE, 'wfi{c}', 'wait'),
  row(Operation.Wfi, 'T2', '11110 0111 010 (1111) 10 (0) 0 (0) 000 0000 0011', NONE, 'wfi{c}.w', 'wait'),
  row(Operation.Sev, 'T1', '1011 1111 0100 0000', NONE, 'sev{c}', 'event'),
  row(Operation.Sev, 'T2', '11110 0111 010 (1111) 10 (0) 0 (0) 000 0000 0100', NONE, 'sev{c}.w', 'event'),
  row(Operation.Csdb, 'T1', '11110 0111 010 (1111) 10 (0) 0 (0) 000 0001 0100', NONE, 'csdb{c}', 'barrier', { unpredictable: [notInIt('executes')] }),
  row(Operation.Dbg, 'T1', '11110 0111 010 (1111) 10 (0) 0 (0) 000 1111 ....', OPTION, 'dbg{c} plain', 'nop'),
  // A5.2.5, A5.3.4: unallocated hints execute as NOP.
  row(Operation.Nop, 'hint T1', '1011 1111 .... 0000', N_HINT, 'nop{c} hint', 'nop', { where: (w) => (w & 0xf0) > 0x40 }),
  row(Operation.Nop, 'hint T2', '11110 0111 010 (1111) 10 (0) 0 (0) 000 .... ....', N_I8, 'nop{c}.w hint', 'nop', { where: (w) => (w & 0xff) > 4 && (w & 0xff) !== 0x14 && (w & 0xf0) !== 0xf0 }),

  row(Operation.Clrex, 'T1', '11110 0111 011 (1111) 10 (0) 0 (1111) 0010 (1111)', NONE, 'clrex{c}', 'clear-exclusive'),
  row(Operation.Dmb, 'T1', '11110 0111 011 (1111) 10 (0) 0 (1111) 0101 ....', OPTION, 'dmb{c} barrier', 'barrier'),
  row(Operation.Dsb, 'T1', '11110 0111 011 (1111) 10 (0) 0 (1111) 0100 ....', OPTION, 'dsb{c} barrier', 'barrier', { where: (w) => (w & 15) !== 0 && (w & 15) !== 4 }),
  row(Operation.Isb, 'T1', '11110 0111 011 (1111) 10 (0) 0 (1111) 0110 ....', OPTION, 'isb{c} synchronization', 'barrier'),
  row(Operation.Pssbb, 'T1', '11110 0111 011 (1111) 10 (0) 0 (1111) 0100 0100', NONE, 'pssbb{c}', 'barrier', { unpredictable: [notInIt('executes')] }),
  row(Operation.Ssbb, 'T1', '11110 0111 011 (1111) 10 (0) 0 (1111) 0100 0000', NONE, 'ssbb{c}', 'barrier', { unpredictable: [notInIt('executes')] }),

  row(Operation.Cps, 'T1', '1011 0110 011 . (00) . .', N_CPS, 'cps{effect} masks', 'cps', { unpredictable: [NO_MASKS, notInIt('executes')] }),
  row(Operation.Mrs, 'T1', '11110 0111 11 (0) (1111) 10 (0) 0 .... ........', MRS, 'mrs{c} rd, special', 'mrs', { unpredictable: [NO_SPECIAL_REGISTER, ...spOrPc(RD)] }),
  row(Operation.Msr, 'T1', '11110 0111 00 (0) .... 10 (0) 0 .. (00) ........', MSR, 'msr{c} specialmask, rn', 'msr', { unpredictable: [NO_SPECIAL_REGISTER, BAD_MASK, ...spOrPc(RN)] }),

  // A5.3.18: no coprocessor is there, so UsageFault, NOCP, whatever the instruction.
  row(Operation.Coprocessor, 'T1', '111 . 110 . . . . 0 .... .... .... ........', COPROCESSOR_LS, 'stc{two}{l}{c} cp, crd, transfer', 'coprocessor', { where: isTransfer, page: ['STC, STC2', 'A7.7.158'] }),
  row(Operation.Coprocessor, 'T1', '111 . 110 . . . . 1 .... .... .... ........', COPROCESSOR_LS, 'ldc{two}{l}{c} cp, crd, transfer', 'coprocessor', { where: (w) => isTransfer(w) && field4(w, RN) !== 15, page: ['LDC, LDC2 (immediate)', 'A7.7.39'] }),
  row(Operation.Coprocessor, 'T1', '111 . 110 . . . . 1 1111 .... .... ........', COPROCESSOR_LS, 'ldc{two}{l}{c} cp, crd, transfer', 'coprocessor', { where: isTransfer, page: ['LDC, LDC2 (literal)', 'A7.7.40'] }),
  row(Operation.Coprocessor, 'T1', '111 . 110 0 0 1 0 0 .... .... .... .... ....', COPROCESSOR_RR, 'mcrr{two}{c} cp, opa, rd, ra, crm', 'coprocessor', { page: ['MCRR, MCRR2', 'A7.7.73'] }),
  row(Operation.Coprocessor, 'T1', '111 . 110 0 0 1 0 1 .... .... .... .... ....', COPROCESSOR_RR, 'mrrc{two}{c} cp, opa, rd, ra, crm', 'coprocessor', { page: ['MRRC, MRRC2', 'A7.7.81'] }),
  row(Operation.Coprocessor, 'T1', '111 . 1110 .... .... .... .... ... 0 ....', COPROCESSOR_DATA, 'cdp{two}{c} cp, opa, crd, crn, crm, {opb}', 'coprocessor', { page: ['CDP, CDP2', 'A7.7.22'] }),
  row(Operation.Coprocessor, 'T1', '111 . 1110 ... 0 .... .... .... ... 1 ....', COPROCESSOR_R, 'mcr{two}{c} cp, opa, rd, crn, crm, {opb}', 'coprocessor', { page: ['MCR, MCR2', 'A7.7.72'] }),
  row(Operation.Coprocessor, 'T1', '111 . 1110 ... 1 .... .... .... ... 1 ....', COPROCESSOR_R, 'mrc{two}{c} cp, opa, to, crn, crm, {opb}', 'coprocessor', { page: ['MRC, MRC2', 'A7.7.80'] }),
];
