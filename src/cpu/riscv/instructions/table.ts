/** The whole encoding table of RV32IMAC with Zicsr, Zifencei and, as options, Zba, Zbb and Zbs. */
import { A_ROWS } from './a.ts';
import { B_ROWS } from './b.ts';
import { C_ROWS } from './c.ts';
import { I_ROWS } from './i.ts';
import { M_ROWS } from './m.ts';
import { PRIVILEGED_ROWS } from './privileged.ts';
import type { Extension, Row } from './row.ts';
import { ZICSR_ROWS } from './zicsr.ts';

export const ROWS: readonly Row[] = [
  ...I_ROWS,
  ...M_ROWS,
  ...A_ROWS,
  ...ZICSR_ROWS,
  ...PRIVILEGED_ROWS,
  ...B_ROWS,
  ...C_ROWS,
];

/** What every hart of bluesim has. */
export const BASE_EXTENSIONS: readonly Extension[] = ['I', 'M', 'A', 'C', 'Zicsr', 'Zifencei', 'Priv'];
/** What a board may add. */
export const OPTIONAL_EXTENSIONS: readonly Extension[] = ['Zba', 'Zbb', 'Zbs'];
