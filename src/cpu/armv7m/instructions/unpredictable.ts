/**
 * The cases of UNPREDICTABLE that many encodings share, and what is done in each. Where it is sensible that is
 * what QEMU does. ARMv7-M Architecture Reference Manual, DDI 0403E.e, A5.1.2 and A5.1.3 (use of 15 and 13 as a
 * register), A7.3.2 (IT blocks).
 */
import { ItPosition, type Unpredictable } from './row.ts';

/** Where the four-bit register fields of 32-bit encodings are. */
export const RD = 8;
export const RN = 16;
export const RM = 0;
/** Rt, Ra and RdLo. */
export const RT = 12;
/** Rt2 and RdHi. */
export const RT2 = 8;

export const field4 = (word: number, at: number): number => (word >>> at) & 15;

/** UNPREDICTABLE: executes with SP as any other register, because that is what cores and QEMU do. */
export const sp = (...fields: number[]): Unpredictable => ({
  what: 'SP as an operand',
  when: (word) => fields.some((at) => field4(word, at) === 13),
  outcome: 'executes',
});

/** The same, UNDEFINED as on QEMU. */
export const noSp = (...fields: number[]): Unpredictable => ({ ...sp(...fields), outcome: 'undefined' });

/** UNPREDICTABLE: UNDEFINED, because no program that means something has it, and none should jump by accident. */
export const pc = (...fields: number[]): Unpredictable => ({
  what: 'PC as an operand',
  when: (word) => fields.some((at) => field4(word, at) === 15),
  outcome: 'undefined',
});

export const spOrPc = (...fields: number[]): Unpredictable[] => [sp(...fields), pc(...fields)];

/** Two fields name the same register. */
export const same = (
  what: string,
  one: number,
  other: number,
  outcome: Unpredictable['outcome'],
): Unpredictable => ({
  what,
  when: (word) => field4(word, one) === field4(word, other),
  outcome,
});

/** UNPREDICTABLE: executes; the upper half is what the register holds in the end. */
export const SAME_HALVES = same('RdLo and RdHi are one register', RT, RT2, 'executes');

/** UNPREDICTABLE: executes, with the next instruction still in the IT block: it is skipped or not by its own condition. */
export const LAST_IN_IT: Unpredictable = {
  what: 'in an IT block, not the last',
  when: (_word, position) => position === ItPosition.Inside,
  outcome: 'executes',
};

/** The same for an encoding that branches only with some operands. */
export const lastInItIf = (branches: (word: number) => boolean): Unpredictable => ({
  ...LAST_IN_IT,
  when: (word, position) => position === ItPosition.Inside && branches(word),
});

export const notInIt = (outcome: Unpredictable['outcome']): Unpredictable => ({
  what: 'in an IT block',
  when: (_word, position) => position !== ItPosition.Outside,
  outcome,
});

/** With Rn = 15 it is another instruction, or UNDEFINED. */
export const notPc = (word: number): boolean => field4(word, RN) !== 15;

/**
 * [Rn, #±imm8] of a load or store of its own: P, U and W = 110 is LDRT and its kin, P = W = 0 is UNDEFINED, and so is a
 * store relative to PC. A5.3.6 to A5.3.10
 */
export const indexed = (word: number): boolean =>
  notPc(word) && (word & 0x700) !== 0x600 && (word & 0x500) !== 0;

/** P = W = 0 is no LDRD or STRD. A5.3.6 */
export const isDual = (word: number): boolean => (word & 0x01200000) !== 0;

/** UNPREDICTABLE: executes; a load leaves what it loaded, a store stores the value before writeback. */
export const WRITES_BACK_RT: Unpredictable = {
  what: 'writeback to Rt',
  when: (word) => (word & 0x100) !== 0 && field4(word, RN) === field4(word, RT),
  outcome: 'executes',
};
/** The same for LDRD and STRD. */
export const BASE_IN_REGISTERS: Unpredictable = {
  what: 'writeback to Rt or Rt2',
  when: (word) =>
    (word & (1 << 21)) !== 0 &&
    (field4(word, RN) === field4(word, RT) || field4(word, RN) === field4(word, RT2)),
  outcome: 'executes',
};
