/**
 * Data processing: arithmetic, logic, moves, shifts and comparisons. ARMv7-M Architecture Reference Manual,
 * DDI 0403E.e, A5.2.1 to A5.2.3, A5.3.1, A5.3.3, A5.3.11, A5.3.12, and the pages of A7.7.
 */
import {
  N_ADD_RM_SP,
  N_ADD_SP_I8,
  N_ADD_SP_RM,
  N_ADR,
  N_ASR,
  N_CMP,
  N_CMP_I8,
  N_HIGH_CMP,
  N_HIGH_MOV,
  N_HIGH_RR,
  N_LSL,
  N_LSR,
  N_MOV,
  N_MOV_I8,
  N_RI8,
  N_RR,
  N_RRI3,
  N_RRR,
  N_RSB,
  N_SP_I7,
} from './narrow-formats.ts';
import { Operation } from './operation.ts';
import { rowsOf, type Unpredictable } from './row.ts';
import { field4, lastInItIf, notInIt, notPc, pc, RD, RM, RN, sp, spOrPc } from './unpredictable.ts';
import {
  ADR_ADD,
  ADR_SUB,
  MODIFIED,
  MODIFIED_CMP,
  MODIFIED_MOV,
  MOV_I16,
  MOV_R,
  PLAIN,
  SHIFT_R,
  SHIFTED,
  SHIFTED_CMP,
  SHIFTED_MOV,
} from './wide-formats.ts';

const row = rowsOf('M');

const highRd = (w: number) => ((w >>> 4) & 8) | (w & 7);
const highRm = (w: number) => (w >>> 3) & 15;
const setsFlags = (w: number) => (w & (1 << 20)) !== 0;
/** imm3:imm2 */
const amountBits = (w: number) => w & 0x70c0;
const notSp = (w: number) => field4(w, RN) !== 13;
const notSpOrPc = (w: number) => notSp(w) && notPc(w);
/** With S and Rd = 15 it is TST, TEQ, CMN or CMP. */
const notComparison = (w: number) => !(setsFlags(w) && field4(w, RD) === 15);
const notComparisonOrSp = (w: number) => notComparison(w) && notSp(w);

/** ThumbExpandImm_C, A5.3.2. UNPREDICTABLE: zero, as the pattern says. */
const ZERO_BYTES: Unpredictable = {
  what: 'a repeated byte that is zero',
  when: (w) => (w & (1 << 26)) === 0 && (w & 0x4000) === 0 && (w & 0x3000) !== 0 && (w & 0xff) === 0,
  outcome: 'executes',
};

/** UNPREDICTABLE: executes, since nothing but the encoding tells T2 from T1. */
const BOTH_LOW: Unpredictable = {
  what: 'both registers are of R0 to R7',
  when: (w) => (w & 0xc0) === 0,
  outcome: 'executes',
};

/** UNPREDICTABLE: executes as for any other register. */
const SP_FROM_SHIFTED: Unpredictable = {
  what: 'SP as the destination, with a shift other than LSL by up to 3',
  when: (w) => field4(w, RD) === 13 && ((w & 0x30) !== 0 || (w & 0x7000) !== 0),
  outcome: 'executes',
};

/** UNPREDICTABLE: MOV without flag setting, as LSL (immediate), whose encoding it has. */
const MOVS_IN_IT = notInIt('executes');

const branches = lastInItIf((w) => highRd(w) === 15);

// biome-ignore format: a table
export const dataProcessingRows = () => [
  row(Operation.AdcImmediate, 'T1', '11110 . 0 1010 . .... 0 ... .... ........', MODIFIED, 'adc{s}{c}.w rd, rn, const', 'alu', { unpredictable: [ZERO_BYTES, ...spOrPc(RD, RN)] }),
  row(Operation.AdcRegister, 'T1', '010000 0101 ... ...', N_RR, 'adc{s}{c} rd, rm', 'alu'),
  row(Operation.AdcRegister, 'T2', '11101 01 1010 . .... (0) ... .... .. .. ....', SHIFTED, 'adc{s}{c}.w rd, rn, shifted', 'alu', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.AddImmediate, 'T1', '000 11 1 0 ... ... ...', N_RRI3, 'add{s}{c} rd, rn, imm', 'alu'),
  row(Operation.AddImmediate, 'T2', '001 10 ... ........', N_RI8, 'add{s}{c} rd, imm', 'alu'),
  row(Operation.AddImmediate, 'T3', '11110 . 0 1000 . .... 0 ... .... ........', MODIFIED, 'add{s}{c}.w rd, rn, const', 'alu', { where: notComparisonOrSp, unpredictable: [ZERO_BYTES, sp(RD), pc(RD, RN)] }),
  row(Operation.AddImmediate, 'T4', '11110 . 1 0000 0 .... 0 ... .... ........', PLAIN, 'addw{c} rd, rn, imm', 'alu', { where: notSpOrPc, unpredictable: spOrPc(RD) }),
  row(Operation.AddRegister, 'T1', '000 11 0 0 ... ... ...', N_RRR, 'add{s}{c} rd, rn, rm', 'alu'),
  row(Operation.AddRegister, 'T2', '010001 00 . .... ...', N_HIGH_RR, 'add{c} rd, rm', 'alu', { where: (w) => highRd(w) !== 13 && highRm(w) !== 13, unpredictable: [branches, { what: 'PC as both operands', when: (w) => highRd(w) === 15 && highRm(w) === 15, outcome: 'executes' }] }),
  row(Operation.AddRegister, 'T3', '11101 01 1000 . .... (0) ... .... .. .. ....', SHIFTED, 'add{s}{c}.w rd, rn, shifted', 'alu', { where: notComparisonOrSp, unpredictable: [sp(RD, RM), pc(RD, RN, RM)] }),
  row(Operation.AddSpImmediate, 'T1', '1010 1 ... ........', N_ADD_SP_I8, 'add{c} rd, rn, imm', 'alu'),
  row(Operation.AddSpImmediate, 'T2', '1011 0000 0 .......', N_SP_I7, 'add{c} rd, imm', 'alu'),
  row(Operation.AddSpImmediate, 'T3', '11110 . 0 1000 . 1101 0 ... .... ........', MODIFIED, 'add{s}{c}.w rd, rn, const', 'alu', { where: notComparison, unpredictable: [ZERO_BYTES, pc(RD)] }),
  row(Operation.AddSpImmediate, 'T4', '11110 . 1 0000 0 1101 0 ... .... ........', PLAIN, 'addw{c} rd, rn, imm', 'alu', { unpredictable: [pc(RD)] }),
  row(Operation.AddSpRegister, 'T1', '010001 00 . 1101 ...', N_ADD_RM_SP, 'add{c} rd, rn', 'alu', { unpredictable: [branches] }),
  row(Operation.AddSpRegister, 'T2', '010001 00 1 .... 101', N_ADD_SP_RM, 'add{c} rd, rm', 'alu', { where: (w) => highRm(w) !== 13 }),
  row(Operation.AddSpRegister, 'T3', '11101 01 1000 . 1101 (0) ... .... .. .. ....', SHIFTED, 'add{s}{c}.w rd, rn, shifted', 'alu', { where: notComparison, unpredictable: [SP_FROM_SHIFTED, sp(RM), pc(RD, RM)] }),
  row(Operation.Adr, 'T1', '1010 0 ... ........', N_ADR, 'add{c} rd, address', 'alu'),
  row(Operation.Adr, 'T2', '11110 . 1 0101 0 1111 0 ... .... ........', ADR_SUB, 'subw{c} rd, rn, imm', 'alu', { unpredictable: spOrPc(RD) }),
  row(Operation.Adr, 'T3', '11110 . 1 0000 0 1111 0 ... .... ........', ADR_ADD, 'addw{c} rd, rn, imm', 'alu', { unpredictable: spOrPc(RD) }),
  row(Operation.AndImmediate, 'T1', '11110 . 0 0000 . .... 0 ... .... ........', MODIFIED, 'and{s}{c}.w rd, rn, const', 'alu', { where: notComparison, unpredictable: [ZERO_BYTES, ...spOrPc(RD, RN)] }),
  row(Operation.AndRegister, 'T1', '010000 0000 ... ...', N_RR, 'and{s}{c} rd, rm', 'alu'),
  row(Operation.AndRegister, 'T2', '11101 01 0000 . .... (0) ... .... .. .. ....', SHIFTED, 'and{s}{c}.w rd, rn, shifted', 'alu', { where: notComparison, unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.AsrImmediate, 'T1', '000 10 ..... ... ...', N_ASR, 'asr{s}{c} rd, rm, amount', 'alu'),
  row(Operation.AsrImmediate, 'T2', '11101 01 0010 . 1111 (0) ... .... .. 10 ....', SHIFTED_MOV, 'mov{s}{c}.w rd, shifted', 'alu', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.AsrRegister, 'T1', '010000 0100 ... ...', N_RR, 'asr{s}{c} rd, rm', 'alu'),
  row(Operation.AsrRegister, 'T2', '11111 010 0 10 . .... 1111 .... 0000 ....', SHIFT_R, 'asr{s}{c}.w rd, rn, rm', 'alu', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.BicImmediate, 'T1', '11110 . 0 0001 . .... 0 ... .... ........', MODIFIED, 'bic{s}{c}.w rd, rn, const', 'alu', { unpredictable: [ZERO_BYTES, ...spOrPc(RD, RN)] }),
  row(Operation.BicRegister, 'T1', '010000 1110 ... ...', N_RR, 'bic{s}{c} rd, rm', 'alu'),
  row(Operation.BicRegister, 'T2', '11101 01 0001 . .... (0) ... .... .. .. ....', SHIFTED, 'bic{s}{c}.w rd, rn, shifted', 'alu', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.CmnImmediate, 'T1', '11110 . 0 1000 1 .... 0 ... 1111 ........', MODIFIED_CMP, 'cmn{c}.w rn, const', 'alu', { unpredictable: [ZERO_BYTES, pc(RN)] }),
  row(Operation.CmnRegister, 'T1', '010000 1011 ... ...', N_CMP, 'cmn{c} rn, rm', 'alu'),
  row(Operation.CmnRegister, 'T2', '11101 01 1000 1 .... (0) ... 1111 .. .. ....', SHIFTED_CMP, 'cmn{c}.w rn, shifted', 'alu', { unpredictable: [sp(RM), pc(RN, RM)] }),
  row(Operation.CmpImmediate, 'T1', '001 01 ... ........', N_CMP_I8, 'cmp{c} rn, imm', 'alu'),
  row(Operation.CmpImmediate, 'T2', '11110 . 0 1101 1 .... 0 ... 1111 ........', MODIFIED_CMP, 'cmp{c}.w rn, const', 'alu', { unpredictable: [ZERO_BYTES, pc(RN)] }),
  row(Operation.CmpRegister, 'T1', '010000 1010 ... ...', N_CMP, 'cmp{c} rn, rm', 'alu'),
  row(Operation.CmpRegister, 'T2', '010001 01 . .... ...', N_HIGH_CMP, 'cmp{c} rn, rm', 'alu', { unpredictable: [BOTH_LOW, { what: 'PC as an operand', when: (w) => highRd(w) === 15 || highRm(w) === 15, outcome: 'executes' }] }),
  row(Operation.CmpRegister, 'T3', '11101 01 1101 1 .... (0) ... 1111 .. .. ....', SHIFTED_CMP, 'cmp{c}.w rn, shifted', 'alu', { unpredictable: [sp(RM), pc(RN, RM)] }),
  row(Operation.EorImmediate, 'T1', '11110 . 0 0100 . .... 0 ... .... ........', MODIFIED, 'eor{s}{c}.w rd, rn, const', 'alu', { where: notComparison, unpredictable: [ZERO_BYTES, ...spOrPc(RD, RN)] }),
  row(Operation.EorRegister, 'T1', '010000 0001 ... ...', N_RR, 'eor{s}{c} rd, rm', 'alu'),
  row(Operation.EorRegister, 'T2', '11101 01 0100 . .... (0) ... .... .. .. ....', SHIFTED, 'eor{s}{c}.w rd, rn, shifted', 'alu', { where: notComparison, unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.LslImmediate, 'T1', '000 00 ..... ... ...', N_LSL, 'lsl{s}{c} rd, rm, amount', 'alu', { where: (w) => (w & 0x7c0) !== 0 }),
  row(Operation.LslImmediate, 'T2', '11101 01 0010 . 1111 (0) ... .... .. 00 ....', SHIFTED_MOV, 'mov{s}{c}.w rd, shifted', 'alu', { where: (w) => amountBits(w) !== 0, unpredictable: spOrPc(RD, RM) }),
  row(Operation.LslRegister, 'T1', '010000 0010 ... ...', N_RR, 'lsl{s}{c} rd, rm', 'alu'),
  row(Operation.LslRegister, 'T2', '11111 010 0 00 . .... 1111 .... 0000 ....', SHIFT_R, 'lsl{s}{c}.w rd, rn, rm', 'alu', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.LsrImmediate, 'T1', '000 01 ..... ... ...', N_LSR, 'lsr{s}{c} rd, rm, amount', 'alu'),
  row(Operation.LsrImmediate, 'T2', '11101 01 0010 . 1111 (0) ... .... .. 01 ....', SHIFTED_MOV, 'mov{s}{c}.w rd, shifted', 'alu', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.LsrRegister, 'T1', '010000 0011 ... ...', N_RR, 'lsr{s}{c} rd, rm', 'alu'),
  row(Operation.LsrRegister, 'T2', '11111 010 0 01 . .... 1111 .... 0000 ....', SHIFT_R, 'lsr{s}{c}.w rd, rn, rm', 'alu', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.MovImmediate, 'T1', '001 00 ... ........', N_MOV_I8, 'mov{s}{c} rd, imm', 'alu'),
  row(Operation.MovImmediate, 'T2', '11110 . 0 0010 . 1111 0 ... .... ........', MODIFIED_MOV, 'mov{s}{c}.w rd, const', 'alu', { unpredictable: [ZERO_BYTES, ...spOrPc(RD)] }),
  row(Operation.MovImmediate, 'T3', '11110 . 1 0010 0 .... 0 ... .... ........', MOV_I16, 'movw{c} rd, imm', 'alu', { unpredictable: spOrPc(RD) }),
  row(Operation.MovRegister, 'T1', '010001 10 . .... ...', N_HIGH_MOV, 'mov{c} rd, rm', 'alu', { unpredictable: [branches] }),
  row(Operation.MovRegister, 'T2', '000 00 00000 ... ...', N_MOV, 'mov{s}{c} rd, rm', 'alu', { unpredictable: [MOVS_IN_IT] }),
  row(Operation.MovRegister, 'T3', '11101 01 0010 . 1111 (0) 000 .... 00 00 ....', MOV_R, 'mov{s}{c}.w rd, rm', 'alu', { unpredictable: [{ ...sp(), when: (w) => (setsFlags(w) ? field4(w, RD) === 13 || field4(w, RM) === 13 : field4(w, RD) === 13 && field4(w, RM) === 13) }, pc(RD, RM)] }),
  row(Operation.Movt, 'T1', '11110 . 1 0110 0 .... 0 ... .... ........', MOV_I16, 'movt{c} rd, imm', 'alu', { unpredictable: spOrPc(RD) }),
  row(Operation.MvnImmediate, 'T1', '11110 . 0 0011 . 1111 0 ... .... ........', MODIFIED_MOV, 'mvn{s}{c}.w rd, const', 'alu', { unpredictable: [ZERO_BYTES, ...spOrPc(RD)] }),
  row(Operation.MvnRegister, 'T1', '010000 1111 ... ...', N_MOV, 'mvn{s}{c} rd, rm', 'alu'),
  row(Operation.MvnRegister, 'T2', '11101 01 0011 . 1111 (0) ... .... .. .. ....', SHIFTED_MOV, 'mvn{s}{c}.w rd, shifted', 'alu', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.OrnImmediate, 'T1', '11110 . 0 0011 . .... 0 ... .... ........', MODIFIED, 'orn{s}{c} rd, rn, const', 'alu', { where: notPc, unpredictable: [ZERO_BYTES, sp(RD, RN), pc(RD)] }),
  row(Operation.OrnRegister, 'T1', '11101 01 0011 . .... (0) ... .... .. .. ....', SHIFTED, 'orn{s}{c} rd, rn, shifted', 'alu', { where: notPc, unpredictable: [sp(RD, RN, RM), pc(RD, RM)] }),
  row(Operation.OrrImmediate, 'T1', '11110 . 0 0010 . .... 0 ... .... ........', MODIFIED, 'orr{s}{c}.w rd, rn, const', 'alu', { where: notPc, unpredictable: [ZERO_BYTES, sp(RD, RN), pc(RD)] }),
  row(Operation.OrrRegister, 'T1', '010000 1100 ... ...', N_RR, 'orr{s}{c} rd, rm', 'alu'),
  row(Operation.OrrRegister, 'T2', '11101 01 0010 . .... (0) ... .... .. .. ....', SHIFTED, 'orr{s}{c}.w rd, rn, shifted', 'alu', { where: notPc, unpredictable: [sp(RD, RN, RM), pc(RD, RM)] }),
  row(Operation.RorImmediate, 'T1', '11101 01 0010 . 1111 (0) ... .... .. 11 ....', SHIFTED_MOV, 'mov{s}{c}.w rd, shifted', 'alu', { where: (w) => amountBits(w) !== 0, unpredictable: spOrPc(RD, RM) }),
  row(Operation.RorRegister, 'T1', '010000 0111 ... ...', N_RR, 'ror{s}{c} rd, rm', 'alu'),
  row(Operation.RorRegister, 'T2', '11111 010 0 11 . .... 1111 .... 0000 ....', SHIFT_R, 'ror{s}{c}.w rd, rn, rm', 'alu', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.Rrx, 'T1', '11101 01 0010 . 1111 (0) 000 .... 00 11 ....', SHIFTED_MOV, 'mov{s}{c}.w rd, shifted', 'alu', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.RsbImmediate, 'T1', '010000 1001 ... ...', N_RSB, 'neg{s}{c} rd, rn', 'alu'),
  row(Operation.RsbImmediate, 'T2', '11110 . 0 1110 . .... 0 ... .... ........', MODIFIED, 'rsb{s}{c} rd, rn, const', 'alu', { unpredictable: [ZERO_BYTES, ...spOrPc(RD, RN)] }),
  row(Operation.RsbRegister, 'T1', '11101 01 1110 . .... (0) ... .... .. .. ....', SHIFTED, 'rsb{s}{c} rd, rn, shifted', 'alu', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.SbcImmediate, 'T1', '11110 . 0 1011 . .... 0 ... .... ........', MODIFIED, 'sbc{s}{c}.w rd, rn, const', 'alu', { unpredictable: [ZERO_BYTES, ...spOrPc(RD, RN)] }),
  row(Operation.SbcRegister, 'T1', '010000 0110 ... ...', N_RR, 'sbc{s}{c} rd, rm', 'alu'),
  row(Operation.SbcRegister, 'T2', '11101 01 1011 . .... (0) ... .... .. .. ....', SHIFTED, 'sbc{s}{c}.w rd, rn, shifted', 'alu', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.SubImmediate, 'T1', '000 11 1 1 ... ... ...', N_RRI3, 'sub{s}{c} rd, rn, imm', 'alu'),
  row(Operation.SubImmediate, 'T2', '001 11 ... ........', N_RI8, 'sub{s}{c} rd, imm', 'alu'),
  row(Operation.SubImmediate, 'T3', '11110 . 0 1101 . .... 0 ... .... ........', MODIFIED, 'sub{s}{c}.w rd, rn, const', 'alu', { where: notComparisonOrSp, unpredictable: [ZERO_BYTES, sp(RD), pc(RD, RN)] }),
  row(Operation.SubImmediate, 'T4', '11110 . 1 0101 0 .... 0 ... .... ........', PLAIN, 'subw{c} rd, rn, imm', 'alu', { where: notSpOrPc, unpredictable: spOrPc(RD) }),
  row(Operation.SubRegister, 'T1', '000 11 0 1 ... ... ...', N_RRR, 'sub{s}{c} rd, rn, rm', 'alu'),
  row(Operation.SubRegister, 'T2', '11101 01 1101 . .... (0) ... .... .. .. ....', SHIFTED, 'sub{s}{c}.w rd, rn, shifted', 'alu', { where: notComparisonOrSp, unpredictable: [sp(RD, RM), pc(RD, RN, RM)] }),
  row(Operation.SubSpImmediate, 'T1', '1011 0000 1 .......', N_SP_I7, 'sub{c} rd, imm', 'alu'),
  row(Operation.SubSpImmediate, 'T2', '11110 . 0 1101 . 1101 0 ... .... ........', MODIFIED, 'sub{s}{c}.w rd, rn, const', 'alu', { where: notComparison, unpredictable: [ZERO_BYTES, pc(RD)] }),
  row(Operation.SubSpImmediate, 'T3', '11110 . 1 0101 0 1101 0 ... .... ........', PLAIN, 'subw{c} rd, rn, imm', 'alu', { unpredictable: [pc(RD)] }),
  row(Operation.SubSpRegister, 'T1', '11101 01 1101 . 1101 (0) ... .... .. .. ....', SHIFTED, 'sub{s}{c}.w rd, rn, shifted', 'alu', { where: notComparison, unpredictable: [SP_FROM_SHIFTED, sp(RM), pc(RD, RM)] }),
  row(Operation.TeqImmediate, 'T1', '11110 . 0 0100 1 .... 0 ... 1111 ........', MODIFIED_CMP, 'teq{c} rn, const', 'alu', { unpredictable: [ZERO_BYTES, ...spOrPc(RN)] }),
  row(Operation.TeqRegister, 'T1', '11101 01 0100 1 .... (0) ... 1111 .. .. ....', SHIFTED_CMP, 'teq{c} rn, shifted', 'alu', { unpredictable: spOrPc(RN, RM) }),
  row(Operation.TstImmediate, 'T1', '11110 . 0 0000 1 .... 0 ... 1111 ........', MODIFIED_CMP, 'tst{c}.w rn, const', 'alu', { unpredictable: [ZERO_BYTES, ...spOrPc(RN)] }),
  row(Operation.TstRegister, 'T1', '010000 1000 ... ...', N_CMP, 'tst{c} rn, rm', 'alu'),
  row(Operation.TstRegister, 'T2', '11101 01 0000 1 .... (0) ... 1111 .. .. ....', SHIFTED_CMP, 'tst{c}.w rn, shifted', 'alu', { unpredictable: spOrPc(RN, RM) }),
];
