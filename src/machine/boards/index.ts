/** All boards, by name. */
import type { BoardDescription } from '../board.ts';
import { LM3S6965EVB } from './lm3s6965evb.ts';
import { VIRT } from './virt.ts';

export const BOARDS: readonly BoardDescription[] = [VIRT, LM3S6965EVB];
