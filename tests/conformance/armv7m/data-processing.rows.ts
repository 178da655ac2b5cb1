/** Data processing with two operands, moves and comparisons. ARMv7-M ARM DDI 0403E, A7.7, and A5.3.2 for constants. */
import { Shift } from '../../../src/cpu/armv7m/instructions/row.ts';
import { afterOf, CORNERS, type Coded, everyPair, FLAG_SETS, inIt, row, type Sources } from './builders.ts';
import {
  dataProcessing,
  flagsFrom,
  type Operand,
  plain,
  type ShiftType,
  thumbExpandImmC,
} from './reference.ts';
import { CODE, type Group, group, MAX, MIN, type Row, STACK } from './row.ts';

interface Family {
  /** 'ADC': with ' (register)' and ' (immediate)' the titles of its pages. */
  readonly name: string;
  readonly kind: 'two' | 'one' | 'compare';
  readonly wideRegister: string;
  readonly wideImmediate: string;
  readonly narrow?: string;
  readonly section: string;
}

const FAMILIES: readonly Family[] = [
  { name: 'ADC', kind: 'two', wideRegister: 'T2', wideImmediate: 'T1', narrow: 'T1', section: 'A7.7.1' },
  { name: 'ADD', kind: 'two', wideRegister: 'T3', wideImmediate: 'T3', narrow: 'T1', section: 'A7.7.3' },
  { name: 'AND', kind: 'two', wideRegister: 'T2', wideImmediate: 'T1', narrow: 'T1', section: 'A7.7.8' },
  { name: 'BIC', kind: 'two', wideRegister: 'T2', wideImmediate: 'T1', narrow: 'T1', section: 'A7.7.15' },
  { name: 'CMN', kind: 'compare', wideRegister: 'T2', wideImmediate: 'T1', narrow: 'T1', section: 'A7.7.25' },
  { name: 'CMP', kind: 'compare', wideRegister: 'T3', wideImmediate: 'T2', narrow: 'T1', section: 'A7.7.27' },
  { name: 'EOR', kind: 'two', wideRegister: 'T2', wideImmediate: 'T1', narrow: 'T1', section: 'A7.7.35' },
  { name: 'MOV', kind: 'one', wideRegister: 'T3', wideImmediate: 'T2', section: 'A7.7.76' },
  { name: 'MVN', kind: 'one', wideRegister: 'T2', wideImmediate: 'T1', narrow: 'T1', section: 'A7.7.85' },
  { name: 'ORN', kind: 'two', wideRegister: 'T1', wideImmediate: 'T1', section: 'A7.7.89' },
  { name: 'ORR', kind: 'two', wideRegister: 'T2', wideImmediate: 'T1', narrow: 'T1', section: 'A7.7.91' },
  { name: 'RSB', kind: 'two', wideRegister: 'T1', wideImmediate: 'T2', section: 'A7.7.119' },
  { name: 'SBC', kind: 'two', wideRegister: 'T2', wideImmediate: 'T1', narrow: 'T1', section: 'A7.7.124' },
  { name: 'SUB', kind: 'two', wideRegister: 'T2', wideImmediate: 'T3', narrow: 'T1', section: 'A7.7.174' },
  { name: 'TEQ', kind: 'compare', wideRegister: 'T1', wideImmediate: 'T1', section: 'A7.7.190' },
  {
    name: 'TST',
    kind: 'compare',
    wideRegister: 'T2',
    wideImmediate: 'T1',
    narrow: 'T1',
    section: 'A7.7.188',
  },
];

const [RD, RN, RM] = [8, 9, 10];

const registerOperand = (register: number, type: ShiftType = 'LSL', amount = 0): Operand => ({
  register,
  type,
  amount,
});

/** The registers that a family names. */
function named(
  family: Family,
  rd: number,
  rn: number,
  rm: number,
): Partial<Record<'rd' | 'rn' | 'rm', number>> {
  if (family.kind === 'one') return { rd, rm };
  return family.kind === 'compare' ? { rn, rm } : { rd, rn, rm };
}

// --- Registers, shifted by a constant -----------------------------------------------------------------------------

/** Type, its number of the operand, amounts that are edges. */
const SHIFTS: readonly (readonly [ShiftType, Shift, readonly number[]])[] = [
  ['LSL', Shift.LSL, [1, 4, 31]],
  ['LSR', Shift.LSR, [1, 4, 31, 32]],
  ['ASR', Shift.ASR, [1, 4, 31, 32]],
  ['ROR', Shift.ROR, [1, 4, 31]],
  ['RRX', Shift.RRX, [1]],
];

function wideRegisterRows(family: Family): Row[] {
  const { name, wideRegister } = family;
  const page = `${name} (register)`;
  const isCompare = family.kind === 'compare';
  const noShift = name === 'MOV' ? {} : { shift: Shift.LSL, amount: 0 };
  const coded = (setFlags: number, rd = RD, rn = RN, rm = RM): Coded => [
    page,
    wideRegister,
    { ...named(family, rd, rn, rm), ...noShift, setFlags },
  ];
  const pairs = family.kind === 'one' ? everyPair().filter(({ a }) => a === 0) : everyPair();
  const run = ({ a, b, letters, flags }: Sources, setFlags: number): Row => {
    const result = dataProcessing(name, a, registerOperand(b), flags, setFlags === 1);
    return row(coded(setFlags), { r: { [RN]: a, [RM]: b }, flags: letters }, afterOf(result, RD));
  };
  const some = pairs.filter(({ a, b }) => (a === MIN || family.kind === 'one') && b < 2);
  const kept = isCompare ? [] : some.map((sources) => run(sources, 0));
  const conditional = some.slice(0, 4).flatMap(({ a, b, letters, flags }, choice) => {
    const result = dataProcessing(name, a, registerOperand(b), flags, true);
    return inIt(coded(1), { r: { [RN]: a, [RM]: b }, flags: letters }, afterOf(result, RD), choice);
  });
  const shifted =
    name === 'MOV'
      ? []
      : SHIFTS.flatMap(([type, shift, amounts]) =>
          amounts.flatMap((amount) =>
            [0x8000_0001 | 0, 0x7fff_fffe, 0x1234_5678, 0].flatMap((b) =>
              FLAG_SETS.map((letters) => {
                const operand = registerOperand(b, type, amount);
                const result = dataProcessing(name, 0x0f0f_0001, operand, flagsFrom(letters), true);
                return row(
                  [page, wideRegister, { ...named(family, RD, RN, RM), setFlags: 1, shift, amount }],
                  { r: { [RN]: 0x0f0f_0001, [RM]: b }, flags: letters },
                  afterOf(result, RD),
                );
              }),
            ),
          ),
        );
  return [
    ...pairs.map((sources) => run(sources, 1)),
    ...kept,
    ...conditional,
    ...shifted,
    ...aliases(coded, family),
  ];
}

/** Operands that are the same register, low and high ones, and LR. */
function aliases(
  coded: (setFlags: number, rd: number, rn: number, rm: number) => Coded,
  family: Family,
): Row[] {
  const values: Record<number, number> = { 0: 0x1111_0001, 3: 0x8000_0003 | 0, 12: 5, 14: -14 };
  const choices = [
    [0, 0, 3],
    [0, 3, 0],
    [3, 0, 0],
    [3, 3, 3],
    [12, 14, 0],
    [14, 12, 14],
    [0, 14, 12],
  ] as const;
  return choices.flatMap(([rd, rn, rm]) =>
    [0, 1]
      .filter((setFlags) => setFlags === 1 || family.kind !== 'compare')
      .map((setFlags) => {
        const operand = registerOperand(values[rm]!);
        const result = dataProcessing(family.name, values[rn]!, operand, flagsFrom('C'), setFlags === 1);
        return row(coded(setFlags, rd, rn, rm), { r: values, flags: 'C' }, afterOf(result, rd));
      }),
  );
}

// --- Modified immediates, A5.3.2 ------------------------------------------------------------------------------------

/** Plain, the three patterns, rotations with and without a top bit, the widest and the narrowest. */
const CONSTANTS = [
  0x000, 0x001, 0x0ff, 0x1ff, 0x201, 0x2ff, 0x3ff, 0x3a5, 0x47f, 0x400, 0x4ff, 0x87f, 0xf80, 0xfff,
];

/** The operands of a constant's 12 bits. */
function constant(modified: number): { imm: number; carry: number } {
  const { result, carry } = thumbExpandImmC(modified, false);
  return { imm: Number(BigInt.asIntN(32, result)), carry: modified >> 7 < 8 ? -1 : Number(carry) };
}

function wideImmediateRows(family: Family): Row[] {
  const { name, kind, wideImmediate } = family;
  const page = `${name} (immediate)`;
  const coded = (modified: number, setFlags: number, rd = RD, rn = RN): Coded => {
    const { rm: _, ...registers } = named(family, rd, rn, 0);
    return [page, wideImmediate, { ...registers, ...constant(modified), setFlags }];
  };
  const values = kind === 'one' ? [0] : [0, 1, -1, MIN, MAX];
  const flagged = CONSTANTS.flatMap((modified) =>
    values.flatMap((a) =>
      FLAG_SETS.map((letters) => {
        const result = dataProcessing(name, a, { modified }, flagsFrom(letters), true);
        return row(coded(modified, 1), { r: { [RN]: a }, flags: letters }, afterOf(result, RD));
      }),
    ),
  );
  const kept =
    kind === 'compare'
      ? []
      : CONSTANTS.slice(-4).flatMap((modified) =>
          FLAG_SETS.map((letters) => {
            const result = dataProcessing(name, 7, { modified }, flagsFrom(letters), false);
            return row(coded(modified, 0), { r: { [RN]: 7 }, flags: letters }, afterOf(result, RD));
          }),
        );
  const conditional = FLAG_SETS.flatMap((letters, choice) => {
    const result = dataProcessing(name, 7, { modified: 0x4ff }, flagsFrom(letters), true);
    return inIt(coded(0x4ff, 1), { r: { [RN]: 7 }, flags: letters }, afterOf(result, RD), choice);
  });
  const same = dataProcessing(name, 0x1234, { modified: 0x1a5 }, flagsFrom(''), true);
  const onto = row(coded(0x1a5, 1, 14, 14), { r: { 14: 0x1234 } }, afterOf(same, 14));
  return [...flagged, ...kept, ...conditional, onto];
}

// --- 16-bit forms, which set flags outside IT blocks only --------------------------------------------------------------

function narrowRows(family: Family): Row[] {
  const { name, kind, narrow } = family;
  if (narrow === undefined) return [];
  const page = `${name} (register)`;
  const threeRegisters = name === 'ADD' || name === 'SUB';
  const rd = threeRegisters ? 2 : 3;
  const coded: Coded = [page, narrow, kind === 'one' ? { rd, rm: 4 } : { ...named(family, rd, 3, 4) }];
  const pairs = kind === 'one' ? everyPair().filter(({ a }) => a === 0) : everyPair();
  return pairs.flatMap(({ a, b, letters, flags }, choice) => {
    const before = { r: { 3: a, 4: b }, flags: letters };
    const outside = dataProcessing(name, a, registerOperand(b), flags, true);
    const inside = dataProcessing(name, a, registerOperand(b), flags, false);
    const rows = [row(coded, before, afterOf(outside, rd))];
    return choice % 5 === 0 ? [...rows, ...inIt(coded, before, afterOf(inside, rd), choice)] : rows;
  });
}

/** ADD, CMP, MOV and SUB with an immediate of 3 or 8 bits, RSB of zero. */
function narrowImmediateRows(): Row[] {
  const forms: readonly [string, string, string, readonly number[]][] = [
    ['ADD', 'T1', 'three', [0, 1, 7]],
    ['ADD', 'T2', 'same', [0, 1, 0x80, 0xff]],
    ['CMP', 'T1', 'compare', [0, 1, 0x80, 0xff]],
    ['MOV', 'T1', 'move', [0, 1, 0x80, 0xff]],
    ['RSB', 'T1', 'negate', [0]],
    ['SUB', 'T1', 'three', [0, 1, 7]],
    ['SUB', 'T2', 'same', [0, 1, 0x80, 0xff]],
  ];
  return forms.flatMap(([name, encoding, shape, immediates]) =>
    immediates.flatMap((imm) =>
      CORNERS.flatMap((a) =>
        FLAG_SETS.flatMap((letters, choice) => {
          const rd = shape === 'three' || shape === 'negate' ? 5 : 6;
          const registers = {
            three: { rd, rn: 6 },
            same: { rd, rn: 6 },
            compare: { rn: 6 },
            move: { rd },
            negate: { rd, rn: 6 },
          }[shape]!;
          const coded: Coded = [`${name} (immediate)`, encoding, { ...registers, imm }];
          const before = { r: { 6: a }, flags: letters };
          const outside = dataProcessing(name, a, plain(imm), flagsFrom(letters), true);
          const inside = dataProcessing(name, a, plain(imm), flagsFrom(letters), false);
          const rows = [row(coded, before, afterOf(outside, rd))];
          return a === MIN ? [...rows, ...inIt(coded, before, afterOf(inside, rd), choice + imm)] : rows;
        }),
      ),
    ),
  );
}

/** ADDW, SUBW, MOVW, MOVT: immediates as they stand, and no flags. */
function plainImmediateRows(): Row[] {
  const immediates = [0, 1, 0x7ff, 0x800, 0xfff];
  const sums = (['ADD', 'SUB'] as const).flatMap((name) =>
    immediates.flatMap((imm) =>
      [0, 0x7fff_ffff, -1].map((a) => {
        const result = dataProcessing(name, a, plain(imm), flagsFrom('NCQ'), false);
        const coded: Coded = [`${name} (immediate)`, 'T4', { rd: 11, rn: 12, imm }];
        return row(coded, { r: { 12: a }, flags: 'NCQ' }, afterOf(result, 11));
      }),
    ),
  );
  const moves = [0, 1, 0x800, 0x7ff, 0xf000, 0x8001, 0xffff, 0x55aa].flatMap((imm) => [
    row(['MOV (immediate)', 'T3', { rd: 11, imm }], { flags: 'ZV' }, { r: { 11: imm } }),
    row(
      ['MOVT', 'T1', { rd: 11, imm }],
      { r: { 11: 0x1234_5678 }, flags: 'ZV' },
      { r: { 11: (imm << 16) | 0x5678 } },
    ),
  ]);
  const before = { r: { 11: 1, 12: 5 }, flags: 'Z' };
  return [
    ...sums,
    ...moves,
    ...inIt(['ADD (immediate)', 'T4', { rd: 11, rn: 12, imm: 0xfff }], before, { r: { 11: 0x1004 } }),
    ...inIt(['SUB (immediate)', 'T4', { rd: 11, rn: 12, imm: 0xfff }], before, { r: { 11: 5 - 0xfff } }),
    ...inIt(['MOV (immediate)', 'T3', { rd: 11, imm: 0xffff }], before, { r: { 11: 0xffff } }),
    ...inIt(['MOVT', 'T1', { rd: 11, imm: 0xffff }], before, { r: { 11: 0xffff_0001 | 0 } }),
  ];
}

// --- High registers, SP, PC -------------------------------------------------------------------------------------------

const ADD_REGISTER = 'ADD (register)';
const MOV_REGISTER = 'MOV (register)';

/** 16-bit ADD, CMP and MOV with all registers: no flags but for CMP. */
const highRegisters: Row[] = [
  row([ADD_REGISTER, 'T2', { rd: 8, rn: 8, rm: 9 }], { r: { 8: MAX, 9: 1 }, flags: 'Z' }, { r: { 8: MIN } }),
  row([ADD_REGISTER, 'T2', { rd: 0, rn: 0, rm: 1 }], { r: { 0: -1, 1: 1 }, flags: 'N' }, { r: { 0: 0 } }),
  row([ADD_REGISTER, 'T2', { rd: 14, rn: 14, rm: 0 }], { r: { 0: 3, 14: 4 } }, { r: { 14: 7 } }),
  row([ADD_REGISTER, 'T2', { rd: 7, rn: 7, rm: 7 }], { r: { 7: 4 } }, { r: { 7: 8 } }),
  // PC as an operand reads as the instruction's address plus 4.
  row([ADD_REGISTER, 'T2', { rd: 0, rn: 0, rm: 15 }], { r: { 0: 1 } }, { r: { 0: CODE + 5 } }),
  row(
    [ADD_REGISTER, 'T2', { rd: 0, rn: 0, rm: 15 }],
    { r: { 0: 1 }, address: CODE + 2 },
    { r: { 0: CODE + 7 } },
  ),
  // ALUWritePC: a branch, whose bit 0 is dropped and does not say anything about Thumb.
  row([ADD_REGISTER, 'T2', { rd: 15, rn: 15, rm: 0 }], { r: { 0: 0x100 } }, { pc: CODE + 0x104 }),
  row([ADD_REGISTER, 'T2', { rd: 15, rn: 15, rm: 0 }], { r: { 0: 0x101 } }, { pc: CODE + 0x104 }),
  row([ADD_REGISTER, 'T2', { rd: 15, rn: 15, rm: 0 }], { r: { 0: -4 } }, { pc: CODE }),
  row([ADD_REGISTER, 'T2', { rd: 15, rn: 15, rm: 0 }], { r: { 0: -4 }, address: CODE + 6 }, { pc: CODE + 6 }),
  ...inIt([ADD_REGISTER, 'T2', { rd: 8, rn: 8, rm: 9 }], { r: { 8: 1, 9: 2 }, flags: 'N' }, { r: { 8: 3 } }),
  ...inIt([ADD_REGISTER, 'T2', { rd: 15, rn: 15, rm: 0 }], { r: { 0: 0x100 } }, { pc: CODE + 0x104 }),
  row([MOV_REGISTER, 'T1', { rd: 8, rm: 1 }], { r: { 1: MIN }, flags: 'Z' }, { r: { 8: MIN } }),
  row([MOV_REGISTER, 'T1', { rd: 1, rm: 12 }], { r: { 12: 0 }, flags: 'N' }, { r: { 1: 0 } }),
  row([MOV_REGISTER, 'T1', { rd: 3, rm: 13 }], {}, { r: { 3: STACK } }),
  row([MOV_REGISTER, 'T1', { rd: 13, rm: 3 }], { r: { 3: 0x2000_0804 } }, { r: { 13: 0x2000_0804 } }),
  // SP bits 1:0 are always zero: B1.4.1.
  row([MOV_REGISTER, 'T1', { rd: 13, rm: 3 }], { r: { 3: 0x2000_0807 } }, { r: { 13: 0x2000_0804 } }),
  row([MOV_REGISTER, 'T1', { rd: 0, rm: 15 }], {}, { r: { 0: CODE + 4 } }),
  row([MOV_REGISTER, 'T1', { rd: 0, rm: 15 }], { address: CODE + 2 }, { r: { 0: CODE + 6 } }),
  row([MOV_REGISTER, 'T1', { rd: 15, rm: 0 }], { r: { 0: CODE + 0x100 } }, { pc: CODE + 0x100 }),
  row([MOV_REGISTER, 'T1', { rd: 15, rm: 0 }], { r: { 0: CODE + 0x101 } }, { pc: CODE + 0x100 }),
  row([MOV_REGISTER, 'T1', { rd: 15, rm: 14 }], { r: { 14: CODE + 0x103 } }, { pc: CODE + 0x102 }),
  ...inIt([MOV_REGISTER, 'T1', { rd: 8, rm: 9 }], { r: { 9: 2 }, flags: 'C' }, { r: { 8: 2 } }),
  ...inIt([MOV_REGISTER, 'T1', { rd: 15, rm: 9 }], { r: { 9: CODE + 0x41 } }, { pc: CODE + 0x40 }),
  row([MOV_REGISTER, 'T2', { rd: 1, rm: 2 }], { r: { 2: 0 }, flags: 'NCV' }, { r: { 1: 0 }, flags: 'ZCV' }),
  row([MOV_REGISTER, 'T2', { rd: 1, rm: 2 }], { r: { 2: MIN }, flags: 'Z' }, { r: { 1: MIN }, flags: 'N' }),
  row([MOV_REGISTER, 'T2', { rd: 1, rm: 1 }], { r: { 1: 1 }, flags: 'NZCVQ' }, { flags: 'CVQ' }),
  row(
    [MOV_REGISTER, 'T3', { rd: 13, rm: 3, setFlags: 0 }],
    { r: { 3: 0x2000_0804 } },
    { r: { 13: 0x2000_0804 } },
  ),
  row([MOV_REGISTER, 'T3', { rd: 3, rm: 13, setFlags: 0 }], {}, { r: { 3: STACK } }),
  ...[
    [8, 1, MIN, MAX],
    [1, 8, MAX, MIN],
    [9, 14, 5, 5],
    [13, 0, STACK, STACK - 4],
    [0, 13, STACK - 4, STACK],
    [8, 8, 0, 0],
  ].flatMap(([rn, rm, a, b]) =>
    FLAG_SETS.map((letters) => {
      const result = dataProcessing('CMP', a!, registerOperand(b!), flagsFrom(letters), true);
      return row(
        ['CMP (register)', 'T2', { rn: rn!, rm: rm! }],
        { r: { [rn!]: a!, [rm!]: b! }, flags: letters },
        { flags: afterOf(result, 0).flags! },
      );
    }),
  ),
  ...inIt(['CMP (register)', 'T2', { rn: 8, rm: 9 }], { r: { 8: 1, 9: 1 }, flags: 'N' }, { flags: 'ZC' }),
];

const ADD_SP_IMMEDIATE = 'ADD (SP plus immediate)';
const ADD_SP_REGISTER = 'ADD (SP plus register)';
const SUB_SP_IMMEDIATE = 'SUB (SP minus immediate)';
const SUB_SP_REGISTER = 'SUB (SP minus register)';

const stackPointer: Row[] = [
  ...[0, 4, 0x200, 0x3fc].map((imm) =>
    row([ADD_SP_IMMEDIATE, 'T1', { rd: 7, rn: 13, imm }], { flags: 'NZCV' }, { r: { 7: STACK + imm } }),
  ),
  ...[0, 4, 0x100, 0x1fc].flatMap((imm) => [
    row([ADD_SP_IMMEDIATE, 'T2', { rd: 13, rn: 13, imm }], { flags: 'NZCV' }, { r: { 13: STACK + imm } }),
    row([SUB_SP_IMMEDIATE, 'T1', { rd: 13, rn: 13, imm }], { flags: 'NZCV' }, { r: { 13: STACK - imm } }),
  ]),
  ...['ADD', 'SUB'].flatMap((name) => {
    const page = name === 'ADD' ? ADD_SP_IMMEDIATE : SUB_SP_IMMEDIATE;
    const modifiedEncoding = name === 'ADD' ? 'T3' : 'T2';
    const plainEncoding = name === 'ADD' ? 'T4' : 'T3';
    const registerPage = name === 'ADD' ? ADD_SP_REGISTER : SUB_SP_REGISTER;
    const registerEncoding = name === 'ADD' ? 'T3' : 'T1';
    const byRegister = (rd: number, rm: number, b: number, shift: Shift, type: ShiftType, amount: number) => {
      const result = dataProcessing(name, STACK, registerOperand(b, type, amount), flagsFrom('V'), true);
      const operands = { rd, rn: 13, rm, shift, amount, setFlags: 1 };
      return row(
        [registerPage, registerEncoding, operands],
        { r: { [rm]: b }, flags: 'V' },
        afterOf(result, rd),
      );
    };
    return [
      ...[0x040, 0x1ff, 0x4ff, 0xf80].flatMap((modified) =>
        [0, 1].map((setFlags) => {
          const result = dataProcessing(name, STACK, { modified }, flagsFrom('C'), setFlags === 1);
          const operands = { rd: 6, rn: 13, ...constant(modified), setFlags };
          return row([page, modifiedEncoding, operands], { flags: 'C' }, afterOf(result, 6));
        }),
      ),
      row(
        [page, modifiedEncoding, { rd: 13, rn: 13, ...constant(0x040), setFlags: 0 }],
        {},
        { r: { 13: name === 'ADD' ? STACK + 0x40 : STACK - 0x40 } },
      ),
      // A sum that is no multiple of 4 loses bits 1:0 on its way into SP.
      row(
        [page, modifiedEncoding, { rd: 13, rn: 13, ...constant(0x007), setFlags: 0 }],
        {},
        { r: { 13: name === 'ADD' ? STACK + 4 : STACK - 8 } },
      ),
      ...[0, 1, 0xfff].map((imm) =>
        row(
          [page, plainEncoding, { rd: 6, rn: 13, imm }],
          { flags: 'NZ' },
          { r: { 6: name === 'ADD' ? STACK + imm : STACK - imm } },
        ),
      ),
      byRegister(6, 5, 0x100, Shift.LSL, 'LSL', 0),
      byRegister(6, 5, 0x100, Shift.LSL, 'LSL', 3),
      byRegister(6, 5, -1, Shift.LSR, 'LSR', 32),
      byRegister(6, 6, MIN, Shift.ASR, 'ASR', 8),
      byRegister(6, 6, 3, Shift.RRX, 'RRX', 1),
      row(
        [registerPage, registerEncoding, { rd: 13, rn: 13, rm: 5, shift: Shift.LSL, amount: 3, setFlags: 0 }],
        { r: { 5: 8 } },
        { r: { 13: name === 'ADD' ? STACK + 64 : STACK - 64 } },
      ),
    ];
  }),
  row(
    [ADD_SP_REGISTER, 'T1', { rd: 7, rn: 13, rm: 7 }],
    { r: { 7: 3 }, flags: 'N' },
    { r: { 7: STACK + 3 } },
  ),
  row([ADD_SP_REGISTER, 'T1', { rd: 12, rn: 13, rm: 12 }], { r: { 12: -4 } }, { r: { 12: STACK - 4 } }),
  row(
    [ADD_SP_REGISTER, 'T2', { rd: 13, rn: 13, rm: 7 }],
    { r: { 7: -8 }, flags: 'Z' },
    { r: { 13: STACK - 8 } },
  ),
  row([ADD_SP_REGISTER, 'T2', { rd: 13, rn: 13, rm: 7 }], { r: { 7: 7 } }, { r: { 13: STACK + 4 } }),
  ...inIt(
    [ADD_SP_REGISTER, 'T1', { rd: 7, rn: 13, rm: 7 }],
    { r: { 7: 4 }, flags: 'Z' },
    { r: { 7: STACK + 4 } },
  ),
  ...inIt(
    [ADD_SP_REGISTER, 'T2', { rd: 13, rn: 13, rm: 7 }],
    { r: { 7: 4 }, flags: 'Z' },
    { r: { 13: STACK + 4 } },
  ),
  ...inIt([ADD_SP_IMMEDIATE, 'T1', { rd: 7, rn: 13, imm: 8 }], { flags: 'Z' }, { r: { 7: STACK + 8 } }),
  ...inIt([ADD_SP_IMMEDIATE, 'T2', { rd: 13, rn: 13, imm: 8 }], { flags: 'Z' }, { r: { 13: STACK + 8 } }),
  ...inIt([SUB_SP_IMMEDIATE, 'T1', { rd: 13, rn: 13, imm: 8 }], { flags: 'Z' }, { r: { 13: STACK - 8 } }),
];

/** ADR: from the address of the instruction plus 4, aligned down to a word. */
const addresses: Row[] = [CODE, CODE + 2].flatMap((address) => {
  const base = (address + 4) & ~3;
  return [
    ...[0, 4, 0x3fc].map((imm) => row(['ADR', 'T1', { rd: 5, imm }], { address }, { r: { 5: base + imm } })),
    ...[0, 1, 0xfff].flatMap((imm) => [
      row(['ADR', 'T2', { rd: 9, imm }], { address, flags: 'ZC' }, { r: { 9: base - imm } }),
      row(['ADR', 'T3', { rd: 9, imm }], { address, flags: 'ZC' }, { r: { 9: base + imm } }),
    ]),
    ...inIt(['ADR', 'T1', { rd: 5, imm: 8 }], { address, flags: 'C' }, { r: { 5: base + 8 } }),
    ...inIt(['ADR', 'T3', { rd: 5, imm: 8 }], { address, flags: 'C' }, { r: { 5: base + 8 } }),
  ];
});

export const DATA_PROCESSING_GROUPS: readonly Group[] = [
  ...FAMILIES.flatMap((family) => [
    group(`${family.name} (register)`, family.section, [...wideRegisterRows(family), ...narrowRows(family)]),
    group(`${family.name} (immediate)`, family.section, wideImmediateRows(family)),
  ]),
  group('16-bit immediate forms', 'A5.2.1', narrowImmediateRows()),
  group('ADDW, SUBW, MOVW, MOVT', 'A5.3.3', plainImmediateRows()),
  group('high registers', 'A5.2.3', highRegisters),
  group('SP plus and minus', 'A7.7.5', stackPointer),
  group('ADR', 'A7.7.7', addresses),
];
