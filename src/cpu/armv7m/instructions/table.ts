/** The whole encoding table of ARMv7-M and of its DSP extension, without floating point. */
import { bitRows } from './bits.ts';
import { dataProcessingRows } from './data-processing.ts';
import { dspRows } from './dsp.ts';
import { loadRows } from './loads.ts';
import { multipleRows } from './multiple.ts';
import { multiplyRows } from './multiply.ts';
import type { Extension, Row } from './row.ts';
import { storeRows } from './stores.ts';
import { systemRows } from './system.ts';

let made: readonly Row[] | undefined;

/** The table, made when it is first asked for: a run of another architecture does not pay for it. */
export function rows(): readonly Row[] {
  made ??= [
    ...dataProcessingRows(),
    ...bitRows(),
    ...multiplyRows(),
    ...loadRows(),
    ...storeRows(),
    ...multipleRows(),
    ...systemRows(),
    ...dspRows(),
  ];
  return made;
}

/** What every core of bluesim has. */
export const BASE_EXTENSIONS: readonly Extension[] = ['M'];
/** What a board may add. */
export const OPTIONAL_EXTENSIONS: readonly Extension[] = ['DSP'];
