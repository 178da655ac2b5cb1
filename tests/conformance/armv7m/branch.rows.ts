/** Branches, table branches, and the IT blocks that make any instruction conditional. ARMv7-M ARM DDI 0403E, A7.3, A7.7. */
import { code, condition, inIt, lastInIt, row } from './builders.ts';
import { CONDITIONS, conditionPassed, flagsFrom } from './reference.ts';
import {
  CODE,
  DATA,
  FAULTS_ENABLED,
  type Group,
  group,
  LR,
  program,
  type Row,
  STACK,
  USAGE_FAULT,
} from './row.ts';

/** All 16 states of the flags that conditions look at. */
const ALL_FLAGS = Array.from({ length: 16 }, (_, bits) =>
  ['N', 'Z', 'C', 'V'].filter((_flag, at) => (bits >> at) & 1).join(''),
);
const INVSTATE = 1 << 17;

/** PC reads as the address of the instruction plus 4. */
const target = (offset: number, address = CODE) => (address + 4 + offset) >>> 0;

// --- B, BL, BX, BLX ---------------------------------------------------------------------------------------------------

const everyCondition: Row[] = ALL_FLAGS.flatMap((flags) =>
  CONDITIONS.slice(0, 14).flatMap((_, cond) => {
    const passes = conditionPassed(cond, flagsFrom(flags));
    return [
      row(['B', 'T1', { cond, imm: 0x20 }], { flags }, passes ? { pc: target(0x20) } : {}),
      row(['B', 'T3', { cond, imm: -0x400 }], { flags }, passes ? { pc: target(-0x400) } : {}),
    ];
  }),
);

const distances: Row[] = [
  ...[0, 2, -2, -6, 0xfe, -0x100].map((imm) =>
    row(['B', 'T1', { cond: 0, imm }], { flags: 'Z' }, { pc: target(imm) }),
  ),
  ...[0, 2, -2, -6, 0x7fe, -0x800, 0x400, -0x400].map((imm) =>
    row(['B', 'T2', { imm }], {}, { pc: target(imm) }),
  ),
  ...[2, -2, -6, 0xffffe, -0x10_0000, 0x8_0000, 0x4_0000, 0x1000, 0x800, -0x8_0002].map((imm) =>
    row(['B', 'T3', { cond: 1, imm }], {}, { pc: target(imm) }),
  ),
  ...[2, -2, -6, 0xff_fffe, -0x100_0000, 0x80_0000, 0x40_0000, 0x1000, 0x800, -0x80_0002, -0x40_0002].flatMap(
    (imm) => [
      row(['B', 'T4', { imm }], { flags: 'NZCV' }, { pc: target(imm) }),
      row(['BL', 'T1', { imm }], { flags: 'NZCV' }, { pc: target(imm), r: { [LR]: CODE + 5 } }),
      row(['BL', 'T1', { imm }], { address: CODE + 2 }, { pc: target(imm, CODE + 2), r: { [LR]: CODE + 7 } }),
    ],
  ),
  // To itself: one step like any other.
  row(['B', 'T1', { cond: 0, imm: -4 }], { flags: 'Z' }, { pc: CODE }),
  row(['B', 'T2', { imm: -4 }], {}, { pc: CODE }),
  row(['B', 'T4', { imm: -4 }], {}, { pc: CODE }),
];

const toRegister: Row[] = [
  ...[0, 1, 7, 8, 12, 14].flatMap((rm) => [
    row(['BX', 'T1', { rm }], { r: { [rm]: CODE + 0x101 }, flags: 'NC' }, { pc: CODE + 0x100 }),
    row(['BX', 'T1', { rm }], { r: { [rm]: CODE + 0x100 } }, { pc: CODE + 0x100, noThumb: true }),
    row(
      ['BLX (register)', 'T1', { rm }],
      { r: { [rm]: CODE + 0x101 }, flags: 'NC' },
      { pc: CODE + 0x100, r: { [LR]: CODE + 3 } },
    ),
  ]),
  row(['BX', 'T1', { rm: 13 }], {}, { pc: STACK, noThumb: true }),
  row(
    ['BLX (register)', 'T1', { rm: 3 }],
    { r: { 3: CODE + 0x100 } },
    { pc: CODE + 0x100, noThumb: true, r: { [LR]: CODE + 3 } },
  ),
  // A7.7.20: without the Thumb bit the next instruction is a UsageFault.
  program(
    'BX without the Thumb bit, and the fault behind it',
    [code(['BX', 'T1', { rm: 3 }])],
    { r: { 3: CODE + 0x100 }, words: FAULTS_ENABLED, flags: 'V' },
    { noThumb: true, exception: { number: USAGE_FAULT, returnAddress: CODE + 0x100, cfsr: INVSTATE } },
    { steps: 2 },
  ),
  row(
    ['NOP', 'T1', {}],
    { noThumb: true, words: FAULTS_ENABLED },
    { exception: { number: USAGE_FAULT, cfsr: INVSTATE } },
  ),
  // In Thread mode an EXC_RETURN value is an address.
  row(['BX', 'T1', { rm: 14 }], { r: { 14: 0xffff_fff9 } }, { pc: 0xffff_fff8 }),
];

const conditional: Row[] = [
  ...inIt(['B', 'T2', { imm: 0x40 }], { flags: 'N' }, { pc: target(0x40) }),
  ...inIt(['B', 'T4', { imm: -0x40 }], { flags: 'N' }, { pc: target(-0x40) }),
  ...inIt(['BL', 'T1', { imm: 0x40 }], { flags: 'N' }, { pc: target(0x40), r: { [LR]: CODE + 5 } }),
  ...inIt(['BX', 'T1', { rm: 3 }], { flags: 'N', r: { 3: CODE + 0x41 } }, { pc: CODE + 0x40 }),
  ...inIt(
    ['BLX (register)', 'T1', { rm: 3 }],
    { flags: 'N', r: { 3: CODE + 0x41 } },
    { pc: CODE + 0x40, r: { [LR]: CODE + 3 } },
  ),
];

// --- CBZ, CBNZ, TBB, TBH --------------------------------------------------------------------------------------------------

const compareAndBranch: Row[] = [0, 1].flatMap((imm2) =>
  [0, 1, -1, -0x8000_0000].flatMap((value) => {
    const taken = (value !== 0) === (imm2 === 1);
    return [0, 2, 0x40, 0x7e].map((imm) =>
      row(
        ['CBNZ, CBZ', 'T1', { rn: imm === 2 ? 0 : 7, imm, imm2 }],
        { r: { 0: value, 7: value }, flags: 'ZC' },
        taken ? { pc: target(imm) } : {},
      ),
    );
  }),
);

const TABLE = 'TBB, TBH';
const tableBranches: Row[] = [
  ...[0, 1, 0x7f, 0x80, 0xff].flatMap((entry) => {
    const byte = entry.toString(16).padStart(2, '0');
    return [
      row(
        [TABLE, 'T1', { rn: 1, rm: 2, imm: 0 }],
        { r: { 1: DATA, 2: 3 }, memory: { [DATA]: `aaaaaa${byte}bb` }, flags: 'C' },
        { pc: target(2 * entry) },
      ),
      row(
        [TABLE, 'T1', { rn: 1, rm: 2, imm: 1 }],
        { r: { 1: DATA, 2: 3 }, memory: { [DATA + 6]: `${byte}${byte}` } },
        {
          pc: target(2 * (entry | (entry << 8))),
        },
      ),
      // The table behind the instruction.
      row(
        [TABLE, 'T1', { rn: 15, rm: 2, imm: 0 }],
        { r: { 2: 1 }, memory: { [CODE + 4]: `aa${byte}` } },
        { pc: target(2 * entry) },
      ),
    ];
  }),
  row(
    [TABLE, 'T1', { rn: 1, rm: 2, imm: 0 }],
    { r: { 1: DATA + 1, 2: -1 }, memory: { [DATA]: '0a' } },
    { pc: target(20) },
  ),
  row(
    [TABLE, 'T1', { rn: 1, rm: 2, imm: 1 }],
    { r: { 1: DATA + 1, 2: 0 }, memory: { [DATA]: 'aa0a00' } },
    { pc: target(20) },
  ),
  ...inIt(
    [TABLE, 'T1', { rn: 1, rm: 2, imm: 0 }],
    { r: { 1: DATA, 2: 0 }, memory: { [DATA]: '0a' } },
    { pc: target(20) },
  ),
];

// --- IT ------------------------------------------------------------------------------------------------------------------------

/** Any instruction under each condition, in each state of the flags: here the 16-bit MOV, which then sets none. */
const itConditions: Row[] = ALL_FLAGS.flatMap((flags) =>
  CONDITIONS.map((_, cond) =>
    row(
      ['MOV (immediate)', 'T1', { rd: 3, imm: 7 }],
      { flags, it: lastInIt(cond) },
      conditionPassed(cond, flagsFrom(flags)) ? { r: { 3: 7 } } : {},
    ),
  ),
);

/** Masks of one to four instructions; the bits above the last 1 are the low bit of each further condition. */
const MASKS = Array.from({ length: 15 }, (_, index) => index + 1);
const lengthOfBlock = (mask: number) => 4 - Math.log2(mask & -mask);

/** Instruction n of a block executes if the condition with this low bit holds. */
function executesIn(cond: number, mask: number, flags: string): boolean[] {
  return Array.from({ length: lengthOfBlock(mask) }, (_, n) => {
    const lowBit = n === 0 ? cond & 1 : (mask >> (4 - n)) & 1;
    return conditionPassed((cond & ~1) | lowBit, flagsFrom(flags));
  });
}

/** MOVS r0, #1; MOVS r1, #1; … */
const marks = (count: number): number[] =>
  Array.from({ length: count }, (_, rd) => code(['MOV (immediate)', 'T1', { rd, imm: 1 }]));

const blocks: Row[] = [0, 3, 4, 9, 11, 12].flatMap((cond) =>
  MASKS.flatMap((imm) =>
    ['', 'NZC'].map((flags) => {
      const executes = executesIn(cond, imm, flags);
      const r = Object.fromEntries(executes.flatMap((does, n) => (does ? [[n, 1]] : [])));
      const title = `IT ${CONDITIONS[cond]} with mask ${imm.toString(2)}, flags ${flags || 'clear'}`;
      return program(title, [code(['IT', 'T1', { cond, imm }]), ...marks(executes.length)], { flags }, { r });
    }),
  ),
);

/** ITSTATE on the way through a block. */
const progress: Row[] = [1, 2, 3, 4].map((steps) => {
  const [cond, imm] = [0, 0b0101];
  const states = [0x05, 0x0a, 0x14, 0x08];
  const r = [{}, { 0: 1 }, { 0: 1, 1: 1 }, { 0: 1, 1: 1 }][steps - 1]!;
  return program(
    `ITSTATE after ${steps} steps of ITTET EQ`,
    [code(['IT', 'T1', { cond, imm }]), ...marks(4)],
    { flags: 'Z' },
    { r, it: states[steps - 1]!, pc: CODE + 2 * steps },
    { steps },
  );
});

const inside: Row[] = [
  program(
    'a comparison inside a block decides about the rest of it',
    [
      code(['IT', 'T1', { cond: 0, imm: 0b0110 }]),
      code(['CMP (immediate)', 'T1', { rn: 5, imm: 9 }]),
      ...marks(2),
    ],
    { flags: 'Z', r: { 5: 1 } },
    { flags: 'N', r: { 1: 1 } },
    { steps: 4 },
  ),
  program(
    '32-bit instructions in a block',
    [
      code(['IT', 'T1', { cond: 1, imm: 0b0100 }]),
      code(['MOV (immediate)', 'T3', { rd: 0, imm: 0x1234 }]),
      code(['MOVT', 'T1', { rd: 0, imm: 0x5678 }]),
    ],
    { flags: 'Z', r: { 0: 9 } },
    { r: { 0: 0x5678_0009 } },
  ),
  program(
    'a branch as the last of a block leaves it',
    [code(['IT', 'T1', { cond: 0, imm: 0b0100 }]), ...marks(1), code(['B', 'T2', { imm: 0x40 }])],
    { flags: 'Z' },
    { r: { 0: 1 }, pc: CODE + 4 + 4 + 0x40 },
  ),
  // The flags that the narrow ADD leaves alone inside a block it sets outside.
  program(
    'IT and the same instruction behind its block',
    [
      code(['IT', 'T1', { cond: 0, imm: 8 }]),
      ...[1, 2].map(() => code(['ADD (register)', 'T1', { rd: 0, rn: 0, rm: 1 }])),
    ],
    { flags: 'Z', r: { 0: 1, 1: -1 } },
    { r: { 0: -1 }, flags: 'N' },
  ),
  ...[2, 3].map((steps) =>
    program(
      `a skipped branch, ${steps} steps`,
      [
        code(['IT', 'T1', { cond: condition('C', false), imm: 8 }]),
        code(['B', 'T4', { imm: 0x40 }]),
        ...marks(1),
      ],
      { flags: 'C' },
      steps === 2 ? { pc: CODE + 6, it: 0 } : { r: { 0: 1 }, flags: 'C' },
      { steps },
    ),
  ),
];

export const BRANCH_GROUPS: readonly Group[] = [
  group('B under every condition', 'A7.3.1', everyCondition),
  group('distances', 'A7.7.12', distances),
  group('BX, BLX', 'A7.7.20', toRegister),
  group('branches in IT blocks', 'A7.3.2', conditional),
  group('CBZ, CBNZ', 'A7.7.21', compareAndBranch),
  group('TBB, TBH', 'A7.7.185', tableBranches),
  group('conditions in IT blocks', 'A7.3.1', itConditions),
  group('IT', 'A7.7.38', blocks),
  group('ITSTATE', 'A7.3.3', progress),
  group('what IT blocks contain', 'A7.3.2', inside),
];
