/** "A": load-reserved/store-conditional and atomic memory operations. Unprivileged ISA 20240411, chapter 14. */
import { encode } from '../../../src/cpu/riscv/assemble.ts';
import { hex32 } from '../../../src/errors.ts';
import { CORNERS, type Literal } from './arithmetic-rows.ts';
import { reference } from './reference.ts';
import {
  DATA,
  type Group,
  group,
  MAX,
  MIN,
  NOWHERE,
  program,
  RAM_END,
  type Registers,
  type Row,
  type RowOptions,
  row,
} from './row.ts';

/** Where the CLINT is: a device. */
const DEVICE = 0x0200_4000;
/** No row reserves this word. */
const ELSEWHERE = DATA + 0x100;

/** The word at DATA with something on both sides. */
const around = (value: number) => ({ [DATA - 4]: `aa aa aa aa ${wordHex(value)} bb bb bb bb` });

function wordHex(value: number): string {
  return Buffer.from(Int32Array.of(value).buffer).toString('hex');
}

// --- 14.4: atomic memory operations ---------------------------------------------------------------------------

/** The word before, rs2, the word behind; rd gets the word before. */
const LITERALS: Record<string, readonly Literal[]> = {
  'amoswap.w': [
    [1, 2, 2],
    [MIN, MAX, MAX],
  ],
  'amoadd.w': [
    [1, 2, 3],
    [MAX, 1, MIN],
    [-1, 1, 0],
  ],
  'amoxor.w': [
    [0x0ff0, 0x00ff, 0x0f0f],
    [-1, MIN, MAX],
  ],
  'amoand.w': [
    [0x0ff0, 0x00ff, 0x00f0],
    [MIN, MAX, 0],
  ],
  'amoor.w': [
    [0x0ff0, 0x00ff, 0x0fff],
    [MIN, MAX, -1],
  ],
  'amomin.w': [
    [MIN, MAX, MIN],
    [-1, 0, -1],
    [0, -1, -1],
    [5, 5, 5],
  ],
  'amomax.w': [
    [MIN, MAX, MAX],
    [-1, 0, 0],
    [0, -1, 0],
    [5, 5, 5],
  ],
  'amominu.w': [
    [MIN, MAX, MAX],
    [-1, 0, 0],
    [0, -1, 0],
    [5, 5, 5],
  ],
  'amomaxu.w': [
    [MIN, MAX, MIN],
    [-1, 0, -1],
    [0, -1, -1],
    [5, 5, 5],
  ],
};

const QEMU_AMO_MISALIGNED =
  'raises cause 4; Unpriv 14.4 and Priv table 3.6: store/AMO address misaligned is 6';
const QEMU_AMO_FAULT = 'raises cause 5; Unpriv 14.4 and Priv table 3.6: store/AMO access fault is 7';
const QEMU_DEVICE =
  'carries out atomics on devices; Priv 3.6.3: I/O regions here support none (AMONone, RsrvNone)';

function atomic(mnemonic: string, literals: readonly Literal[]): Row[] {
  const corners = CORNERS.flatMap((a) => CORNERS.map((b): Literal => [a, b, reference(mnemonic, a, b)]));
  const old = 0x1234_5678;
  const operand = -5;
  const result = reference(mnemonic, old, operand);
  const aliases: [number, number, number, Registers, number][] = [
    // rd, rs1, rs2, registers before, word behind
    [11, 11, 12, { 11: DATA, 12: operand }, result],
    [12, 11, 12, { 11: DATA, 12: operand }, result],
    [10, 11, 11, { 11: DATA }, reference(mnemonic, old, DATA | 0)],
    [11, 11, 11, { 11: DATA }, reference(mnemonic, old, DATA | 0)],
    [0, 11, 12, { 11: DATA, 12: operand }, result],
    [10, 11, 0, { 11: DATA }, reference(mnemonic, old, 0)],
    [31, 1, 30, { 1: DATA, 30: operand }, result],
  ];
  const fault = (address: number, cause: number, options: RowOptions = {}) =>
    row(
      mnemonic,
      { rd: 10, rs1: 11, rs2: 12 },
      { x: { 11: address } },
      { trap: { cause, value: address } },
      options,
    );
  return [
    ...[...literals, ...corners].map(([a, b, c]) =>
      row(
        mnemonic,
        { rd: 10, rs1: 11, rs2: 12 },
        { x: { 11: DATA, 12: b }, memory: around(a) },
        { x: { 10: a }, memory: around(c) },
      ),
    ),
    ...aliases.map(([rd, rs1, rs2, x, word]) =>
      row(
        mnemonic,
        { rd, rs1, rs2 },
        { x, memory: around(old) },
        {
          x: rd === 0 ? {} : { [rd]: old },
          memory: around(word),
        },
      ),
    ),
    // 14.1: ordering bits change nothing on one hart.
    ...[
      { aq: true, rl: false },
      { aq: false, rl: true },
      { aq: true, rl: true },
    ].map((ordering) =>
      row(
        mnemonic,
        { rd: 10, rs1: 11, rs2: 12, ...ordering },
        { x: { 11: DATA, 12: operand }, memory: around(old) },
        { x: { 10: old }, memory: around(result) },
      ),
    ),
    ...[1, 2, 3].map((offset) => fault(DATA + offset, 6, { qemu: QEMU_AMO_MISALIGNED })),
    ...[NOWHERE, RAM_END, 0].map((address) => fault(address, 7, { qemu: QEMU_AMO_FAULT })),
    fault(DEVICE, 7, { qemu: QEMU_DEVICE }),
  ];
}

// --- 14.2: load-reserved/store-conditional --------------------------------------------------------------------

const lr = (rd: number, rs1: number) => encode('lr.w', { rd, rs1 });
const sc = (rd: number, rs2: number, rs1: number) => encode('sc.w', { rd, rs1, rs2 });
/** An SC, successful or not, ends any reservation: x28 is ELSEWHERE. */
const UNRESERVE = sc(0, 0, 28);

const OLD = 0x1122_3344;
const NEW = 0x5566_7788;
/** x11 the address, x12 the value to store, x13 another address, x28 for UNRESERVE. */
const x = { 11: DATA, 12: NEW, 13: DATA + 4, 28: ELSEWHERE };

/** A sequence with its results; `stored` is the word at DATA behind it. */
function sequence(
  title: string,
  code: readonly number[],
  registers: Registers,
  stored: number,
  options: RowOptions = {},
): Row {
  return program(title, code, { x, memory: around(OLD) }, { x: registers, memory: around(stored) }, options);
}

const QEMU_SAME_VALUE =
  'compares values only; Unpriv 14.2: a store to the reservation set ends the reservation here';
const QEMU_SC_MISALIGNED =
  'an SC that fails anyway does not look at its address; Unpriv 14.2: address misaligned is raised';

const sw = (rs2: number, rs1: number, imm = 0) => encode('sw', { rs1, rs2, imm });

const reservations: Row[] = [
  sequence('lr, then sc: succeeds', [lr(10, 11), sc(14, 12, 11)], { 10: OLD, 14: 0 }, NEW),
  sequence('sc without a reservation fails', [UNRESERVE, sc(14, 12, 11)], { 14: 1 }, OLD),
  sequence('sc to another word fails', [lr(10, 11), sc(14, 12, 13)], { 10: OLD, 14: 1 }, OLD),
  sequence(
    'a failed sc ends the reservation',
    [lr(10, 11), sc(14, 12, 13), sc(15, 12, 11)],
    { 10: OLD, 14: 1, 15: 1 },
    OLD,
  ),
  sequence(
    'a successful sc ends the reservation',
    [lr(10, 11), sc(14, 12, 11), sc(15, 0, 11)],
    { 10: OLD, 14: 0, 15: 1 },
    NEW,
  ),
  sequence(
    'a later lr moves the reservation',
    [lr(10, 11), lr(16, 13), sc(14, 12, 11)],
    { 10: OLD, 16: 0xbbbb_bbbb, 14: 1 },
    OLD,
  ),
  sequence(
    'the later lr counts',
    [lr(16, 13), lr(10, 11), sc(14, 12, 11)],
    { 10: OLD, 16: 0xbbbb_bbbb, 14: 0 },
    NEW,
  ),
  sequence(
    'two rounds',
    [lr(10, 11), sc(14, 12, 11), lr(15, 11), sc(16, 0, 11)],
    { 10: OLD, 14: 0, 15: NEW, 16: 0 },
    0,
  ),
  sequence(
    'another value stored to the word ends the reservation',
    [lr(10, 11), sw(0, 11), sc(14, 12, 11)],
    { 10: OLD, 14: 1 },
    0,
  ),
  sequence(
    'the same value stored to the word ends the reservation',
    [lr(10, 11), sw(10, 11), sc(14, 12, 11)],
    { 10: OLD, 14: 1 },
    OLD,
    { qemu: QEMU_SAME_VALUE },
  ),
  sequence(
    'a byte stored into the word ends the reservation',
    [lr(10, 11), encode('sb', { rs1: 11, rs2: 0, imm: 3 }), sc(14, 12, 11)],
    { 10: OLD, 14: 1 },
    0x0022_3344,
  ),
  program(
    'a misaligned store that reaches the word ends the reservation',
    [lr(10, 11), sw(12, 11, -2), sc(14, 12, 11)],
    { x, memory: around(OLD) },
    { x: { 10: OLD, 14: 1 }, memory: { [DATA - 4]: 'aa aa 88 77 66 55 22 11 bb bb bb bb' } },
  ),
  sequence(
    'an AMO on the word ends the reservation',
    [lr(10, 11), encode('amoadd.w', { rd: 0, rs1: 11, rs2: 12 }), sc(14, 12, 11)],
    { 10: OLD, 14: 1 },
    OLD + NEW,
  ),
  sequence(
    'an AMO that leaves the word as it is ends the reservation',
    [lr(10, 11), encode('amoor.w', { rd: 0, rs1: 11, rs2: 0 }), sc(14, 12, 11)],
    { 10: OLD, 14: 1 },
    OLD,
    { qemu: QEMU_SAME_VALUE },
  ),
  sequence(
    'a load of the word does not',
    [lr(10, 11), encode('lw', { rd: 15, rs1: 11, imm: 0 }), sc(14, 12, 11)],
    { 10: OLD, 14: 0, 15: OLD },
    NEW,
  ),
  sequence(
    'a store nearby does not',
    [lr(10, 11), encode('sw', { rs1: 11, rs2: 0, imm: 64 }), sc(14, 12, 11)],
    { 10: OLD, 14: 0 },
    NEW,
  ),
  program(
    'a store to the next word does not',
    [lr(10, 11), sw(0, 11, 4), sc(14, 12, 11)],
    { x, memory: around(OLD) },
    { x: { 10: OLD, 14: 0 }, memory: { [DATA - 4]: `aa aa aa aa ${wordHex(NEW)} 00 00 00 00` } },
  ),
  program(
    'a store to the word before does not',
    [lr(10, 11), sw(0, 11, -4), sc(14, 12, 11)],
    { x, memory: around(OLD) },
    { x: { 10: OLD, 14: 0 }, memory: { [DATA - 4]: `00 00 00 00 ${wordHex(NEW)} bb bb bb bb` } },
  ),
];

/** Which operand is which, and x0. */
const operands: Row[] = [
  sequence('lr with rd = rs1', [lr(11, 11)], { 11: OLD }, OLD),
  sequence('lr to x0', [lr(0, 11), sc(14, 12, 11)], { 14: 0 }, NEW),
  sequence('sc with rd = rs1', [lr(10, 11), sc(11, 12, 11)], { 10: OLD, 11: 0 }, NEW),
  sequence('sc with rd = rs2', [lr(10, 11), sc(12, 12, 11)], { 10: OLD, 12: 0 }, NEW),
  sequence('sc with rs1 = rs2', [lr(10, 11), sc(14, 11, 11)], { 10: OLD, 14: 0 }, DATA | 0),
  sequence('sc to x0', [lr(10, 11), sc(0, 12, 11)], { 10: OLD }, NEW),
  sequence('sc of x0', [lr(10, 11), sc(14, 0, 11)], { 10: OLD, 14: 0 }, 0),
  sequence('a failing sc to x0', [UNRESERVE, sc(0, 12, 11)], {}, OLD),
  ...[
    { aq: true, rl: false },
    { aq: false, rl: true },
    { aq: true, rl: true },
  ].map((ordering) =>
    sequence(
      `lr and sc with aq=${ordering.aq} rl=${ordering.rl}`,
      [
        encode('lr.w', { rd: 10, rs1: 11, ...ordering }),
        encode('sc.w', { rd: 14, rs1: 11, rs2: 12, ...ordering }),
      ],
      { 10: OLD, 14: 0 },
      NEW,
    ),
  ),
  ...[0, 1, -1, MIN, MAX].map((value) =>
    program(
      `lr gives ${value}`,
      [lr(10, 11)],
      { x: { 11: DATA }, memory: around(value) },
      { x: { 10: value } },
    ),
  ),
];

const lrFaults: Row[] = [
  ...[1, 2, 3].map((offset) =>
    row(
      'lr.w',
      { rd: 10, rs1: 11 },
      { x: { 11: DATA + offset } },
      { trap: { cause: 4, value: DATA + offset } },
    ),
  ),
  ...[NOWHERE, RAM_END, 0].map((address) =>
    row('lr.w', { rd: 10, rs1: 11 }, { x: { 11: address } }, { trap: { cause: 5, value: address } }),
  ),
  row(
    'lr.w',
    { rd: 10, rs1: 11 },
    { x: { 11: DEVICE } },
    { trap: { cause: 5, value: DEVICE } },
    { qemu: QEMU_DEVICE },
  ),
];

const scFaults: Row[] = [
  ...[1, 2, 3].flatMap((offset) => [
    program(
      `sc at offset ${offset} without a reservation`,
      [UNRESERVE, sc(14, 12, 11)],
      { x: { ...x, 11: DATA + offset }, memory: around(OLD) },
      { trap: { cause: 6, value: DATA + offset } },
      { qemu: QEMU_SC_MISALIGNED },
    ),
    program(
      `sc at offset ${offset} of the reserved word`,
      [lr(10, 13), sc(14, 12, 11)],
      { x: { 11: DATA + offset, 12: NEW, 13: DATA }, memory: around(OLD) },
      { x: { 10: OLD }, trap: { cause: 6, value: DATA + offset } },
      { qemu: QEMU_SC_MISALIGNED },
    ),
  ]),
  // 14.2 leaves open whether an SC that fails in any case checks the access as well; here it does not.
  ...[NOWHERE, RAM_END, DEVICE].map((address) =>
    program(
      `sc to ${hex32(address)} without a reservation`,
      [UNRESERVE, sc(14, 12, 11)],
      { x: { ...x, 11: address } },
      { x: { 14: 1 } },
    ),
  ),
];

export const A_GROUPS: readonly Group[] = [
  ...Object.entries(LITERALS).map(([mnemonic, literals]) =>
    group(mnemonic, 'Unpriv 14.4', atomic(mnemonic, literals)),
  ),
  group('lr.w and sc.w', 'Unpriv 14.2', reservations),
  group('lr.w and sc.w: operands', 'Unpriv 14.2', operands),
  group('lr.w: faults', 'Unpriv 14.2, Priv table 3.6', lrFaults),
  group('sc.w: faults', 'Unpriv 14.2, Priv table 3.6', scFaults),
];
