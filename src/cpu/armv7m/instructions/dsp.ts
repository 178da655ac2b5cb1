/**
 * The DSP extension, which makes ARMv7-M ARMv7E-M: a board option. ARMv7-M Architecture Reference Manual,
 * DDI 0403E.e, A5.3.3, A5.3.11 to A5.3.17, and the pages of A7.7.
 */

import { Operation } from './operation.ts';
import { rowsOf } from './row.ts';
import { field4, notPc, pc, RD, RM, RN, RT, RT2, SAME_HALVES, sp, spOrPc } from './unpredictable.ts';
import {
  EXTEND,
  EXTEND_ADD,
  LONG,
  LONG_M,
  LONG_NM,
  MLA,
  MLA_M,
  MLA_NM,
  MUL_M,
  MUL_NM,
  PACK,
  RRR,
  SSAT16,
  USAT16,
} from './wide-formats.ts';

const row = rowsOf('DSP');

const withRa = (w: number) => field4(w, RT) !== 15;
const LONG_REGISTERS = [SAME_HALVES, ...spOrPc(RT, RT2, RN, RM)];
const ACCUMULATE = { where: withRa, unpredictable: [sp(RD, RN, RM, RT), pc(RD, RN, RM)] };
const MULTIPLY = { unpredictable: spOrPc(RD, RN, RM) };
const ADD = { where: notPc, unpredictable: [sp(RD, RN, RM), pc(RD, RM)] };
const THREE = MULTIPLY;

// biome-ignore format: a table
export const dspRows = () => [
  row(Operation.Pkh, 'T1', '11101 01 0110 0 .... (0) ... .... .. . 0 ....', PACK, 'pkh{tb}{c} rd, rn, shifted', 'dsp', THREE),
  row(Operation.Qadd, 'T1', '11111 010 1 000 .... 1111 .... 1000 ....', RRR, 'qadd{c} rd, rm, rn', 'dsp', THREE),
  row(Operation.Qdadd, 'T1', '11111 010 1 000 .... 1111 .... 1001 ....', RRR, 'qdadd{c} rd, rm, rn', 'dsp', THREE),
  row(Operation.Qsub, 'T1', '11111 010 1 000 .... 1111 .... 1010 ....', RRR, 'qsub{c} rd, rm, rn', 'dsp', THREE),
  row(Operation.Qdsub, 'T1', '11111 010 1 000 .... 1111 .... 1011 ....', RRR, 'qdsub{c} rd, rm, rn', 'dsp', THREE),
  row(Operation.Sel, 'T1', '11111 010 1 010 .... 1111 .... 1000 ....', RRR, 'sel{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Ssat16, 'T1', '11110 (0) 11 001 0 .... 0 000 .... 00 (00) ....', SSAT16, 'ssat16{c} rd, plain, rn', 'dsp', { unpredictable: spOrPc(RD, RN) }),
  row(Operation.Usat16, 'T1', '11110 (0) 11 101 0 .... 0 000 .... 00 (00) ....', USAT16, 'usat16{c} rd, plain, rn', 'dsp', { unpredictable: spOrPc(RD, RN) }),

  row(Operation.Sxtah, 'T1', '11111 010 0 000 .... 1111 .... 1 (0) .. ....', EXTEND_ADD, 'sxtah{c} rd, rn, shifted', 'dsp', ADD),
  row(Operation.Uxtah, 'T1', '11111 010 0 001 .... 1111 .... 1 (0) .. ....', EXTEND_ADD, 'uxtah{c} rd, rn, shifted', 'dsp', ADD),
  row(Operation.Sxtab16, 'T1', '11111 010 0 010 .... 1111 .... 1 (0) .. ....', EXTEND_ADD, 'sxtab16{c} rd, rn, shifted', 'dsp', ADD),
  row(Operation.Sxtb16, 'T1', '11111 010 0 010 1111 1111 .... 1 (0) .. ....', EXTEND, 'sxtb16{c} rd, shifted', 'dsp', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.Uxtab16, 'T1', '11111 010 0 011 .... 1111 .... 1 (0) .. ....', EXTEND_ADD, 'uxtab16{c} rd, rn, shifted', 'dsp', ADD),
  row(Operation.Uxtb16, 'T1', '11111 010 0 011 1111 1111 .... 1 (0) .. ....', EXTEND, 'uxtb16{c} rd, shifted', 'dsp', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.Sxtab, 'T1', '11111 010 0 100 .... 1111 .... 1 (0) .. ....', EXTEND_ADD, 'sxtab{c} rd, rn, shifted', 'dsp', ADD),
  row(Operation.Uxtab, 'T1', '11111 010 0 101 .... 1111 .... 1 (0) .. ....', EXTEND_ADD, 'uxtab{c} rd, rn, shifted', 'dsp', ADD),

  row(Operation.Sadd16, 'T1', '11111 010 1 001 .... 1111 .... 00 00 ....', RRR, 'sadd16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Sadd8, 'T1', '11111 010 1 000 .... 1111 .... 00 00 ....', RRR, 'sadd8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Sasx, 'T1', '11111 010 1 010 .... 1111 .... 00 00 ....', RRR, 'sasx{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Ssax, 'T1', '11111 010 1 110 .... 1111 .... 00 00 ....', RRR, 'ssax{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Ssub16, 'T1', '11111 010 1 101 .... 1111 .... 00 00 ....', RRR, 'ssub16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Ssub8, 'T1', '11111 010 1 100 .... 1111 .... 00 00 ....', RRR, 'ssub8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Qadd16, 'T1', '11111 010 1 001 .... 1111 .... 00 01 ....', RRR, 'qadd16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Qadd8, 'T1', '11111 010 1 000 .... 1111 .... 00 01 ....', RRR, 'qadd8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Qasx, 'T1', '11111 010 1 010 .... 1111 .... 00 01 ....', RRR, 'qasx{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Qsax, 'T1', '11111 010 1 110 .... 1111 .... 00 01 ....', RRR, 'qsax{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Qsub16, 'T1', '11111 010 1 101 .... 1111 .... 00 01 ....', RRR, 'qsub16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Qsub8, 'T1', '11111 010 1 100 .... 1111 .... 00 01 ....', RRR, 'qsub8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Shadd16, 'T1', '11111 010 1 001 .... 1111 .... 00 10 ....', RRR, 'shadd16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Shadd8, 'T1', '11111 010 1 000 .... 1111 .... 00 10 ....', RRR, 'shadd8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Shasx, 'T1', '11111 010 1 010 .... 1111 .... 00 10 ....', RRR, 'shasx{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Shsax, 'T1', '11111 010 1 110 .... 1111 .... 00 10 ....', RRR, 'shsax{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Shsub16, 'T1', '11111 010 1 101 .... 1111 .... 00 10 ....', RRR, 'shsub16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Shsub8, 'T1', '11111 010 1 100 .... 1111 .... 00 10 ....', RRR, 'shsub8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uadd16, 'T1', '11111 010 1 001 .... 1111 .... 01 00 ....', RRR, 'uadd16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uadd8, 'T1', '11111 010 1 000 .... 1111 .... 01 00 ....', RRR, 'uadd8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uasx, 'T1', '11111 010 1 010 .... 1111 .... 01 00 ....', RRR, 'uasx{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Usax, 'T1', '11111 010 1 110 .... 1111 .... 01 00 ....', RRR, 'usax{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Usub16, 'T1', '11111 010 1 101 .... 1111 .... 01 00 ....', RRR, 'usub16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Usub8, 'T1', '11111 010 1 100 .... 1111 .... 01 00 ....', RRR, 'usub8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uqadd16, 'T1', '11111 010 1 001 .... 1111 .... 01 01 ....', RRR, 'uqadd16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uqadd8, 'T1', '11111 010 1 000 .... 1111 .... 01 01 ....', RRR, 'uqadd8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uqasx, 'T1', '11111 010 1 010 .... 1111 .... 01 01 ....', RRR, 'uqasx{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uqsax, 'T1', '11111 010 1 110 .... 1111 .... 01 01 ....', RRR, 'uqsax{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uqsub16, 'T1', '11111 010 1 101 .... 1111 .... 01 01 ....', RRR, 'uqsub16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uqsub8, 'T1', '11111 010 1 100 .... 1111 .... 01 01 ....', RRR, 'uqsub8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uhadd16, 'T1', '11111 010 1 001 .... 1111 .... 01 10 ....', RRR, 'uhadd16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uhadd8, 'T1', '11111 010 1 000 .... 1111 .... 01 10 ....', RRR, 'uhadd8{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uhasx, 'T1', '11111 010 1 010 .... 1111 .... 01 10 ....', RRR, 'uhasx{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uhsax, 'T1', '11111 010 1 110 .... 1111 .... 01 10 ....', RRR, 'uhsax{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uhsub16, 'T1', '11111 010 1 101 .... 1111 .... 01 10 ....', RRR, 'uhsub16{c} rd, rn, rm', 'dsp', THREE),
  row(Operation.Uhsub8, 'T1', '11111 010 1 100 .... 1111 .... 01 10 ....', RRR, 'uhsub8{c} rd, rn, rm', 'dsp', THREE),

  row(Operation.SmlaHalves, 'T1', '11111 0110 001 .... .... .... 00 . . ....', MLA_NM, 'smla{nm}{c} rd, rn, rm, ra', 'dsp', ACCUMULATE),
  row(Operation.Smlad, 'T1', '11111 0110 010 .... .... .... 000 . ....', MLA_M, 'smlad{x}{c} rd, rn, rm, ra', 'dsp', ACCUMULATE),
  row(Operation.Smlaw, 'T1', '11111 0110 011 .... .... .... 000 . ....', MLA_M, 'smlaw{m}{c} rd, rn, rm, ra', 'dsp', ACCUMULATE),
  row(Operation.Smlsd, 'T1', '11111 0110 100 .... .... .... 000 . ....', MLA_M, 'smlsd{x}{c} rd, rn, rm, ra', 'dsp', ACCUMULATE),
  row(Operation.Smmla, 'T1', '11111 0110 101 .... .... .... 000 . ....', MLA_M, 'smmla{r}{c} rd, rn, rm, ra', 'dsp', ACCUMULATE),
  row(Operation.Smmls, 'T1', '11111 0110 110 .... .... .... 000 . ....', MLA_M, 'smmls{r}{c} rd, rn, rm, ra', 'dsp', { unpredictable: spOrPc(RD, RN, RM, RT) }),
  row(Operation.Usada8, 'T1', '11111 0110 111 .... .... .... 0000 ....', MLA, 'usada8{c} rd, rn, rm, ra', 'dsp', ACCUMULATE),
  row(Operation.SmulHalves, 'T1', '11111 0110 001 .... 1111 .... 00 . . ....', MUL_NM, 'smul{nm}{c} rd, rn, rm', 'dsp', MULTIPLY),
  row(Operation.Smuad, 'T1', '11111 0110 010 .... 1111 .... 000 . ....', MUL_M, 'smuad{x}{c} rd, rn, rm', 'dsp', MULTIPLY),
  row(Operation.Smulw, 'T1', '11111 0110 011 .... 1111 .... 000 . ....', MUL_M, 'smulw{m}{c} rd, rn, rm', 'dsp', MULTIPLY),
  row(Operation.Smusd, 'T1', '11111 0110 100 .... 1111 .... 000 . ....', MUL_M, 'smusd{x}{c} rd, rn, rm', 'dsp', MULTIPLY),
  row(Operation.Smmul, 'T1', '11111 0110 101 .... 1111 .... 000 . ....', MUL_M, 'smmul{r}{c} rd, rn, rm', 'dsp', MULTIPLY),
  row(Operation.Usad8, 'T1', '11111 0110 111 .... 1111 .... 0000 ....', RRR, 'usad8{c} rd, rn, rm', 'dsp', MULTIPLY),

  row(Operation.SmlalHalves, 'T1', '11111 0111 100 .... .... .... 10 . . ....', LONG_NM, 'smlal{nm}{c} rd, ra, rn, rm', 'dsp', { unpredictable: LONG_REGISTERS }),
  row(Operation.Smlald, 'T1', '11111 0111 100 .... .... .... 110 . ....', LONG_M, 'smlald{x}{c} rd, ra, rn, rm', 'dsp', { unpredictable: LONG_REGISTERS }),
  row(Operation.Smlsld, 'T1', '11111 0111 101 .... .... .... 110 . ....', LONG_M, 'smlsld{x}{c} rd, ra, rn, rm', 'dsp', { unpredictable: LONG_REGISTERS }),
  row(Operation.Umaal, 'T1', '11111 0111 110 .... .... .... 0110 ....', LONG, 'umaal{c} rd, ra, rn, rm', 'dsp', { unpredictable: LONG_REGISTERS }),
];
