/**
 * Zicsr and Zifencei: what the instructions do, and which registers exist. Unprivileged ISA 20240411, chapters 7
 * and 6; Privileged ISA 20240411, 2.1 and 2.2.
 */
import { encode } from '../../../src/cpu/riscv/assemble.ts';
import { csr } from './csr.ts';
import { CODE, DATA, type Group, group, program, type Row, row, walkingBits } from './row.ts';

const OLD = 0x0000_0ff0;
const before = (value: number) => ({ csr: { mscratch: OLD }, x: { 11: value } });
const after = (mscratch: number, x = {}) => ({ csr: { mscratch }, x });
const MSCRATCH = csr('mscratch');

/** rs1 or the immediate, and what mscratch holds behind it. */
const WRITES: Record<string, readonly (readonly [number, number])[]> = {
  csrrw: [
    [0x1234_5678, 0x1234_5678],
    [0, 0],
    [-1, -1],
  ],
  csrrs: [
    [0x00ff, 0x0fff],
    [0, OLD],
    [-1, -1],
    [0x8000_0001 | 0, 0x8000_0ff1 | 0],
  ],
  csrrc: [
    [0x00ff, 0x0f00],
    [0, OLD],
    [-1, 0],
    [0x8000_0001 | 0, OLD],
  ],
};

function registerForm(mnemonic: string): Row[] {
  const writes = mnemonic === 'csrrw';
  const kept = (value: number) => WRITES[mnemonic]!.find(([operand]) => operand === value)![1];
  return [
    ...WRITES[mnemonic]!.flatMap(([value, result]) => [
      row(mnemonic, { rd: 10, rs1: 11, imm: MSCRATCH }, before(value), after(result, { 10: OLD })),
      row(mnemonic, { rd: 0, rs1: 11, imm: MSCRATCH }, before(value), after(result)),
      // rd and rs1 the same: the old rs1 is what is written.
      row(mnemonic, { rd: 11, rs1: 11, imm: MSCRATCH }, before(value), after(result, { 11: OLD })),
    ]),
    // x0 as rs1: CSRRW writes zero, the others do not write.
    row(mnemonic, { rd: 10, rs1: 0, imm: MSCRATCH }, before(1), after(writes ? 0 : OLD, { 10: OLD })),
    row(mnemonic, { rd: 0, rs1: 0, imm: MSCRATCH }, before(1), after(writes ? 0 : OLD)),
    row(
      mnemonic,
      { rd: 31, rs1: 1, imm: MSCRATCH },
      { ...before(0), x: { 1: -1 } },
      after(kept(-1), { 31: OLD }),
    ),
  ];
}

function immediateForm(mnemonic: string): Row[] {
  const result = (operand: number) =>
    ({ csrrwi: operand, csrrsi: OLD | operand, csrrci: OLD & ~operand })[mnemonic]!;
  return [0, 31, ...walkingBits(0, 4)].flatMap((rs1) => [
    row(mnemonic, { rd: 10, rs1, imm: MSCRATCH }, before(0), after(result(rs1), { 10: OLD })),
    row(mnemonic, { rd: 0, rs1, imm: MSCRATCH }, before(0), after(result(rs1))),
  ]);
}

const FORMS = ['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci'];

const QEMU_ZERO =
  'takes a CSRRS or CSRRC of a register that holds zero for a read; Unpriv 7.1: only x0 as rs1 makes it one';

/** 2.1: numbers with both top bits set are read-only; any attempt to write raises illegal instruction, whatever the value. */
const readOnly: Row[] = [
  'mvendorid',
  'mhartid',
  'mconfigptr',
  'cycle',
  'instreth',
  'hpmcounter3',
  'timeh',
].flatMap((name) =>
  FORMS.flatMap((mnemonic) => {
    const imm = csr(name);
    const attempt = { rd: 10, rs1: 11, imm };
    const zero = { rd: 10, rs1: 0, imm };
    const fault = (operands: typeof attempt) => ({
      trap: { cause: 2, value: encode(mnemonic, operands) },
    });
    const reads = mnemonic !== 'csrrw' && mnemonic !== 'csrrwi';
    return [
      row(mnemonic, attempt, { x: { 11: 1 } }, fault(attempt)),
      // That a register other than x0 is named counts, not what it holds.
      row(
        mnemonic,
        attempt,
        { x: { 11: 0 } },
        fault(attempt),
        mnemonic === 'csrrs' || mnemonic === 'csrrc' ? { qemu: QEMU_ZERO } : {},
      ),
      row(mnemonic, zero, {}, reads ? { any: [10] } : fault(zero)),
      row(mnemonic, { ...attempt, rd: 0 }, {}, fault({ ...attempt, rd: 0 })),
    ];
  }),
);

/** 2.1: bits 9 and 8 give the lowest privilege that may access a register. */
const fromUserMode: Row[] = [
  'mstatus',
  'mscratch',
  'mepc',
  'mcause',
  'mip',
  'misa',
  'pmpcfg0',
  'pmpaddr0',
  'mcycle',
  'mhartid',
].flatMap((name) =>
  FORMS.map((mnemonic) => {
    const operands = { rd: 10, rs1: 0, imm: csr(name) };
    return row(mnemonic, operands, { user: true }, { trap: { cause: 2, value: encode(mnemonic, operands) } });
  }),
);

// --- Which registers exist --------------------------------------------------------------------------------------

const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

/** Privileged ISA 2.2, tables 3 to 6, for a hart with machine and user mode, 16 PMP entries, Zicntr and Zihpm. */
const EXISTING = new Set([
  ...upTo(0xf11, 0xf15),
  ...[0x300, 0x301, 0x304, 0x305, 0x306, 0x310, 0x30a, 0x31a],
  ...[0x320, ...upTo(0x323, 0x33f)],
  ...upTo(0x340, 0x344),
  ...upTo(0x3a0, 0x3a3),
  ...upTo(0x3b0, 0x3bf),
  ...[0xb00, ...upTo(0xb02, 0xb1f), 0xb80, ...upTo(0xb82, 0xb9f)],
  ...upTo(0xc00, 0xc1f),
  ...upTo(0xc80, 0xc9f),
]);

const QEMU_EXISTS = 'has it; Priv 3.1.8: medeleg and mideleg should not exist without supervisor mode';
const QEMU_ABSENT =
  'has 16 event counters; Priv 3.1.10: all 29 exist, read-only zero where nothing is counted';

/** Why QEMU has another set of registers. */
function qemuDiffers(number: number): { qemu: string } | Record<string, never> {
  if (number === 0x302 || number === 0x303) return { qemu: QEMU_EXISTS };
  const counter = number & 0x1f;
  const isCounter = [0xb00, 0xb80, 0xc00, 0xc80].includes(number & ~0x1f);
  return isCounter && counter > 18 ? { qemu: QEMU_ABSENT } : {};
}

/** Reads each of the 4096 numbers. */
const everyNumber: Row[] = upTo(0, 0xfff).map((imm) => {
  const operands = { rd: 10, rs1: 0, imm };
  const fault = { trap: { cause: 2, value: encode('csrrs', operands) } };
  return row('csrrs', operands, {}, EXISTING.has(imm) ? { any: [10] } : fault, qemuDiffers(imm));
});

/** From user mode nothing is there but what mcounteren opens, and that is closed here. */
const everyUserNumber: Row[] = upTo(0, 0xfff)
  .filter((imm) => EXISTING.has(imm) || imm < 0x20)
  .map((imm) => {
    const operands = { rd: 10, rs1: 0, imm };
    return row('csrrs', operands, { user: true }, { trap: { cause: 2, value: encode('csrrs', operands) } });
  });

/** Writing to what is not there is illegal too, whatever the form. */
const absentWrites: Row[] = [0x001, 0x100, 0x180, 0x302, 0x3a4, 0x3c0, 0x7a0, 0x7b0, 0xb01, 0xfff].flatMap(
  (imm) =>
    FORMS.map((mnemonic) => {
      const operands = { rd: 0, rs1: 1, imm };
      const value = encode(mnemonic, operands);
      return row(mnemonic, operands, {}, { trap: { cause: 2, value } }, qemuDiffers(imm));
    }),
);

// --- Zifencei ---------------------------------------------------------------------------------------------------

const addi = (imm: number) => encode('addi', { rd: 10, rs1: 10, imm });

const fenceI: Row[] = [
  row('fence.i', {}, {}, {}),
  row('fence.i', {}, { user: true }, {}),
  row('fence.i', {}, { address: CODE + 2 }, {}),
  // 6: imm, rs1 and rd are reserved for finer fences and ignored.
  program(
    'fence.i with all fields set',
    [encode('fence.i') | (0xfff << 20) | (31 << 15) | (31 << 7)],
    {},
    {},
  ),
  program(
    'code that ran before is changed, and runs as changed',
    // addi, store over the addi, fence.i, jump back to it; behind the second round the jump is one to DATA.
    [
      addi(1),
      encode('sw', { rs1: 11, rs2: 12, imm: 0 }),
      encode('fence.i'),
      encode('addi', { rd: 13, rs1: 13, imm: 1 }),
      encode('jal', { rd: 0, imm: -16 }),
    ],
    { x: { 10: 0, 11: CODE, 12: addi(16), 13: 0 } },
    { x: { 10: 17, 13: 1 }, pc: CODE + 4 },
    { steps: 6 },
  ),
  program(
    'compressed code is changed',
    [
      encode('sh', { rs1: 11, rs2: 12, imm: 0 }),
      encode('fence.i'),
      encode('c.addi', { rd: 10, imm: 1 }),
      encode('c.addi', { rd: 10, imm: 1 }),
    ],
    { x: { 10: 0, 11: CODE + 8, 12: encode('c.addi', { rd: 10, imm: 16 }) } },
    { x: { 10: 17 } },
  ),
  program(
    'code is written where none was, and runs',
    [
      encode('sw', { rs1: 11, rs2: 12, imm: 0 }),
      encode('fence.i'),
      encode('jalr', { rd: 1, rs1: 11, imm: 0 }),
    ],
    { memory: { [DATA]: '00 00 00 00' }, x: { 10: 0, 11: DATA, 12: addi(7) } },
    {
      memory: { [DATA]: Buffer.from(Int32Array.of(addi(7)).buffer).toString('hex') },
      x: { 1: CODE + 12, 10: 7 },
      pc: DATA + 4,
    },
    { steps: 4 },
  ),
];

export const ZICSR_GROUPS: readonly Group[] = [
  ...FORMS.map((mnemonic) =>
    group(mnemonic, 'Unpriv 7.1', mnemonic.endsWith('i') ? immediateForm(mnemonic) : registerForm(mnemonic)),
  ),
  group('read-only CSRs', 'Priv 2.1', readOnly),
  group('CSRs from user mode', 'Priv 2.1', fromUserMode),
  group('every CSR number', 'Priv 2.2', everyNumber),
  group('every CSR number from user mode', 'Priv 2.2', everyUserNumber),
  group('writes to absent CSRs', 'Priv 2.1', absentWrites),
  group('fence.i', 'Unpriv 6', fenceI),
];
