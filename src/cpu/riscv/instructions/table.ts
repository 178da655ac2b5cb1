/** The whole encoding table of RV32IMAC with Zicsr, Zifencei and, as options, Zba, Zbb and Zbs. */
import { aRows } from './a.ts';
import { bRows } from './b.ts';
import { cRows } from './c.ts';
import { iRows } from './i.ts';
import { mRows } from './m.ts';
import { privilegedRows } from './privileged.ts';
import type { Extension, Row } from './row.ts';
import { zicsrRows } from './zicsr.ts';

let made: readonly Row[] | undefined;

/** The table, made when it is first asked for: a run of another instruction set does not pay for it. */
export function rows(): readonly Row[] {
  made ??= [...iRows(), ...mRows(), ...aRows(), ...zicsrRows(), ...privilegedRows(), ...bRows(), ...cRows()];
  return made;
}

/** What every hart of bluesim has. */
export const BASE_EXTENSIONS: readonly Extension[] = ['I', 'M', 'A', 'C', 'Zicsr', 'Zifencei', 'Priv'];
/** What a board may add. */
export const OPTIONAL_EXTENSIONS: readonly Extension[] = ['Zba', 'Zbb', 'Zbs'];
