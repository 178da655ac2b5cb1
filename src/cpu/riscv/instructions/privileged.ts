/** Privileged instructions of a hart with machine and user mode. Privileged ISA 20240411, 3.3. */
import { Op } from '../operation.ts';
import { NONE } from './formats.ts';
import { rowsOf } from './row.ts';

const row = rowsOf('Priv');

// biome-ignore format: a table
export const privilegedRows = () => [
  row('mret', Op.Mret, '0011000 00010 00000 000 00000 1110011', NONE, '', 'mret', 'Priv 3.3.2'),
  row('wfi',  Op.Wfi,  '0001000 00101 00000 000 00000 1110011', NONE, '', 'wfi', 'Priv 3.3.3'),
];
