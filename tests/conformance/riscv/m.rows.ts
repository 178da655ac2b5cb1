/** "M": multiplication and division. Unprivileged ISA 20240411, chapter 13. */
import { aliased, binary, crossed, type Literal } from './arithmetic-rows.ts';
import { type Group, group, MAX, MIN } from './row.ts';

/** rs1, rs2, rd. */
const MULTIPLICATION: Record<string, readonly Literal[]> = {
  mul: [
    [3, -4, -12],
    [MIN, -1, MIN],
    [0x1_0000, 0x1_0000, 0],
    [MAX, MAX, 1],
    [0x1234_5678, 0x9abc_def0 | 0, 0x242d_2080],
  ],
  mulh: [
    [-1, -1, 0],
    [-1, 1, -1],
    [MIN, MIN, 0x4000_0000],
    [MIN, MAX, -0x4000_0000],
    [MAX, MAX, 0x3fff_ffff],
    [MIN, -1, 0],
    [MIN, 1, -1],
  ],
  mulhsu: [
    [-1, -1, -1],
    [-1, 1, -1],
    [1, -1, 0],
    [MIN, -1, MIN],
    [MAX, -1, 0x7fff_fffe],
    [MIN, MIN, -0x4000_0000],
  ],
  mulhu: [
    [-1, -1, -2],
    [-1, 1, 0],
    [MIN, MIN, 0x4000_0000],
    [MIN, -1, MAX],
    [0x1_0000, 0x1_0000, 1],
  ],
};

/** Table 11: division by zero, and the one signed overflow. Division rounds towards zero; the remainder has the dividend's sign. */
const DIVISION: Record<string, readonly Literal[]> = {
  div: [
    [7, 2, 3],
    [-7, 2, -3],
    [7, -2, -3],
    [-7, -2, 3],
    [1, 0, -1],
    [0, 0, -1],
    [MIN, 0, -1],
    [MIN, -1, MIN],
    [MIN, 1, MIN],
    [MIN, MIN, 1],
    [MAX, MIN, 0],
    [MAX, -1, -MAX],
  ],
  divu: [
    [7, 2, 3],
    [-7, 2, 0x7fff_fffc],
    [1, 0, -1],
    [0, 0, -1],
    [-1, 0, -1],
    [MIN, -1, 0],
    [-1, MIN, 1],
    [-1, 1, -1],
    [-1, -1, 1],
  ],
  rem: [
    [7, 2, 1],
    [-7, 2, -1],
    [7, -2, 1],
    [-7, -2, -1],
    [5, 0, 5],
    [-5, 0, -5],
    [MIN, 0, MIN],
    [MIN, -1, 0],
    [MIN, 1, 0],
    [MIN, MAX, -1],
    [MAX, MIN, MAX],
    [-6, 3, 0],
  ],
  remu: [
    [7, 2, 1],
    [-7, 2, 1],
    [5, 0, 5],
    [-5, 0, -5],
    [MIN, -1, MIN],
    [-1, MIN, MAX],
    [-1, -1, 0],
  ],
};

function groups(spec: string, table: Record<string, readonly Literal[]>): Group[] {
  return Object.entries(table).map(([mnemonic, literals]) =>
    group(mnemonic, spec, [...binary(mnemonic, literals), ...crossed(mnemonic), ...aliased(mnemonic)]),
  );
}

export const M_GROUPS: readonly Group[] = [
  ...groups('Unpriv 13.1', MULTIPLICATION),
  ...groups('Unpriv 13.2, table 11', DIVISION),
];
