/**
 * Loads of one register, of two, exclusive loads and preloads. ARMv7-M Architecture Reference Manual, DDI 0403E.e,
 * A5.2.4, A5.3.6 to A5.3.9, and the pages of A7.7.
 */
import { NONE } from './format.ts';
import { N_LITERAL, N_LS_BYTE, N_LS_HALF, N_LS_RR, N_LS_SP, N_LS_WORD } from './narrow-formats.ts';
import { Operation } from './operation.ts';
import { rowsOf, type Unpredictable } from './row.ts';
import {
  BASE_IN_REGISTERS,
  field4,
  indexed,
  isDual,
  lastInItIf,
  noSp,
  notPc,
  pc,
  RM,
  RN,
  RT,
  RT2,
  same,
  sp,
  spOrPc,
  WRITES_BACK_RT,
} from './unpredictable.ts';
import {
  LDREX,
  LDREX_NARROW,
  LS_DUAL,
  LS_I8,
  LS_I12,
  LS_LITERAL,
  LS_R,
  LS_T,
  PRELOAD_I8,
  PRELOAD_I12,
  PRELOAD_LITERAL,
  PRELOAD_R,
} from './wide-formats.ts';

const row = rowsOf('M');

const toRegister = (w: number) => field4(w, RT) !== 15;
const toRegisterNotPc = (w: number) => toRegister(w) && notPc(w);

/** With Rt = 15, P = 1, U = 0 and W = 0 a narrow load is a preload. */
const indexedNarrow = (w: number) => indexed(w) && !(toPc(w) && (w & 0x700) === 0x400);
const toPc = (w: number) => field4(w, RT) === 15;
/** LDR Rt, [SP], #4 is POP. */
const indexedWord = (w: number) => indexed(w) && !(field4(w, RN) === 13 && (w & 0x7ff) === 0x304);

const branches = lastInItIf(toPc);

/** UNPREDICTABLE: UNDEFINED, since nothing is asked for that could be executed. */
const PC_IN_HINT_SPACE: Unpredictable = { ...pc(RT), what: 'PC as the destination, in the space of hints' };

/** UNPREDICTABLE: the second load wins. */
const SAME_REGISTERS = same('Rt and Rt2 are one register', RT, RT2, 'executes');
/** UNPREDICTABLE: without writeback. */
const LITERAL_WRITEBACK: Unpredictable = {
  what: 'writeback to PC',
  when: (w) => (w & (1 << 21)) !== 0,
  outcome: 'undefined',
};

// biome-ignore format: a table
export const loadRows = () => [
  row(Operation.LdrImmediate, 'T1', '011 0 1 ..... ... ...', N_LS_WORD, 'ldr{c} rd, near', 'load'),
  row(Operation.LdrImmediate, 'T2', '1001 1 ... ........', N_LS_SP, 'ldr{c} rd, near', 'load'),
  row(Operation.LdrImmediate, 'T3', '11111 00 0 1 10 1 .... .... ............', LS_I12, 'ldr{c}.w rd, offset', 'load', { where: notPc, unpredictable: [branches] }),
  row(Operation.LdrImmediate, 'T4', '11111 00 0 0 10 1 .... .... 1 ... ........', LS_I8, 'ldr{c}.w rd, indexed', 'load', { where: indexedWord, unpredictable: [WRITES_BACK_RT, branches] }),
  row(Operation.LdrLiteral, 'T1', '01001 ... ........', N_LITERAL, 'ldr{c} rd, literal', 'load'),
  row(Operation.LdrLiteral, 'T2', '11111 00 0 . 10 1 1111 .... ............', LS_LITERAL, 'ldr{c}.w rd, literal', 'load', { unpredictable: [branches] }),
  row(Operation.LdrRegister, 'T1', '0101 100 ... ... ...', N_LS_RR, 'ldr{c} rd, [rn, rm]', 'load'),
  row(Operation.LdrRegister, 'T2', '11111 00 0 0 10 1 .... .... 0 00000 .. ....', LS_R, 'ldr{c}.w rd, [rn, scaled]', 'load', { where: notPc, unpredictable: [...spOrPc(RM), branches] }),
  row(Operation.LdrbImmediate, 'T1', '011 1 1 ..... ... ...', N_LS_BYTE, 'ldrb{c} rd, near', 'load'),
  row(Operation.LdrbImmediate, 'T2', '11111 00 0 1 00 1 .... .... ............', LS_I12, 'ldrb{c}.w rd, offset', 'load', { where: toRegisterNotPc, unpredictable: [sp(RT)] }),
  row(Operation.LdrbImmediate, 'T3', '11111 00 0 0 00 1 .... .... 1 ... ........', LS_I8, 'ldrb{c}.w rd, indexed', 'load', { where: indexedNarrow, unpredictable: [WRITES_BACK_RT, sp(RT), PC_IN_HINT_SPACE] }),
  row(Operation.LdrbLiteral, 'T1', '11111 00 0 . 00 1 1111 .... ............', LS_LITERAL, 'ldrb{c}.w rd, literal', 'load', { where: toRegister, unpredictable: [sp(RT)] }),
  row(Operation.LdrbRegister, 'T1', '0101 110 ... ... ...', N_LS_RR, 'ldrb{c} rd, [rn, rm]', 'load'),
  row(Operation.LdrbRegister, 'T2', '11111 00 0 0 00 1 .... .... 0 00000 .. ....', LS_R, 'ldrb{c}.w rd, [rn, scaled]', 'load', { where: toRegisterNotPc, unpredictable: [sp(RT, RM), pc(RM)] }),
  row(Operation.Ldrbt, 'T1', '11111 00 0 0 00 1 .... .... 1 110 ........', LS_T, 'ldrbt{c} rd, indexed', 'load', { where: notPc, unpredictable: [sp(RT), PC_IN_HINT_SPACE] }),
  row(Operation.LdrdImmediate, 'T1', '11101 00 . . 1 . 1 .... .... .... ........', LS_DUAL, 'ldrd{c} rd, ra, dual', 'load-double', { where: (w) => isDual(w) && notPc(w), unpredictable: [SAME_REGISTERS, BASE_IN_REGISTERS, ...spOrPc(RT, RT2)] }),
  row(Operation.LdrdLiteral, 'T1', '11101 00 . . 1 . 1 1111 .... .... ........', LS_DUAL, 'ldrd{c} rd, ra, dualliteral', 'load-double', { where: isDual, unpredictable: [LITERAL_WRITEBACK, SAME_REGISTERS, ...spOrPc(RT, RT2)] }),
  row(Operation.Ldrex, 'T1', '11101 00 0 0 1 0 1 .... .... (1111) ........', LDREX, 'ldrex{c} rd, offset', 'load-exclusive', { unpredictable: [noSp(RT), pc(RT, RN)] }),
  row(Operation.Ldrexb, 'T1', '11101 00 0 1 1 0 1 .... .... (1111) 0100 (1111)', LDREX_NARROW, 'ldrexb{c} rd, [rn]', 'load-exclusive', { unpredictable: [noSp(RT), pc(RT, RN)] }),
  row(Operation.Ldrexh, 'T1', '11101 00 0 1 1 0 1 .... .... (1111) 0101 (1111)', LDREX_NARROW, 'ldrexh{c} rd, [rn]', 'load-exclusive', { unpredictable: [noSp(RT), pc(RT, RN)] }),
  row(Operation.LdrhImmediate, 'T1', '1000 1 ..... ... ...', N_LS_HALF, 'ldrh{c} rd, near', 'load'),
  row(Operation.LdrhImmediate, 'T2', '11111 00 0 1 01 1 .... .... ............', LS_I12, 'ldrh{c}.w rd, offset', 'load', { where: toRegisterNotPc, unpredictable: [sp(RT)] }),
  row(Operation.LdrhImmediate, 'T3', '11111 00 0 0 01 1 .... .... 1 ... ........', LS_I8, 'ldrh{c}.w rd, indexed', 'load', { where: indexedNarrow, unpredictable: [WRITES_BACK_RT, sp(RT), PC_IN_HINT_SPACE] }),
  row(Operation.LdrhLiteral, 'T1', '11111 00 0 . 01 1 1111 .... ............', LS_LITERAL, 'ldrh{c}.w rd, literal', 'load', { where: toRegister, unpredictable: [sp(RT)] }),
  row(Operation.LdrhRegister, 'T1', '0101 101 ... ... ...', N_LS_RR, 'ldrh{c} rd, [rn, rm]', 'load'),
  row(Operation.LdrhRegister, 'T2', '11111 00 0 0 01 1 .... .... 0 00000 .. ....', LS_R, 'ldrh{c}.w rd, [rn, scaled]', 'load', { where: toRegisterNotPc, unpredictable: [sp(RT, RM), pc(RM)] }),
  row(Operation.Ldrht, 'T1', '11111 00 0 0 01 1 .... .... 1 110 ........', LS_T, 'ldrht{c} rd, indexed', 'load', { where: notPc, unpredictable: [sp(RT), PC_IN_HINT_SPACE] }),
  row(Operation.LdrsbImmediate, 'T1', '11111 00 1 1 00 1 .... .... ............', LS_I12, 'ldrsb{c}.w rd, offset', 'load', { where: toRegisterNotPc, unpredictable: [sp(RT)] }),
  row(Operation.LdrsbImmediate, 'T2', '11111 00 1 0 00 1 .... .... 1 ... ........', LS_I8, 'ldrsb{c}.w rd, indexed', 'load', { where: indexedNarrow, unpredictable: [WRITES_BACK_RT, sp(RT), PC_IN_HINT_SPACE] }),
  row(Operation.LdrsbLiteral, 'T1', '11111 00 1 . 00 1 1111 .... ............', LS_LITERAL, 'ldrsb{c}.w rd, literal', 'load', { where: toRegister, unpredictable: [sp(RT)] }),
  row(Operation.LdrsbRegister, 'T1', '0101 011 ... ... ...', N_LS_RR, 'ldrsb{c} rd, [rn, rm]', 'load'),
  row(Operation.LdrsbRegister, 'T2', '11111 00 1 0 00 1 .... .... 0 00000 .. ....', LS_R, 'ldrsb{c}.w rd, [rn, scaled]', 'load', { where: toRegisterNotPc, unpredictable: [sp(RT, RM), pc(RM)] }),
  row(Operation.Ldrsbt, 'T1', '11111 00 1 0 00 1 .... .... 1 110 ........', LS_T, 'ldrsbt{c} rd, indexed', 'load', { where: notPc, unpredictable: [sp(RT), PC_IN_HINT_SPACE] }),
  row(Operation.LdrshImmediate, 'T1', '11111 00 1 1 01 1 .... .... ............', LS_I12, 'ldrsh{c}.w rd, offset', 'load', { where: toRegisterNotPc, unpredictable: [sp(RT)] }),
  row(Operation.LdrshImmediate, 'T2', '11111 00 1 0 01 1 .... .... 1 ... ........', LS_I8, 'ldrsh{c}.w rd, indexed', 'load', { where: indexedNarrow, unpredictable: [WRITES_BACK_RT, sp(RT), PC_IN_HINT_SPACE] }),
  row(Operation.LdrshLiteral, 'T1', '11111 00 1 . 01 1 1111 .... ............', LS_LITERAL, 'ldrsh{c}.w rd, literal', 'load', { where: toRegister, unpredictable: [sp(RT)] }),
  row(Operation.LdrshRegister, 'T1', '0101 111 ... ... ...', N_LS_RR, 'ldrsh{c} rd, [rn, rm]', 'load'),
  row(Operation.LdrshRegister, 'T2', '11111 00 1 0 01 1 .... .... 0 00000 .. ....', LS_R, 'ldrsh{c}.w rd, [rn, scaled]', 'load', { where: toRegisterNotPc, unpredictable: [sp(RT, RM), pc(RM)] }),
  row(Operation.Ldrsht, 'T1', '11111 00 1 0 01 1 .... .... 1 110 ........', LS_T, 'ldrsht{c} rd, indexed', 'load', { where: notPc, unpredictable: [sp(RT), PC_IN_HINT_SPACE] }),
  row(Operation.Ldrt, 'T1', '11111 00 0 0 10 1 .... .... 1 110 ........', LS_T, 'ldrt{c} rd, indexed', 'load', { where: notPc, unpredictable: spOrPc(RT) }),

  row(Operation.PldImmediate, 'T1', '11111 00 0 1 00 1 .... 1111 ............', PRELOAD_I12, 'pld{c} offset', 'preload', { where: notPc }),
  row(Operation.PldImmediate, 'T2', '11111 00 0 0 00 1 .... 1111 1 100 ........', PRELOAD_I8, 'pld{c} indexed', 'preload', { where: notPc }),
  row(Operation.PldLiteral, 'T1', '11111 00 0 . 00 1 1111 1111 ............', PRELOAD_LITERAL, 'pld{c} literal', 'preload'),
  row(Operation.PldRegister, 'T1', '11111 00 0 0 00 1 .... 1111 0 00000 .. ....', PRELOAD_R, 'pld{c} [rn, scaled]', 'preload', { where: notPc, unpredictable: spOrPc(RM) }),
  row(Operation.PliImmediate, 'T1', '11111 00 1 1 00 1 .... 1111 ............', PRELOAD_I12, 'pli{c} offset', 'preload', { where: notPc }),
  row(Operation.PliImmediate, 'T2', '11111 00 1 0 00 1 .... 1111 1 100 ........', PRELOAD_I8, 'pli{c} indexed', 'preload', { where: notPc }),
  row(Operation.PliImmediate, 'T3', '11111 00 1 . 00 1 1111 1111 ............', PRELOAD_LITERAL, 'pli{c} literal', 'preload'),
  row(Operation.PliRegister, 'T1', '11111 00 1 0 00 1 .... 1111 0 00000 .. ....', PRELOAD_R, 'pli{c} [rn, scaled]', 'preload', { where: notPc, unpredictable: spOrPc(RM) }),

  // A5.3.8: loads of halfwords to PC are unallocated memory hints, treated as NOP.
  row(Operation.Nop, 'memory hint 1', '11111 00 . 1 01 1 .... 1111 ............', NONE, 'nop{c}', 'preload', { where: notPc }),
  row(Operation.Nop, 'memory hint 2', '11111 00 . 0 01 1 .... 1111 1 100 ........', NONE, 'nop{c}', 'preload', { where: notPc }),
  row(Operation.Nop, 'memory hint 3', '11111 00 . 0 01 1 .... 1111 0 00000 .. ....', NONE, 'nop{c}', 'preload', { where: notPc }),
  row(Operation.Nop, 'memory hint 4', '11111 00 . . 01 1 1111 1111 ............', NONE, 'nop{c}', 'preload'),
];
