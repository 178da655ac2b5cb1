/**
 * Special registers, hints, barriers, and the instructions that raise exceptions. ARMv7-M ARM DDI 0403E, A7.7, B5.2
 * (MRS, MSR, CPS), B1.5 (exceptions), A5.3.18 (coprocessors).
 */
import { type Coded, code, inIt, row } from './builders.ts';
import {
  type After,
  type Before,
  BUS_FAULT,
  CODE,
  codeHex,
  DATA,
  FAULTS_ENABLED,
  FORCED,
  type Group,
  group,
  HARD_FAULT,
  handlerOf,
  LR,
  MEM_MANAGE,
  NOWHERE,
  PROCESS_STACK,
  program,
  type Row,
  type RowOptions,
  type Specials,
  STACK,
  SVCALL,
  USAGE_FAULT,
  wordsToHex,
} from './row.ts';

const DEBUGEVT = 1 << 31;
const [IACCVIOL, IBUSERR, UNDEFINSTR, INVPC, NOCP] = [1, 1 << 8, 1 << 16, 1 << 18, 1 << 19];

/** SYSm, B5.1.1 table B5-1. */
const SYSM = {
  apsr: 0,
  iapsr: 1,
  eapsr: 2,
  xpsr: 3,
  ipsr: 5,
  epsr: 6,
  iepsr: 7,
  msp: 8,
  psp: 9,
  primask: 16,
  basepri: 17,
  basepri_max: 18,
  faultmask: 19,
  control: 20,
};

/** A state in which every register that MRS can read differs from what the others hold. */
const DISTINCT: Specials = {
  msp: STACK,
  psp: PROCESS_STACK,
  primask: 1,
  basepri: 0x40,
  faultmask: 1,
  control: 2,
};

// --- MRS --------------------------------------------------------------------------------------------------------------

const mrs = (name: keyof typeof SYSM, rd = 3): Coded => ['MRS', 'T1', { rd, imm: SYSM[name] }];

const ALL_FLAGS = 'NZCVQ';
const APSR_VALUE = 0xf800_0000 | 0;

const reads: Row[] = [
  // EPSR reads as zero; IPSR is 0 in Thread mode and the exception's number in its handler.
  ...(['apsr', 'iapsr', 'eapsr', 'xpsr'] as const).flatMap((name) => [
    row(mrs(name), { flags: ALL_FLAGS }, { r: { 3: APSR_VALUE } }),
    row(mrs(name), { flags: '' }, { r: { 3: 0 } }),
  ]),
  ...(['ipsr', 'epsr', 'iepsr'] as const).map((name) =>
    row(mrs(name), { flags: ALL_FLAGS }, { r: { 3: 0 } }),
  ),
  ...(['ipsr', 'iepsr'] as const).map((name) => row(mrs(name), { handler: true }, { r: { 3: SVCALL } })),
  ...(['iapsr', 'xpsr'] as const).map((name) =>
    row(mrs(name), { handler: true, flags: 'NV' }, { r: { 3: 0x9000_000b | 0 } }),
  ),
  ...(['apsr', 'eapsr', 'epsr'] as const).map((name) => row(mrs(name), { handler: true }, { r: { 3: 0 } })),
  row(mrs('msp', 8), { special: DISTINCT }, { r: { 8: STACK } }),
  row(mrs('psp', 8), { special: DISTINCT }, { r: { 8: PROCESS_STACK } }),
  row(mrs('primask', 8), { special: DISTINCT }, { r: { 8: 1 } }),
  row(mrs('basepri', 8), { special: DISTINCT }, { r: { 8: 0x40 } }),
  row(mrs('basepri_max', 8), { special: DISTINCT }, { r: { 8: 0x40 } }),
  row(mrs('faultmask', 8), { special: DISTINCT }, { r: { 8: 1 } }),
  row(mrs('control', 8), { special: DISTINCT }, { r: { 8: 2 } }),
  row(mrs('control', 14), { special: { control: 3, psp: PROCESS_STACK } }, { r: { 14: 3 } }),
  ...(['primask', 'basepri', 'faultmask', 'control'] as const).map((name) =>
    row(mrs(name), { special: {} }, { r: { 3: 0 } }),
  ),
  // B5.2.2: unprivileged code reads zero for what it must not know; CONTROL it may read.
  ...(['msp', 'psp', 'primask', 'basepri', 'basepri_max', 'faultmask'] as const).map((name) =>
    row(
      mrs(name),
      { special: { psp: PROCESS_STACK, primask: 1, basepri: 0x40, control: 3 } },
      { r: { 3: 0 } },
    ),
  ),
  ...(['ipsr', 'iepsr', 'epsr'] as const).map((name) =>
    row(mrs(name), { special: { control: 1 } }, { r: { 3: 0 } }),
  ),
  row(mrs('apsr'), { special: { control: 1 }, flags: ALL_FLAGS }, { r: { 3: APSR_VALUE } }),
  row(mrs('control'), { special: { control: 1 } }, { r: { 3: 1 } }),
  ...inIt(mrs('apsr'), { flags: 'ZC' }, { r: { 3: 0x6000_0000 } }),
  ...inIt(mrs('control'), { special: { control: 2, psp: PROCESS_STACK } }, { r: { 3: 2 } }),
];

// --- MSR --------------------------------------------------------------------------------------------------------------

/** To the flags N, Z, C, V and Q where the register has them. */
const msr = (name: keyof typeof SYSM, rn = 3): Coded => ['MSR', 'T1', { rn, imm: SYSM[name], imm2: 2 }];

function writes(
  name: keyof typeof SYSM,
  value: number,
  special: Specials,
  after: Specials,
  before: Before = {},
): Row {
  return row(msr(name), { ...before, r: { 3: value }, special }, { special: after });
}

const flagWrites: Row[] = (['apsr', 'iapsr', 'eapsr', 'xpsr'] as const).flatMap((name) => [
  row(msr(name), { r: { 3: -1 } }, { flags: ALL_FLAGS }),
  row(msr(name), { r: { 3: 0 }, flags: ALL_FLAGS }, { flags: '' }),
  row(msr(name), { r: { 3: 0x0fff_ffff & ~(1 << 27) }, flags: ALL_FLAGS }, { flags: '' }),
  row(msr(name), { r: { 3: 0x8800_0000 | 0 }, flags: 'ZC' }, { flags: 'NQ' }),
  row(msr(name), { r: { 3: 0x5000_0000 }, special: { control: 1 } }, { flags: 'ZV' }),
  row(msr(name), { r: { 3: 0x2000_0001 }, handler: true }, { flags: 'C' }),
]);

const maskWrites: Row[] = [
  ...(['ipsr', 'epsr', 'iepsr'] as const).flatMap((name) => [
    row(msr(name), { r: { 3: -1 } }, {}),
    row(msr(name), { r: { 3: 0 }, handler: true, flags: 'N' }, {}),
  ]),
  writes('primask', 1, { primask: 0 }, { primask: 1 }),
  writes('primask', -1, { primask: 0 }, { primask: 1 }),
  writes('primask', -2, { primask: 1 }, { primask: 0 }),
  writes('faultmask', 1, { faultmask: 0 }, { faultmask: 1 }),
  writes('faultmask', 0, { faultmask: 1 }, { faultmask: 0 }),
  writes('faultmask', -2, { faultmask: 1 }, { faultmask: 0 }),
  writes('basepri', 0x40, {}, { basepri: 0x40 }),
  writes('basepri', 0x1ff, {}, { basepri: 0xff }),
  writes('basepri', 0, { basepri: 0x40 }, { basepri: 0 }),
  writes('basepri', 0x80, { basepri: 0x40 }, { basepri: 0x80 }),
  // BASEPRI_MAX raises the priority only, and zero would lower it.
  writes('basepri_max', 0x80, { basepri: 0 }, { basepri: 0x80 }),
  writes('basepri_max', 0x80, { basepri: 0x40 }, { basepri: 0x40 }),
  writes('basepri_max', 0x20, { basepri: 0x40 }, { basepri: 0x20 }),
  writes('basepri_max', 0x40, { basepri: 0x40 }, { basepri: 0x40 }),
  writes('basepri_max', 0, { basepri: 0x40 }, { basepri: 0x40 }),
  writes('basepri_max', 0x100, { basepri: 0x40 }, { basepri: 0x40 }),
  writes('msp', STACK - 0x20, { control: 2, psp: PROCESS_STACK }, { msp: STACK - 0x20 }),
  writes('msp', STACK - 0x1d, { control: 2, psp: PROCESS_STACK }, { msp: STACK - 0x20 }),
  writes('psp', PROCESS_STACK - 1, {}, { psp: PROCESS_STACK - 4 }),
  // The stack pointer that is in use.
  row(msr('msp'), { r: { 3: STACK - 0x20 } }, { r: { 13: STACK - 0x20 } }),
  row(
    msr('psp'),
    { r: { 3: STACK - 0x20 }, special: { control: 2, psp: PROCESS_STACK } },
    { r: { 13: STACK - 0x20 } },
  ),
  // CONTROL: both bits in Thread mode; a handler is always on the main stack.
  ...[0, 1, 2, 3].map((value) =>
    row(
      msr('control'),
      { r: { 3: value | ~7 }, special: { psp: PROCESS_STACK } },
      { special: { control: value } },
    ),
  ),
  row(
    msr('control'),
    { r: { 3: 0 }, special: { psp: PROCESS_STACK, control: 2 } },
    { special: { control: 0 } },
  ),
  row(
    msr('control'),
    { r: { 3: 3 }, special: { psp: PROCESS_STACK }, handler: true },
    { special: { control: 1 } },
  ),
  row(
    msr('control'),
    { r: { 3: 2 }, special: { psp: PROCESS_STACK }, handler: true },
    { special: { control: 0 } },
  ),
  // B5.2.3: unprivileged code changes the flags and nothing else.
  ...(['msp', 'psp', 'primask', 'basepri', 'basepri_max', 'control'] as const).map((name) =>
    row(
      msr(name),
      { r: { 3: 0x20 | (name === 'primask' ? 1 : 0) }, special: { psp: PROCESS_STACK, control: 3 } },
      {},
    ),
  ),
  row(msr('control'), { r: { 3: 0 }, special: { control: 1 } }, {}),
  ...inIt(msr('primask'), { r: { 3: 1 }, special: {} }, { special: { primask: 1 } }),
  ...inIt(msr('apsr'), { r: { 3: -1 }, flags: 'C' }, { flags: ALL_FLAGS }),
];

// --- CPS ----------------------------------------------------------------------------------------------------------------

const [I, F] = [2, 1];
/** @param disable 1: the interrupts are masked. */
const cps = (disable: number, imm: number): Coded => ['CPS', 'T1', { imm, imm2: disable }];

const changes: Row[] = [I, F, I | F].flatMap((masks) =>
  [0, 1].flatMap((disable) =>
    [0, 1].flatMap((was) => {
      const special = { primask: was, faultmask: was };
      const after = {
        ...(masks & I ? { primask: disable } : {}),
        ...(masks & F ? { faultmask: disable } : {}),
      };
      return [
        row(cps(disable, masks), { special, flags: 'N' }, { special: after }),
        ...(was === 0 ? [row(cps(disable, masks), { special: { control: 1 } }, {})] : []),
        row(cps(disable, masks), { special: { primask: was }, handler: true }, { special: { ...after } }),
      ];
    }),
  ),
);

// --- Hints and barriers ------------------------------------------------------------------------------------------------------

const HINTS: readonly Coded[] = [
  ['NOP', 'T1', {}],
  ['NOP', 'T2', {}],
  ['SEV', 'T1', {}],
  ['SEV', 'T2', {}],
  ['DBG', 'T1', { imm: 5 }],
  ['DMB', 'T1', { imm: 15 }],
  ['DSB', 'T1', { imm: 15 }],
  ['ISB', 'T1', { imm: 15 }],
  ['CSDB', 'T1', {}],
  ['PSSBB', 'T1', {}],
  ['SSBB', 'T1', {}],
];

const hints: Row[] = HINTS.flatMap((coded) => [
  row(coded, { flags: ALL_FLAGS }, {}),
  row(coded, { special: { control: 1 } }, {}),
  row(coded, { handler: true }, {}),
  ...(['CSDB', 'PSSBB', 'SSBB'].includes(coded[0]) ? [] : inIt(coded, { flags: 'Z' }, {})),
]);

/** YIELD goes by together with the next instruction in a single step through QEMU's GDB port. */
const yields: Row[] = (['T1', 'T2'] as const).flatMap((encoding) => {
  const coded: Coded = ['YIELD', encoding, {}];
  return [
    row(coded, { flags: ALL_FLAGS }, {}, { inOneGo: true }),
    row(coded, { special: { control: 1 } }, {}, { inOneGo: true }),
    ...inIt(coded, { flags: 'Z' }, {}).map((each) => ({ ...each, inOneGo: true })),
  ];
});

/** Hints with numbers that no page has are NOPs: A5.2.5, A5.3.4. */
const unallocatedHints: Row[] = [0xbf50, 0xbf70, 0xbff0, 0xf3af_8006, 0xf3af_80ef, 0xf3af_8020].map(
  (encoding) => program(`hint 0x${encoding.toString(16)}`, [encoding], { flags: 'V' }, {}),
);

const [ISER, ISPR] = [0xe000_e100, 0xe000_e200];
const nop = code(['NOP', 'T1', {}]);

const waits: Row[] = (['T1', 'T2'] as const).flatMap((encoding) => [
  // Passed over, neither waits.
  ...['WFI', 'WFE'].flatMap((name) =>
    ['', 'N'].map((flags) => row([name, encoding, {}], { flags, it: 0x08 }, {})),
  ),
  program(
    `WFI ${encoding} with an interrupt pending that PRIMASK holds back`,
    [
      code(cps(1, I)),
      code(['STR (immediate)', 'T1', { rd: 1, rn: 0, imm: 0 }]),
      code(['STR (immediate)', 'T3', { rd: 1, rn: 0, imm: 0x100 }]),
      code(['WFI', encoding, {}]),
      nop,
    ],
    { r: { 0: ISER, 1: 1 << 31 } },
    { special: { primask: 1 }, words: { [ISPR]: 1 << 31 } },
    { inOneGo: true },
  ),
  program(
    `SEV and WFE ${encoding}`,
    [code(['SEV', 'T1', {}]), code(['WFE', encoding, {}]), nop],
    {},
    {},
    { inOneGo: true },
  ),
]);

// --- Exceptions by instruction -------------------------------------------------------------------------------------------

const QEMU_SVC =
  "stacks the next instruction's address; B1.5.6, ReturnAddress(): a synchronous HardFault stacks this one's";
const QEMU_DEBUGEVT =
  'sets FORCED, too; B3.2.16 and C1.4.4: a debug event that becomes a HardFault sets DEBUGEVT';

/** An instruction that faults: with its handler enabled, as a HardFault, from Handler mode, on the process stack, in IT. */
function faulting(coded: Coded, exception: number, cfsr: number, before: Before = {}): Row[] {
  const words = { ...FAULTS_ENABLED, ...before.words };
  const hard = { number: HARD_FAULT, cfsr, hfsr: FORCED };
  return [
    row(coded, { ...before, words, flags: 'NC' }, { exception: { number: exception, cfsr } }),
    row(coded, { ...before, flags: 'ZV' }, { exception: hard }),
    // The priority of SVCall is as high as that of the fault.
    row(coded, { ...before, words, handler: true }, { exception: hard }),
    row(
      coded,
      { ...before, words, special: { control: 3, psp: PROCESS_STACK - 4 } },
      { exception: { number: exception, cfsr } },
    ),
    // BASEPRI and PRIMASK hold a fault's handler back, too: B1.5.4.
    row(coded, { ...before, words, special: { primask: 1 } }, { exception: hard }),
  ];
}

const undefinedInstructions: Row[] = [
  ...(
    [
      ['UDF', 'T1', { imm: 0 }],
      ['UDF', 'T1', { imm: 0xff }],
      ['UDF', 'T2', { imm: 0xabcd }],
    ] as const
  ).flatMap((coded) => [
    ...faulting(coded, USAGE_FAULT, UNDEFINSTR),
    ...inIt(
      coded,
      { words: FAULTS_ENABLED, flags: 'C' },
      { exception: { number: USAGE_FAULT, cfsr: UNDEFINSTR } },
    ),
  ]),
  // Encodings that ARMv7-M leaves undefined: holes in the 16-bit and in the 32-bit space.
  ...[0xb800, 0xba80, 0xb700, 0xe800_0000, 0xfb90_0000, 0xf920_0000].map((encoding) =>
    program(
      `undefined 0x${(encoding >>> 0).toString(16)}`,
      [encoding | 0],
      { words: FAULTS_ENABLED },
      {
        exception: { number: USAGE_FAULT, cfsr: UNDEFINSTR },
      },
    ),
  ),
];

const calls: Row[] = [
  ...[0, 1, 0xab, 0xff].map((imm) =>
    row(
      ['SVC', 'T1', { imm }],
      { flags: ALL_FLAGS },
      { exception: { number: SVCALL, returnAddress: CODE + 2 } },
    ),
  ),
  row(
    ['SVC', 'T1', { imm: 0 }],
    { special: { control: 3, psp: PROCESS_STACK } },
    { exception: { number: SVCALL, returnAddress: CODE + 2 } },
  ),
  // STKALIGN pads a stack pointer that is no multiple of 8, and frame bit 9 says so.
  row(
    ['SVC', 'T1', { imm: 0 }],
    { special: { control: 2, psp: PROCESS_STACK - 4 }, flags: 'Z' },
    { exception: { number: SVCALL, returnAddress: CODE + 2 } },
  ),
  row(
    ['SVC', 'T1', { imm: 0 }],
    { r: { 13: STACK - 4 } },
    { exception: { number: SVCALL, returnAddress: CODE + 2 } },
  ),
  ...inIt(
    ['SVC', 'T1', { imm: 0 }],
    { flags: 'N' },
    {
      exception: { number: SVCALL, returnAddress: CODE + 2, it: 0 },
    },
  ),
  // Not last in its block: the stacked ITSTATE is that of the next instruction, where it goes on.
  program(
    'SVC in the middle of an IT block',
    [code(['SVC', 'T1', { imm: 0 }])],
    { flags: 'Z', it: 0x04 },
    {
      exception: { number: SVCALL, returnAddress: CODE + 2, it: 0x08 },
    },
  ),
  // It cannot preempt: B1.5.12. The HardFault is synchronous, so its return address is that of the SVC: B1.5.6.
  row(
    ['SVC', 'T1', { imm: 0 }],
    { handler: true },
    { exception: { number: HARD_FAULT, hfsr: FORCED } },
    { qemu: QEMU_SVC },
  ),
  row(
    ['SVC', 'T1', { imm: 0 }],
    { special: { primask: 1 } },
    { exception: { number: HARD_FAULT, hfsr: FORCED } },
    { qemu: QEMU_SVC },
  ),
];

const breakpoints: Row[] = [0, 1, 0xaa, 0xff].flatMap((imm) => {
  const exception = { number: HARD_FAULT, hfsr: DEBUGEVT };
  const excused: RowOptions = { qemu: QEMU_DEBUGEVT };
  const coded: Coded = ['BKPT', 'T1', { imm }];
  return [
    row(coded, { flags: 'NC' }, { exception }, excused),
    row(coded, { words: FAULTS_ENABLED, handler: true }, { exception }, excused),
    row(coded, { special: { control: 3, psp: PROCESS_STACK } }, { exception }, excused),
    // A7.7.17: BKPT is not conditional.
    row(coded, { flags: '', it: 0x08 }, { exception }, excused),
  ];
});

/** A5.3.18: coprocessor instructions of every kind, for coprocessors of a debugger, of nobody, and the VFP's 10 and 11. */
const COPROCESSOR: readonly (readonly [string, number])[] = [
  ['CDP p0', 0xee00_0000],
  ['CDP2 p7', 0xfe00_0700],
  ['MCR p15', 0xee01_0f10],
  ['MCR2 p1', 0xfe01_0110],
  ['MRC p15', 0xee11_0f10],
  ['MRC p14', 0xee10_0e11],
  ['MRC2 p2', 0xfe11_0210],
  ['MCRR p3', 0xec41_0302],
  ['MRRC p4', 0xec51_0402],
  ['LDC p5', 0xed91_0500],
  ['LDC2 p6', 0xfd91_0600],
  ['LDC p5 (literal)', 0xed9f_0500],
  ['STC p8', 0xed81_0800],
  ['STC2 p9', 0xfd81_0900],
  ['VADD.F32', 0xee30_0a00],
  ['VLDR', 0xed90_0a00],
  ['VPUSH', 0xed2d_8b10],
  ['VMRS', 0xeef1_0a10],
  ['VMOV', 0xee00_0a10],
  ['VSEL', 0xfe00_0a00],
];

const coprocessors: Row[] = COPROCESSOR.flatMap(([name, encoding]) => {
  const fault = { exception: { number: USAGE_FAULT, cfsr: NOCP } };
  return [
    program(name, [encoding | 0], { words: FAULTS_ENABLED, flags: 'N' }, fault),
    program(
      `${name} as a HardFault`,
      [encoding | 0],
      {},
      { exception: { number: HARD_FAULT, cfsr: NOCP, hfsr: FORCED } },
    ),
    program(`${name} under a condition that fails`, [encoding | 0], { words: FAULTS_ENABLED, it: 0x08 }, {}),
    program(
      `${name} under a condition that is true`,
      [encoding | 0],
      { words: FAULTS_ENABLED, it: 0x08, flags: 'Z' },
      fault,
    ),
  ];
});

// --- Fetches that fail ----------------------------------------------------------------------------------------------------

/** Jumps somewhere, where the next step faults. */
function fetch(title: string, address: number, exception: number, cfsr: number): Row[] {
  const [jump, before] = [code(['BX', 'T1', { rm: 3 }]), { r: { 3: address | 1 }, flags: 'C' }];
  const returnAddress = address;
  return [
    program(
      title,
      [jump],
      { ...before, words: FAULTS_ENABLED },
      { exception: { number: exception, returnAddress, cfsr } },
      { steps: 2 },
    ),
    program(
      `${title}, as a HardFault`,
      [jump],
      before,
      { exception: { number: HARD_FAULT, returnAddress, cfsr, hfsr: FORCED } },
      { steps: 2 },
    ),
  ];
}

const fetches: Row[] = [
  ...fetch('code where nothing answers', NOWHERE, BUS_FAULT, IBUSERR),
  // B3.1: peripherals, devices and the system space are never executed.
  ...fetch('code among the peripherals', 0x4000_4000, MEM_MANAGE, IACCVIOL),
  ...fetch('code in device space', 0xa000_0000, MEM_MANAGE, IACCVIOL),
  ...fetch('code in the system space', 0xe000_e000, MEM_MANAGE, IACCVIOL),
  ...fetch('EXC_RETURN in Thread mode', 0xffff_fff8, MEM_MANAGE, IACCVIOL),
];

// --- Return, as far as one exception goes --------------------------------------------------------------------------------------

const bxLr = code(['BX', 'T1', { rm: LR }]);
const svc = code(['SVC', 'T1', { imm: 0 }]);
const inHandler = (...encodings: number[]) => ({ [handlerOf(SVCALL)]: codeHex(...encodings) });
const RETURN_PSP = 0xffff_fffd | 0;

function returning(title: string, handler: readonly number[], before: Before, after: After): Row {
  const memory = { ...inHandler(...handler), ...before.memory };
  return program(
    title,
    [svc],
    { ...before, memory },
    { pc: CODE + 2, ...after },
    { steps: 1 + handler.length },
  );
}

const returns: Row[] = [
  returning('SVC and back by BX LR', [bxLr], { flags: 'NQ' }, {}),
  returning(
    'SVC and back to the process stack',
    [bxLr],
    { special: { control: 3, psp: PROCESS_STACK }, flags: 'C' },
    {},
  ),
  returning(
    'SVC and back to an unaligned stack',
    [bxLr],
    { special: { control: 2, psp: PROCESS_STACK - 4 } },
    {},
  ),
  returning(
    'registers and flags changed in the handler come back',
    [
      code(['MOV (immediate)', 'T1', { rd: 0, imm: 0 }]),
      code(['MOV (immediate)', 'T1', { rd: 4, imm: 9 }]),
      bxLr,
    ],
    { flags: 'NV', r: { 0: 5 } },
    { r: { 4: 9 } },
  ),
  returning(
    'back by POP',
    [code(['PUSH', 'T1', { rn: 13, imm: 1 << LR }]), code(['POP', 'T1', { rn: 13, imm: 1 << 15 }])],
    {},
    {},
  ),
  returning(
    'back by LDR to PC',
    [
      code(['STR (immediate)', 'T3', { rd: LR, rn: 4, imm: 0 }]),
      code(['LDR (immediate)', 'T3', { rd: 15, rn: 4, imm: 0 }]),
    ],
    { r: { 4: DATA } },
    {},
  ),
  returning(
    'back by LDM to PC',
    [
      code(['STR (immediate)', 'T3', { rd: LR, rn: 4, imm: 4 }]),
      code(['LDM, LDMIA, LDMFD', 'T2', { rn: 4, imm: 0x8020, wback: 0 }]),
    ],
    { r: { 4: DATA }, memory: { [DATA]: wordsToHex(55) } },
    { r: { 5: 55 } },
  ),
  // A7.7.77: MOV to PC is no exception return but a branch.
  program(
    'MOV to PC of EXC_RETURN is a branch',
    [svc],
    { memory: inHandler(code(['MOV (register)', 'T1', { rd: 15, rm: LR }])) },
    {
      exception: { number: SVCALL, returnAddress: CODE + 2, pc: 0xffff_fff8 },
    },
    { steps: 2 },
  ),
  returning(
    'from the main stack to the process stack',
    [code(['MSR', 'T1', { rn: 5, imm: 9, imm2: 2 }]), code(['BX', 'T1', { rm: 6 }])],
    {
      r: { 5: PROCESS_STACK, 6: RETURN_PSP },
      memory: { [PROCESS_STACK]: wordsToHex(1, 2, 3, 4, 5, 6, CODE + 0x20, 0x2100_0000) },
    },
    {
      r: { 0: 1, 1: 2, 2: 3, 3: 4, 12: 5, 14: 6 },
      flags: 'C',
      pc: CODE + 0x20,
      special: { control: 2, psp: PROCESS_STACK + 0x20, msp: STACK - 0x20 },
    },
  ),
  returning(
    'into the middle of an IT block',
    [code(['STR (immediate)', 'T2', { rd: 4, rn: 13, imm: 0x1c }]), bxLr],
    { r: { 4: 0x4100_0400 | 0x0000_0800 } },
    { flags: 'Z', it: 0x0c },
  ),
  returning(
    'with GE flags in the frame, without the DSP extension',
    [code(['STR (immediate)', 'T2', { rd: 4, rn: 13, imm: 0x1c }]), bxLr],
    { r: { 4: 0x010f_0000 } },
    { flags: '' },
  ),
  returning(
    'without the Thumb bit',
    [code(['STR (immediate)', 'T2', { rd: 4, rn: 13, imm: 0x1c }]), bxLr],
    { r: { 4: 0x8000_0000 | 0 } },
    { flags: 'N', noThumb: true },
  ),
  // A3.4.1: exception entry and return clear the local monitor.
  program(
    'LDREX, SVC and back, STREX',
    [
      code(['LDREX', 'T1', { rd: 1, rn: 0, imm: 0 }]),
      svc,
      code(['STREX', 'T1', { rd: 2, rn: 0, ra: 3, imm: 0 }]),
    ],
    { r: { 0: DATA }, memory: { ...inHandler(bxLr), [DATA]: wordsToHex(77) } },
    { r: { 1: 77, 3: 1 } },
    { steps: 4 },
  ),
];

/** B1.5.8: checks that fail raise INVPC, on the frame that is there. */
const illegalReturns: Row[] = [0xffff_fff1, 0xffff_fff3, 0xffff_fff5, 0xffff_ffff, 0xffff_fff0].map((value) =>
  program(
    `EXC_RETURN 0x${value.toString(16)} from the only active exception`,
    [svc],
    { r: { 4: value | 0 }, memory: inHandler(code(['BX', 'T1', { rm: 4 }])), words: FAULTS_ENABLED },
    { exception: { number: USAGE_FAULT, returnAddress: CODE + 2, cfsr: INVPC, lr: value } },
    { steps: 2 },
  ),
);

export const SYSTEM_GROUPS: readonly Group[] = [
  group('MRS', 'B5.2.2', reads),
  group('MSR to the flags', 'B5.2.3', flagWrites),
  group('MSR', 'B5.2.3', maskWrites),
  group('CPS', 'B5.2.1', changes),
  group('hints and barriers', 'A5.2.5', [...hints, ...yields]),
  group('unallocated hints', 'A5.2.5', unallocatedHints),
  group('WFI and WFE that do not wait', 'B1.5.19', waits),
  group('undefined instructions', 'A5.1.1', undefinedInstructions),
  group('SVC', 'A7.7.178', calls),
  group('BKPT', 'C1.4.4', breakpoints),
  group('coprocessor instructions', 'A5.3.18', coprocessors),
  group('fetches that fail', 'B3.1', fetches),
  group('exception return', 'B1.5.8', returns),
  group('illegal exception return', 'B1.5.8', illegalReturns),
];
