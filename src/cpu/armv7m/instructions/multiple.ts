/**
 * Loads and stores of several registers. ARMv7-M Architecture Reference Manual, DDI 0403E.e, A5.2, A5.2.5, A5.3.5,
 * and the pages of A7.7.
 */
import { N_LDM, N_POP, N_PUSH, N_STM } from './narrow-formats.ts';
import { Operation } from './operation.ts';
import { rowsOf, type Unpredictable } from './row.ts';
import { field4, lastInItIf, pc, RN, RT, sp } from './unpredictable.ts';
import { MULTIPLE_DB, MULTIPLE_IA, POP, POP_ONE, PUSH, PUSH_ONE } from './wide-formats.ts';

const row = rowsOf('M');

function count(list: number): number {
  let registers = 0;
  for (let rest = list; rest !== 0; rest &= rest - 1) registers++;
  return registers;
}

/** UNPREDICTABLE: UNDEFINED, as on QEMU. */
const EMPTY: Unpredictable = {
  what: 'an empty list',
  when: (w) => (w & 0xff) === 0,
  outcome: 'undefined',
};
/** The same for PUSH and POP, whose M and P bits are in the list. */
const EMPTY_STACK: Unpredictable = { ...EMPTY, when: (w) => (w & 0x1ff) === 0 };
/** UNPREDICTABLE: UNDEFINED, as on QEMU. */
const FEWER_THAN_TWO: Unpredictable = {
  what: 'fewer than two registers',
  when: (w) => count(w & 0xffff) < 2,
  outcome: 'undefined',
};
/** UNPREDICTABLE: UNDEFINED, as on QEMU. */
const BASE_IN_LIST: Unpredictable = {
  what: 'writeback to a register of the list',
  when: (w) => (w & (1 << 21)) !== 0 && ((w >>> field4(w, RN)) & 1) !== 0,
  outcome: 'undefined',
};
/** UNPREDICTABLE: both are loaded. */
const PC_AND_LR: Unpredictable = {
  what: 'PC and LR in the list',
  when: (w) => (w & 0xc000) === 0xc000,
  outcome: 'executes',
};
const branches = lastInItIf((w) => (w & 0x8000) !== 0);
const stack = (w: number) => (w & (1 << 21)) !== 0 && field4(w, RN) === 13;
const notStack = (w: number) => !stack(w);

// biome-ignore format: a table
export const multipleRows = () => [
  row(Operation.Ldm, 'T1', '1100 1 ... ........', N_LDM, 'ldmia{c} base, list', 'load-multiple', { unpredictable: [EMPTY] }),
  row(Operation.Ldm, 'T2', '11101 00 010 . 1 .... . . (0) .............', MULTIPLE_IA, 'ldmia{c}.w base, list', 'load-multiple', { where: notStack, unpredictable: [FEWER_THAN_TWO, BASE_IN_LIST, PC_AND_LR, pc(RN), branches] }),
  row(Operation.Ldmdb, 'T1', '11101 00 100 . 1 .... . . (0) .............', MULTIPLE_DB, 'ldmdb{c} base, list', 'load-multiple', { unpredictable: [FEWER_THAN_TWO, BASE_IN_LIST, PC_AND_LR, pc(RN), branches] }),
  row(Operation.Pop, 'T1', '1011 1 10 . ........', N_POP, 'pop{c} list', 'load-multiple', { unpredictable: [EMPTY_STACK, lastInItIf((w) => (w & 0x100) !== 0)] }),
  row(Operation.Pop, 'T2', '11101 00 010 1 1 1101 . . (0) .............', POP, 'ldmia{c}.w base, list', 'load-multiple', { unpredictable: [FEWER_THAN_TWO, PC_AND_LR, branches] }),
  row(Operation.Pop, 'T3', '11111 00 0 0 10 1 1101 .... 1 011 00000100', POP_ONE, 'ldr{c}.w one, [rn], #4', 'load', { unpredictable: [sp(RT), lastInItIf((w) => field4(w, RT) === 15)] }),
  row(Operation.Push, 'T1', '1011 0 10 . ........', N_PUSH, 'push{c} list', 'store-multiple', { unpredictable: [EMPTY_STACK] }),
  row(Operation.Push, 'T2', '11101 00 100 1 0 1101 (0) . (0) .............', PUSH, 'stmdb{c} base, list', 'store-multiple', { unpredictable: [FEWER_THAN_TWO] }),
  row(Operation.Push, 'T3', '11111 00 0 0 10 0 1101 .... 1 101 00000100', PUSH_ONE, 'str{c}.w one, [rn, #-4]!', 'store', { unpredictable: [sp(RT), pc(RT)] }),
  row(Operation.Stm, 'T1', '1100 0 ... ........', N_STM, 'stmia{c} base, list', 'store-multiple', { unpredictable: [EMPTY] }),
  row(Operation.Stm, 'T2', '11101 00 010 . 0 .... (0) . (0) .............', MULTIPLE_IA, 'stmia{c}.w base, list', 'store-multiple', { unpredictable: [FEWER_THAN_TWO, BASE_IN_LIST, pc(RN)] }),
  row(Operation.Stmdb, 'T1', '11101 00 100 . 0 .... (0) . (0) .............', MULTIPLE_DB, 'stmdb{c} base, list', 'store-multiple', { where: notStack, unpredictable: [FEWER_THAN_TWO, BASE_IN_LIST, pc(RN)] }),
];
