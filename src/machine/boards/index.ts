/** All boards, by name. */
import type { BoardDescription } from '../board.ts';
import { VIRT } from './virt.ts';

export const BOARDS: readonly BoardDescription[] = [VIRT];
