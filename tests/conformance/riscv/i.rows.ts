/** RV32I. Unprivileged ISA 20240411, chapter 2. */
import { encode } from '../../../src/cpu/riscv/assemble.ts';
import {
  aliased,
  aliasedImmediate,
  binary,
  crossed,
  everyRegister,
  immediate,
  type Literal,
  SHIFT_AMOUNTS,
} from './arithmetic-rows.ts';
import { taken } from './reference.ts';
import {
  CODE,
  DATA,
  type Group,
  group,
  hexOf,
  MAX,
  MIN,
  NOWHERE,
  program,
  RAM_END,
  type Row,
  row,
  walkingBits,
} from './row.ts';

// --- 2.4.1 and 2.4.2: computation -----------------------------------------------------------------------------

/** rs1, rs2, rd. */
const REGISTER_REGISTER: Record<string, readonly Literal[]> = {
  // 2.4.2: overflows are ignored.
  add: [
    [1, 2, 3],
    [MAX, 1, MIN],
    [MIN, -1, MAX],
    [-1, 1, 0],
    [MIN, MIN, 0],
  ],
  sub: [
    [3, 5, -2],
    [MIN, 1, MAX],
    [MAX, -1, MIN],
    [0, MIN, MIN],
    [MIN, MIN, 0],
  ],
  // The amount is the lower 5 bits of rs2.
  sll: [
    [1, 31, MIN],
    [1, 32, 1],
    [1, 33, 2],
    [-1, -1, MIN],
    [3, 31, MIN],
    [1, 0x8000_0004 | 0, 16],
  ],
  slt: [
    [MIN, MAX, 1],
    [MAX, MIN, 0],
    [-1, 0, 1],
    [0, -1, 0],
    [7, 7, 0],
  ],
  sltu: [
    [MIN, MAX, 0],
    [MAX, MIN, 1],
    [-1, 0, 0],
    [0, -1, 1],
    [-2, -1, 1],
    [7, 7, 0],
  ],
  xor: [
    [0x0f0f_0f0f, 0x00ff_00ff, 0x0ff0_0ff0],
    [-1, MIN, MAX],
  ],
  srl: [
    [MIN, 31, 1],
    [MIN, 32, MIN],
    [MIN, 0x21, 0x4000_0000],
    [-1, 1, MAX],
    [-1, -1, 1],
  ],
  sra: [
    [MIN, 31, -1],
    [MIN, 32, MIN],
    [MIN, 0x21, -0x4000_0000],
    [MAX, 30, 1],
    [-1, -1, -1],
    [-2, 1, -1],
  ],
  or: [
    [0x0f0f_0f0f, 0x00ff_00ff, 0x0fff_0fff],
    [MIN, MAX, -1],
  ],
  and: [
    [0x0f0f_0f0f, 0x00ff_00ff, 0x000f_000f],
    [MIN, MAX, 0],
  ],
};

/** rs1, imm, rd; the immediate is sign-extended. */
const REGISTER_IMMEDIATE: Record<string, readonly Literal[]> = {
  addi: [
    [MAX, 1, MIN],
    [MIN, -1, MAX],
    [0, 2047, 2047],
    [0, -2048, -2048],
  ],
  slti: [
    [-1, 0, 1],
    [0, -1, 0],
    [MIN, -2048, 1],
    [-2048, -2048, 0],
  ],
  // Sign-extended first, then compared as unsigned.
  sltiu: [
    [0, -1, 1],
    [-1, -1, 0],
    [-2049, -2048, 1],
    [0, 1, 1],
    [1, 1, 0],
    [2048, 2047, 0],
  ],
  xori: [
    [0x1234_5678, -1, 0xedcb_a987 | 0],
    [0, -2048, -2048],
  ],
  ori: [
    [0, -1, -1],
    [0x1000_0000, 0x7ff, 0x1000_07ff],
  ],
  andi: [
    [-1, -2048, -2048],
    [0x1234_5fff, 0x7ff, 0x7ff],
  ],
};

const SHIFT_IMMEDIATE: Record<string, readonly Literal[]> = {
  slli: [
    [1, 31, MIN],
    [-1, 31, MIN],
    [1, 0, 1],
  ],
  srli: [
    [MIN, 31, 1],
    [-1, 31, 1],
    [MIN, 0, MIN],
  ],
  srai: [
    [MIN, 31, -1],
    [MAX, 31, 0],
    [MIN, 0, MIN],
  ],
};

/** The 20 bits go to the top, the low 12 are zero; auipc adds the address of the instruction. */
const UPPER = [0, 0x1000, 0x7fff_f000, MIN, -0x1000, 0x1234_5000, ...walkingBits(12, 30)];
const upper: Row[] = UPPER.map((imm) => row('lui', { rd: 10, imm }, {}, { x: { 10: imm } }));
const upperPc: Row[] = [
  ...UPPER.map((imm) => row('auipc', { rd: 10, imm }, {}, { x: { 10: (CODE + imm) | 0 } })),
  row('auipc', { rd: 10, imm: 0x1000 }, { address: CODE + 2 }, { x: { 10: CODE + 0x1002 } }),
  row('auipc', { rd: 10, imm: 0 }, { address: CODE + 0xffe }, { x: { 10: CODE + 0xffe } }),
];

const computation: Group[] = [
  ...Object.entries(REGISTER_REGISTER).map(([mnemonic, literals]) =>
    group(mnemonic, 'Unpriv 2.4.2', [
      ...binary(mnemonic, literals),
      ...crossed(mnemonic),
      ...aliased(mnemonic),
    ]),
  ),
  ...Object.entries(REGISTER_IMMEDIATE).map(([mnemonic, literals]) =>
    group(mnemonic, 'Unpriv 2.4.1', [
      ...immediate(mnemonic, literals),
      ...immediate(mnemonic, [], walkingBits(0, 10)),
      ...aliasedImmediate(mnemonic, -3),
    ]),
  ),
  ...Object.entries(SHIFT_IMMEDIATE).map(([mnemonic, literals]) =>
    group(mnemonic, 'Unpriv 2.4.1', [
      ...immediate(mnemonic, literals, SHIFT_AMOUNTS),
      ...aliasedImmediate(mnemonic, 5),
    ]),
  ),
  group('lui', 'Unpriv 2.4.1', [...upper, row('lui', { rd: 0, imm: 0x1000 }, {}, {})]),
  group('auipc', 'Unpriv 2.4.1', [...upperPc, row('auipc', { rd: 0, imm: 0x1000 }, {}, {})]),
  group('add and addi, each register', 'Unpriv 2.1', everyRegister()),
  // 2.9: HINTs change nothing but the program counter.
  group('nop', 'Unpriv 2.9', [
    row('addi', { rd: 0, rs1: 0, imm: 0 }, {}, {}),
    row('addi', { rd: 0, rs1: 0, imm: -1 }, {}, {}),
    row('slli', { rd: 0, rs1: 0, imm: 31 }, {}, {}),
    row('srai', { rd: 0, rs1: 0, imm: 7 }, {}, {}),
    row('and', { rd: 0, rs1: 5, rs2: 6 }, {}, {}),
  ]),
];

// --- 2.5.1: unconditional jumps -------------------------------------------------------------------------------

const JAL_OFFSETS = [
  2,
  -2,
  -4,
  6,
  0xf_fffe,
  -0x10_0000,
  ...walkingBits(3, 19),
  ...walkingBits(3, 19).map((n) => -n),
];

const jal: Row[] = [
  ...JAL_OFFSETS.map((imm) => row('jal', { rd: 10, imm }, {}, { x: { 10: CODE + 4 }, pc: CODE + imm })),
  row('jal', { rd: 0, imm: 64 }, {}, { pc: CODE + 64 }),
  row('jal', { rd: 1, imm: 64 }, {}, { x: { 1: CODE + 4 }, pc: CODE + 64 }),
  // With IALIGN = 16 no target is misaligned.
  row('jal', { rd: 10, imm: 4 }, { address: CODE + 2 }, { x: { 10: CODE + 6 }, pc: CODE + 6 }),
  row('jal', { rd: 10, imm: 2 }, { address: CODE + 2 }, { x: { 10: CODE + 6 }, pc: CODE + 4 }),
  row('jal', { rd: 31, imm: -0x1000 }, { address: CODE + 0xffe }, { x: { 31: CODE + 0x1002 }, pc: CODE - 2 }),
  program(
    'jal forward, then jal back',
    [
      encode('jal', { rd: 1, imm: 8 }),
      encode('addi', { rd: 10, rs1: 0, imm: 1 }),
      encode('jal', { rd: 5, imm: -4 }),
    ],
    {},
    { x: { 1: CODE + 4, 5: CODE + 12, 10: 1 }, pc: CODE + 8 },
  ),
  program('jal to itself', [encode('jal', { rd: 0, imm: 0 })], {}, { pc: CODE }),
];

const link = CODE + 4;
const jalr: Row[] = [
  row('jalr', { rd: 10, rs1: 11, imm: 0 }, { x: { 11: DATA } }, { x: { 10: link }, pc: DATA }),
  // Bit 0 of the sum is cleared.
  row('jalr', { rd: 10, rs1: 11, imm: 0 }, { x: { 11: DATA + 1 } }, { x: { 10: link }, pc: DATA }),
  row('jalr', { rd: 10, rs1: 11, imm: 1 }, { x: { 11: DATA } }, { x: { 10: link }, pc: DATA }),
  row('jalr', { rd: 10, rs1: 11, imm: 1 }, { x: { 11: DATA + 1 } }, { x: { 10: link }, pc: DATA + 2 }),
  row('jalr', { rd: 10, rs1: 11, imm: -1 }, { x: { 11: DATA } }, { x: { 10: link }, pc: DATA - 2 }),
  row('jalr', { rd: 10, rs1: 11, imm: 2 }, { x: { 11: DATA } }, { x: { 10: link }, pc: DATA + 2 }),
  row('jalr', { rd: 10, rs1: 11, imm: 2047 }, { x: { 11: DATA } }, { x: { 10: link }, pc: DATA + 2046 }),
  row('jalr', { rd: 10, rs1: 11, imm: -2048 }, { x: { 11: DATA } }, { x: { 10: link }, pc: DATA - 2048 }),
  ...walkingBits(1, 10).map((imm) =>
    row('jalr', { rd: 10, rs1: 11, imm }, { x: { 11: DATA } }, { x: { 10: link }, pc: DATA + imm }),
  ),
  // The target is computed before rd is written.
  row('jalr', { rd: 11, rs1: 11, imm: 4 }, { x: { 11: DATA } }, { x: { 11: link }, pc: DATA + 4 }),
  row('jalr', { rd: 1, rs1: 1, imm: 0 }, { x: { 1: DATA } }, { x: { 1: link }, pc: DATA }),
  row('jalr', { rd: 0, rs1: 1, imm: 0 }, { x: { 1: DATA } }, { pc: DATA }),
  row('jalr', { rd: 0, rs1: 1, imm: 1 }, { x: { 1: DATA - 1 } }, { pc: DATA }),
  // Sums wrap; with x0 any address within 2 KiB of zero is in reach.
  row('jalr', { rd: 10, rs1: 0, imm: 2046 }, {}, { x: { 10: link }, pc: 2046 }),
  row('jalr', { rd: 10, rs1: 0, imm: -2048 }, {}, { x: { 10: link }, pc: 0xffff_f800 }),
  row('jalr', { rd: 10, rs1: 11, imm: 4 }, { x: { 11: -4 } }, { x: { 10: link }, pc: 0 }),
  row('jalr', { rd: 10, rs1: 11, imm: -4 }, { x: { 11: 2 } }, { x: { 10: link }, pc: 0xffff_fffe }),
  row(
    'jalr',
    { rd: 10, rs1: 11, imm: 0 },
    { address: CODE + 2, x: { 11: DATA } },
    { x: { 10: CODE + 6 }, pc: DATA },
  ),
  program(
    'jalr to itself',
    [encode('jalr', { rd: 5, rs1: 11, imm: 0 })],
    { x: { 11: CODE } },
    { x: { 5: link }, pc: CODE },
  ),
];

// --- 2.5.2: conditional branches ------------------------------------------------------------------------------

const PAIRS: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 0],
  [1, -1],
  [-1, 1],
  [-1, -1],
  [MIN, MAX],
  [MAX, MIN],
  [MIN, MIN],
  [MAX, MAX],
  [MIN, 0],
  [0, MIN],
  [MIN, -1],
  [0x1234_5678, 0x1234_5679],
];
const BRANCHES = ['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'];
const BRANCH_OFFSETS = [-2, 2, 6, 4094, -4096, ...walkingBits(3, 11), ...walkingBits(3, 11).map((n) => -n)];

/** Operands for which the branch is taken, and for which it is not. */
function decided(mnemonic: string, wanted: boolean): readonly [number, number] {
  return PAIRS.find(([a, b]) => taken(mnemonic, a, b) === wanted)!;
}

function branch(mnemonic: string): Row[] {
  const [yes, no] = [decided(mnemonic, true), decided(mnemonic, false)];
  const x = ([a, b]: readonly [number, number]) => ({ x: { 11: a, 12: b } });
  const toSelf = taken(mnemonic, 1, 1);
  return [
    ...PAIRS.flatMap(([a, b]) =>
      [16, -16].map((imm) =>
        row(mnemonic, { rs1: 11, rs2: 12, imm }, x([a, b]), {
          pc: taken(mnemonic, a, b) ? CODE + imm : CODE + 4,
        }),
      ),
    ),
    ...BRANCH_OFFSETS.flatMap((imm) => [
      row(mnemonic, { rs1: 11, rs2: 12, imm }, x(yes), { pc: CODE + imm }),
      row(mnemonic, { rs1: 11, rs2: 12, imm }, x(no), {}),
    ]),
    // Any even address is a target; 32-bit instructions may lie on any even address.
    row(mnemonic, { rs1: 11, rs2: 12, imm: 8 }, { address: CODE + 2, ...x(yes) }, { pc: CODE + 10 }),
    row(mnemonic, { rs1: 11, rs2: 12, imm: -8 }, { address: CODE + 0xffe, ...x(yes) }, { pc: CODE + 0xff6 }),
    row(mnemonic, { rs1: 11, rs2: 12, imm: -8 }, { address: CODE + 0xffe, ...x(no) }, {}),
    // The same register on both sides, and x0.
    row(mnemonic, { rs1: 11, rs2: 11, imm: 16 }, x([1, 2]), { pc: toSelf ? CODE + 16 : CODE + 4 }),
    row(mnemonic, { rs1: 0, rs2: 0, imm: 16 }, {}, { pc: toSelf ? CODE + 16 : CODE + 4 }),
    row(mnemonic, { rs1: 0, rs2: 12, imm: 16 }, x([0, -1]), {
      pc: taken(mnemonic, 0, -1) ? CODE + 16 : CODE + 4,
    }),
    row(mnemonic, { rs1: 12, rs2: 0, imm: 16 }, x([0, -1]), {
      pc: taken(mnemonic, -1, 0) ? CODE + 16 : CODE + 4,
    }),
    row(mnemonic, { rs1: 11, rs2: 12, imm: 0 }, x(yes), { pc: CODE }),
  ];
}

const loop: Row[] = [
  program(
    'a loop of two rounds',
    [
      encode('addi', { rd: 10, rs1: 10, imm: -1 }),
      encode('bne', { rs1: 10, rs2: 0, imm: -4 }),
      encode('addi', { rd: 11, rs1: 0, imm: 7 }),
    ],
    { x: { 10: 2 } },
    { x: { 10: 0, 11: 7 } },
    { steps: 5 },
  ),
  program(
    'branches out of the middle of a straight run',
    [
      encode('addi', { rd: 10, rs1: 0, imm: 1 }),
      encode('beq', { rs1: 0, rs2: 10, imm: 12 }),
      encode('beq', { rs1: 0, rs2: 0, imm: 12 }),
      encode('addi', { rd: 10, rs1: 0, imm: 2 }),
      encode('addi', { rd: 10, rs1: 0, imm: 3 }),
    ],
    {},
    { x: { 10: 1 }, pc: CODE + 20 },
    { steps: 3 },
  ),
];

const jumps: Group[] = [
  group('jal', 'Unpriv 2.5.1', jal),
  group('jalr', 'Unpriv 2.5.1', jalr),
  ...BRANCHES.map((mnemonic) => group(mnemonic, 'Unpriv 2.5.2', branch(mnemonic))),
  group('branches in sequence', 'Unpriv 2.5.2', loop),
];

// --- 2.6: loads and stores ------------------------------------------------------------------------------------

/** What lies at DATA, and for rows that cross a page or granule, at the other places. */
const CONTENT = '80 7f ff 00 01 fe 88 77 66 55 44 33 22 11 f0 0f';
const content = CONTENT.split(' ');

const WIDTHS: Record<string, number> = { lb: 1, lbu: 1, lh: 2, lhu: 2, lw: 4, sb: 1, sh: 2, sw: 4 };

/** The value that a load gives from an offset into CONTENT, by the bytes' own digits. */
function loaded(mnemonic: string, offset: number): number {
  const width = WIDTHS[mnemonic]!;
  const digits = content
    .slice(offset, offset + width)
    .reverse()
    .join('');
  const value = BigInt(`0x${digits}`);
  return Number(mnemonic.endsWith('u') ? value : BigInt.asIntN(8 * width, value));
}

/** Page boundary, boundary of a granule of 64 bytes, both from before and from behind. */
const CROSSINGS = [DATA + 0x1000, DATA + 0x40];

/** 2.6: the effective address is rs1 + imm; a load is sign-extended unless its name ends in u. */
const LOADS: Record<string, readonly (readonly [offset: number, value: number])[]> = {
  lb: [
    [0, -128],
    [1, 127],
    [2, -1],
    [3, 0],
  ],
  lbu: [
    [0, 128],
    [1, 127],
    [2, 255],
    [3, 0],
  ],
  lh: [
    [0, 0x7f80],
    [2, 0x00ff],
    [4, -0x1ff],
    [6, 0x7788],
    [14, 0x0ff0],
    // Misaligned.
    [1, -0x81],
    [3, 0x0100],
    [5, -0x7702],
  ],
  lhu: [
    [0, 0x7f80],
    [4, 0xfe01],
    [1, 0xff7f],
    [3, 0x0100],
    [5, 0x88fe],
  ],
  lw: [
    [0, 0x00ff_7f80],
    [4, 0x7788_fe01],
    [12, 0x0ff0_1122],
    [1, 0x0100_ff7f],
    [2, -0x01fe_ff01],
    [3, -0x7701_ff00],
    [5, 0x6677_88fe],
    [9, 0x2233_4455],
    [11, -0x0fee_ddcd],
  ],
};

const misalignedByteAddresses = (mnemonic: string) =>
  mnemonic.startsWith('lb') || mnemonic === 'sb' ? [0] : [0, 1, 2, 3];
const ACCESS_OFFSETS = [0, 1, -1, 2047, -2048, ...walkingBits(1, 10)];

const QEMU_ALIGNS = 'puts the aligned address into mtval; Priv 3.1.16: that of the portion that faults';

function load(mnemonic: string, literals: readonly (readonly [number, number])[]): Row[] {
  const memory = { [DATA]: CONTENT };
  const there = (base: number) => ({ memory, x: { 11: base } });
  const result = (offset: number) => ({ x: { 10: loaded(mnemonic, offset) } });
  const last = Math.max(...literals.map(([offset]) => offset));
  const width = WIDTHS[mnemonic]!;
  return [
    ...literals.map(([imm, value]) =>
      row(mnemonic, { rd: 10, rs1: 11, imm }, there(DATA), { x: { 10: value } }),
    ),
    // Every alignment and every byte of CONTENT.
    ...Array.from({ length: last + 1 }, (_, offset) =>
      row(mnemonic, { rd: 10, rs1: 11, imm: 0 }, there(DATA + offset), result(offset)),
    ),
    // The same place by any base and offset.
    ...ACCESS_OFFSETS.map((imm) => row(mnemonic, { rd: 10, rs1: 11, imm }, there(DATA + 4 - imm), result(4))),
    // Across a page, across a granule.
    ...CROSSINGS.flatMap((boundary) =>
      [0, 1, 2, 3, 4].map((before) =>
        row(
          mnemonic,
          { rd: 10, rs1: 11, imm: 0 },
          { memory: { [boundary - 4]: CONTENT }, x: { 11: boundary - before } },
          result(4 - before),
        ),
      ),
    ),
    row(mnemonic, { rd: 11, rs1: 11, imm: 4 }, there(DATA), { x: { 11: loaded(mnemonic, 4) } }),
    row(mnemonic, { rd: 0, rs1: 11, imm: 4 }, there(DATA), {}),
    row(mnemonic, { rd: 31, rs1: 1, imm: 4 }, { memory, x: { 1: DATA } }, { x: { 31: loaded(mnemonic, 4) } }),
    // 2.6: a load to x0 must still raise its exceptions.
    ...[10, 0].map((rd) =>
      row(mnemonic, { rd, rs1: 11, imm: 0 }, { x: { 11: NOWHERE } }, { trap: { cause: 5, value: NOWHERE } }),
    ),
    row(mnemonic, { rd: 10, rs1: 11, imm: -4 }, { x: { 11: 4 } }, { trap: { cause: 5, value: 0 } }),
    row(mnemonic, { rd: 11, rs1: 11, imm: 4 }, { x: { 11: -8 } }, { trap: { cause: 5, value: -4 } }),
    // Priv 3.1.16: mtval has the address of the portion that faults.
    ...misalignedByteAddresses(mnemonic)
      .slice(1)
      .filter((before) => before < width)
      .map((before) =>
        row(
          mnemonic,
          { rd: 10, rs1: 11, imm: 0 },
          { x: { 11: RAM_END - before } },
          {
            trap: { cause: 5, value: RAM_END },
          },
        ),
      ),
    ...misalignedByteAddresses(mnemonic)
      .slice(1)
      .map((offset) =>
        row(
          mnemonic,
          { rd: 10, rs1: 11, imm: 0 },
          { x: { 11: NOWHERE + offset } },
          { trap: { cause: 5, value: NOWHERE + offset } },
          offset % width === 0 ? {} : { qemu: QEMU_ALIGNS },
        ),
      ),
    row(
      mnemonic,
      { rd: 10, rs1: 11, imm: 0 },
      { x: { 11: RAM_END } },
      { trap: { cause: 5, value: RAM_END } },
    ),
  ];
}

const VALUES = [0, -1, MIN, MAX, 0x1234_5678, 0x80ff_7f01 | 0];

/** CONTENT with the low `width` bytes of a value at an offset. */
function overwritten(offset: number, value: number, width: number): string {
  const bytes = [...content];
  const digits = (value >>> 0).toString(16).padStart(8, '0');
  for (let index = 0; index < width; index++)
    bytes[offset + index] = digits.slice(6 - 2 * index, 8 - 2 * index);
  return bytes.join(' ');
}

function store(mnemonic: string): Row[] {
  const width = WIDTHS[mnemonic]!;
  const value = 0x89ab_cdef | 0;
  const memory = { [DATA]: CONTENT };
  const there = (base: number, stored = value) => ({ memory, x: { 11: base, 12: stored } });
  const result = (offset: number, stored = value) => ({
    memory: { [DATA]: overwritten(offset, stored, width) },
  });
  const operands = (imm: number) => ({ rs1: 11, rs2: 12, imm });
  return [
    ...VALUES.map((stored) => row(mnemonic, operands(4), there(DATA, stored), result(4, stored))),
    ...Array.from({ length: 17 - width }, (_, offset) =>
      row(mnemonic, operands(0), there(DATA + offset), result(offset)),
    ),
    ...ACCESS_OFFSETS.map((imm) => row(mnemonic, operands(imm), there(DATA + 4 - imm), result(4))),
    ...CROSSINGS.flatMap((boundary) =>
      [0, 1, 2, 3, 4].map((before) =>
        row(
          mnemonic,
          operands(0),
          { memory: { [boundary - 4]: CONTENT }, x: { 11: boundary - before, 12: value } },
          { memory: { [boundary - 4]: overwritten(4 - before, value, width) } },
        ),
      ),
    ),
    row(mnemonic, { rs1: 11, rs2: 0, imm: 4 }, there(DATA), result(4, 0)),
    row(mnemonic, { rs1: 11, rs2: 11, imm: 4 }, there(DATA), result(4, DATA | 0)),
    row(mnemonic, { rs1: 1, rs2: 31, imm: 4 }, { memory, x: { 1: DATA, 31: value } }, result(4)),
    row(mnemonic, operands(0), { x: { 11: NOWHERE } }, { trap: { cause: 7, value: NOWHERE } }),
    row(mnemonic, { rs1: 0, rs2: 12, imm: 0 }, {}, { trap: { cause: 7, value: 0 } }),
    row(mnemonic, operands(4), { x: { 11: -8 } }, { trap: { cause: 7, value: -4 } }),
    ...misalignedByteAddresses(mnemonic)
      .slice(1)
      .map((offset) =>
        row(
          mnemonic,
          operands(0),
          { x: { 11: NOWHERE + offset } },
          { trap: { cause: 7, value: NOWHERE + offset } },
        ),
      ),
    row(mnemonic, operands(0), { x: { 11: RAM_END } }, { trap: { cause: 7, value: RAM_END } }),
    ...misalignedByteAddresses(mnemonic)
      .slice(1)
      .filter((before) => before < width)
      .map((before) =>
        row(mnemonic, operands(0), { x: { 11: RAM_END - before } }, { trap: { cause: 7, value: RAM_END } }),
      ),
  ];
}

const memory: Group[] = [
  ...Object.entries(LOADS).map(([mnemonic, literals]) =>
    group(mnemonic, 'Unpriv 2.6', load(mnemonic, literals)),
  ),
  ...['sb', 'sh', 'sw'].map((mnemonic) => group(mnemonic, 'Unpriv 2.6', store(mnemonic))),
  group('loads and stores in sequence', 'Unpriv 2.6', [
    program(
      'a store is seen by the loads behind it',
      [
        encode('sw', { rs1: 11, rs2: 12, imm: 0 }),
        encode('sb', { rs1: 11, rs2: 0, imm: 1 }),
        encode('lw', { rd: 13, rs1: 11, imm: 0 }),
        encode('lhu', { rd: 14, rs1: 11, imm: 2 }),
      ],
      { memory: { [DATA]: '00 00 00 00' }, x: { 11: DATA, 12: -1 } },
      { memory: { [DATA]: 'ff 00 ff ff' }, x: { 13: -0xff01, 14: 0xffff } },
    ),
    program(
      'a load that faults leaves the registers of the ones before it',
      [encode('lw', { rd: 13, rs1: 11, imm: 0 }), encode('lw', { rd: 13, rs1: 12, imm: 0 })],
      { memory: { [DATA]: '01 00 00 00' }, x: { 11: DATA, 12: NOWHERE } },
      { x: { 13: 1 }, trap: { cause: 5, value: NOWHERE } },
    ),
    program(
      'a store to the next instruction changes it',
      [
        encode('sw', { rs1: 11, rs2: 12, imm: 0 }),
        encode('fence.i'),
        encode('addi', { rd: 10, rs1: 0, imm: 1 }),
      ],
      { x: { 11: CODE + 8, 12: encode('addi', { rd: 10, rs1: 0, imm: 2 }) } },
      { x: { 10: 2 } },
    ),
    program(
      'a store of the upper half of the next instruction changes it',
      [
        encode('sh', { rs1: 11, rs2: 12, imm: 2 }),
        encode('fence.i'),
        encode('addi', { rd: 10, rs1: 0, imm: 1 }),
      ],
      { x: { 11: CODE + 8, 12: encode('addi', { rd: 10, rs1: 0, imm: 2 }) >>> 16 } },
      { x: { 10: 2 } },
    ),
  ]),
];

// --- 2.7 and 2.8 ----------------------------------------------------------------------------------------------

const environment: Group[] = [
  group('fence', 'Unpriv 2.7', [
    row('fence', { imm: 0x0ff }, {}, {}),
    row('fence', { imm: 0x033 }, {}, {}),
    row('fence', { imm: 0x833 }, {}, {}),
    row('fence', { imm: 0 }, {}, {}),
    // 10: PAUSE is a FENCE.
    row('fence', { imm: 0x010 }, {}, {}),
    // Unknown fm values and the register fields are ignored.
    row('fence', { imm: 0xfff }, {}, {}),
    program('fence with rd and rs1', [encode('fence', { imm: 0x0ff }) | (5 << 7) | (6 << 15)], {}, {}),
  ]),
  group('ecall', 'Priv 3.3.1', [
    row('ecall', {}, {}, { trap: { cause: 11, value: 0 } }),
    row('ecall', {}, { user: true }, { trap: { cause: 8, value: 0 } }),
    row('ecall', {}, { address: CODE + 2 }, { trap: { cause: 11, value: 0 } }),
    row('ecall', {}, { address: CODE + 0xffe }, { trap: { cause: 11, value: 0 } }),
    program(
      'ecall in the middle of a straight run',
      [
        encode('addi', { rd: 10, rs1: 0, imm: 1 }),
        encode('ecall'),
        encode('addi', { rd: 10, rs1: 0, imm: 2 }),
      ],
      {},
      { x: { 10: 1 }, trap: { cause: 11, value: 0, pc: CODE + 4 } },
      { steps: 2 },
    ),
  ]),
  group('ebreak', 'Priv 3.3.1', [
    row('ebreak', {}, {}, { trap: { cause: 3, value: 0 } }),
    row('ebreak', {}, { user: true }, { trap: { cause: 3, value: 0 } }),
    row('ebreak', {}, { address: CODE + 2 }, { trap: { cause: 3, value: 0 } }),
  ]),
  group('instruction fetch', 'Unpriv 2.5, Priv 3.1.16', [
    program(
      'a jump to nowhere faults at its target',
      [encode('jalr', { rd: 10, rs1: 11, imm: 0 })],
      { x: { 11: NOWHERE } },
      { x: { 10: CODE + 4 }, trap: { cause: 1, value: NOWHERE, pc: NOWHERE } },
      { steps: 2 },
    ),
    program(
      'a jump to the end of RAM faults there',
      [encode('jalr', { rd: 0, rs1: 11, imm: 0 })],
      { x: { 11: RAM_END } },
      { trap: { cause: 1, value: RAM_END, pc: RAM_END } },
      { steps: 2 },
    ),
    program(
      'the second half of the last instruction of RAM is not there',
      [encode('jalr', { rd: 0, rs1: 11, imm: 0 })],
      { x: { 11: RAM_END - 2 }, memory: { [RAM_END - 2]: '13 00' } },
      { trap: { cause: 1, value: RAM_END, pc: RAM_END - 2 } },
      {
        steps: 2,
        qemu: 'aborts (assertion in translator.c); Priv 3.1.16 wants mtval to point to the portion that faults',
      },
    ),
    program(
      'a compressed instruction may be the last of RAM',
      [encode('jalr', { rd: 0, rs1: 11, imm: 0 })],
      { x: { 11: RAM_END - 2 }, memory: { [RAM_END - 2]: hexOf(encode('c.li', { rd: 10, imm: 7 })) } },
      { x: { 10: 7 }, pc: RAM_END },
      { steps: 2 },
    ),
    program(
      'an instruction across two pages',
      [encode('addi', { rd: 10, rs1: 0, imm: 5 }), encode('addi', { rd: 11, rs1: 10, imm: 5 })],
      { address: CODE + 0xffa },
      { x: { 10: 5, 11: 10 } },
    ),
  ]),
];

/** 2.2: reserved instructions raise an illegal-instruction exception here; Priv 3.1.16: mtval has their bits. */
const ILLEGAL: Record<string, number> = {
  'all zeros': 0,
  'all zeros with a second half that is not read': 0xffff_0000 | 0,
  'all ones': -1,
  'LOAD with funct3 = 011 (ld)': 0x0005_b503,
  'LOAD with funct3 = 110 (lwu)': 0x0005_e503,
  'LOAD with funct3 = 111': 0x0005_f503,
  'STORE with funct3 = 011 (sd)': 0x00a5_b023,
  'STORE with funct3 = 100': 0x00a5_c023,
  flw: 0x0005_a507,
  fsw: 0x00a5_a027,
  'custom-0': 0x0000_000b,
  'custom-1': 0x0000_002b,
  'OP-IMM slli with shamt[5]': 0x0205_1513,
  'OP-IMM srai with another funct7': 0x4205_5513,
  'OP with funct7 = 0000010': 0x04b5_0533,
  'OP sub with funct3 = 001': 0x40b5_1533,
  'OP-IMM-32 (addiw)': 0x0015_051b,
  'OP-32 (addw)': 0x00b5_053b,
  'BRANCH with funct3 = 010': 0x00b5_2463,
  'BRANCH with funct3 = 011': 0x00b5_3463,
  'JALR with funct3 = 001': 0x0005_9567,
  'reserved opcode 11 010': 0x0000_006b,
  'MISC-MEM with funct3 = 010': 0x0000_200f,
  'SYSTEM with funct3 = 100': 0x0000_4073,
  'ecall with rd = x1': 0x0000_00f3,
  'ebreak with rs1 = x1': 0x0010_8073,
  uret: 0x0020_0073,
  'sret without supervisor mode': 0x1020_0073,
  'dret outside debug mode': 0x7b20_0073,
  'fadd.s': 0x00b5_7553,
  'a 48-bit instruction': 0x0000_001f,
  'a 64-bit instruction': 0x0000_003f,
  'AMO with funct3 = 011 (lr.d)': 0x1005_b52f,
  'AMO with funct5 = 00101': 0x28b5_a52f,
  'lr.w with rs2': 0x10b5_a52f,
};
const illegal: Row[] = Object.entries(ILLEGAL).flatMap(([name, word]) =>
  [false, true].map((user) => {
    // mtval: the instruction, not what lies behind a compressed one.
    const value = (word & 3) === 3 ? word : word & 0xffff;
    const code = (word & 3) === 3 ? [word] : [word & 0xffff, word >>> 16];
    const title = `${name}${user ? ' in user mode' : ''}`;
    return program(title, code, { user }, { trap: { cause: 2, value, pc: CODE } }, { steps: 1 });
  }),
);

export const I_GROUPS: readonly Group[] = [
  ...computation,
  ...jumps,
  ...memory,
  ...environment,
  group('illegal instructions', 'Unpriv 2.2, Priv 3.1.16', illegal),
];
