/** "A": load-reserved/store-conditional and atomic memory operations. Unprivileged ISA 20240411, chapter 14. */
import { Op } from '../operation.ts';
import { R, R1 } from './formats.ts';
import { rowsOf } from './row.ts';

const row = rowsOf('A');

// biome-ignore format: a table
export const aRows = () => [
  row('lr.w',      Op.LrW,      '00010 . . 00000 ..... 010 ..... 0101111', R1, 'rd, (rs1)', 'lr', 'Unpriv 14.2'),
  row('sc.w',      Op.ScW,      '00011 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'sc', 'Unpriv 14.2'),
  row('amoswap.w', Op.AmoswapW, '00001 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
  row('amoadd.w',  Op.AmoaddW,  '00000 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
  row('amoxor.w',  Op.AmoxorW,  '00100 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
  row('amoand.w',  Op.AmoandW,  '01100 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
  row('amoor.w',   Op.AmoorW,   '01000 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
  row('amomin.w',  Op.AmominW,  '10000 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
  row('amomax.w',  Op.AmomaxW,  '10100 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
  row('amominu.w', Op.AmominuW, '11000 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
  row('amomaxu.w', Op.AmomaxuW, '11100 . . ..... ..... 010 ..... 0101111', R, 'rd, rs2, (rs1)', 'amo', 'Unpriv 14.4'),
];
