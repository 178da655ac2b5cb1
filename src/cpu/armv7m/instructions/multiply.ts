/**
 * Multiplication and division. ARMv7-M Architecture Reference Manual, DDI 0403E.e, A5.2.2, A5.3.16, A5.3.17, and
 * the pages of A7.7.
 */
import { N_MUL } from './narrow-formats.ts';
import { Operation } from './operation.ts';
import { rowsOf } from './row.ts';
import { field4, pc, RD, RM, RN, RT, RT2, SAME_HALVES, sp, spOrPc } from './unpredictable.ts';
import { LONG, MLA, RRR } from './wide-formats.ts';

const row = rowsOf('M');

const withRa = (w: number) => field4(w, RT) !== 15;
const LONG_REGISTERS = [SAME_HALVES, ...spOrPc(RT, RT2, RN, RM)];

// biome-ignore format: a table
export const multiplyRows = () => [
  row(Operation.Mla, 'T1', '11111 0110 000 .... .... .... 0000 ....', MLA, 'mla{c} rd, rn, rm, ra', 'mla', { where: withRa, unpredictable: [sp(RD, RN, RM, RT), pc(RD, RN, RM)] }),
  row(Operation.Mls, 'T1', '11111 0110 000 .... .... .... 0001 ....', MLA, 'mls{c} rd, rn, rm, ra', 'mla', { unpredictable: spOrPc(RD, RN, RM, RT) }),
  row(Operation.Mul, 'T1', '010000 1101 ... ...', N_MUL, 'mul{s}{c} rd, rn', 'mul'),
  row(Operation.Mul, 'T2', '11111 0110 000 .... 1111 .... 0000 ....', RRR, 'mul{c}.w rd, rn, rm', 'mul', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.Sdiv, 'T1', '11111 0111 001 .... (1111) .... 1111 ....', RRR, 'sdiv{c} rd, rn, rm', 'sdiv', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.Smlal, 'T1', '11111 0111 100 .... .... .... 0000 ....', LONG, 'smlal{c} rd, ra, rn, rm', 'smlal', { unpredictable: LONG_REGISTERS }),
  row(Operation.Smull, 'T1', '11111 0111 000 .... .... .... 0000 ....', LONG, 'smull{c} rd, ra, rn, rm', 'smull', { unpredictable: LONG_REGISTERS }),
  row(Operation.Udiv, 'T1', '11111 0111 011 .... (1111) .... 1111 ....', RRR, 'udiv{c} rd, rn, rm', 'udiv', { unpredictable: spOrPc(RD, RN, RM) }),
  row(Operation.Umlal, 'T1', '11111 0111 110 .... .... .... 0000 ....', LONG, 'umlal{c} rd, ra, rn, rm', 'umlal', { unpredictable: LONG_REGISTERS }),
  row(Operation.Umull, 'T1', '11111 0111 010 .... .... .... 0000 ....', LONG, 'umull{c} rd, ra, rn, rm', 'umull', { unpredictable: LONG_REGISTERS }),
];
