/** All boards, by name. */
import type { BoardDescription } from '../board.ts';
import { HAZARD3_TB } from './hazard3-tb.ts';
import { LM3S6965EVB } from './lm3s6965evb.ts';
import { MPS2_AN385 } from './mps2-an385.ts';
import { VIRT } from './virt.ts';

export const BOARDS: readonly BoardDescription[] = [VIRT, MPS2_AN385, LM3S6965EVB, HAZARD3_TB];
