/**
 * Rows for instructions that compute one register from one or two operands. Results that the manual states or
 * that a person checked are literal; beside them every pair of corner values is tried against reference.ts.
 */
import { type EncodeOperands, encode } from '../../../src/cpu/riscv/assemble.ts';
import { reference } from './reference.ts';
import { MAX, MIN, program, type Registers, type Row, row } from './row.ts';

/** Operands 1 and 2, and the result. */
export type Literal = readonly [number, number, number];

const RD = 10;
const RS1 = 11;
const RS2 = 12;

/** Zero, the signs' edges, shift amounts around the width, bytes with and without their top bit, a bit pattern. */
export const CORNERS = [0, 1, -1, MIN, MAX, 31, 32, 0x1234_5678, 0x80ff_7f01 | 0];
const IMMEDIATE_CORNERS = [0, 1, -1, 2047, -2048, 0x555, -0x556];

export function binary(mnemonic: string, literals: readonly Literal[]): Row[] {
  return literals.map(([a, b, result]) =>
    row(mnemonic, { rd: RD, rs1: RS1, rs2: RS2 }, { x: { [RS1]: a, [RS2]: b } }, { x: { [RD]: result } }),
  );
}

/** All pairs of corner values. */
export function crossed(mnemonic: string): Row[] {
  const pairs = CORNERS.flatMap((a) => CORNERS.map((b): Literal => [a, b, reference(mnemonic, a, b)]));
  return binary(mnemonic, pairs);
}

/** Operands that are the same register, or x0. */
export function aliased(mnemonic: string): Row[] {
  const values: Registers = { 0: 0, 8: 0x1234_5678, 9: -5 };
  const choices = [
    [8, 8, 9],
    [8, 9, 8],
    [8, 9, 9],
    [8, 8, 8],
    [8, 0, 9],
    [8, 9, 0],
    [8, 0, 0],
    [0, 8, 9],
    [0, 0, 0],
    [9, 0, 9],
    [9, 9, 0],
  ] as const;
  return choices.map(([rd, rs1, rs2]) => {
    const result = reference(mnemonic, values[rs1]!, values[rs2]!);
    return row(mnemonic, { rd, rs1, rs2 }, { x: values }, { x: rd === 0 ? {} : { [rd]: result } });
  });
}

/** @param immediates those to try with every corner value. */
export function immediate(
  mnemonic: string,
  literals: readonly Literal[],
  immediates: readonly number[] = IMMEDIATE_CORNERS,
): Row[] {
  const computed = immediates.flatMap((imm) =>
    CORNERS.map((a): Literal => [a, imm, reference(mnemonic, a, imm)]),
  );
  return [...literals, ...computed].map(([a, imm, result]) =>
    row(mnemonic, { rd: RD, rs1: RS1, imm }, { x: { [RS1]: a } }, { x: { [RD]: result } }),
  );
}

export const SHIFT_AMOUNTS = [0, 1, 2, 4, 7, 8, 15, 16, 24, 30, 31];

/** @param large an immediate that gives a result which differs from the operand. */
export function aliasedImmediate(mnemonic: string, large: number): Row[] {
  const values: Registers = { 0: 0, 8: 0x7234_5678 };
  const choices = [
    [8, 8, large],
    [8, 0, large],
    [0, 8, large],
    [0, 0, large],
  ] as const;
  return choices.map(([rd, rs1, imm]) => {
    const result = reference(mnemonic, values[rs1]!, imm);
    return row(mnemonic, { rd, rs1, imm }, { x: values }, { x: rd === 0 ? {} : { [rd]: result } });
  });
}

/** Operand and result; `clz` and its like. */
export function unary(mnemonic: string, literals: readonly (readonly [number, number])[]): Row[] {
  const bits = Array.from({ length: 32 }, (_, bit) => (1 << bit) | 0);
  const computed = [...CORNERS, ...bits].map((a) => [a, reference(mnemonic, a)] as const);
  const aliases: EncodeOperands[] = [
    { rd: 8, rs1: 8 },
    { rd: 8, rs1: 0 },
    { rd: 0, rs1: 8 },
    { rd: 0, rs1: 0 },
  ];
  return [
    ...[...literals, ...computed].map(([a, result]) =>
      row(mnemonic, { rd: RD, rs1: RS1 }, { x: { [RS1]: a } }, { x: { [RD]: result } }),
    ),
    ...aliases.map((operands) => {
      const result = reference(mnemonic, operands.rs1 === 8 ? 0x00f0_8001 : 0);
      const after: Registers = operands.rd === 8 ? { 8: result } : {};
      return row(mnemonic, operands, { x: { 8: 0x00f0_8001 } }, { x: after });
    }),
  ];
}

/** Each register as destination and as each source: which register is which. */
export function everyRegister(): Row[] {
  const numbers = Array.from({ length: 31 }, (_, index) => index + 1);
  return numbers.flatMap((number) => {
    const other = (number % 31) + 1;
    const [a, b] = [0x0100_0000 + number, 0x0020_0000 * number];
    return [
      row('addi', { rd: number, rs1: 0, imm: number }, {}, { x: { [number]: number } }),
      row('add', { rd: other, rs1: number, rs2: 0 }, { x: { [number]: a } }, { x: { [other]: a } }),
      row('add', { rd: other, rs1: 0, rs2: number }, { x: { [number]: a } }, { x: { [other]: a } }),
      program(
        `x${number} through two instructions`,
        [
          encode('add', { rd: number, rs1: other, rs2: number }),
          encode('sub', { rd: other, rs1: other, rs2: number }),
        ],
        { x: { [number]: a, [other]: b } },
        { x: { [number]: a + b, [other]: -a } },
      ),
    ];
  });
}
