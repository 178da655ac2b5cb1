/** "C": compressed instructions. Unprivileged ISA 20240411, chapter 26. */
import { encode } from '../../../src/cpu/riscv/assemble.ts';
import {
  CODE,
  DATA,
  type Group,
  group,
  MAX,
  MIN,
  NOWHERE,
  program,
  type Row,
  row,
  walkingBits,
} from './row.ts';

/** The registers that three-bit fields name. */
const SHORT = [8, 9, 10, 11, 12, 13, 14, 15];
/** All others. */
const FULL = Array.from({ length: 31 }, (_, index) => index + 1);
/** All immediates of six bits. */
const SIX_BITS = Array.from({ length: 64 }, (_, index) => index - 32);
const AMOUNTS = Array.from({ length: 31 }, (_, index) => index + 1);

// --- 26.3: loads and stores -----------------------------------------------------------------------------------

const WORD = 0x89ab_cdef | 0;
const WORD_HEX = 'ef cd ab 89';
const OTHER_HEX = '11 22 33 44';

const wordOffsets = (high: number) => [0, ...walkingBits(2, high), 2 ** (high + 1) - 4];

const loads: Group[] = [
  group('c.lw', 'Unpriv 26.3.2', [
    ...wordOffsets(6).map((imm) =>
      row(
        'c.lw',
        { rd: 10, rs1: 11, imm },
        { x: { 11: DATA }, memory: { [DATA + imm]: WORD_HEX } },
        { x: { 10: WORD } },
      ),
    ),
    ...SHORT.flatMap((number) => {
      const other = number === 8 ? 15 : 8;
      const memory = { [DATA + 4]: WORD_HEX };
      return [
        row(
          'c.lw',
          { rd: number, rs1: other, imm: 4 },
          { x: { [other]: DATA }, memory },
          { x: { [number]: WORD } },
        ),
        row(
          'c.lw',
          { rd: other, rs1: number, imm: 4 },
          { x: { [number]: DATA }, memory },
          { x: { [other]: WORD } },
        ),
        row(
          'c.lw',
          { rd: number, rs1: number, imm: 4 },
          { x: { [number]: DATA }, memory },
          { x: { [number]: WORD } },
        ),
      ];
    }),
    row(
      'c.lw',
      { rd: 10, rs1: 11, imm: 4 },
      { x: { 11: DATA - 3 }, memory: { [DATA + 1]: WORD_HEX } },
      { x: { 10: WORD } },
    ),
    row(
      'c.lw',
      { rd: 10, rs1: 11, imm: 4 },
      { x: { 11: NOWHERE } },
      { trap: { cause: 5, value: NOWHERE + 4 } },
    ),
  ]),
  group('c.sw', 'Unpriv 26.3.2', [
    ...wordOffsets(6).map((imm) =>
      row(
        'c.sw',
        { rs1: 11, rs2: 12, imm },
        { x: { 11: DATA, 12: WORD }, memory: { [DATA + imm]: OTHER_HEX } },
        { memory: { [DATA + imm]: WORD_HEX } },
      ),
    ),
    ...SHORT.flatMap((number) => {
      const other = number === 8 ? 15 : 8;
      const [before, after] = [{ [DATA + 4]: OTHER_HEX }, { [DATA + 4]: WORD_HEX }];
      return [
        row(
          'c.sw',
          { rs1: number, rs2: other, imm: 4 },
          { x: { [number]: DATA, [other]: WORD }, memory: before },
          { memory: after },
        ),
        row(
          'c.sw',
          { rs1: other, rs2: number, imm: 4 },
          { x: { [other]: DATA, [number]: WORD }, memory: before },
          { memory: after },
        ),
      ];
    }),
    row(
      'c.sw',
      { rs1: 11, rs2: 11, imm: 0 },
      { x: { 11: DATA }, memory: { [DATA]: OTHER_HEX } },
      { memory: { [DATA]: '00 00 02 80' } },
    ),
    row('c.sw', { rs1: 11, rs2: 12, imm: 0 }, { x: { 11: NOWHERE } }, { trap: { cause: 7, value: NOWHERE } }),
  ]),
  group('c.lwsp', 'Unpriv 26.3.1', [
    ...wordOffsets(7).map((imm) =>
      row(
        'c.lwsp',
        { rd: 10, imm },
        { x: { 2: DATA }, memory: { [DATA + imm]: WORD_HEX } },
        { x: { 10: WORD } },
      ),
    ),
    ...FULL.map((rd) =>
      row(
        'c.lwsp',
        { rd, imm: 4 },
        { x: { 2: DATA }, memory: { [DATA + 4]: WORD_HEX } },
        { x: { 2: DATA, [rd]: WORD } },
      ),
    ),
    row('c.lwsp', { rd: 10, imm: 4 }, { x: { 2: NOWHERE } }, { trap: { cause: 5, value: NOWHERE + 4 } }),
  ]),
  group('c.swsp', 'Unpriv 26.3.1', [
    ...wordOffsets(7).map((imm) =>
      row(
        'c.swsp',
        { rs2: 12, imm },
        { x: { 2: DATA, 12: WORD }, memory: { [DATA + imm]: OTHER_HEX } },
        { memory: { [DATA + imm]: WORD_HEX } },
      ),
    ),
    ...FULL.filter((rs2) => rs2 !== 2).map((rs2) =>
      row(
        'c.swsp',
        { rs2, imm: 4 },
        { x: { 2: DATA, [rs2]: WORD }, memory: { [DATA + 4]: OTHER_HEX } },
        { memory: { [DATA + 4]: WORD_HEX } },
      ),
    ),
    row(
      'c.swsp',
      { rs2: 2, imm: 4 },
      { x: { 2: DATA }, memory: { [DATA + 4]: OTHER_HEX } },
      { memory: { [DATA + 4]: '00 00 02 80' } },
    ),
    row(
      'c.swsp',
      { rs2: 0, imm: 4 },
      { x: { 2: DATA }, memory: { [DATA + 4]: OTHER_HEX } },
      { memory: { [DATA + 4]: '00 00 00 00' } },
    ),
    row('c.swsp', { rs2: 12, imm: 4 }, { x: { 2: NOWHERE } }, { trap: { cause: 7, value: NOWHERE + 4 } }),
  ]),
];

// --- 26.4: control transfer -----------------------------------------------------------------------------------

const JUMP_OFFSETS = [2, -2, ...walkingBits(2, 10), ...walkingBits(2, 10).map((n) => -n), 2046, -2048];
const BRANCH_OFFSETS = [2, -2, ...walkingBits(2, 7), ...walkingBits(2, 7).map((n) => -n), 254, -256];
/** The link is the address behind the compressed instruction. */
const LINK = CODE + 2;

function zeroBranch(mnemonic: string, taken: number, notTaken: number): Row[] {
  return [
    ...BRANCH_OFFSETS.flatMap((imm) => [
      row(mnemonic, { rs1: 10, imm }, { x: { 10: taken } }, { pc: CODE + imm }),
      row(mnemonic, { rs1: 10, imm }, { x: { 10: notTaken } }, {}),
    ]),
    ...[0, 1, -1, MIN, MAX, 0x100].map((value) => {
      const goes = (value === 0) === (taken === 0);
      return row(mnemonic, { rs1: 10, imm: 16 }, { x: { 10: value } }, goes ? { pc: CODE + 16 } : {});
    }),
    ...SHORT.map((rs1) => row(mnemonic, { rs1, imm: 16 }, { x: { [rs1]: taken } }, { pc: CODE + 16 })),
    ...SHORT.map((rs1) => row(mnemonic, { rs1, imm: 16 }, { x: { [rs1]: notTaken } }, {})),
    row(mnemonic, { rs1: 10, imm: 0 }, { x: { 10: taken } }, { pc: CODE }),
    row(mnemonic, { rs1: 10, imm: 4 }, { address: CODE + 0xffe, x: { 10: taken } }, { pc: CODE + 0x1002 }),
  ];
}

const jumps: Group[] = [
  group('c.j', 'Unpriv 26.4', [
    ...JUMP_OFFSETS.map((imm) => row('c.j', { imm }, {}, { pc: CODE + imm })),
    row('c.j', { imm: 0 }, {}, { pc: CODE }),
    row('c.j', { imm: 2 }, { address: CODE + 0xffe }, { pc: CODE + 0x1000 }),
  ]),
  group('c.jal', 'Unpriv 26.4', [
    ...JUMP_OFFSETS.map((imm) => row('c.jal', { imm }, {}, { x: { 1: LINK }, pc: CODE + imm })),
    row('c.jal', { imm: -4 }, { address: CODE + 0xffe }, { x: { 1: CODE + 0x1000 }, pc: CODE + 0xffa }),
  ]),
  group('c.jr', 'Unpriv 26.4', [
    ...FULL.map((rs1) => row('c.jr', { rs1 }, { x: { [rs1]: DATA } }, { pc: DATA })),
    row('c.jr', { rs1: 10 }, { x: { 10: DATA + 1 } }, { pc: DATA }),
    row('c.jr', { rs1: 10 }, { x: { 10: DATA + 2 } }, { pc: DATA + 2 }),
    row('c.jr', { rs1: 10 }, { x: { 10: -1 } }, { pc: 0xffff_fffe }),
  ]),
  group('c.jalr', 'Unpriv 26.4', [
    ...FULL.map((rs1) =>
      row('c.jalr', { rs1 }, { x: { [rs1]: DATA } }, { x: { [rs1]: DATA, 1: LINK }, pc: DATA }),
    ),
    row('c.jalr', { rs1: 10 }, { x: { 10: DATA + 3 } }, { x: { 1: LINK }, pc: DATA + 2 }),
    row('c.jalr', { rs1: 1 }, { address: CODE + 2, x: { 1: DATA } }, { x: { 1: CODE + 4 }, pc: DATA }),
  ]),
  group('c.beqz', 'Unpriv 26.4', zeroBranch('c.beqz', 0, 5)),
  group('c.bnez', 'Unpriv 26.4', zeroBranch('c.bnez', 5, 0)),
];

// --- 26.5: computation ----------------------------------------------------------------------------------------

/** Bits 17 to 12, sign-extended; zero is reserved. */
const UPPER = SIX_BITS.filter((imm) => imm !== 0).map((imm) => imm << 12);
const STACK_STEPS = [16, -16, 496, -512, ...walkingBits(5, 8), ...walkingBits(5, 8).map((n) => -n)];
const STACK_OFFSETS = [...walkingBits(2, 9), 1020, 12];

/** rd, rs2, result. */
const ARITHMETIC: Record<string, readonly (readonly [number, number, number])[]> = {
  'c.sub': [
    [3, 5, -2],
    [MIN, 1, MAX],
    [0, MIN, MIN],
  ],
  'c.xor': [
    [0x0ff0, 0x00ff, 0x0f0f],
    [-1, MIN, MAX],
  ],
  'c.or': [
    [0x0ff0, 0x00ff, 0x0fff],
    [MIN, MAX, -1],
  ],
  'c.and': [
    [0x0ff0, 0x00ff, 0x00f0],
    [MIN, MAX, 0],
  ],
};
/** What each gives with the same register twice. */
const WITH_ITSELF: Record<string, (value: number) => number> = {
  'c.sub': () => 0,
  'c.xor': () => 0,
  'c.or': (value) => value,
  'c.and': (value) => value,
};

const SHIFTED = 0x8765_4321 | 0;
const shift = (value: bigint) => Number(BigInt.asIntN(32, value));
const unsignedShifted = BigInt.asUintN(32, BigInt(SHIFTED));

const computation: Group[] = [
  group('c.li', 'Unpriv 26.5.1', [
    ...SIX_BITS.map((imm) => row('c.li', { rd: 10, imm }, {}, { x: { 10: imm } })),
    ...FULL.map((rd) => row('c.li', { rd, imm: -7 }, {}, { x: { [rd]: -7 } })),
    // 26.7: a HINT.
    row('c.li', { rd: 0, imm: 5 }, {}, {}),
  ]),
  group('c.lui', 'Unpriv 26.5.1', [
    ...UPPER.map((imm) => row('c.lui', { rd: 10, imm }, {}, { x: { 10: imm } })),
    ...FULL.filter((rd) => rd !== 2).map((rd) =>
      row('c.lui', { rd, imm: -0x1000 }, {}, { x: { [rd]: -0x1000 } }),
    ),
    row('c.lui', { rd: 0, imm: 0x1000 }, {}, {}),
  ]),
  group('c.addi', 'Unpriv 26.5.2', [
    ...SIX_BITS.map((imm) => row('c.addi', { rd: 10, imm }, { x: { 10: 1000 } }, { x: { 10: 1000 + imm } })),
    row('c.addi', { rd: 10, imm: 1 }, { x: { 10: MAX } }, { x: { 10: MIN } }),
    row('c.addi', { rd: 10, imm: -1 }, { x: { 10: MIN } }, { x: { 10: MAX } }),
    ...FULL.map((rd) => row('c.addi', { rd, imm: 3 }, { x: { [rd]: -1 } }, { x: { [rd]: 2 } })),
  ]),
  group('c.nop', 'Unpriv 26.5.5', [
    row('c.nop', { rd: 0, imm: 0 }, {}, {}),
    // 26.7: HINTs.
    ...[1, -1, 31, -32].map((imm) => row('c.nop', { rd: 0, imm }, {}, {})),
  ]),
  group('c.addi16sp', 'Unpriv 26.5.2', [
    ...STACK_STEPS.map((imm) => row('c.addi16sp', { imm }, { x: { 2: DATA } }, { x: { 2: DATA + imm } })),
    row('c.addi16sp', { imm: -16 }, { x: { 2: 0 } }, { x: { 2: -16 } }),
  ]),
  group('c.addi4spn', 'Unpriv 26.5.2', [
    ...STACK_OFFSETS.map((imm) =>
      row('c.addi4spn', { rd: 10, imm }, { x: { 2: DATA } }, { x: { 10: DATA + imm } }),
    ),
    ...SHORT.map((rd) => row('c.addi4spn', { rd, imm: 4 }, { x: { 2: -4 } }, { x: { [rd]: 0 } })),
  ]),
  group('c.slli', 'Unpriv 26.5.2', [
    ...AMOUNTS.map((imm) =>
      row(
        'c.slli',
        { rd: 10, imm },
        { x: { 10: SHIFTED } },
        { x: { 10: shift(unsignedShifted * 2n ** BigInt(imm)) } },
      ),
    ),
    ...FULL.map((rd) => row('c.slli', { rd, imm: 4 }, { x: { [rd]: 0x1234 } }, { x: { [rd]: 0x1_2340 } })),
    // 26.7: HINTs.
    row('c.slli', { rd: 0, imm: 4 }, {}, {}),
    row('c.slli', { rd: 10, imm: 0 }, { x: { 10: SHIFTED } }, {}),
  ]),
  group('c.srli', 'Unpriv 26.5.2', [
    ...AMOUNTS.map((imm) =>
      row(
        'c.srli',
        { rd: 10, imm },
        { x: { 10: SHIFTED } },
        { x: { 10: shift(unsignedShifted / 2n ** BigInt(imm)) } },
      ),
    ),
    ...SHORT.map((rd) => row('c.srli', { rd, imm: 31 }, { x: { [rd]: -1 } }, { x: { [rd]: 1 } })),
    row('c.srli', { rd: 10, imm: 0 }, { x: { 10: SHIFTED } }, {}),
  ]),
  group('c.srai', 'Unpriv 26.5.2', [
    ...AMOUNTS.map((imm) =>
      row(
        'c.srai',
        { rd: 10, imm },
        { x: { 10: SHIFTED } },
        { x: { 10: shift(BigInt(SHIFTED) >> BigInt(imm)) } },
      ),
    ),
    ...SHORT.map((rd) => row('c.srai', { rd, imm: 31 }, { x: { [rd]: MIN } }, { x: { [rd]: -1 } })),
    row('c.srai', { rd: 10, imm: 4 }, { x: { 10: 0x7000_0000 } }, { x: { 10: 0x0700_0000 } }),
    row('c.srai', { rd: 10, imm: 0 }, { x: { 10: SHIFTED } }, {}),
  ]),
  group('c.andi', 'Unpriv 26.5.2', [
    ...SIX_BITS.map((imm) => row('c.andi', { rd: 10, imm }, { x: { 10: -1 } }, { x: { 10: imm } })),
    row('c.andi', { rd: 10, imm: -32 }, { x: { 10: 0x1234_567f } }, { x: { 10: 0x1234_5660 } }),
    row('c.andi', { rd: 10, imm: 31 }, { x: { 10: 0x1234_567f } }, { x: { 10: 31 } }),
    ...SHORT.map((rd) => row('c.andi', { rd, imm: 15 }, { x: { [rd]: 0xff } }, { x: { [rd]: 15 } })),
  ]),
  ...Object.entries(ARITHMETIC).map(([mnemonic, literals]) =>
    group(mnemonic, 'Unpriv 26.5.3', [
      ...literals.map(([a, b, result]) =>
        row(mnemonic, { rd: 10, rs2: 11 }, { x: { 10: a, 11: b } }, { x: { 10: result } }),
      ),
      ...SHORT.flatMap((number) => {
        const other = number === 8 ? 15 : 8;
        const [a, b, result] = literals[0]!;
        return [
          row(
            mnemonic,
            { rd: number, rs2: other },
            { x: { [number]: a, [other]: b } },
            { x: { [number]: result } },
          ),
          row(
            mnemonic,
            { rd: other, rs2: number },
            { x: { [other]: a, [number]: b } },
            { x: { [other]: result } },
          ),
          row(
            mnemonic,
            { rd: number, rs2: number },
            { x: { [number]: a } },
            { x: { [number]: WITH_ITSELF[mnemonic]!(a) } },
          ),
        ];
      }),
    ]),
  ),
  group('c.mv', 'Unpriv 26.5.3', [
    ...FULL.flatMap((number) => {
      const other = (number % 31) + 1;
      return [
        row('c.mv', { rd: number, rs2: other }, { x: { [other]: -number } }, { x: { [number]: -number } }),
      ];
    }),
    ...[0, -1, MIN, MAX].map((value) =>
      row('c.mv', { rd: 10, rs2: 11 }, { x: { 11: value } }, { x: { 10: value } }),
    ),
    row('c.mv', { rd: 10, rs2: 10 }, {}, {}),
    // 26.7: a HINT.
    row('c.mv', { rd: 0, rs2: 11 }, {}, {}),
  ]),
  group('c.add', 'Unpriv 26.5.3', [
    ...FULL.map((number) => {
      const other = (number % 31) + 1;
      return row(
        'c.add',
        { rd: number, rs2: other },
        { x: { [number]: 1000, [other]: number } },
        { x: { [number]: 1000 + number } },
      );
    }),
    row('c.add', { rd: 10, rs2: 11 }, { x: { 10: MAX, 11: 1 } }, { x: { 10: MIN } }),
    row('c.add', { rd: 10, rs2: 11 }, { x: { 10: MIN, 11: MIN } }, { x: { 10: 0 } }),
    row('c.add', { rd: 10, rs2: 10 }, { x: { 10: 21 } }, { x: { 10: 42 } }),
    // 26.7: HINTs, among them c.ntl.*.
    ...[2, 3, 4, 5, 11].map((rs2) => row('c.add', { rd: 0, rs2 }, {}, {})),
  ]),
  group('c.ebreak', 'Unpriv 26.5.6', [
    row('c.ebreak', {}, {}, { trap: { cause: 3, value: 0 } }),
    row('c.ebreak', {}, { user: true }, { trap: { cause: 3, value: 0 } }),
    row('c.ebreak', {}, { address: CODE + 2 }, { trap: { cause: 3, value: 0 } }),
  ]),
];

// --- 26.8: what is reserved -----------------------------------------------------------------------------------

/** Priv 3.1.16: mtval has the halfword alone. */
const RESERVED: Record<string, number> = {
  'c.addi4spn with nzuimm = 0': 0x0004,
  'c.fld': 0x2000,
  'c.flw': 0x6000,
  'quadrant 0, funct3 = 100': 0x8000,
  'c.fsd': 0xa000,
  'c.fsw': 0xe000,
  'c.addi16sp with nzimm = 0': 0x6101,
  'c.lui with nzimm = 0': 0x6501,
  'c.lui to x0 with nzimm = 0': 0x6001,
  'c.srli with shamt[5]': 0x9101,
  'c.srai with shamt[5]': 0x9501,
  'c.subw': 0x9d0d,
  'c.addw': 0x9d2d,
  'c.mul of Zcb': 0x9d4d,
  'c.zext.b of Zcb': 0x9d61,
  'c.slli with shamt[5]': 0x1502,
  'c.fldsp': 0x2502,
  'c.lwsp to x0': 0x4002,
  'c.flwsp': 0x6502,
  'c.jr x0': 0x8002,
  'c.fsdsp': 0xa002,
  'c.fswsp': 0xe002,
};

const reserved: Row[] = Object.entries(RESERVED).map(([name, halfword]) =>
  program(name, [halfword], {}, { trap: { cause: 2, value: halfword } }),
);

const mixed: Row[] = [
  program(
    'compressed and whole instructions in turn',
    [
      encode('c.li', { rd: 10, imm: 1 }),
      encode('addi', { rd: 11, rs1: 10, imm: 100 }),
      encode('c.add', { rd: 10, rs2: 11 }),
      encode('c.addi', { rd: 11, imm: -1 }),
      encode('sub', { rd: 12, rs1: 10, rs2: 11 }),
    ],
    {},
    { x: { 10: 102, 11: 100, 12: 2 } },
  ),
  program(
    'a jump into the second half of an instruction',
    // The upper half of the lui, 0x4515, is c.li x10, 5.
    [encode('jal', { rd: 0, imm: 6 }), encode('lui', { rd: 12, imm: 0x4515_0000 })],
    {},
    { x: { 10: 5 }, pc: CODE + 8 },
  ),
];

export const C_GROUPS: readonly Group[] = [
  ...loads,
  ...jumps,
  ...computation,
  group('reserved compressed encodings', 'Unpriv 26.8', reserved),
  group('both lengths', 'Unpriv 26.1', mixed),
];
