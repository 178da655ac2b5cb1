/** Machine and user mode: the fields of the CSRs, traps, mret, wfi, counters. Privileged ISA 20240411, chapter 3. */
import { encode } from '../../../src/cpu/riscv/assemble.ts';
import { csr, read, readBack, write } from './csr.ts';
import { CODE, DATA, type Group, group, hexOf, OPEN, program, type Row, row, TRAP_VECTOR } from './row.ts';

const MIE = 1 << 3;
const MPIE = 1 << 7;
const MPP_MACHINE = 3 << 11;
const MPRV = 1 << 17;
const TW = 1 << 21;
const [MSIE, MTIE, MEIE] = [1 << 3, 1 << 7, 1 << 11];

// --- Fields that exist, and those that do not -------------------------------------------------------------------

const QEMU_SUPERVISOR =
  'keeps bits of supervisor mode and of counter overflow; Priv 3.1.6 and 3.1.9: read-only zero without these';
const QEMU_VECTOR = 'keeps VS; Priv 3.1.6.6: read-only zero without the V extension';
const QEMU_MRET =
  'raises illegal instruction for mret to user mode while the PMP has no entry; Priv 3.3.2 knows no such condition';
const QEMU_PRIORITY = 'takes the lowest number first; Priv 3.1.9: external, software, timer';
const QEMU_MPP = 'keeps a mode in MPP that the hart has not; Priv 3.1.6.1: MPP is WARL';
const QEMU_MEPC = 'keeps bit 0 of mepc; Priv 3.1.14: it is always zero';
const QEMU_COUNTERS =
  'counts otherwise; Priv 3.1.10 and 3.1.12: unimplemented counters and their inhibit bits are zero';
const QEMU_CONFIGURATION = 'keeps fields of absent extensions; Priv 3.1.18: read-only zero';
const QEMU_PMP = 'keeps reserved bits; Priv 3.7.1: bits 6 and 5 are zero and R = 0 with W = 1 is reserved';

const ALL_STATUS = MIE | MPIE | MPP_MACHINE | MPRV | TW;

const status: Row[] = [
  ...[0, MIE, MPIE, MPP_MACHINE, MPP_MACHINE | MPRV, TW, ALL_STATUS].map((value) =>
    readBack('mstatus', value, value),
  ),
  readBack('mstatus', 0, 0, { before: { csr: { mstatus: ALL_STATUS } } }),
  readBack('mstatus', -1, ALL_STATUS, { qemu: QEMU_SUPERVISOR }),
  // SIE, SPIE, SPP, SUM, MXR, TVM, TSR: supervisor mode. UBE, FS, VS, XS, SD: nothing that they tell of.
  ...[1, 5, 8, 18, 19, 20, 22].map((bit) => readBack('mstatus', 1 << bit, 0, { qemu: QEMU_SUPERVISOR })),
  ...[9, 10].map((bit) => readBack('mstatus', 1 << bit, 0, { qemu: QEMU_VECTOR })),
  ...[0, 2, 4, 6, 13, 14, 15, 16, 23, 24, 30, 31].map((bit) => readBack('mstatus', 1 << bit, 0)),
  // 3.1.6.1: of the modes 1 and 2 the hart has none; MPP then is user mode.
  ...[1, 2].map((mode) => readBack('mstatus', mode << 11, 0, { qemu: QEMU_MPP })),
  readBack('mstatush', -1, 0, { qemu: QEMU_CONFIGURATION }),
  readBack('mstatush', 0x30, 0),
];

const VECTORS: [number, number][] = [
  [0x8000_1000, 0x8000_1000],
  [0x8000_1001, 0x8000_1001],
  [0x8000_1004, 0x8000_1004],
  [0x7fff_fffd, 0x7fff_fffd],
  [0, 0],
  [1, 1],
  // 3.1.7: modes 2 and 3 are reserved; such a write changes nothing here.
  [0x8000_2002, TRAP_VECTOR],
  [0x8000_2003, TRAP_VECTOR],
  [-1, TRAP_VECTOR],
];

const trapRegisters: Row[] = [
  ...[0, 1, -1, 0x1234_5678].map((value) => readBack('mscratch', value, value)),
  ...[0, 2, 4, 0x8000_0002, -2].map((value) => readBack('mepc', value, value)),
  // With IALIGN = 16 bit 0 alone is always zero.
  ...[1, 3, 0x8000_0001, -1].map((value) => readBack('mepc', value, value & ~1, { qemu: QEMU_MEPC })),
  ...[0, 2, 11, 0x8000_0007 | 0].map((value) => readBack('mcause', value, value)),
  ...[0, 1, -1, 0x1234_5679].map((value) => readBack('mtval', value, value)),
];

const EVERY_INTERRUPT = MSIE | MTIE | MEIE;

/** mtimecmp is 0 after reset, so the timer interrupt is pending. */
const PENDING = MTIE;

const interruptRegisters: Row[] = [
  ...[0, MSIE, MTIE, MEIE, EVERY_INTERRUPT].map((value) => readBack('mie', value, value)),
  readBack('mie', -1, EVERY_INTERRUPT, { qemu: QEMU_SUPERVISOR }),
  ...[1, 5, 9, 13].map((bit) => readBack('mie', 1 << bit, 0, { qemu: QEMU_SUPERVISOR })),
  ...[0, 4, 8, 16, 31].map((bit) => readBack('mie', 1 << bit, 0)),
  // 3.1.9: MSIP, MTIP and MEIP are read-only in mip.
  ...[0, EVERY_INTERRUPT].map((value) => readBack('mip', value, PENDING)),
  readBack('mip', -1, PENDING, { qemu: QEMU_SUPERVISOR }),
  row(
    'csrrc',
    { rd: 10, rs1: 11, imm: csr('mip') },
    { x: { 11: -1 } },
    { x: { 10: PENDING }, csr: { mip: PENDING } },
  ),
  row('csrrsi', { rd: 10, rs1: 8, imm: csr('mip') }, {}, { x: { 10: PENDING }, csr: { mip: PENDING } }),
];

const MISA = 0x4010_1105;

const otherRegisters: Row[] = [
  ...[0, -1, MISA].map((value) => readBack('misa', value, MISA)),
  ...['mhartid', 'mvendorid', 'mconfigptr'].map((name) =>
    program(`${name} is zero`, [read(10, name)], {}, { x: { 10: 0 } }),
  ),
  ...['marchid', 'mimpid'].map((name) =>
    program(
      `${name} is zero`,
      [read(10, name)],
      {},
      { x: { 10: 0 } },
      { qemu: 'has its own number; Priv 3.1.3 and 3.1.4' },
    ),
  ),
  ...[0, 1, 7, -1].map((value) => readBack('mcounteren', value, value)),
  ...[0, 1, 4, 5].map((value) => readBack('mcountinhibit', value, value)),
  ...[2, -1].map((value) => readBack('mcountinhibit', value, value & 5, { qemu: QEMU_COUNTERS })),
  ...[0, 1].map((value) => readBack('menvcfg', value, value)),
  readBack('menvcfg', -1, 1, { qemu: QEMU_CONFIGURATION }),
  readBack('menvcfgh', 0, 0),
  readBack('menvcfgh', -1, 0, { qemu: QEMU_CONFIGURATION }),
  ...['mhpmcounter3', 'mhpmcounter3h', 'mhpmevent3', 'mhpmevent31'].map((name) =>
    readBack(name, -1, 0, { qemu: QEMU_COUNTERS }),
  ),
  ...['mhpmcounter31', 'mhpmcounter31h'].map((name) => readBack(name, -1, 0, { qemu: QEMU_COUNTERS })),
];

const protection: Row[] = [
  ...[0, 0x0707_0707, 0x1f1f_1f1f, 0x0f08_1018, 0x1119_0901].map((value) =>
    readBack('pmpcfg1', value, value),
  ),
  readBack('pmpcfg1', 0x6060_6060, 0, { qemu: QEMU_PMP }),
  readBack('pmpcfg1', 0x7f7f_7f7f, 0x1f1f_1f1f, { qemu: QEMU_PMP }),
  // R = 0 with W = 1: W is dropped here.
  readBack('pmpcfg1', 0x1a12_0a02, 0x1810_0800, { qemu: QEMU_PMP }),
  readBack('pmpcfg1', 0x1e16_0e06, 0x1c14_0c04, { qemu: QEMU_PMP }),
  ...Array.from({ length: 16 }, (_, entry) =>
    readBack(`pmpaddr${entry}`, 0x1234_5678 + entry, 0x1234_5678 + entry),
  ),
  // All of bits 33 to 2 of an address, grain 4 bytes.
  readBack('pmpaddr0', -1, -1),
  readBack('pmpaddr15', -1, -1),
];

// --- Traps --------------------------------------------------------------------------------------------------------

const ECALL = [encode('ecall')];

const traps: Row[] = [
  // 3.1.6.1: MPIE gets MIE, MIE is cleared, MPP gets the privilege; the rest stays.
  ...[0, MIE, MPIE, MIE | MPIE, MPP_MACHINE, MIE | MPP_MACHINE, TW, MPRV | MPP_MACHINE].flatMap((mstatus) =>
    [false, true]
      .filter((user) => !user || (mstatus & MPRV) === 0)
      .map((user) =>
        program(
          `ecall with mstatus ${mstatus.toString(16)}${user ? ' in user mode' : ''}`,
          ECALL,
          { user, csr: { mstatus } },
          {
            trap: { cause: user ? 8 : 11, value: 0 },
          },
        ),
      ),
  ),
  // 3.1.7: exceptions go to BASE in both modes.
  program(
    'an exception with a vectored mtvec',
    ECALL,
    { csr: { mtvec: TRAP_VECTOR + 1 } },
    { trap: { cause: 11, value: 0 } },
  ),
  program(
    'an exception with mtvec elsewhere',
    ECALL,
    { csr: { mtvec: 0x4000_0004 } },
    { trap: { cause: 11, value: 0 }, pc: 0x4000_0004 },
  ),
  program(
    'ecall, and mret back to it',
    ECALL,
    { csr: { mstatus: MIE }, memory: { [TRAP_VECTOR]: hexOf(encode('mret')) } },
    { csr: { mstatus: MIE | MPIE, mepc: CODE, mcause: 11, mtval: 0 }, pc: CODE },
    { steps: 2 },
  ),
  program(
    'ecall from user mode, and mret behind it',
    ECALL,
    {
      user: true,
      memory: {
        [TRAP_VECTOR]: hexOf(
          read(10, 'mepc'),
          encode('c.addi', { rd: 10, imm: 4 }),
          write('mepc', 10),
          encode('mret'),
        ),
      },
    },
    { user: true, x: { 10: CODE + 4 }, csr: { mstatus: MPIE, mepc: CODE + 4, mcause: 8, mtval: 0 } },
    { steps: 5 },
  ),
];

const mret: Row[] = [
  ...(
    [
      // before, after, whether user mode follows
      [MPP_MACHINE, MPIE, false],
      [MPP_MACHINE | MPIE, MPIE | MIE, false],
      [MPP_MACHINE | MIE, MPIE, false],
      [MPP_MACHINE | MPIE | MIE, MPIE | MIE, false],
      [0, MPIE, true],
      [MPIE, MPIE | MIE, true],
      [MIE, MPIE, true],
      [MPIE | MIE, MPIE | MIE, true],
      [TW | MPIE, TW | MPIE | MIE, true],
      [MPRV | MPP_MACHINE, MPRV | MPIE, false],
    ] as const
  ).map(([mstatus, mstatusAfter, user]) =>
    program(
      `mret with mstatus ${mstatus.toString(16)}`,
      [encode('mret')],
      { csr: { ...OPEN, mstatus, mepc: DATA } },
      { csr: { mstatus: mstatusAfter, mepc: DATA }, pc: DATA, user },
    ),
  ),
  program(
    'mret to user mode clears MPRV',
    [encode('mret')],
    { csr: { ...OPEN, mstatus: MPRV | MPIE, mepc: DATA } },
    { csr: { mstatus: MPIE | MIE, mepc: DATA }, pc: DATA, user: true },
    { qemu: 'leaves MPRV; Priv 3.1.6.3: mret to a mode less privileged than machine mode clears it' },
  ),
  ...[CODE, CODE + 2, CODE + 0xffe, 0, 0xffff_fffe].map((mepc) =>
    program(
      `mret to ${mepc.toString(16)}`,
      [encode('mret')],
      { csr: { mstatus: MPP_MACHINE, mepc } },
      { csr: { mstatus: MPIE, mepc }, pc: mepc },
    ),
  ),
  program(
    'mret to user mode without a PMP entry',
    [encode('mret')],
    { csr: { mstatus: 0, mepc: DATA } },
    { csr: { mstatus: MPIE, mepc: DATA }, pc: DATA, user: true },
    { qemu: QEMU_MRET },
  ),
  row('mret', {}, { user: true }, { trap: { cause: 2, value: encode('mret') } }),
  row(
    'mret',
    {},
    { user: true, csr: { mstatus: MPP_MACHINE } },
    { trap: { cause: 2, value: encode('mret') } },
  ),
];

const wfi: Row[] = [
  // 3.3.3: an interrupt that is pending and enabled in mie ends it, whatever MIE says.
  ...[0, TW].map((mstatus) =>
    program(
      `wfi with mstatus ${mstatus.toString(16)} and the timer interrupt pending`,
      [encode('wfi'), encode('c.li', { rd: 10, imm: 3 })],
      { csr: { mstatus, mie: MTIE } },
      { x: { 10: 3 } },
      { inOneGo: true },
    ),
  ),
  // 3.1.6.5: with TW it is illegal in user mode.
  row('wfi', {}, { user: true, csr: { mstatus: TW } }, { trap: { cause: 2, value: encode('wfi') } }),
];

// --- Interrupts ---------------------------------------------------------------------------------------------------

const INTERRUPT = 0x8000_0000 | 0;
const CLINT = 0x0200_0000;
const PLIC = 0x0c00_0000;
const UART = 0x1000_0000;

const enable = encode('csrrsi', { rd: 0, rs1: MIE, imm: csr('mstatus') });
const interrupted = (cause: number, pc: number) => ({ trap: { cause: cause | INTERRUPT, value: 0, pc } });

/** What the program of a row must have written before: every line up that the board has. */
const raiseSoftware = [encode('lui', { rd: 10, imm: CLINT }), encode('sw', { rs1: 10, rs2: 11, imm: 0 })];
const raiseExternal = [
  // PLIC: priority of source 10, its enable bit in context 0; UART: the interrupt of an empty transmitter.
  encode('lui', { rd: 12, imm: PLIC }),
  encode('sw', { rs1: 12, rs2: 11, imm: 40 }),
  encode('lui', { rd: 12, imm: PLIC + 0x2000 }),
  encode('sw', { rs1: 12, rs2: 13, imm: 0 }),
  encode('lui', { rd: 12, imm: UART }),
  encode('sb', { rs1: 12, rs2: 14, imm: 1 }),
];
const raised = { 11: 1, 13: 1 << 10, 14: 2 };
const withSoftware = [...raiseSoftware, enable];
const withAll = [...raiseSoftware, ...raiseExternal, enable];

/** Run up to the trap vector, because single steps through a GDB port hold interrupts back. */
const interrupts: Row[] = [
  program(
    'the timer interrupt is taken behind the instruction that enables it',
    [enable],
    { csr: { mie: MTIE } },
    { ...interrupted(7, CODE + 4), csr: { mstatus: MPIE | MPP_MACHINE } },
    { inOneGo: true },
  ),
  program(
    'enabled in mie as the last',
    [write('mie', 11)],
    { x: { 11: MTIE }, csr: { mstatus: MIE } },
    interrupted(7, CODE + 4),
    { inOneGo: true },
  ),
  // 3.1.7: vectored mode adds 4 × cause.
  program(
    'with a vectored mtvec',
    [enable],
    { csr: { mie: MTIE, mtvec: TRAP_VECTOR + 1 } },
    { ...interrupted(7, CODE + 4), csr: { mstatus: MPIE | MPP_MACHINE }, pc: TRAP_VECTOR + 28 },
    { inOneGo: true },
  ),
  program(
    'behind mret, which sets MIE',
    [encode('mret')],
    { csr: { mie: MTIE, mstatus: MPIE | MPP_MACHINE, mepc: DATA } },
    { ...interrupted(7, DATA), csr: { mstatus: MPIE | MPP_MACHINE } },
    { inOneGo: true },
  ),
  // 3.1.6.1: in user mode machine interrupts are enabled whatever MIE says.
  program(
    'behind mret to user mode',
    [encode('mret')],
    { csr: { ...OPEN, mie: MTIE, mstatus: 0, mepc: DATA } },
    { ...interrupted(7, DATA), csr: { mstatus: 0 } },
    { inOneGo: true },
  ),
  program(
    'software before timer',
    withSoftware,
    { x: raised, csr: { mie: MSIE | MTIE } },
    {
      ...interrupted(3, CODE + 12),
      x: { 10: CLINT },
      csr: { mstatus: MPIE | MPP_MACHINE, mip: MSIE | MTIE },
    },
    { inOneGo: true },
  ),
  // 3.1.9: MEI, MSI, MTI.
  program(
    'external before software and timer',
    withAll,
    { x: raised, csr: { mie: EVERY_INTERRUPT } },
    {
      ...interrupted(11, CODE + 36),
      x: { 10: CLINT, 12: UART },
      csr: { mstatus: MPIE | MPP_MACHINE, mip: EVERY_INTERRUPT },
    },
    { inOneGo: true, qemu: QEMU_PRIORITY },
  ),
  program(
    'only what mie enables',
    withAll,
    { x: raised, csr: { mie: MTIE } },
    {
      ...interrupted(7, CODE + 36),
      x: { 10: CLINT, 12: UART },
      csr: { mstatus: MPIE | MPP_MACHINE, mip: EVERY_INTERRUPT },
    },
    { inOneGo: true },
  ),
  program(
    'none that mie does not enable',
    [enable, encode('c.nop', { rd: 0, imm: 0 })],
    { csr: { mie: MSIE | MEIE } },
    { csr: { mstatus: MIE } },
    { inOneGo: true },
  ),
  program(
    'none without MIE',
    [encode('c.nop', { rd: 0, imm: 0 })],
    { csr: { mie: MTIE } },
    {},
    { inOneGo: true },
  ),
];

// --- Counters -----------------------------------------------------------------------------------------------------

const QEMU_COUNT =
  'counts host time and blocks; Priv 3.1.10: instructions retired, exactly, and an explicit write takes the place of the count (Unpriv 7.1)';
const uncounted = { qemu: QEMU_COUNT };
const nop = encode('c.nop', { rd: 0, imm: 0 });

/** What holds for both counters; one cycle an instruction on bluesim's board `virt`. */
const counters: Row[] = ['mcycle', 'minstret'].flatMap((name) => {
  const high = `${name}h`;
  const shadow = name.slice(1);
  const inhibit = name === 'mcycle' ? 1 : 4;
  return [
    program(
      `${name} written is what the next instruction reads`,
      [write(name, 11), read(10, name)],
      { x: { 11: 0x1234 } },
      { x: { 10: 0x1234 } },
      uncounted,
    ),
    program(
      `${name} counts each instruction behind the write`,
      [write(name, 11), nop, nop, nop, read(10, name)],
      { x: { 11: 100 } },
      { x: { 10: 103 } },
      uncounted,
    ),
    program(
      `${name} read twice`,
      [read(10, name), read(12, name), encode('sub', { rd: 10, rs1: 12, rs2: 10 })],
      {},
      { x: { 10: 1 }, any: [12] },
      uncounted,
    ),
    program(
      `${name} carries into ${high}`,
      [write(high, 0), write(name, 11), nop, read(10, name), read(12, high)],
      { x: { 11: -1 } },
      { x: { 10: 0, 12: 1 } },
      uncounted,
    ),
    program(
      `${high} written leaves ${name} counting`,
      [write(name, 0), write(high, 11), read(10, name), read(12, high)],
      { x: { 11: 5 } },
      { x: { 10: 0, 12: 5 } },
      uncounted,
    ),
    program(
      `both of ${name} wrap together`,
      [write(high, 11), write(name, 11), nop, read(10, high)],
      { x: { 11: -1 } },
      { x: { 10: 0 } },
      uncounted,
    ),
    program(
      `${shadow} shows ${name}`,
      [write(high, 11), write(name, 11), read(10, shadow), read(12, `${shadow}h`)],
      { x: { 11: 7 } },
      { x: { 10: 7, 12: 7 } },
      uncounted,
    ),
    program(
      `${name} stands still while mcountinhibit says so`,
      [write('mcountinhibit', 11), write(name, 12), nop, nop, read(10, name), nop, read(13, name)],
      { x: { 11: inhibit, 12: 100 } },
      { x: { 10: 100, 13: 100 } },
    ),
    program(
      `${name} goes on behind it`,
      [
        write('mcountinhibit', 11),
        write(name, 12),
        nop,
        write('mcountinhibit', 0),
        read(10, name),
        nop,
        read(13, name),
      ],
      { x: { 11: inhibit, 12: 100 } },
      { x: { 10: 100, 13: 102 } },
      uncounted,
    ),
    program(
      `the other bit of mcountinhibit does not stop ${name}`,
      [write('mcountinhibit', 11), write(name, 12), nop, nop, read(10, name)],
      { x: { 11: inhibit ^ 5, 12: 100 } },
      { x: { 10: 102 } },
      uncounted,
    ),
    program(
      `csrrs reads ${name} before its own write`,
      [write(name, 11), encode('csrrs', { rd: 10, rs1: 12, imm: csr(name) }), read(13, name)],
      { x: { 11: 0x100, 12: 0x40 } },
      { x: { 10: 0x100, 13: 0x140 } },
      uncounted,
    ),
  ];
});

/** Written by a debugger or a test between two instructions: no instruction's count gives way to it. */
const outside: Row[] = ['mcycle', 'minstret'].map((name) =>
  program(
    `${name} is what the next instruction reads`,
    [read(10, name)],
    { csr: { [name]: 100 } },
    { x: { 10: 100 } },
    uncounted,
  ),
);

/** 3.3.1: an instruction that raises an exception does not retire; time goes on. */
const notRetired: Row[] = [
  program(
    'ecall does not count as retired',
    [write('minstret', 0), encode('ecall')],
    { memory: { [TRAP_VECTOR]: hexOf(read(10, 'minstret')) } },
    {
      x: { 10: 0 },
      csr: { mstatus: MPP_MACHINE, mepc: CODE + 4, mcause: 11, mtval: 0 },
      pc: TRAP_VECTOR + 4,
    },
    { steps: 3, ...uncounted },
  ),
  program(
    'nor does a load that faults',
    [write('minstret', 0), nop, encode('lw', { rd: 12, rs1: 0, imm: 0 })],
    { memory: { [TRAP_VECTOR]: hexOf(read(10, 'minstret')) } },
    { x: { 10: 1 }, csr: { mstatus: MPP_MACHINE, mepc: CODE + 6, mcause: 5, mtval: 0 }, pc: TRAP_VECTOR + 4 },
    { steps: 4, ...uncounted },
  ),
  program(
    'but its cycle counts',
    [write('mcycle', 0), encode('ecall')],
    { memory: { [TRAP_VECTOR]: hexOf(read(10, 'mcycle')) } },
    {
      x: { 10: 1 },
      csr: { mstatus: MPP_MACHINE, mepc: CODE + 4, mcause: 11, mtval: 0 },
      pc: TRAP_VECTOR + 4,
    },
    { steps: 3, ...uncounted },
  ),
];

/** 3.1.11: each bit of mcounteren opens one counter, both halves, to user mode. */
const counterAccess: Row[] = [
  ['cycle', 0],
  ['time', 1],
  ['instret', 2],
  ['hpmcounter3', 3],
  ['hpmcounter18', 18],
].flatMap(([counter, bit]) =>
  [`${counter}`, `${counter}h`].flatMap((name) => {
    const code = read(10, name);
    const closed = { trap: { cause: 2, value: code } };
    const own = 2 ** Number(bit);
    return [
      program(`${name} opened to user mode`, [code], { user: true, csr: { mcounteren: own } }, { any: [10] }),
      program(`${name} closed to user mode`, [code], { user: true, csr: { mcounteren: -1 - own } }, closed),
      program(`all opened: ${name}`, [code], { user: true, csr: { mcounteren: -1 } }, { any: [10] }),
      program(`none opened: ${name}`, [code], { user: true, csr: { mcounteren: 0 } }, closed),
      program(`${name} is always open to machine mode`, [code], { csr: { mcounteren: 0 } }, { any: [10] }),
    ];
  }),
);

export const PRIVILEGED_GROUPS: readonly Group[] = [
  group('mstatus', 'Priv 3.1.6', status),
  group(
    'mtvec',
    'Priv 3.1.7',
    VECTORS.map(([value, result]) => readBack('mtvec', value, result)),
  ),
  group('mscratch, mepc, mcause, mtval', 'Priv 3.1.13 to 3.1.16', trapRegisters),
  group('mie and mip', 'Priv 3.1.9', interruptRegisters),
  group('other machine CSRs', 'Priv 3.1', otherRegisters),
  group('pmpcfg and pmpaddr', 'Priv 3.7.1', protection),
  group('traps', 'Priv 3.1.6.1, 3.1.7', traps),
  group('mret', 'Priv 3.3.2', mret),
  group('wfi', 'Priv 3.3.3', wfi),
  group('interrupts', 'Priv 3.1.6.1, 3.1.9', interrupts),
  group('mcycle and minstret', 'Priv 3.1.10, 3.1.12', counters),
  group('mcycle and minstret set from outside', 'Priv 3.1.10', outside),
  group('what retires', 'Priv 3.3.1', notRetired),
  group('counters from user mode', 'Priv 3.1.11', counterAccess),
];
