/**
 * Bit fields, extension, reversal, saturation and packing. ARMv7-M Architecture Reference Manual, DDI 0403E.e,
 * A5.2.5, A5.3.3, A5.3.12 to A5.3.15, and the pages of A7.7.
 */
import { N_EXTEND } from './narrow-formats.ts';
import { Operation } from './operation.ts';
import { rowsOf, type Unpredictable } from './row.ts';
import { field4, notPc, pc, RD, RM, RN, sp, spOrPc } from './unpredictable.ts';
import { CLEAR, EXTEND, EXTRACT, INSERT, RR, SSAT, USAT } from './wide-formats.ts';

const row = rowsOf('M');

/** imm3:imm2 */
const lsb = (w: number) => ((w >>> 10) & 0x1c) | ((w >>> 6) & 3);

/** UNPREDICTABLE: UNDEFINED, as on QEMU. */
const REVERSED_FIELD: Unpredictable = {
  what: 'a field whose highest bit is below its lowest',
  when: (w) => (w & 31) < lsb(w),
  outcome: 'undefined',
};
const FIELD_TOO_WIDE: Unpredictable = {
  what: 'a field that goes beyond bit 31',
  when: (w) => lsb(w) + (w & 31) > 31,
  outcome: 'undefined',
};
/** UNPREDICTABLE: executes with the register that the second halfword names. */
const INCONSISTENT: Unpredictable = {
  what: 'the two copies of Rm differ',
  when: (w) => field4(w, RM) !== field4(w, RN),
  outcome: 'executes',
};
/** ASR by 0 is SSAT16 or USAT16. */
const notHalfwords = (w: number) => (w & (1 << 21)) === 0 || (w & 0x70c0) !== 0;

// biome-ignore format: a table
export const bitRows = () => [
  row(Operation.Bfc, 'T1', '11110 (0) 11 011 0 1111 0 ... .... .. (0) .....', CLEAR, 'bfc{c} rd, field', 'alu', { unpredictable: [REVERSED_FIELD, ...spOrPc(RD)] }),
  row(Operation.Bfi, 'T1', '11110 (0) 11 011 0 .... 0 ... .... .. (0) .....', INSERT, 'bfi{c} rd, rn, field', 'alu', { where: notPc, unpredictable: [REVERSED_FIELD, sp(RD, RN), pc(RD)] }),
  row(Operation.Clz, 'T1', '11111 010 1 011 .... 1111 .... 1000 ....', RR, 'clz{c} rd, rm', 'alu', { unpredictable: [INCONSISTENT, ...spOrPc(RD, RM)] }),
  row(Operation.Rbit, 'T1', '11111 010 1 001 .... 1111 .... 1010 ....', RR, 'rbit{c} rd, rm', 'alu', { unpredictable: [INCONSISTENT, ...spOrPc(RD, RM)] }),
  row(Operation.Rev, 'T1', '1011 1010 00 ... ...', N_EXTEND, 'rev{c} rd, rm', 'alu'),
  row(Operation.Rev, 'T2', '11111 010 1 001 .... 1111 .... 1000 ....', RR, 'rev{c}.w rd, rm', 'alu', { unpredictable: [INCONSISTENT, ...spOrPc(RD, RM)] }),
  row(Operation.Rev16, 'T1', '1011 1010 01 ... ...', N_EXTEND, 'rev16{c} rd, rm', 'alu'),
  row(Operation.Rev16, 'T2', '11111 010 1 001 .... 1111 .... 1001 ....', RR, 'rev16{c}.w rd, rm', 'alu', { unpredictable: [INCONSISTENT, ...spOrPc(RD, RM)] }),
  row(Operation.Revsh, 'T1', '1011 1010 11 ... ...', N_EXTEND, 'revsh{c} rd, rm', 'alu'),
  row(Operation.Revsh, 'T2', '11111 010 1 001 .... 1111 .... 1011 ....', RR, 'revsh{c}.w rd, rm', 'alu', { unpredictable: [INCONSISTENT, ...spOrPc(RD, RM)] }),
  row(Operation.Sbfx, 'T1', '11110 (0) 11 010 0 .... 0 ... .... .. (0) .....', EXTRACT, 'sbfx{c} rd, rn, field', 'alu', { unpredictable: [FIELD_TOO_WIDE, ...spOrPc(RD, RN)] }),
  row(Operation.Ssat, 'T1', '11110 (0) 11 00 . 0 .... 0 ... .... .. (0) .....', SSAT, 'ssat{c} rd, plain, saturated', 'alu', { where: notHalfwords, unpredictable: spOrPc(RD, RN) }),
  row(Operation.Sxtb, 'T1', '1011 0010 01 ... ...', N_EXTEND, 'sxtb{c} rd, rm', 'alu'),
  row(Operation.Sxtb, 'T2', '11111 010 0 100 1111 1111 .... 1 (0) .. ....', EXTEND, 'sxtb{c}.w rd, shifted', 'alu', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.Sxth, 'T1', '1011 0010 00 ... ...', N_EXTEND, 'sxth{c} rd, rm', 'alu'),
  row(Operation.Sxth, 'T2', '11111 010 0 000 1111 1111 .... 1 (0) .. ....', EXTEND, 'sxth{c}.w rd, shifted', 'alu', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.Ubfx, 'T1', '11110 (0) 11 110 0 .... 0 ... .... .. (0) .....', EXTRACT, 'ubfx{c} rd, rn, field', 'alu', { unpredictable: [FIELD_TOO_WIDE, ...spOrPc(RD, RN)] }),
  row(Operation.Usat, 'T1', '11110 (0) 11 10 . 0 .... 0 ... .... .. (0) .....', USAT, 'usat{c} rd, plain, saturated', 'alu', { where: notHalfwords, unpredictable: spOrPc(RD, RN) }),
  row(Operation.Uxtb, 'T1', '1011 0010 11 ... ...', N_EXTEND, 'uxtb{c} rd, rm', 'alu'),
  row(Operation.Uxtb, 'T2', '11111 010 0 101 1111 1111 .... 1 (0) .. ....', EXTEND, 'uxtb{c}.w rd, shifted', 'alu', { unpredictable: spOrPc(RD, RM) }),
  row(Operation.Uxth, 'T1', '1011 0010 10 ... ...', N_EXTEND, 'uxth{c} rd, rm', 'alu'),
  row(Operation.Uxth, 'T2', '11111 010 0 001 1111 1111 .... 1 (0) .. ....', EXTEND, 'uxth{c}.w rd, shifted', 'alu', { unpredictable: spOrPc(RD, RM) }),
];
