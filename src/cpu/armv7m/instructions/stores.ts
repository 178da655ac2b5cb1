/**
 * Stores of one register, of two, and exclusive stores. ARMv7-M Architecture Reference Manual, DDI 0403E.e, A5.2.4,
 * A5.3.6, A5.3.10, and the pages of A7.7.
 */
import { N_LS_BYTE, N_LS_HALF, N_LS_RR, N_LS_SP, N_LS_WORD } from './narrow-formats.ts';
import { Operation } from './operation.ts';
import { rowsOf } from './row.ts';
import {
  BASE_IN_REGISTERS,
  field4,
  indexed,
  isDual,
  noSp,
  notPc,
  pc,
  RD,
  RM,
  RN,
  RT,
  RT2,
  same,
  sp,
  spOrPc,
  WRITES_BACK_RT,
} from './unpredictable.ts';
import { LS_DUAL, LS_I8, LS_I12, LS_R, LS_T, STREX, STREX_NARROW } from './wide-formats.ts';

const row = rowsOf('M');

/** STR Rt, [SP, #-4]! is PUSH. */
const indexedWord = (w: number) => indexed(w) && !(field4(w, RN) === 13 && (w & 0x7ff) === 0x504);

/** UNPREDICTABLE: UNDEFINED, as on QEMU. */
const STATUS_IS_BASE = same('Rd and Rn are one register', RD, RN, 'undefined');
const STATUS_IS_DATA = same('Rd and Rt are one register', RD, RT, 'undefined');
const NARROW_STATUS_IS_BASE = same('Rd and Rn are one register', RM, RN, 'undefined');
const NARROW_STATUS_IS_DATA = same('Rd and Rt are one register', RM, RT, 'undefined');

// biome-ignore format: a table
export const storeRows = () => [
  row(Operation.StrImmediate, 'T1', '011 0 0 ..... ... ...', N_LS_WORD, 'str{c} rd, near', 'store'),
  row(Operation.StrImmediate, 'T2', '1001 0 ... ........', N_LS_SP, 'str{c} rd, near', 'store'),
  row(Operation.StrImmediate, 'T3', '11111 00 0 1 10 0 .... .... ............', LS_I12, 'str{c}.w rd, offset', 'store', { where: notPc, unpredictable: [pc(RT)] }),
  row(Operation.StrImmediate, 'T4', '11111 00 0 0 10 0 .... .... 1 ... ........', LS_I8, 'str{c}.w rd, indexed', 'store', { where: indexedWord, unpredictable: [WRITES_BACK_RT, pc(RT)] }),
  row(Operation.StrRegister, 'T1', '0101 000 ... ... ...', N_LS_RR, 'str{c} rd, [rn, rm]', 'store-register'),
  row(Operation.StrRegister, 'T2', '11111 00 0 0 10 0 .... .... 0 00000 .. ....', LS_R, 'str{c}.w rd, [rn, scaled]', 'store-register', { where: notPc, unpredictable: [sp(RM), pc(RT, RM)] }),
  row(Operation.StrbImmediate, 'T1', '011 1 0 ..... ... ...', N_LS_BYTE, 'strb{c} rd, near', 'store'),
  row(Operation.StrbImmediate, 'T2', '11111 00 0 1 00 0 .... .... ............', LS_I12, 'strb{c}.w rd, offset', 'store', { where: notPc, unpredictable: spOrPc(RT) }),
  row(Operation.StrbImmediate, 'T3', '11111 00 0 0 00 0 .... .... 1 ... ........', LS_I8, 'strb{c}.w rd, indexed', 'store', { where: indexed, unpredictable: [WRITES_BACK_RT, ...spOrPc(RT)] }),
  row(Operation.StrbRegister, 'T1', '0101 010 ... ... ...', N_LS_RR, 'strb{c} rd, [rn, rm]', 'store-register'),
  row(Operation.StrbRegister, 'T2', '11111 00 0 0 00 0 .... .... 0 00000 .. ....', LS_R, 'strb{c}.w rd, [rn, scaled]', 'store-register', { where: notPc, unpredictable: spOrPc(RT, RM) }),
  row(Operation.Strbt, 'T1', '11111 00 0 0 00 0 .... .... 1 110 ........', LS_T, 'strbt{c} rd, indexed', 'store', { where: notPc, unpredictable: spOrPc(RT) }),
  row(Operation.Strd, 'T1', '11101 00 . . 1 . 0 .... .... .... ........', LS_DUAL, 'strd{c} rd, ra, dual', 'store-double', { where: isDual, unpredictable: [BASE_IN_REGISTERS, sp(RT, RT2), pc(RN, RT, RT2)] }),
  row(Operation.Strex, 'T1', '11101 00 0 0 1 0 0 .... .... .... ........', STREX, 'strex{c} ra, rd, offset', 'store-exclusive', { unpredictable: [STATUS_IS_BASE, STATUS_IS_DATA, noSp(RD, RT), pc(RD, RT, RN)] }),
  row(Operation.Strexb, 'T1', '11101 00 0 1 1 0 0 .... .... (1111) 0100 ....', STREX_NARROW, 'strexb{c} ra, rd, [rn]', 'store-exclusive', { unpredictable: [NARROW_STATUS_IS_BASE, NARROW_STATUS_IS_DATA, noSp(RM, RT), pc(RM, RT, RN)] }),
  row(Operation.Strexh, 'T1', '11101 00 0 1 1 0 0 .... .... (1111) 0101 ....', STREX_NARROW, 'strexh{c} ra, rd, [rn]', 'store-exclusive', { unpredictable: [NARROW_STATUS_IS_BASE, NARROW_STATUS_IS_DATA, noSp(RM, RT), pc(RM, RT, RN)] }),
  row(Operation.StrhImmediate, 'T1', '1000 0 ..... ... ...', N_LS_HALF, 'strh{c} rd, near', 'store'),
  row(Operation.StrhImmediate, 'T2', '11111 00 0 1 01 0 .... .... ............', LS_I12, 'strh{c}.w rd, offset', 'store', { where: notPc, unpredictable: spOrPc(RT) }),
  row(Operation.StrhImmediate, 'T3', '11111 00 0 0 01 0 .... .... 1 ... ........', LS_I8, 'strh{c}.w rd, indexed', 'store', { where: indexed, unpredictable: [WRITES_BACK_RT, ...spOrPc(RT)] }),
  row(Operation.StrhRegister, 'T1', '0101 001 ... ... ...', N_LS_RR, 'strh{c} rd, [rn, rm]', 'store-register'),
  row(Operation.StrhRegister, 'T2', '11111 00 0 0 01 0 .... .... 0 00000 .. ....', LS_R, 'strh{c}.w rd, [rn, scaled]', 'store-register', { where: notPc, unpredictable: spOrPc(RT, RM) }),
  row(Operation.Strht, 'T1', '11111 00 0 0 01 0 .... .... 1 110 ........', LS_T, 'strht{c} rd, indexed', 'store', { where: notPc, unpredictable: spOrPc(RT) }),
  row(Operation.Strt, 'T1', '11111 00 0 0 10 0 .... .... 1 110 ........', LS_T, 'strt{c} rd, indexed', 'store', { where: notPc, unpredictable: spOrPc(RT) }),
];
