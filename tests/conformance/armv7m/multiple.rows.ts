/** LDM, STM, PUSH, POP. ARMv7-M ARM DDI 0403E, A7.7.41, A7.7.99, A7.7.101, A7.7.159. */
import { type Coded, inIt, row } from './builders.ts';
import {
  type Before,
  BFAR,
  BUS_FAULT,
  CODE,
  DATA,
  FAULTS_ENABLED,
  type Group,
  group,
  NOWHERE,
  PROCESS_STACK,
  type Registers,
  type Row,
  STACK,
  USAGE_FAULT,
  wordsToHex,
} from './row.ts';

const LDM = 'LDM, LDMIA, LDMFD';
const LDMDB = 'LDMDB, LDMEA';
const STM = 'STM, STMIA, STMEA';
const STMDB = 'STMDB, STMFD';

const UNALIGNED = 1 << 24;
const PRECISE = 0x8200;
const PC = 15;

const list = (...registers: number[]) => registers.reduce((bits, register) => bits | (1 << register), 0);
const registersOf = (bits: number) =>
  Array.from({ length: 16 }, (_, register) => register).filter((n) => (bits >> n) & 1);
/** What lies at the n-th place of memory. A value for PC has its Thumb bit. */
const word = (place: number) => CODE + 0x101 + 0x10 * place;

interface Multiple {
  readonly coded: Coded;
  readonly base: number;
  /** Lowest address of the block; registers follow in order of their numbers. */
  readonly block: number;
  /** Where the base register goes, if it is written. */
  readonly wback?: number | undefined;
}

function loads({ coded, base, block, wback }: Multiple, before: Before = {}): Row {
  const { rn, imm } = coded[2];
  const registers = registersOf(imm!);
  const memory = { [block - 4]: wordsToHex(-1, ...registers.map((_, place) => word(place)), -1) };
  const r: Record<number, number> = wback === undefined ? {} : { [rn!]: wback };
  for (const [place, register] of registers.entries()) if (register !== PC) r[register] = word(place);
  const after = (imm! & (1 << PC)) === 0 ? { r } : { r, pc: word(registers.length - 1) & ~1 };
  return row(coded, { ...before, r: { ...before.r, [rn!]: base }, memory }, after);
}

function stores({ coded, base, block, wback }: Multiple, before: Before = {}): Row {
  const { rn, imm } = coded[2];
  const registers = registersOf(imm!);
  const r: Record<number, number> = {};
  for (const [place, register] of registers.entries()) r[register] = 0x5000_0000 + place;
  r[rn!] = base;
  const old = { [block - 4]: wordsToHex(-1, ...registers.map(() => 0), -1) };
  const memory = { [block - 4]: wordsToHex(-1, ...registers.map((register) => r[register]!), -1) };
  const after: Registers = wback === undefined ? {} : { [rn!]: wback };
  return row(coded, { ...before, r, memory: old }, { r: after, memory });
}

const LISTS = [
  list(0, 1),
  list(1, 7),
  list(0, 1, 2, 3, 4, 5, 6, 7),
  list(8, 12),
  list(0, 14),
  list(2, 5, 8, 11),
  list(0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14),
];
const base = DATA + 0x100;
const sizeOf = (bits: number) => 4 * registersOf(bits).length;

/** Upwards and downwards, with and without writeback. */
const wide: Row[] = LISTS.flatMap((imm) => {
  const size = sizeOf(imm);
  return [0, 1].flatMap((wback) => {
    const operands = { rn: 9, imm, wback };
    const up = { base, block: base, wback: wback === 1 ? base + size : undefined };
    const down = { base, block: base - size, wback: wback === 1 ? base - size : undefined };
    return [
      loads({ coded: [LDM, 'T2', operands], ...up }, { flags: 'NC' }),
      loads({ coded: [LDMDB, 'T1', operands], ...down }, { flags: 'NC' }),
      stores({ coded: [STM, 'T2', operands], ...up }, { flags: 'NC' }),
      stores({ coded: [STMDB, 'T1', operands], ...down }, { flags: 'NC' }),
    ];
  });
});

const narrow: Row[] = [
  list(0),
  list(7),
  list(0, 7),
  list(1, 2, 3, 5, 6, 7),
  list(0, 1, 2, 3, 5, 6, 7),
].flatMap((imm) => {
  const multiple = { base, block: base, wback: base + sizeOf(imm) };
  return [
    loads({ coded: [LDM, 'T1', { rn: 4, imm }], ...multiple }),
    stores({ coded: [STM, 'T1', { rn: 4, imm }], ...multiple }),
  ];
});

/** The base in the list: loaded, and then not written back; stored with its old value where that is defined. */
const baseInList: Row[] = [
  ...[list(4), list(0, 4), list(4, 7), list(0, 1, 2, 3, 4, 5, 6, 7)].map((imm) =>
    loads({ coded: [LDM, 'T1', { rn: 4, imm }], base, block: base }),
  ),
  ...[list(4), list(4, 7), list(4, 5, 6, 7)].map((imm) =>
    stores({ coded: [STM, 'T1', { rn: 4, imm }], base, block: base, wback: base + sizeOf(imm) }),
  ),
  loads({ coded: [LDM, 'T2', { rn: 9, imm: list(0, 9), wback: 0 }], base, block: base }),
  loads({ coded: [LDMDB, 'T1', { rn: 9, imm: list(9, 10), wback: 0 }], base, block: base - 8 }),
  stores({ coded: [STM, 'T2', { rn: 9, imm: list(0, 9), wback: 0 }], base, block: base }),
  stores({ coded: [STMDB, 'T1', { rn: 9, imm: list(9, 10), wback: 0 }], base, block: base - 8 }),
];

/** PC at the end of the list is a branch; the Thumb bit comes with it. */
const toPc: Row[] = [
  ...[0, 1].flatMap((wback) => [
    loads({
      coded: [LDM, 'T2', { rn: 9, imm: list(0, PC), wback }],
      base,
      block: base,
      wback: wback ? base + 8 : undefined,
    }),
    loads({
      coded: [LDMDB, 'T1', { rn: 9, imm: list(0, 1, PC), wback }],
      base,
      block: base - 12,
      wback: wback ? base - 12 : undefined,
    }),
  ]),
  row(
    [LDM, 'T2', { rn: 9, imm: list(0, PC), wback: 1 }],
    { r: { 9: DATA }, memory: { [DATA]: wordsToHex(7, CODE + 0x200) } },
    { r: { 0: 7, 9: DATA + 8 }, pc: CODE + 0x200, noThumb: true },
  ),
];

// --- The stack ----------------------------------------------------------------------------------------------------------

const stack: Row[] = [
  ...[list(0), list(7), list(0, 7), list(4, 5, 6, 7), list(14), list(0, 1, 2, 3, 4, 5, 6, 7, 14)].map((imm) =>
    stores({
      coded: ['PUSH', 'T1', { rn: 13, imm }],
      base: STACK,
      block: STACK - sizeOf(imm),
      wback: STACK - sizeOf(imm),
    }),
  ),
  ...[list(0, 1), list(4, 5, 8, 14), list(8, 9, 10, 11, 12, 14)].map((imm) =>
    stores({
      coded: ['PUSH', 'T2', { rn: 13, imm }],
      base: STACK,
      block: STACK - sizeOf(imm),
      wback: STACK - sizeOf(imm),
    }),
  ),
  ...[list(0), list(9), list(14)].map((imm) =>
    stores({ coded: ['PUSH', 'T3', { rn: 13, imm }], base: STACK, block: STACK - 4, wback: STACK - 4 }),
  ),
  ...[list(0), list(7), list(0, 7), list(4, 5, 6, 7), list(PC), list(0, 1, 2, 3, 4, 5, 6, 7, PC)].map((imm) =>
    loads({ coded: ['POP', 'T1', { rn: 13, imm }], base: STACK, block: STACK, wback: STACK + sizeOf(imm) }),
  ),
  ...[list(0, 1), list(4, 5, 8, 14), list(8, 9, 10, 11, 12, PC)].map((imm) =>
    loads({ coded: ['POP', 'T2', { rn: 13, imm }], base: STACK, block: STACK, wback: STACK + sizeOf(imm) }),
  ),
  ...[list(0), list(9), list(14), list(PC)].map((imm) =>
    loads({ coded: ['POP', 'T3', { rn: 13, imm }], base: STACK, block: STACK, wback: STACK + 4 }),
  ),
  // On the process stack.
  row(
    ['PUSH', 'T1', { rn: 13, imm: list(0, 14) }],
    { r: { 0: 5, 14: 6 }, special: { control: 2, psp: PROCESS_STACK } },
    { r: { 13: PROCESS_STACK - 8 }, memory: { [PROCESS_STACK - 8]: wordsToHex(5, 6) } },
  ),
  row(
    ['POP', 'T1', { rn: 13, imm: list(0, 1) }],
    { special: { control: 2, psp: PROCESS_STACK }, memory: { [PROCESS_STACK]: wordsToHex(5, 6) } },
    { r: { 0: 5, 1: 6, 13: PROCESS_STACK + 8 } },
  ),
  // A return without the Thumb bit.
  row(
    ['POP', 'T1', { rn: 13, imm: list(PC) }],
    { memory: { [STACK]: wordsToHex(CODE + 0x200) } },
    { r: { 13: STACK + 4 }, pc: CODE + 0x200, noThumb: true },
  ),
];

const conditional: Row[] = [
  ...inIt(
    [LDM, 'T1', { rn: 4, imm: list(0, 1) }],
    { r: { 4: DATA }, memory: { [DATA]: wordsToHex(5, 6) } },
    {
      r: { 0: 5, 1: 6, 4: DATA + 8 },
    },
  ),
  ...inIt(
    [STMDB, 'T1', { rn: 4, imm: list(0, 1), wback: 1 }],
    { r: { 0: 5, 1: 6, 4: DATA + 8 }, memory: { [DATA]: wordsToHex(0, 0) } },
    { r: { 4: DATA }, memory: { [DATA]: wordsToHex(5, 6) } },
  ),
  ...inIt(
    ['PUSH', 'T1', { rn: 13, imm: list(0) }],
    { r: { 0: 5 }, memory: { [STACK - 4]: wordsToHex(0) } },
    {
      r: { 13: STACK - 4 },
      memory: { [STACK - 4]: wordsToHex(5) },
    },
  ),
  ...inIt(
    ['POP', 'T1', { rn: 13, imm: list(0, PC) }],
    { memory: { [STACK]: wordsToHex(5, CODE + 0x41) } },
    {
      r: { 0: 5, 13: STACK + 8 },
      pc: CODE + 0x40,
    },
  ),
];

// --- Faults ----------------------------------------------------------------------------------------------------------------

const MULTIPLES: readonly Coded[] = [
  [LDM, 'T2', { rn: 9, imm: list(0, 1), wback: 1 }],
  [LDMDB, 'T1', { rn: 9, imm: list(0, 1), wback: 1 }],
  [STM, 'T2', { rn: 9, imm: list(0, 1), wback: 1 }],
  [STMDB, 'T1', { rn: 9, imm: list(0, 1), wback: 1 }],
];

const faults: Row[] = MULTIPLES.flatMap((coded) => {
  const first = coded[0].includes('DB') ? NOWHERE - 8 : NOWHERE;
  return [
    // A3.2.1: always aligned to a word.
    ...[1, 2, 3].map((by) =>
      row(
        coded,
        { r: { 9: DATA + by }, words: FAULTS_ENABLED },
        { exception: { number: USAGE_FAULT, cfsr: UNALIGNED } },
      ),
    ),
    // The base is as before.
    row(
      coded,
      { r: { 9: NOWHERE }, words: FAULTS_ENABLED },
      {
        exception: { number: BUS_FAULT, cfsr: PRECISE },
        words: { [BFAR]: first },
      },
    ),
  ];
});

export const MULTIPLE_GROUPS: readonly Group[] = [
  group('LDM and STM, 32 bits', 'A7.7.41', wide),
  group('LDM and STM, 16 bits', 'A7.7.41', narrow),
  group('LDM and STM with the base in the list', 'A7.7.41', baseInList),
  group('LDM to PC', 'A7.7.41', toPc),
  group('PUSH and POP', 'A7.7.99', stack),
  group('multiple transfers in IT blocks', 'A7.3.2', conditional),
  group('multiple transfers that fault', 'A3.2.1', faults),
];
