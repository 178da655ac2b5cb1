/** The DSP extension of ARMv7E-M. ARMv7-M ARM DDI 0403E, A7.7. */
import { Shift } from '../../../src/cpu/armv7m/instructions/row.ts';
import { afterOf, CORNERS, type Coded, FLAG_SETS, inIt, row } from './builders.ts';
import {
  extend,
  extendAndAdd,
  type Flags,
  flagsFrom,
  multiplyDsp,
  multiplyDspLong,
  multiplyLong,
  packHalves,
  parallel,
  type Result,
  saturateHalves,
  saturatingArithmetic,
  select,
  sumOfDifferences,
} from './reference.ts';
import {
  type After,
  FAULTS_ENABLED,
  type Group,
  group,
  MAX,
  MIN,
  program,
  type Row,
  USAGE_FAULT,
} from './row.ts';

const [RD, RN, RM, RA] = [8, 9, 10, 11];

/** Halves and bytes at the edges of their ranges. */
const LANES = [0, -1, MIN, MAX, 0x1234_5678, 0x8000_7fff | 0, 0x7fff_8000, 0x0001_ffff, 0x807f_7f80 | 0];

const pairs = LANES.flatMap((a) => LANES.map((b) => [a, b] as const));

/** Beside the flags, GE. */
function afterDsp(result: Result, rd: number): After {
  return { ...afterOf(result, rd), ge: result.flags.ge };
}

const flagsWith = (letters: string, ge: number): Flags => ({ ...flagsFrom(letters), ge });

// --- Parallel addition and subtraction ------------------------------------------------------------------------------------

const PREFIXES = ['S', 'Q', 'SH', 'U', 'UQ', 'UH'];
const OPERATIONS = ['ADD16', 'ASX', 'SAX', 'SUB16', 'ADD8', 'SUB8'];

function parallelRows(name: string): Row[] {
  const coded: Coded = [name, 'T1', { rd: RD, rn: RN, rm: RM }];
  const run = (a: number, b: number, letters: string, ge: number) =>
    row(
      coded,
      { r: { [RN]: a, [RM]: b }, flags: letters, ge },
      afterDsp(parallel(name, a, b, flagsWith(letters, ge)), RD),
    );
  const before = { r: { 3: 0x1122_3344, 4: 0x8899_aabb | 0 }, flags: 'C', ge: 5 };
  const same = parallel(name, before.r[3], before.r[3], flagsWith('C', 5));
  const inside = parallel(name, before.r[3], before.r[4], flagsWith('C', 5));
  return [
    ...pairs.map(([a, b], index) => run(a, b, FLAG_SETS[index % 2]!, [0, 15, 6, 9][index % 4]!)),
    row([name, 'T1', { rd: 3, rn: 3, rm: 3 }], before, afterDsp(same, 3)),
    ...inIt([name, 'T1', { rd: 3, rn: 3, rm: 4 }], before, afterDsp(inside, 3)),
  ];
}

const selections: Row[] = [
  ...Array.from({ length: 16 }, (_, ge) =>
    row(
      ['SEL', 'T1', { rd: RD, rn: RN, rm: RM }],
      { r: { [RN]: 0x1122_3344, [RM]: 0x5566_7788 }, ge, flags: 'NQ' },
      {
        r: { [RD]: select(0x1122_3344, 0x5566_7788, ge) },
      },
    ),
  ),
  row(['SEL', 'T1', { rd: 0, rn: 0, rm: 1 }], { r: { 0: 1, 1: 2 }, ge: 15 }, { r: { 0: 1 } }),
  ...inIt(['SEL', 'T1', { rd: 0, rn: 1, rm: 2 }], { r: { 1: -1, 2: 0 }, ge: 5 }, { r: { 0: 0x00ff_00ff } }),
];

// --- Saturating arithmetic ----------------------------------------------------------------------------------------------------

const saturating: Row[] = ['QADD', 'QSUB', 'QDADD', 'QDSUB'].flatMap((name) => {
  const coded: Coded = [name, 'T1', { rd: RD, rn: RN, rm: RM }];
  const values = [...CORNERS, 0x4000_0000, 0x3fff_ffff, -0x4000_0000, -0x4000_0001];
  return [
    ...values.flatMap((m) =>
      values.map((n) => {
        const result = saturatingArithmetic(name, m, n, flagsFrom('NZ'));
        return row(coded, { r: { [RM]: m, [RN]: n }, flags: 'NZ' }, afterOf(result, RD));
      }),
    ),
    row(
      coded,
      { r: { [RM]: 1, [RN]: 1 }, flags: 'Q' },
      afterOf(saturatingArithmetic(name, 1, 1, flagsFrom('Q')), RD),
    ),
    ...inIt(
      coded,
      { r: { [RM]: MIN, [RN]: MAX }, flags: 'C' },
      afterOf(saturatingArithmetic(name, MIN, MAX, flagsFrom('C')), RD),
    ),
  ];
});

const halfSaturations: Row[] = ['SSAT16', 'USAT16'].flatMap((name) =>
  (name === 'SSAT16' ? [1, 2, 8, 15, 16] : [0, 1, 7, 8, 15]).flatMap((imm) => [
    ...LANES.map((a) => {
      const result = saturateHalves(name, a, imm, flagsFrom('C'));
      return row([name, 'T1', { rd: RD, rn: RN, imm }], { r: { [RN]: a }, flags: 'C' }, afterOf(result, RD));
    }),
    ...inIt(
      [name, 'T1', { rd: 3, rn: 3, imm }],
      { r: { 3: 0x7fff_8000 }, flags: 'V' },
      afterOf(saturateHalves(name, 0x7fff_8000, imm, flagsFrom('V')), 3),
    ),
  ]),
);

// --- Extension, packing, absolute differences ------------------------------------------------------------------------------------

const ROTATIONS = [0, 8, 16, 24];

const extensions: Row[] = [
  ...['SXTB16', 'UXTB16'].flatMap((name) =>
    ROTATIONS.flatMap((amount) =>
      LANES.map((a) =>
        row(
          [name, 'T1', { rd: RD, rm: RM, amount }],
          { r: { [RM]: a }, flags: 'N', ge: 9 },
          { r: { [RD]: extend(name, a, amount) } },
        ),
      ),
    ),
  ),
  ...['SXTAB', 'SXTAH', 'SXTAB16', 'UXTAB', 'UXTAH', 'UXTAB16'].flatMap((name) => [
    ...ROTATIONS.flatMap((amount) =>
      LANES.map((a, index) => {
        const n = LANES[(index + 5) % LANES.length]!;
        const coded: Coded = [name, 'T1', { rd: RD, rn: RN, rm: RM, amount }];
        return row(
          coded,
          { r: { [RN]: n, [RM]: a }, flags: 'ZC' },
          { r: { [RD]: extendAndAdd(name, n, a, amount) } },
        );
      }),
    ),
    ...inIt(
      [name, 'T1', { rd: 3, rn: 3, rm: 4, amount: 8 }],
      { r: { 3: 1, 4: 0x80_8080 } },
      { r: { 3: extendAndAdd(name, 1, 0x80_8080, 8) } },
    ),
  ]),
];

const packing: Row[] = [
  ['PKHBT', Shift.LSL, [0, 1, 16, 31]] as const,
  ['PKHTB', Shift.ASR, [1, 16, 31, 32]] as const,
].flatMap(([name, shift, amounts]) =>
  amounts.flatMap((amount) =>
    [0x1234_5678, 0x89ab_cdef | 0].flatMap((m) => {
      const operands = { rd: RD, rn: RN, rm: RM, shift, amount, imm: name === 'PKHTB' ? 1 : 0 };
      const coded: Coded = ['PKHBT, PKHTB', 'T1', operands];
      const after = { r: { [RD]: packHalves(name, 0x7654_3210, m, amount) } };
      const before = { r: { [RN]: 0x7654_3210, [RM]: m }, flags: 'CQ' };
      return [row(coded, before, after), ...(amount === 16 ? inIt(coded, before, after) : [])];
    }),
  ),
);

const differences: Row[] = pairs.flatMap(([a, b]) => {
  const before = { r: { [RN]: a, [RM]: b, [RA]: 0xffff_ff00 | 0 }, flags: 'NV' };
  return [
    row(['USAD8', 'T1', { rd: RD, rn: RN, rm: RM }], before, { r: { [RD]: sumOfDifferences(a, b, 0) } }),
    row(['USADA8', 'T1', { rd: RD, rn: RN, rm: RM, ra: RA }], before, {
      r: { [RD]: sumOfDifferences(a, b, -256) },
    }),
  ];
});

// --- Multiplication -------------------------------------------------------------------------------------------------------------------

/** Title of the page, names in the order of the operand that tells them apart, whether there is an accumulator. */
const MULTIPLY: readonly (readonly [string, readonly string[], boolean])[] = [
  ['SMLABB, SMLABT, SMLATB, SMLATT', ['SMLABB', 'SMLABT', 'SMLATB', 'SMLATT'], true],
  ['SMULBB, SMULBT, SMULTB, SMULTT', ['SMULBB', 'SMULBT', 'SMULTB', 'SMULTT'], false],
  ['SMLAWB, SMLAWT', ['SMLAWB', 'SMLAWT'], true],
  ['SMULWB, SMULWT', ['SMULWB', 'SMULWT'], false],
  ['SMLAD, SMLADX', ['SMLAD', 'SMLADX'], true],
  ['SMLSD, SMLSDX', ['SMLSD', 'SMLSDX'], true],
  ['SMUAD, SMUADX', ['SMUAD', 'SMUADX'], false],
  ['SMUSD, SMUSDX', ['SMUSD', 'SMUSDX'], false],
  ['SMMLA, SMMLAR', ['SMMLA', 'SMMLAR'], true],
  ['SMMLS, SMMLSR', ['SMMLS', 'SMMLSR'], true],
  ['SMMUL, SMMULR', ['SMMUL', 'SMMULR'], false],
];
const FACTORS = [
  0,
  1,
  -1,
  MIN,
  MAX,
  0x8000_8000 | 0,
  0x7fff_7fff,
  0x8000_7fff | 0,
  0x1234_5678,
  0xfffe_0003 | 0,
];
const ACCUMULATORS = [0, MAX, MIN, -1];

function multiplyRows([page, names, accumulates]: (typeof MULTIPLY)[number]): Row[] {
  return names.flatMap((name, imm) => {
    const coded: Coded = [page, 'T1', { rd: RD, rn: RN, rm: RM, ...(accumulates ? { ra: RA } : {}), imm }];
    const run = (n: number, m: number, a: number, letters: string) =>
      row(
        coded,
        { r: { [RN]: n, [RM]: m, [RA]: a }, flags: letters },
        afterOf(multiplyDsp(name, n, m, a, flagsFrom(letters)), RD),
      );
    const inside = multiplyDsp(name, MIN, MIN, MAX, flagsFrom('N'));
    return [
      ...FACTORS.flatMap((n, i) =>
        FACTORS.map((m, j) =>
          run(n, m, accumulates ? ACCUMULATORS[(i + j) % 4]! : 0, FLAG_SETS[(i + j) % 2]!),
        ),
      ),
      run(0x7fff_7fff, 0x7fff_7fff, MAX, ''),
      run(0x8000_8000 | 0, 0x8000_8000 | 0, 0, ''),
      ...inIt(coded, { r: { [RN]: MIN, [RM]: MIN, [RA]: MAX }, flags: 'N' }, afterOf(inside, RD)),
    ];
  });
}

const MULTIPLY_LONG: readonly (readonly [string, readonly string[]])[] = [
  ['SMLALBB, SMLALBT, SMLALTB, SMLALTT', ['SMLALBB', 'SMLALBT', 'SMLALTB', 'SMLALTT']],
  ['SMLALD, SMLALDX', ['SMLALD', 'SMLALDX']],
  ['SMLSLD, SMLSLDX', ['SMLSLD', 'SMLSLDX']],
];
const LONG_ACCUMULATORS = [
  [0, 0],
  [-1, -1],
  [MAX, -1],
  [MIN, 0],
] as const;

function multiplyLongRows([page, names]: (typeof MULTIPLY_LONG)[number]): Row[] {
  return names.flatMap((name, imm) => {
    const coded: Coded = [page, 'T1', { rd: 4, ra: 5, rn: 6, rm: 7, imm }];
    const run = (n: number, m: number, [high, low]: readonly [number, number]) => {
      const result = multiplyDspLong(name, n, m, low, high, flagsFrom('NQ'));
      return {
        before: { r: { 4: low, 5: high, 6: n, 7: m }, flags: 'NQ' },
        after: { r: { 4: result.value!, 5: result.high! } },
      };
    };
    const inside = run(MIN, MAX, [1, 2]);
    return [
      ...FACTORS.flatMap((n, i) =>
        FACTORS.map((m, j) => {
          const { before, after } = run(n, m, LONG_ACCUMULATORS[(i + j) % 4]!);
          return row(coded, before, after);
        }),
      ),
      ...inIt(coded, inside.before, inside.after),
    ];
  });
}

const accumulateTwice: Row[] = FACTORS.flatMap((n) =>
  FACTORS.map((m, index) => {
    const [low, high] = [
      [0, 0],
      [-1, -1],
      [MIN, MAX],
      [1, 0],
    ][index % 4]!;
    const { value, high: top } = multiplyLong('UMAAL', n, m, low!, high!, flagsFrom('ZV'));
    return row(
      ['UMAAL', 'T1', { rd: 4, ra: 5, rn: 6, rm: 7 }],
      { r: { 4: low!, 5: high!, 6: n, 7: m }, flags: 'ZV' },
      {
        r: { 4: value!, 5: top! },
      },
    );
  }),
);

// --- APSR.GE -----------------------------------------------------------------------------------------------------------------------------

const greaterOrEqual: Row[] = [
  row(['MRS', 'T1', { rd: 3, imm: 0 }], { ge: 0xa, flags: 'N' }, { r: { 3: 0x800a_0000 | 0 } }),
  // B5.2.3: the mask chooses N, Z, C, V, Q, or GE, or both.
  row(['MSR', 'T1', { rn: 3, imm: 0, imm2: 1 }], { r: { 3: -1 }, flags: 'Z' }, { ge: 15 }),
  row(['MSR', 'T1', { rn: 3, imm: 0, imm2: 2 }], { r: { 3: -1 }, ge: 5 }, { flags: 'NZCVQ' }),
  row(
    ['MSR', 'T1', { rn: 3, imm: 0, imm2: 3 }],
    { r: { 3: 0x1009_ffff }, ge: 6, flags: 'Q' },
    { flags: 'V', ge: 9 },
  ),
  row(
    ['MSR', 'T1', { rn: 3, imm: 3, imm2: 3 }],
    { r: { 3: 0x1009_ffff }, ge: 6, flags: 'Q' },
    { flags: 'V', ge: 9 },
  ),
  // Saved and restored with the rest of xPSR.
  program(
    'GE in the frame of an exception',
    [0xde00],
    { ge: 9, words: FAULTS_ENABLED },
    {
      exception: { number: USAGE_FAULT, cfsr: 1 << 16 },
    },
  ),
];

const QEMU_DSP = 'executes this one all the same; A5.3.12 to A5.3.16: part of the DSP extension';
const KNOWN_TO_QEMU = ['SSAT16', 'SXTAB', 'USAD8', 'SMLAD, SMLADX', 'SMLALD, SMLALDX'];

/** Without the extension all of this is undefined. */
const ABSENT: readonly Coded[] = [
  ['SADD16', 'T1', { rd: 0, rn: 1, rm: 2 }],
  ['UQSUB8', 'T1', { rd: 0, rn: 1, rm: 2 }],
  ['SEL', 'T1', { rd: 0, rn: 1, rm: 2 }],
  ['QADD', 'T1', { rd: 0, rn: 1, rm: 2 }],
  ['SSAT16', 'T1', { rd: 0, rn: 1, imm: 8 }],
  ['SXTAB', 'T1', { rd: 0, rn: 1, rm: 2, amount: 0 }],
  ['UXTB16', 'T1', { rd: 0, rm: 2, amount: 0 }],
  ['PKHBT, PKHTB', 'T1', { rd: 0, rn: 1, rm: 2, shift: Shift.LSL, amount: 0, imm: 0 }],
  ['USAD8', 'T1', { rd: 0, rn: 1, rm: 2 }],
  ['SMLAD, SMLADX', 'T1', { rd: 0, rn: 1, rm: 2, ra: 3, imm: 0 }],
  ['SMULBB, SMULBT, SMULTB, SMULTT', 'T1', { rd: 0, rn: 1, rm: 2, imm: 0 }],
  ['SMMUL, SMMULR', 'T1', { rd: 0, rn: 1, rm: 2, imm: 0 }],
  ['UMAAL', 'T1', { rd: 0, ra: 1, rn: 2, rm: 3 }],
  ['SMLALD, SMLALDX', 'T1', { rd: 0, ra: 1, rn: 2, rm: 3, imm: 0 }],
];
const absent: Row[] = ABSENT.map((coded) => {
  const after = { exception: { number: USAGE_FAULT, cfsr: 1 << 16 } };
  return row(
    coded,
    { words: FAULTS_ENABLED },
    after,
    KNOWN_TO_QEMU.includes(coded[0]) ? { qemu: QEMU_DSP } : {},
  );
});

const DSP = ['DSP'] as const;

export const DSP_GROUPS: readonly Group[] = [
  ...PREFIXES.flatMap((prefix) =>
    OPERATIONS.map((operation) =>
      group(prefix + operation, 'A7.7.121', parallelRows(prefix + operation), DSP),
    ),
  ),
  group('SEL', 'A7.7.128', selections, DSP),
  group('QADD, QSUB, QDADD, QDSUB', 'A7.7.102', saturating, DSP),
  group('SSAT16, USAT16', 'A7.7.153', halfSaturations, DSP),
  group('extension with addition', 'A7.7.179', extensions, DSP),
  group('PKHBT, PKHTB', 'A7.7.93', packing, DSP),
  group('USAD8, USADA8', 'A7.7.211', differences, DSP),
  ...MULTIPLY.map((entry) => group(entry[0], 'A7.7.136', multiplyRows(entry), DSP)),
  ...MULTIPLY_LONG.map((entry) => group(entry[0], 'A7.7.139', multiplyLongRows(entry), DSP)),
  group('UMAAL', 'A7.7.203', accumulateTwice, DSP),
  group('APSR.GE', 'B1.4.2', greaterOrEqual, DSP),
  group('DSP instructions without the extension', 'A1.2', absent),
];
