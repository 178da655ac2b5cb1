/** Shifts, multiplication, division, bit fields, extension, reversal, saturation. ARMv7-M ARM DDI 0403E, A7.7. */
import { Shift } from '../../../src/cpu/armv7m/instructions/row.ts';
import { afterOf, CORNERS, type Coded, everyPair, FLAG_SETS, inIt, row } from './builders.ts';
import {
  dataProcessing,
  extend,
  extractField,
  flagsFrom,
  insertField,
  lettersOf,
  multiply,
  multiplyLong,
  NO_FLAGS,
  type ShiftType,
  saturateTo,
  shiftByRegister,
  unary,
} from './reference.ts';
import {
  CCR,
  DIV_0_TRP,
  FAULTS_ENABLED,
  FORCED,
  type Group,
  group,
  HARD_FAULT,
  MAX,
  MIN,
  type Row,
  STKALIGN,
  USAGE_FAULT,
  walkingBits,
} from './row.ts';

const [RD, RN, RM, RA] = [8, 9, 10, 11];

// --- Shifts ---------------------------------------------------------------------------------------------------------

const SHIFTED_VALUES = [0, 1, MIN, MAX, 0x8000_0001 | 0, 0x1234_5678];

/** The low byte of the register is the amount; amounts from 32 up have a result of their own. */
function shiftsByRegister(name: Exclude<ShiftType, 'RRX'>): Row[] {
  const amounts = [0, 1, 8, 31, 32, 33, 64, 0x80, 0xff, 0x100, 0x101, -1];
  const wide = (setFlags: number): Coded => [
    `${name} (register)`,
    'T2',
    { rd: RD, rn: RN, rm: RM, setFlags },
  ];
  const narrow: Coded = [`${name} (register)`, 'T1', { rd: 2, rn: 2, rm: 3 }];
  return SHIFTED_VALUES.flatMap((a) =>
    amounts.flatMap((b) =>
      FLAG_SETS.flatMap((letters, choice) => {
        const flags = flagsFrom(letters);
        const [sets, keeps] = [true, false].map((setFlags) => shiftByRegister(name, a, b, flags, setFlags));
        const before = { r: { [RN]: a, [RM]: b }, flags: letters };
        const beforeNarrow = { r: { 2: a, 3: b }, flags: letters };
        const rows = [row(wide(1), before, afterOf(sets!, RD)), row(narrow, beforeNarrow, afterOf(sets!, 2))];
        if (a !== MIN) return rows;
        return [
          ...rows,
          row(wide(0), before, afterOf(keeps!, RD)),
          ...inIt(narrow, beforeNarrow, afterOf(keeps!, 2), choice),
          ...(b === 8 ? inIt(wide(1), before, afterOf(sets!, RD), choice) : []),
        ];
      }),
    ),
  );
}

const CONSTANT_SHIFTS: readonly (readonly [
  string,
  ShiftType,
  Shift,
  string | undefined,
  string,
  number[],
])[] = [
  ['LSL (immediate)', 'LSL', Shift.LSL, 'T1', 'T2', [1, 2, 16, 30, 31]],
  ['LSR (immediate)', 'LSR', Shift.LSR, 'T1', 'T2', [1, 2, 16, 31, 32]],
  ['ASR (immediate)', 'ASR', Shift.ASR, 'T1', 'T2', [1, 2, 16, 31, 32]],
  ['ROR (immediate)', 'ROR', Shift.ROR, undefined, 'T1', [1, 2, 16, 30, 31]],
  ['RRX', 'RRX', Shift.RRX, undefined, 'T1', [1]],
];

function shiftsByConstant(): Row[] {
  return CONSTANT_SHIFTS.flatMap(([page, type, shift, narrow, wide, amounts]) =>
    amounts.flatMap((amount) =>
      SHIFTED_VALUES.flatMap((value) =>
        FLAG_SETS.flatMap((letters, choice) => {
          const operand = { register: value, type, amount };
          const [sets, keeps] = [true, false].map((setFlags) =>
            dataProcessing('MOV', 0, operand, flagsFrom(letters), setFlags),
          );
          const coded = (setFlags: number): Coded => [
            page,
            wide,
            { rd: RD, rm: RM, shift, amount, setFlags },
          ];
          const before = { r: { [RM]: value }, flags: letters };
          const rows = [
            row(coded(1), before, afterOf(sets!, RD)),
            row(coded(0), before, afterOf(keeps!, RD)),
          ];
          if (value === MIN) rows.push(...inIt(coded(1), before, afterOf(sets!, RD), choice));
          if (narrow === undefined) return rows;
          const small: Coded = [page, narrow, { rd: 6, rm: 7, amount }];
          const beforeSmall = { r: { 7: value }, flags: letters };
          rows.push(row(small, beforeSmall, afterOf(sets!, 6)));
          if (value === MIN) rows.push(...inIt(small, beforeSmall, afterOf(keeps!, 6), choice));
          return rows;
        }),
      ),
    ),
  );
}

// --- Multiplication -----------------------------------------------------------------------------------------------------

const FACTORS = [...CORNERS, 2, 0x1_0001, -0x8000];

function multiplications(): Row[] {
  const pairs = everyPair(FACTORS);
  const narrow: Coded = ['MUL', 'T1', { rd: 3, rn: 4, rm: 3 }];
  const mul = pairs.flatMap(({ a, b, letters, flags }, choice) => {
    const before = { r: { 4: a, 3: b }, flags: letters };
    const [sets, keeps] = [true, false].map((setFlags) => multiply('MUL', a, b, 0, flags, setFlags));
    const rows = [
      row(narrow, before, afterOf(sets!, 3)),
      row(
        ['MUL', 'T2', { rd: RD, rn: RN, rm: RM }],
        { r: { [RN]: a, [RM]: b }, flags: letters },
        afterOf(keeps!, RD),
      ),
    ];
    return choice % 9 === 0 ? [...rows, ...inIt(narrow, before, afterOf(keeps!, 3), choice)] : rows;
  });
  const accumulated = ['MLA', 'MLS'].flatMap((name) =>
    pairs.flatMap(({ a, b, letters, flags }) => {
      const accumulator = a ^ 0x5555_5555;
      const before = { r: { [RN]: a, [RM]: b, [RA]: accumulator }, flags: letters };
      const result = multiply(name, a, b, accumulator, flags);
      return row([name, 'T1', { rd: RD, rn: RN, rm: RM, ra: RA }], before, afterOf(result, RD));
    }),
  );
  const before = { r: { 0: 3, 1: 5, 2: 7 }, flags: 'C' };
  return [
    ...mul,
    ...accumulated,
    // Operands that are the same register.
    row(['MUL', 'T2', { rd: 0, rn: 0, rm: 0 }], before, { r: { 0: 9 } }),
    row(['MLA', 'T1', { rd: 0, rn: 1, rm: 2, ra: 0 }], before, { r: { 0: 38 } }),
    row(['MLA', 'T1', { rd: 1, rn: 1, rm: 1, ra: 1 }], before, { r: { 1: 30 } }),
    row(['MLS', 'T1', { rd: 2, rn: 1, rm: 0, ra: 2 }], before, { r: { 2: -8 } }),
    row(['MLS', 'T1', { rd: 0, rn: 0, rm: 0, ra: 0 }], before, { r: { 0: -6 } }),
    ...inIt(['MUL', 'T2', { rd: 0, rn: 1, rm: 2 }], before, { r: { 0: 35 } }),
    ...inIt(['MLA', 'T1', { rd: 0, rn: 1, rm: 2, ra: 0 }], before, { r: { 0: 38 } }),
    ...inIt(['MLS', 'T1', { rd: 2, rn: 1, rm: 0, ra: 2 }], before, { r: { 2: -8 } }),
  ];
}

const LONG = ['SMULL', 'UMULL', 'SMLAL', 'UMLAL'];
/** High and low word of what is added to. */
const ACCUMULATORS: readonly (readonly [number, number])[] = [
  [0, 0],
  [-1, -1],
  [MAX, -1],
  [0x0123_4567, 0x89ab_cdef | 0],
];

function longMultiplications(): Row[] {
  const coded = (name: string, rd = 4, ra = 5, rn = 6, rm = 7): Coded => [name, 'T1', { rd, ra, rn, rm }];
  const run = (name: string, a: number, b: number, high: number, low: number): Row => {
    const { value, high: top } = multiplyLong(name, a, b, low, high, NO_FLAGS);
    const before = { r: { 4: low, 5: high, 6: a, 7: b }, flags: 'NZCVQ' };
    return row(coded(name), before, { r: { 4: value!, 5: top! } });
  };
  const before = { r: { 0: 2, 1: -3, 2: 0x4000_0000 }, flags: 'V' };
  return [
    ...LONG.flatMap((name) =>
      everyPair(FACTORS)
        .filter(({ letters }) => letters === FLAG_SETS[0])
        .flatMap(({ a, b }, index) => {
          const accumulates = name.includes('LA');
          const chosen = accumulates
            ? [ACCUMULATORS[index % 4]!, ACCUMULATORS[(index + 1) % 4]!]
            : [ACCUMULATORS[3]!];
          return chosen.map(([high, low]) => run(name, a, b, high, low));
        }),
    ),
    // Sources that are destinations.
    row(coded('SMULL', 0, 1, 0, 1), before, { r: { 0: -6, 1: -1 } }),
    row(coded('UMULL', 1, 0, 2, 2), before, { r: { 0: 0x1000_0000, 1: 0 } }),
    row(coded('UMULL', 0, 2, 2, 0), before, { r: { 0: MIN, 2: 0 } }),
    row(coded('SMLAL', 0, 1, 0, 1), before, { r: { 0: -4, 1: -4 } }),
    row(coded('UMLAL', 0, 1, 2, 0), before, { r: { 0: 0x8000_0002 | 0, 1: -3 } }),
    ...LONG.flatMap((name) => {
      const { value, high } = multiplyLong(name, -3, 5, 1, 2, NO_FLAGS);
      const registers = { r: { 4: 1, 5: 2, 6: -3, 7: 5 }, flags: 'N' };
      return inIt(coded(name), registers, { r: { 4: value!, 5: high! } });
    }),
  ];
}

// --- Division ---------------------------------------------------------------------------------------------------------------

const DIVIDENDS = [0, 1, -1, 7, -7, MIN, MAX, 0x1234_5678, -2];
const DIVISORS = [0, 1, -1, 2, -2, 3, -3, MIN, MAX, 0x1_0000];

const TRAPS = { [CCR]: STKALIGN | DIV_0_TRP };
const DIVBYZERO = 1 << 25;

function divisions(name: 'SDIV' | 'UDIV'): Row[] {
  const coded: Coded = [name, 'T1', { rd: RD, rn: RN, rm: RM }];
  const run = (a: number, b: number, words = {}): Row => {
    const result = multiply(name, a, b, 0, flagsFrom('ZV'));
    return row(coded, { r: { [RN]: a, [RM]: b }, flags: 'ZV', words }, afterOf(result, RD));
  };
  const byZero = { r: { [RN]: 5, [RM]: 0 }, flags: 'Z' };
  return [
    ...DIVIDENDS.flatMap((a) => DIVISORS.map((b) => run(a, b))),
    row([name, 'T1', { rd: 0, rn: 0, rm: 0 }], { r: { 0: 77 } }, { r: { 0: 1 } }),
    row([name, 'T1', { rd: 0, rn: 1, rm: 0 }], { r: { 0: 7, 1: 77 } }, { r: { 0: 11 } }),
    row([name, 'T1', { rd: 14, rn: 12, rm: 14 }], { r: { 12: 77, 14: 11 } }, { r: { 14: 7 } }),
    ...inIt(coded, { r: { [RN]: 9, [RM]: 2 }, flags: 'C' }, { r: { [RD]: 4 } }),
    // B3.2.8, DIV_0_TRP: a zero divisor is a UsageFault, made a HardFault where that is disabled.
    run(6, 3, TRAPS),
    row(
      coded,
      { ...byZero, words: { ...TRAPS, ...FAULTS_ENABLED } },
      { exception: { number: USAGE_FAULT, cfsr: DIVBYZERO } },
    ),
    row(
      coded,
      { ...byZero, words: TRAPS },
      { exception: { number: HARD_FAULT, cfsr: DIVBYZERO, hfsr: FORCED } },
    ),
    ...inIt(
      coded,
      { ...byZero, words: { ...TRAPS, ...FAULTS_ENABLED } },
      { exception: { number: USAGE_FAULT, cfsr: DIVBYZERO } },
    ),
  ];
}

// --- Bit fields --------------------------------------------------------------------------------------------------------------

/** Lowest bit and width. */
const FIELDS: readonly (readonly [number, number])[] = [
  ...[0, 1, 15, 31].map((lsb) => [lsb, 1] as const),
  ...[0, 1, 24].map((lsb) => [lsb, 8] as const),
  ...[0, 1].map((lsb) => [lsb, 31] as const),
  [0, 32],
  [4, 16],
  [16, 16],
  [28, 4],
];

function bitFields(): Row[] {
  const values = [0, -1, 0x8000_0001 | 0, 0x1234_5678, 0xa5a5_a5a5 | 0];
  const before = (a: number, d: number) => ({ r: { [RN]: a, [RD]: d }, flags: 'NCQ' });
  return [
    ...FIELDS.flatMap(([imm, imm2]) =>
      values.flatMap((a) => [
        ...['SBFX', 'UBFX'].map((name) =>
          row([name, 'T1', { rd: RD, rn: RN, imm, imm2 }], before(a, 0), {
            r: { [RD]: extractField(name, a, imm, imm2) },
          }),
        ),
        row(['BFI', 'T1', { rd: RD, rn: RN, imm, imm2 }], before(a, 0x0ff0_a55a), {
          r: { [RD]: insertField(0x0ff0_a55a, a, imm, imm2) },
        }),
        row(['BFC', 'T1', { rd: RD, imm, imm2 }], before(0, a), {
          r: { [RD]: insertField(a, 0, imm, imm2) },
        }),
      ]),
    ),
    row(
      ['BFI', 'T1', { rd: 3, rn: 3, imm: 8, imm2: 8 }],
      { r: { 3: 0x1234_5678 } },
      { r: { 3: 0x1234_7878 } },
    ),
    row(['SBFX', 'T1', { rd: 3, rn: 3, imm: 4, imm2: 4 }], { r: { 3: 0x1234_5688 } }, { r: { 3: -8 } }),
    row(['UBFX', 'T1', { rd: 3, rn: 3, imm: 4, imm2: 4 }], { r: { 3: 0x1234_5688 } }, { r: { 3: 8 } }),
    ...inIt(['BFI', 'T1', { rd: 3, rn: 4, imm: 8, imm2: 8 }], { r: { 3: 0, 4: -1 } }, { r: { 3: 0xff00 } }),
    ...inIt(['BFC', 'T1', { rd: 3, imm: 8, imm2: 8 }], { r: { 3: -1 } }, { r: { 3: ~0xff00 } }),
    ...inIt(['SBFX', 'T1', { rd: 3, rn: 4, imm: 8, imm2: 8 }], { r: { 4: -1 } }, { r: { 3: -1 } }),
    ...inIt(['UBFX', 'T1', { rd: 3, rn: 4, imm: 8, imm2: 8 }], { r: { 4: -1 } }, { r: { 3: 0xff } }),
  ];
}

// --- One operand -----------------------------------------------------------------------------------------------------------------

const REVERSALS: readonly (readonly [string, string | undefined, string])[] = [
  ['CLZ', undefined, 'T1'],
  ['RBIT', undefined, 'T1'],
  ['REV', 'T1', 'T2'],
  ['REV16', 'T1', 'T2'],
  ['REVSH', 'T1', 'T2'],
];

const reversals: Row[] = REVERSALS.flatMap(([name, narrow, wide]) => {
  const values = [...CORNERS, ...walkingBits(0, 31).map((bit) => bit | 0), 0x00f0_8001, 0x1234_80ff];
  const forms: Coded[] = [
    [name, wide, { rd: RD, rm: RM }],
    ...(narrow ? [[name, narrow, { rd: 1, rm: 2 }] as const] : []),
  ];
  return forms.flatMap((coded) => {
    const { rd, rm } = coded[2];
    return [
      ...values.map((a) => row(coded, { r: { [rm!]: a }, flags: 'NV' }, { r: { [rd!]: unary(name, a) } })),
      row([name, coded[1], { rd: 4, rm: 4 }], { r: { 4: 0x1080 } }, { r: { 4: unary(name, 0x1080) } }),
      ...inIt(coded, { r: { [rm!]: 0x1080 }, flags: 'N' }, { r: { [rd!]: unary(name, 0x1080) } }),
    ];
  });
});

const extensions: Row[] = ['SXTB', 'SXTH', 'UXTB', 'UXTH'].flatMap((name) => {
  const values = [...CORNERS, 0x80, 0x7f, 0x8000, 0x7fff, 0x7f80_8081];
  const narrow: Coded = [name, 'T1', { rd: 1, rm: 2 }];
  return [
    ...values.map((a) => row(narrow, { r: { 2: a }, flags: 'ZC' }, { r: { 1: extend(name, a, 0) } })),
    ...[0, 8, 16, 24].flatMap((amount) =>
      values.map((a) => {
        const coded: Coded = [name, 'T2', { rd: RD, rm: RM, amount }];
        return row(coded, { r: { [RM]: a }, flags: 'ZC' }, { r: { [RD]: extend(name, a, amount) } });
      }),
    ),
    row(
      [name, 'T2', { rd: 9, rm: 9, amount: 8 }],
      { r: { 9: 0x80_8080 } },
      { r: { 9: extend(name, 0x80_8080, 8) } },
    ),
    ...inIt(narrow, { r: { 2: 0x80_8080 }, flags: 'V' }, { r: { 1: extend(name, 0x80_8080, 0) } }),
    ...inIt(
      [name, 'T2', { rd: RD, rm: RM, amount: 8 }],
      { r: { [RM]: 0x80_8080 } },
      { r: { [RD]: extend(name, 0x80_8080, 8) } },
    ),
  ];
});

// --- Saturation ----------------------------------------------------------------------------------------------------------------------

function saturations(name: 'SSAT' | 'USAT'): Row[] {
  const positions = name === 'SSAT' ? [1, 2, 8, 16, 31, 32] : [0, 1, 8, 16, 31];
  const shifts: readonly (readonly [ShiftType, Shift, number])[] = [
    ['LSL', Shift.LSL, 0],
    ['LSL', Shift.LSL, 1],
    ['LSL', Shift.LSL, 31],
    ['ASR', Shift.ASR, 1],
    ['ASR', Shift.ASR, 31],
  ];
  const values = [...CORNERS, 0x7f, 0x80, -0x80, -0x81, 0x7fff, 0x8000, 0xffff, 0x1_0000];
  const before = { r: { 1: 0x80 }, flags: 'N' };
  const after = { r: { 0: name === 'SSAT' ? 0x7f : 0x80 }, flags: name === 'SSAT' ? 'NQ' : 'N' };
  return [
    ...positions.flatMap((imm) =>
      shifts.flatMap(([type, shift, amount]) =>
        values.map((a) => {
          const flags = flagsFrom('NC');
          const result = saturateTo(name, a, { type, amount }, imm, flags);
          return row(
            [name, 'T1', { rd: RD, rn: RN, imm, shift, amount }],
            { r: { [RN]: a }, flags: 'NC' },
            afterOf(result, RD),
          );
        }),
      ),
    ),
    // Q stays once it is set.
    ...values.slice(0, 4).map((a) => {
      const result = saturateTo(name, a, { type: 'LSL', amount: 0 }, 8, flagsFrom('Q'));
      const flags = lettersOf(result.flags);
      return row(
        [name, 'T1', { rd: 4, rn: 4, imm: 8, shift: Shift.LSL, amount: 0 }],
        { r: { 4: a }, flags: 'Q' },
        {
          r: { 4: result.value! },
          flags,
        },
      );
    }),
    ...inIt([name, 'T1', { rd: 0, rn: 1, imm: 8, shift: Shift.LSL, amount: 0 }], before, after),
  ];
}

export const ARITHMETIC_GROUPS: readonly Group[] = [
  group('LSL (register)', 'A7.7.69', shiftsByRegister('LSL')),
  group('LSR (register)', 'A7.7.71', shiftsByRegister('LSR')),
  group('ASR (register)', 'A7.7.11', shiftsByRegister('ASR')),
  group('ROR (register)', 'A7.7.117', shiftsByRegister('ROR')),
  group('shifts by a constant', 'A7.7.68', shiftsByConstant()),
  group('MUL, MLA, MLS', 'A7.7.84', multiplications()),
  group('long multiplication', 'A7.7.149', longMultiplications()),
  group('SDIV', 'A7.7.127', divisions('SDIV')),
  group('UDIV', 'A7.7.195', divisions('UDIV')),
  group('bit fields', 'A7.7.14', bitFields()),
  group('reversals and CLZ', 'A7.7.113', reversals),
  group('extensions', 'A7.7.182', extensions),
  group('SSAT', 'A7.7.152', saturations('SSAT')),
  group('USAT', 'A7.7.213', saturations('USAT')),
];
