/** Loads and stores of one or two registers, exclusive ones too. ARMv7-M ARM DDI 0403E, A7.7 and A3.2 (alignment). */
import { type Coded, code, inIt, row } from './builders.ts';
import {
  type Before,
  BFAR,
  BUS_FAULT,
  CCR,
  CODE,
  DATA,
  FAULTS_ENABLED,
  FORCED,
  type Group,
  group,
  HARD_FAULT,
  NOWHERE,
  PROCESS_STACK,
  program,
  type Row,
  type RowOptions,
  STACK,
  STKALIGN,
  UNALIGN_TRP,
  USAGE_FAULT,
  wordsToHex,
} from './row.ts';

const PRECISE = 0x8200;
const UNALIGNED = 1 << 24;

interface Access {
  /** 'LDRSB': with ' (immediate)' and its like the titles of its pages. */
  readonly name: string;
  readonly bytes: 1 | 2 | 4;
  /** Encodings of the immediate page: 5 bits, 12 bits, 8 bits with indexing. */
  readonly immediate: readonly [string | undefined, string, string];
  readonly spec: string;
}

const LOADS: readonly Access[] = [
  { name: 'LDR', bytes: 4, immediate: ['T1', 'T3', 'T4'], spec: 'A7.7.43' },
  { name: 'LDRB', bytes: 1, immediate: ['T1', 'T2', 'T3'], spec: 'A7.7.46' },
  { name: 'LDRH', bytes: 2, immediate: ['T1', 'T2', 'T3'], spec: 'A7.7.55' },
  { name: 'LDRSB', bytes: 1, immediate: [undefined, 'T1', 'T2'], spec: 'A7.7.59' },
  { name: 'LDRSH', bytes: 2, immediate: [undefined, 'T1', 'T2'], spec: 'A7.7.63' },
];
const STORES: readonly Access[] = [
  { name: 'STR', bytes: 4, immediate: ['T1', 'T3', 'T4'], spec: 'A7.7.161' },
  { name: 'STRB', bytes: 1, immediate: ['T1', 'T2', 'T3'], spec: 'A7.7.163' },
  { name: 'STRH', bytes: 2, immediate: ['T1', 'T2', 'T3'], spec: 'A7.7.170' },
];

/** What is loaded, with and without a sign bit. */
const VALUES = [0x0000_0000, 0x1234_5678, 0x89ab_cdef | 0, 0x0000_8080, 0x7fff_ff7f, -1];
/** Around what is stored. */
const [BEFORE_IT, BEHIND_IT] = ['aaaaaaaa', 'bbbbbbbb'];

function loaded({ name, bytes }: Access, value: number): number {
  const kept = 32 - 8 * bytes;
  return name.startsWith('LDRS') ? (value << kept) >> kept : ((value << kept) >>> kept) | 0;
}

const bytesHex = (value: number, bytes: number) => wordsToHex(value).slice(0, 2 * bytes);

/** Memory with a value of the access's size at an address. */
function holding({ bytes }: Access, address: number, value: number) {
  return { [address - 4]: BEFORE_IT + bytesHex(value, bytes) + BEHIND_IT };
}

const EMPTY = 0x5aa5_c33c;

/**
 * A load or a store that succeeds.
 * @param before registers beside Rt of a store. @param wback Rn and its new value.
 */
function transfer(
  access: Access,
  coded: Coded,
  address: number,
  value: number,
  before: Before,
  wback: Record<number, number> = {},
  options: RowOptions = {},
): Row {
  const rt = coded[2].rd!;
  if (access.name.startsWith('L')) {
    const memory = holding(access, address, value);
    return row(coded, { ...before, memory }, { r: { [rt]: loaded(access, value), ...wback } }, options);
  }
  return row(
    coded,
    { ...before, r: { [rt]: value, ...before.r }, memory: holding(access, address, EMPTY) },
    { r: wback, memory: holding(access, address, value) },
    options,
  );
}

// --- Immediate offsets -----------------------------------------------------------------------------------------------

function immediateRows(access: Access): Row[] {
  const { name, bytes } = access;
  const page = `${name} (immediate)`;
  const [narrow, plain, indexed] = access.immediate;
  const value = 0x89ab_cdef | 0;
  const up = { index: 1, add: 1, wback: 0 };
  const narrowRows =
    narrow === undefined
      ? []
      : [0, 1, 15, 31].flatMap((units) => {
          const imm = units * bytes;
          const coded: Coded = [page, narrow, { rd: 1, rn: 2, imm }];
          return transfer(access, coded, DATA + 0x100, value, { r: { 2: DATA + 0x100 - imm }, flags: 'NC' });
        });
  const plainRows = [0, 1, 4, 0xfff].map((imm) =>
    transfer(access, [page, plain, { rd: 8, rn: 9, imm }], DATA + 0x100, value, {
      r: { 9: DATA + 0x100 - imm },
    }),
  );
  const forms = [
    { index: 1, add: 0, wback: 0 },
    { index: 1, add: 0, wback: 1 },
    { index: 1, add: 1, wback: 1 },
    { index: 0, add: 0, wback: 1 },
    { index: 0, add: 1, wback: 1 },
  ];
  const indexedRows = forms.flatMap((form) =>
    [0, 4, 0xff].map((imm) => {
      const base = DATA + 0x200;
      const moved = form.add === 1 ? base + imm : base - imm;
      const coded: Coded = [page, indexed, { rd: 8, rn: 9, imm, ...form }];
      const address = form.index === 1 ? moved : base;
      return transfer(
        access,
        coded,
        address,
        value,
        { r: { 9: base } },
        form.wback === 1 ? { 9: moved } : {},
      );
    }),
  );
  const values = VALUES.map((each) =>
    transfer(access, [page, plain, { rd: 0, rn: 1, imm: 8 }], DATA + 8, each, { r: { 1: DATA }, flags: 'Z' }),
  );
  const onto = name.startsWith('L')
    ? [transfer(access, [page, plain, { rd: 9, rn: 9, imm: 8 }], DATA + 8, value, { r: { 9: DATA } })]
    : [];
  const overStack = [
    transfer(access, [page, plain, { rd: 3, rn: 13, imm: 8 }], STACK + 8, value, {}),
    transfer(
      access,
      [page, indexed, { rd: 3, rn: 13, imm: 8, index: 1, add: 0, wback: 1 }],
      STACK - 8,
      value,
      {},
      {
        13: STACK - 8,
      },
    ),
  ];
  const wraps = transfer(access, [page, plain, { rd: 3, rn: 4, imm: 0xfff }], DATA, value, {
    r: { 4: DATA - 0xfff },
  });
  return [
    ...narrowRows,
    ...plainRows,
    ...indexedRows,
    ...values,
    ...onto,
    ...overStack,
    wraps,
    ...conditional(access, [page, plain, { rd: 8, rn: 9, imm: 4 }], { 9: DATA }, DATA + 4),
    ...conditional(
      access,
      [page, indexed, { rd: 8, rn: 9, imm: 4, ...up, index: 0, wback: 1 }],
      { 9: DATA },
      DATA,
      {
        9: DATA + 4,
      },
    ),
    ...(narrow === undefined
      ? []
      : conditional(access, [page, narrow, { rd: 1, rn: 2, imm: 4 }], { 2: DATA }, DATA + 4)),
    ...noMemory(access, [page, plain, { rd: 8, rn: 9, imm: 4 }], { 9: NOWHERE }, NOWHERE + 4),
    // No writeback when the access fails.
    ...noMemory(
      access,
      [page, indexed, { rd: 8, rn: 9, imm: 4, index: 1, add: 1, wback: 1 }],
      { 9: NOWHERE },
      NOWHERE + 4,
    ),
    ...noMemory(
      access,
      [page, indexed, { rd: 8, rn: 9, imm: 4, index: 0, add: 1, wback: 1 }],
      { 9: NOWHERE },
      NOWHERE,
    ),
  ];
}

function conditional(
  access: Access,
  coded: Coded,
  registers: Record<number, number>,
  address: number,
  wback: Record<number, number> = {},
): Row[] {
  const [value, rt] = [0x1122_3344, coded[2].rd!];
  const isLoad = access.name.startsWith('L');
  const before = {
    r: isLoad ? registers : { ...registers, [rt]: value },
    flags: 'C',
    memory: holding(access, address, isLoad ? value : EMPTY),
  };
  const after = isLoad
    ? { r: { [rt]: loaded(access, value), ...wback } }
    : { r: wback, memory: holding(access, address, value) };
  return inIt(coded, before, after);
}

/** A bus fault that names the address: with a handler of its own, and made a HardFault. */
function noMemory(_access: Access, coded: Coded, r: Record<number, number>, address: number): Row[] {
  const words = { [BFAR]: address };
  return [
    row(coded, { r, words: FAULTS_ENABLED }, { exception: { number: BUS_FAULT, cfsr: PRECISE }, words }),
    row(coded, { r }, { exception: { number: HARD_FAULT, cfsr: PRECISE, hfsr: FORCED }, words }),
  ];
}

// --- Register offsets, literals, unprivileged accesses ----------------------------------------------------------------------

function registerRows(access: Access): Row[] {
  const page = `${access.name} (register)`;
  const value = 0x89ab_cdef | 0;
  const narrow = (rd: number, rn: number, rm: number): Coded => [page, 'T1', { rd, rn, rm }];
  const wide = (amount: number): Coded => [page, 'T2', { rd: 8, rn: 9, rm: 10, amount }];
  return [
    transfer(access, narrow(1, 2, 3), DATA + 0x40, value, { r: { 2: DATA, 3: 0x40 }, flags: 'N' }),
    transfer(access, narrow(1, 2, 3), DATA + 0x40, value, { r: { 2: DATA + 0x80, 3: -0x40 } }),
    transfer(access, narrow(7, 0, 0), 0x2000_2000, value, { r: { 0: 0x1000_1000 } }),
    ...(access.name.startsWith('L')
      ? [transfer(access, narrow(2, 2, 3), DATA + 0x40, value, { r: { 2: DATA, 3: 0x40 } })]
      : []),
    ...[0, 1, 2, 3].flatMap((amount) => [
      transfer(access, wide(amount), DATA + (0x10 << amount), value, {
        r: { 9: DATA, 10: 0x10 },
        flags: 'N',
      }),
      transfer(access, wide(amount), DATA + 0x100 - (0x10 << amount), value, {
        r: { 9: DATA + 0x100, 10: -0x10 },
      }),
      // Bits shifted out do not count.
      transfer(access, wide(amount), DATA + 0x100 + (0x10 << amount), value, {
        r: { 9: DATA + 0x100, 10: (amount === 0 ? 0 : 0x8000_0000) | 0x10 },
      }),
    ]),
    ...conditional(access, narrow(1, 2, 3), { 2: DATA, 3: 0x40 }, DATA + 0x40),
    ...conditional(access, wide(2), { 9: DATA, 10: 0x10 }, DATA + 0x40),
    ...noMemory(access, narrow(1, 2, 3), { 2: NOWHERE, 3: 0x40 }, NOWHERE + 0x40),
  ];
}

/** From the instruction's address plus 4, aligned down to a word. */
function literalRows(access: Access): Row[] {
  const page = `${access.name} (literal)`;
  const wide = access.name === 'LDR' ? 'T2' : 'T1';
  const value = 0x89ab_cdef | 0;
  const offsets = [
    [0x40, 1],
    [0x41, 1],
    [0xfff, 1],
    [0x40, 0],
    [0xffe, 0],
  ] as const;
  return [CODE, CODE + 2].flatMap((address) => {
    const base = (address + 4) & ~3;
    const small = access.name === 'LDR' ? [0x40, 0x3fc] : [];
    return [
      ...small.map((imm) => transfer(access, [page, 'T1', { rd: 3, imm }], base + imm, value, { address })),
      ...offsets.map(([imm, add]) => {
        const at = add === 1 ? base + imm : base - imm;
        return transfer(access, [page, wide, { rd: 9, imm, add }], at, value, { address, flags: 'Z' });
      }),
      ...conditional(access, [page, wide, { rd: 9, imm: 0x40, add: 1 }], {}, CODE + 0x44),
    ];
  });
}

/** LDRT and its like: as unprivileged code even where the processor is privileged. */
function unprivilegedRows(access: Access): Row[] {
  const name = `${access.name}T`;
  const value = 0x89ab_cdef | 0;
  const CPUID = 0xe000_ed00;
  const coded = (imm: number): Coded => [name, 'T1', { rd: 8, rn: 9, imm }];
  return [
    ...[0, 1, 0xff].map((imm) =>
      transfer(access, coded(imm), DATA + 0x100, value, { r: { 9: DATA + 0x100 - imm } }),
    ),
    ...conditional(access, coded(4), { 9: DATA }, DATA + 4),
    ...noMemory(access, coded(4), { 9: NOWHERE }, NOWHERE + 4),
    // B3.1: the private peripheral bus refuses unprivileged accesses, with a BusFault.
    ...noMemory(access, coded(0), { 9: CPUID }, CPUID),
  ];
}

/** The same access by unprivileged code. */
const privateBus: Row[] = [
  row(
    ['LDR (immediate)', 'T1', { rd: 1, rn: 2, imm: 0 }],
    { r: { 2: 0xe000_ed00 } },
    { r: { 1: 0x410f_c231 } },
  ),
  row(
    ['LDR (immediate)', 'T1', { rd: 1, rn: 2, imm: 0 }],
    { r: { 2: 0xe000_ed00 }, special: { control: 1 }, words: FAULTS_ENABLED },
    { exception: { number: BUS_FAULT, cfsr: PRECISE }, words: { [BFAR]: 0xe000_ed00 } },
  ),
  row(
    ['STR (immediate)', 'T1', { rd: 1, rn: 2, imm: 0 }],
    { r: { 2: 0xe000_ed14 }, special: { control: 1 }, words: FAULTS_ENABLED },
    { exception: { number: BUS_FAULT, cfsr: PRECISE }, words: { [BFAR]: 0xe000_ed14 } },
  ),
];

// --- PC and SP as Rt ---------------------------------------------------------------------------------------------------------

const toPc = (value: number) => ({ [DATA]: wordsToHex(value) });

/** LDR to PC is a branch that may change the instruction set; without the Thumb bit the next instruction faults. */
const specialTargets: Row[] = [
  row(
    ['LDR (immediate)', 'T3', { rd: 15, rn: 1, imm: 0 }],
    { r: { 1: DATA }, memory: toPc(CODE + 0x101) },
    { pc: CODE + 0x100 },
  ),
  row(
    ['LDR (immediate)', 'T3', { rd: 15, rn: 1, imm: 0 }],
    { r: { 1: DATA }, memory: toPc(CODE + 0x100) },
    { pc: CODE + 0x100, noThumb: true },
  ),
  row(
    ['LDR (immediate)', 'T4', { rd: 15, rn: 1, imm: 8, index: 0, add: 1, wback: 1 }],
    { r: { 1: DATA }, memory: toPc(CODE + 0x101) },
    { pc: CODE + 0x100, r: { 1: DATA + 8 } },
  ),
  row(
    ['LDR (register)', 'T2', { rd: 15, rn: 1, rm: 2, amount: 2 }],
    { r: { 1: DATA - 8, 2: 2 }, memory: toPc(CODE + 0x101) },
    { pc: CODE + 0x100 },
  ),
  row(
    ['LDR (literal)', 'T2', { rd: 15, imm: 0x40, add: 1 }],
    { memory: { [CODE + 0x44]: wordsToHex(CODE + 0x101) } },
    {
      pc: CODE + 0x100,
    },
  ),
  ...inIt(
    ['LDR (immediate)', 'T3', { rd: 15, rn: 1, imm: 0 }],
    { r: { 1: DATA }, memory: toPc(CODE + 0x101) },
    {
      pc: CODE + 0x100,
    },
  ),
  program(
    'LDR to PC without the Thumb bit: the next instruction is a UsageFault (INVSTATE)',
    [code(['LDR (immediate)', 'T3', { rd: 15, rn: 1, imm: 0 }])],
    { r: { 1: DATA }, memory: toPc(CODE + 0x100), words: FAULTS_ENABLED },
    { noThumb: true, exception: { number: USAGE_FAULT, returnAddress: CODE + 0x100, cfsr: 1 << 17 } },
    { steps: 2 },
  ),
  row(
    ['LDR (immediate)', 'T2', { rd: 3, rn: 13, imm: 0x3fc }],
    { memory: { [STACK + 0x3fc]: wordsToHex(77) } },
    { r: { 3: 77 } },
  ),
  row(
    ['STR (immediate)', 'T2', { rd: 3, rn: 13, imm: 8 }],
    { r: { 3: 77 }, memory: { [STACK + 8]: wordsToHex(0) } },
    {
      memory: { [STACK + 8]: wordsToHex(77) },
    },
  ),
  ...inIt(
    ['LDR (immediate)', 'T2', { rd: 3, rn: 13, imm: 4 }],
    { memory: { [STACK + 4]: wordsToHex(77) } },
    { r: { 3: 77 } },
  ),
  ...inIt(
    ['STR (immediate)', 'T2', { rd: 3, rn: 13, imm: 4 }],
    { r: { 3: 77 }, memory: { [STACK + 4]: wordsToHex(0) } },
    {
      memory: { [STACK + 4]: wordsToHex(77) },
    },
  ),
  row(
    ['LDR (immediate)', 'T3', { rd: 13, rn: 1, imm: 0 }],
    { r: { 1: DATA }, memory: { [DATA]: wordsToHex(0x2000_0804) } },
    {
      r: { 13: 0x2000_0804 },
    },
  ),
  row(
    ['LDR (immediate)', 'T3', { rd: 13, rn: 1, imm: 0 }],
    { r: { 1: DATA }, memory: { [DATA]: wordsToHex(0x2000_0807) } },
    {
      r: { 13: 0x2000_0804 },
    },
  ),
  row(
    ['STR (immediate)', 'T3', { rd: 13, rn: 1, imm: 0 }],
    { r: { 1: DATA }, memory: { [DATA]: wordsToHex(0) } },
    {
      memory: { [DATA]: wordsToHex(STACK) },
    },
  ),
  row(
    ['STR (immediate)', 'T2', { rd: 3, rn: 13, imm: 8 }],
    { r: { 3: 77 }, special: { control: 2, psp: PROCESS_STACK } },
    { memory: { [PROCESS_STACK + 8]: wordsToHex(77) } },
  ),
];

// --- Alignment, A3.2 -----------------------------------------------------------------------------------------------------------

const TRAP_UNALIGNED = { [CCR]: STKALIGN | UNALIGN_TRP };
const usageFault = { exception: { number: USAGE_FAULT, cfsr: UNALIGNED } };

/** Words and halfwords may lie anywhere, unless UNALIGN_TRP is set; also across a page and a 64-byte granule. */
function unalignedRows(access: Access): Row[] {
  if (access.bytes === 1) return [];
  const plain = access.immediate[1];
  const places = [DATA + 1, DATA + 2, DATA + 3, DATA + 0x3f, DATA + 0xffd, DATA + 0xffe, DATA + 0xfff];
  const coded: Coded = [`${access.name} (immediate)`, plain, { rd: 8, rn: 9, imm: 4 }];
  const indexed: Coded = [
    `${access.name} (immediate)`,
    access.immediate[2],
    { rd: 8, rn: 9, imm: 4, index: 1, add: 1, wback: 1 },
  ];
  const unaligned = (address: number) => address % access.bytes !== 0;
  const trapped = { words: { ...TRAP_UNALIGNED, ...FAULTS_ENABLED } };
  return [
    ...places.map((address) => transfer(access, coded, address, 0x89ab_cdef | 0, { r: { 9: address - 4 } })),
    ...places
      .filter(unaligned)
      .flatMap((address) => [
        row(coded, { r: { 9: address - 4 }, ...trapped }, usageFault),
        row(indexed, { r: { 9: address - 4 }, ...trapped }, usageFault),
      ]),
    transfer(access, coded, DATA + 8, 0x89ab_cdef | 0, { r: { 9: DATA + 4 }, ...trapped }),
    row(
      coded,
      { r: { 9: DATA - 3 }, words: TRAP_UNALIGNED },
      {
        exception: { number: HARD_FAULT, cfsr: UNALIGNED, hfsr: FORCED },
      },
    ),
  ];
}

// --- Two registers ---------------------------------------------------------------------------------------------------------------

const DUAL_FORMS = [
  { index: 1, add: 1, wback: 0 },
  { index: 1, add: 0, wback: 0 },
  { index: 1, add: 1, wback: 1 },
  { index: 1, add: 0, wback: 1 },
  { index: 0, add: 1, wback: 1 },
  { index: 0, add: 0, wback: 1 },
];
const [LOW, HIGH] = [0x1122_3344, 0x99aa_bbcc | 0];

function dualRows(): Row[] {
  const base = DATA + 0x400;
  const succeeding = DUAL_FORMS.flatMap((form) =>
    [0, 4, 8, 0x3fc].flatMap((imm) => {
      const moved = form.add === 1 ? base + imm : base - imm;
      const address = form.index === 1 ? moved : base;
      const wback: Record<number, number> = form.wback === 1 ? { 9: moved } : {};
      const operands = { rd: 2, ra: 11, rn: 9, imm, ...form };
      const memory = { [address]: wordsToHex(LOW, HIGH) };
      return [
        row(
          ['LDRD (immediate)', 'T1', operands],
          { r: { 9: base }, flags: 'N', memory },
          { r: { 2: LOW, 11: HIGH, ...wback } },
        ),
        row(
          ['STRD (immediate)', 'T1', operands],
          { r: { 9: base, 2: LOW, 11: HIGH }, flags: 'N' },
          { r: wback, memory },
        ),
      ];
    }),
  );
  const plain = { imm: 8, index: 1, add: 1, wback: 0 };
  const memory = { [DATA + 8]: wordsToHex(LOW, HIGH) };
  const load = (rd: number, ra: number, rn: number): Coded => [
    'LDRD (immediate)',
    'T1',
    { rd, ra, rn, ...plain },
  ];
  const store = (rd: number, ra: number, rn: number): Coded => [
    'STRD (immediate)',
    'T1',
    { rd, ra, rn, ...plain },
  ];
  const postIndexed: Coded = [
    'LDRD (immediate)',
    'T1',
    { rd: 2, ra: 3, rn: 9, imm: 8, index: 0, add: 1, wback: 1 },
  ];
  return [
    ...succeeding,
    row(load(9, 3, 9), { r: { 9: DATA }, memory }, { r: { 9: LOW, 3: HIGH } }),
    row(load(3, 9, 9), { r: { 9: DATA }, memory }, { r: { 3: LOW, 9: HIGH } }),
    row(store(9, 9, 9), { r: { 9: DATA } }, { memory: { [DATA + 8]: wordsToHex(DATA, DATA) } }),
    row(load(2, 3, 13), { memory: { [STACK + 8]: wordsToHex(LOW, HIGH) } }, { r: { 2: LOW, 3: HIGH } }),
    ...[CODE, CODE + 2].flatMap((address) =>
      [1, 0].map((add) => {
        const at = ((address + 4) & ~3) + (add === 1 ? 0x40 : -0x40);
        return row(
          ['LDRD (literal)', 'T1', { rd: 2, ra: 3, imm: 0x40, index: 1, add, wback: 0 }],
          { address, memory: { [at]: wordsToHex(LOW, HIGH) } },
          {
            r: { 2: LOW, 3: HIGH },
          },
        );
      }),
    ),
    ...inIt(load(2, 3, 9), { r: { 9: DATA }, memory }, { r: { 2: LOW, 3: HIGH } }),
    ...inIt(
      store(2, 3, 9),
      { r: { 9: DATA, 2: LOW, 3: HIGH }, memory: { [DATA + 8]: wordsToHex(0, 0) } },
      { memory },
    ),
    ...inIt(postIndexed, { r: { 9: DATA + 8 }, memory }, { r: { 2: LOW, 3: HIGH, 9: DATA + 16 } }),
    // A3.2.1: these must be aligned to a word whatever UNALIGN_TRP says.
    ...[1, 2, 3].flatMap((offset) =>
      [load(2, 3, 9), store(2, 3, 9), postIndexed].map((coded) =>
        row(coded, { r: { 9: DATA + offset }, words: FAULTS_ENABLED }, usageFault),
      ),
    ),
    ...[load(2, 3, 9), store(2, 3, 9)].map((coded) =>
      row(
        coded,
        { r: { 9: NOWHERE }, words: FAULTS_ENABLED },
        {
          exception: { number: BUS_FAULT, cfsr: PRECISE },
          words: { [BFAR]: NOWHERE + 8 },
        },
      ),
    ),
    row(
      postIndexed,
      { r: { 9: NOWHERE }, words: FAULTS_ENABLED },
      {
        exception: { number: BUS_FAULT, cfsr: PRECISE },
        words: { [BFAR]: NOWHERE },
      },
    ),
  ];
}

// --- Exclusives, A3.4 --------------------------------------------------------------------------------------------------------------

const CLREX = code(['CLREX', 'T1', {}]);
const NOT_EXCLUSIVE_ALIGNMENT =
  'checks the alignment of a store-exclusive only if the monitor lets it through; A3.4.1 and A7.7.167: always';

const EXCLUSIVES = [
  { load: 'LDREX', store: 'STREX', bytes: 4, imm: { imm: 8 }, offset: 8 },
  { load: 'LDREXB', store: 'STREXB', bytes: 1, imm: {}, offset: 0 },
  { load: 'LDREXH', store: 'STREXH', bytes: 2, imm: {}, offset: 0 },
] as const;

function exclusiveRows(): Row[] {
  return EXCLUSIVES.flatMap(({ load, store, bytes, imm, offset }) => {
    const loads: Coded = [load, 'T1', { rd: 1, rn: 0, ...imm }];
    const stores: Coded = [store, 'T1', { rd: 2, rn: 0, ra: 3, ...imm }];
    const [old, fresh] = [0x89ab_cdef | 0, 0x1122_3344];
    const at = DATA + offset;
    const memory = { [at - 4]: BEFORE_IT + bytesHex(old, bytes) + BEHIND_IT };
    const stored = { [at - 4]: BEFORE_IT + bytesHex(fresh, bytes) + BEHIND_IT };
    const before = { r: { 0: DATA, 2: fresh }, flags: 'C', memory };
    const value = bytes === 4 ? old : old & (2 ** (8 * bytes) - 1);
    const both = [code(loads), code(stores)];
    const unaligned = bytes === 1 ? [] : [1, 3].map((by) => ({ r: { 0: DATA + by }, words: FAULTS_ENABLED }));
    return [
      row(loads, before, { r: { 1: value } }),
      row(stores, before, { r: { 3: 1 } }),
      program(`${load} and ${store}`, both, before, { r: { 1: value, 3: 0 }, memory: stored }),
      program(
        `${load} and ${store} twice: the first one ends the reservation`,
        [...both, code([store, 'T1', { rd: 1, rn: 0, ra: 4, ...imm }])],
        before,
        { r: { 1: value, 3: 0, 4: 1 }, memory: stored },
      ),
      program(`${load}, CLREX, ${store}`, [code(loads), CLREX, code(stores)], before, {
        r: { 1: value, 3: 1 },
      }),
      program(`${load}, ${load}, ${store}`, [code(loads), ...both], before, {
        r: { 1: value, 3: 0 },
        memory: stored,
      }),
      program(
        `${store} into a register that is also a source of nothing`,
        [code(loads), code([store, 'T1', { rd: 1, rn: 0, ra: 12, ...imm }])],
        before,
        { r: { 1: value, 12: 0 } },
      ),
      ...inIt(loads, before, { r: { 1: value } }),
      ...inIt(stores, before, { r: { 3: 1 } }),
      ...unaligned.flatMap((place) => [
        row(loads, place, usageFault),
        row(stores, place, usageFault, { qemu: NOT_EXCLUSIVE_ALIGNMENT }),
      ]),
      row(
        loads,
        { r: { 0: NOWHERE }, words: FAULTS_ENABLED },
        {
          exception: { number: BUS_FAULT, cfsr: PRECISE },
          words: { [BFAR]: NOWHERE + offset },
        },
      ),
    ];
  });
}

const clearExclusive: Row[] = [
  row(['CLREX', 'T1', {}], { flags: 'NZCVQ' }, {}),
  ...inIt(['CLREX', 'T1', {}], { flags: 'N' }, {}),
];

// --- Preloads: hints that read nothing ------------------------------------------------------------------------------------------------

const PRELOADS: readonly Coded[] = [
  ['PLD (immediate)', 'T1', { rn: 1, imm: 0x10 }],
  ['PLD (immediate)', 'T2', { rn: 1, imm: 0x10 }],
  ['PLD (literal)', 'T1', { imm: 0x10, add: 1 }],
  ['PLD (literal)', 'T1', { imm: 0x10, add: 0 }],
  ['PLD (register)', 'T1', { rn: 1, rm: 2, amount: 1 }],
  ['PLI (immediate, literal)', 'T1', { rn: 1, imm: 0x10 }],
  ['PLI (immediate, literal)', 'T2', { rn: 1, imm: 0x10 }],
  ['PLI (immediate, literal)', 'T3', { imm: 0x10, add: 1 }],
  ['PLI (register)', 'T1', { rn: 1, rm: 2, amount: 1 }],
];

const preloads: Row[] = PRELOADS.flatMap((coded) => [
  row(coded, { r: { 1: DATA, 2: 4 }, flags: 'NZCVQ' }, {}),
  row(coded, { r: { 1: NOWHERE, 2: -1 }, words: FAULTS_ENABLED }, {}),
  ...inIt(coded, { r: { 1: NOWHERE } }, {}),
]);

/** A5.3.8: loads of halfwords to PC are memory hints that mean nothing. */
const memoryHints: Row[] = [0xf8b1_f010, 0xf831_fc10, 0xf831_f002, 0xf8bf_f010].flatMap((unsigned) =>
  [unsigned, unsigned | 0x0100_0000].flatMap((encoding) => [
    program(
      `memory hint 0x${(encoding >>> 0).toString(16)}`,
      [encoding],
      { r: { 1: NOWHERE, 2: -1 }, words: FAULTS_ENABLED },
      {},
    ),
    program(
      `memory hint 0x${(encoding >>> 0).toString(16)} in an IT block`,
      [encoding],
      { it: 0x18, flags: 'Z' },
      {},
    ),
  ]),
);

// --- Bit-band, B3.1 -------------------------------------------------------------------------------------------------------------------------

/** The word of the alias that stands for a bit of the SRAM region. */
const alias = (address: number, bit: number) => 0x2200_0000 + 32 * (address - 0x2000_0000) + 4 * bit;

const bitBand: Row[] = [0, 7, 8, 31].flatMap((bit) => {
  const [set, clear] = [wordsToHex(1 << bit), wordsToHex(~(1 << bit))];
  const at = { r: { 1: alias(DATA, bit) } };
  const load: Coded = ['LDR (immediate)', 'T1', { rd: 0, rn: 1, imm: 0 }];
  const store: Coded = ['STR (immediate)', 'T1', { rd: 0, rn: 1, imm: 0 }];
  return [
    row(load, { ...at, memory: { [DATA]: set } }, { r: { 0: 1 } }),
    row(load, { ...at, memory: { [DATA]: clear } }, { r: { 0: 0 } }),
    row(store, { r: { ...at.r, 0: 1 }, memory: { [DATA]: wordsToHex(0) } }, { memory: { [DATA]: set } }),
    // Bit 0 of what is stored counts, and no other.
    row(store, { r: { ...at.r, 0: -2 }, memory: { [DATA]: wordsToHex(-1) } }, { memory: { [DATA]: clear } }),
    row(
      ['LDRB (immediate)', 'T1', { rd: 0, rn: 1, imm: 0 }],
      { ...at, memory: { [DATA]: set } },
      { r: { 0: 1 } },
    ),
    row(
      ['STRB (immediate)', 'T1', { rd: 0, rn: 1, imm: 0 }],
      { r: { ...at.r, 0: 1 }, memory: { [DATA]: wordsToHex(0) } },
      {
        memory: { [DATA]: set },
      },
    ),
  ];
});

export const LOAD_STORE_GROUPS: readonly Group[] = [
  ...LOADS.flatMap((access) => [
    group(`${access.name} (immediate)`, access.spec, immediateRows(access)),
    group(`${access.name} (register)`, access.spec, registerRows(access)),
    group(`${access.name} (literal)`, access.spec, literalRows(access)),
    group(`${access.name}T`, access.spec, unprivilegedRows(access)),
    group(`${access.name}, unaligned`, 'A3.2.1', unalignedRows(access)),
  ]),
  ...STORES.flatMap((access) => [
    group(`${access.name} (immediate)`, access.spec, immediateRows(access)),
    group(`${access.name} (register)`, access.spec, registerRows(access)),
    group(`${access.name}T`, access.spec, unprivilegedRows(access)),
    group(`${access.name}, unaligned`, 'A3.2.1', unalignedRows(access)),
  ]),
  group('the private peripheral bus', 'B3.1', privateBus),
  group('PC and SP loaded and stored', 'A7.7.43', specialTargets),
  group('LDRD, STRD', 'A7.7.50', dualRows()),
  group('exclusives', 'A3.4', exclusiveRows()),
  group('CLREX', 'A7.7.23', clearExclusive),
  group('PLD, PLI', 'A7.7.94', preloads),
  group('memory hints', 'A5.3.8', memoryHints),
  group('bit-band', 'B3.1', bitBand),
];
