/** Zba, Zbb and Zbs. Unprivileged ISA 20240411, chapter 28. */
import { encode } from '../../../src/cpu/riscv/assemble.ts';
import { rows } from '../../../src/cpu/riscv/instructions/table.ts';
import {
  aliased,
  aliasedImmediate,
  binary,
  crossed,
  immediate,
  type Literal,
  SHIFT_AMOUNTS,
  unary,
} from './arithmetic-rows.ts';
import { type Group, group, MAX, MIN, program, type Row } from './row.ts';

/** 28.4.1: rs2 + (rs1 << n). */
const ZBA: Record<string, readonly Literal[]> = {
  sh1add: [
    [1, 1, 3],
    [MIN, 5, 5],
    [MAX, 2, 0],
    [-1, 0, -2],
  ],
  sh2add: [
    [1, 1, 5],
    [0x4000_0000, 5, 5],
    [-1, 0, -4],
  ],
  sh3add: [
    [1, 1, 9],
    [0x2000_0000, 5, 5],
    [-1, 8, 0],
  ],
};

/** 28.4.2. */
const ZBB: Record<string, readonly Literal[]> = {
  andn: [
    [-1, 0x0f, -16],
    [0x0ff0, 0x00ff, 0x0f00],
  ],
  orn: [
    [0, 0x0f, -16],
    [0x0ff0, -1, 0x0ff0],
  ],
  xnor: [
    [0, 0, -1],
    [0x0ff0, -1, 0x0ff0],
  ],
  max: [
    [-1, 0, 0],
    [MIN, MAX, MAX],
  ],
  maxu: [
    [-1, 0, -1],
    [MIN, MAX, MIN],
  ],
  min: [
    [-1, 0, -1],
    [MIN, MAX, MIN],
  ],
  minu: [
    [-1, 0, 0],
    [MIN, MAX, MAX],
  ],
  rol: [
    [0x8000_0001 | 0, 1, 3],
    [0x1234_5678, 8, 0x3456_7812],
    [0x1234_5678, 32, 0x1234_5678],
    [0x1234_5678, 36, 0x2345_6781],
  ],
  ror: [
    [0x8000_0001 | 0, 1, 0xc000_0000 | 0],
    [0x1234_5678, 8, 0x7812_3456],
    [0x1234_5678, 32, 0x1234_5678],
    [0x1234_5678, 36, 0x8123_4567 | 0],
  ],
};

const ZBB_UNARY: Record<string, readonly (readonly [number, number])[]> = {
  clz: [
    [0, 32],
    [-1, 0],
    [1, 31],
    [MIN, 0],
    [MAX, 1],
  ],
  ctz: [
    [0, 32],
    [-1, 0],
    [1, 0],
    [MIN, 31],
    [0x100, 8],
  ],
  cpop: [
    [0, 0],
    [-1, 32],
    [MIN, 1],
    [0x5555_5555, 16],
    [MAX, 31],
  ],
  'sext.b': [
    [0x7f, 127],
    [0x80, -128],
    [0xffff_ff7f | 0, 127],
  ],
  'sext.h': [
    [0x7fff, 32767],
    [0x8000, -32768],
    [0xffff_7fff | 0, 32767],
  ],
  'zext.h': [
    [-1, 0xffff],
    [0x1_8000, 0x8000],
  ],
  'orc.b': [
    [0, 0],
    [0x0100_0080, 0xff00_00ff | 0],
    [0x0010_0200, 0x00ff_ff00],
    [-1, -1],
  ],
  rev8: [
    [0x1234_5678, 0x7856_3412],
    [0x80, MIN],
    [-1, -1],
  ],
};

/** 28.4.4: the index is the lower 5 bits of rs2. */
const ZBS: Record<string, readonly Literal[]> = {
  bclr: [
    [-1, 31, MAX],
    [-1, 32, -2],
    [0, 5, 0],
  ],
  bext: [
    [MIN, 31, 1],
    [MIN, 30, 0],
    [1, 32, 1],
  ],
  binv: [
    [0, 31, MIN],
    [MIN, 31, 0],
    [0, 32, 1],
  ],
  bset: [
    [0, 31, MIN],
    [0, 32, 1],
    [-1, 5, -1],
  ],
};

const IMMEDIATE: Record<string, readonly Literal[]> = {
  rori: [
    [1, 1, MIN],
    [1, 31, 2],
    [0x1234_5678, 0, 0x1234_5678],
  ],
  bclri: [
    [-1, 31, MAX],
    [-1, 0, -2],
  ],
  bexti: [
    [MIN, 31, 1],
    [1, 0, 1],
  ],
  binvi: [
    [0, 31, MIN],
    [1, 0, 0],
  ],
  bseti: [
    [0, 31, MIN],
    [0, 0, 1],
  ],
};

function groups(
  spec: string,
  extension: 'Zba' | 'Zbb' | 'Zbs',
  table: Record<string, readonly Literal[]>,
): Group[] {
  return Object.entries(table).map(([mnemonic, literals]) =>
    group(
      mnemonic,
      spec,
      [...binary(mnemonic, literals), ...crossed(mnemonic), ...aliased(mnemonic)],
      [extension],
    ),
  );
}

/** Without the extension its encodings are reserved. */
const absent: Row[] = rows()
  .filter((entry) => ['Zba', 'Zbb', 'Zbs'].includes(entry.extension))
  .map((entry) => {
    const operands = { rd: 10, rs1: 11 };
    const word = encode(entry.mnemonic, {
      ...operands,
      ...(entry.syntax.includes('rs2') ? { rs2: 12 } : {}),
      ...(entry.syntax.includes('shamt') ? { imm: 3 } : {}),
    });
    return program(
      `${entry.mnemonic} without ${entry.extension}`,
      [word],
      {},
      { trap: { cause: 2, value: word } },
    );
  });

export const B_GROUPS: readonly Group[] = [
  ...groups('Unpriv 28.4.1', 'Zba', ZBA),
  ...groups('Unpriv 28.4.2', 'Zbb', ZBB),
  ...Object.entries(ZBB_UNARY).map(([mnemonic, literals]) =>
    group(mnemonic, 'Unpriv 28.4.2', unary(mnemonic, literals), ['Zbb']),
  ),
  ...groups('Unpriv 28.4.4', 'Zbs', ZBS),
  ...Object.entries(IMMEDIATE).map(([mnemonic, literals]) =>
    group(
      mnemonic,
      mnemonic === 'rori' ? 'Unpriv 28.4.2' : 'Unpriv 28.4.4',
      [...immediate(mnemonic, literals, SHIFT_AMOUNTS), ...aliasedImmediate(mnemonic, 5)],
      [mnemonic === 'rori' ? 'Zbb' : 'Zbs'],
    ),
  ),
  group('Zba, Zbb and Zbs absent', 'Unpriv 28.3', absent),
];
