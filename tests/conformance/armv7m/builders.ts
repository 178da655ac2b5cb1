/** How rows about ARMv7-M are made: one instruction, its forms in and out of IT blocks, corner values. */

import { type EncodeOperands, encode } from '../../../src/cpu/armv7m/assemble.ts';
import { hex32 } from '../../../src/errors.ts';
import { CONDITIONS, conditionPassed, type Flags, flagsFrom, lettersOf, type Result } from './reference.ts';
import {
  type After,
  type Before,
  describeBefore,
  MAX,
  MIN,
  program,
  type Row,
  type RowOptions,
} from './row.ts';

/** An encoding by the title of its page in the manual and its name there, and operands of it. */
export type Coded = readonly [name: string, encoding: string, operands: EncodeOperands];

export const code = ([name, encoding, operands]: Coded) => encode(name, encoding, operands);

function titleOf([name, encoding, operands]: Coded, before: Before): string {
  const text = Object.entries(operands).map(([field, value]) =>
    Math.abs(value) > 0xffff ? `${field}=${hex32(value)}` : `${field}=${value}`,
  );
  return [name, encoding, ...text, '|', describeBefore(before)].join(' ');
}

/** A case of one instruction, with a title made from it. */
export function row(coded: Coded, before: Before, after: After, options: RowOptions = {}): Row {
  return program(titleOf(coded, before), [code(coded)], before, after, options);
}

/** Two sets of flags in which every flag is once set and once clear, and with them the carry that goes in. */
export const FLAG_SETS = ['CV', 'NZQ'];

/** Zero, the signs' edges, two bit patterns. */
export const CORNERS = [0, 1, -1, MIN, MAX, 0x1234_5678, 0x80ff_7f01 | 0];

/** ITSTATE of a block's last instruction, for a condition. A7.3.2 */
export const lastInIt = (condition: number) => (condition << 4) | 8;

/** A condition that is true, or false, with these flags; `choice` picks one of them. */
export function condition(flags: string, passes: boolean, choice = 0): number {
  const numbers = CONDITIONS.map((_, number) => number);
  const fitting = numbers.filter(
    (number) => number !== 14 && conditionPassed(number, flagsFrom(flags)) === passes,
  );
  return fitting[choice % fitting.length]!;
}

/**
 * The same instruction as the last of an IT block whose condition fails, where it does nothing, and of one whose
 * condition is true. @param after what it does there, if that is not what it does outside.
 */
export function inIt(coded: Coded, before: Before, after: After, choice = 0): Row[] {
  const flags = before.flags ?? '';
  const [fails, passes] = [condition(flags, false, choice), condition(flags, true, choice)];
  return [
    row(coded, { ...before, it: lastInIt(fails) }, {}),
    row(coded, { ...before, it: lastInIt(passes) }, after),
  ];
}

/** What a computation leaves: flags, and the register unless it only compares. */
export function afterOf(result: Result, rd: number): After {
  const flags = lettersOf(result.flags);
  return result.value === undefined ? { flags } : { r: { [rd]: result.value }, flags };
}

export interface Sources {
  readonly a: number;
  readonly b: number;
  readonly flags: Flags;
  /** The flags as letters. */
  readonly letters: string;
}

/** All pairs of corner values with both sets of flags. */
export function everyPair(values: readonly number[] = CORNERS): Sources[] {
  return FLAG_SETS.flatMap((letters) =>
    values.flatMap((a) => values.map((b) => ({ a, b, letters, flags: flagsFrom(letters) }))),
  );
}
