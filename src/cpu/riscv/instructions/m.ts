/** "M": integer multiplication and division. Unprivileged ISA 20240411, chapter 13. */
import { Op } from '../operation.ts';
import { R } from './formats.ts';
import { rowsOf } from './row.ts';

const row = rowsOf('M');

// biome-ignore format: a table
export const mRows = () => [
  row('mul',    Op.Mul,    '0000001 ..... ..... 000 ..... 0110011', R, 'rd, rs1, rs2', 'mul', 'Unpriv 13.1'),
  row('mulh',   Op.Mulh,   '0000001 ..... ..... 001 ..... 0110011', R, 'rd, rs1, rs2', 'mulh', 'Unpriv 13.1'),
  row('mulhsu', Op.Mulhsu, '0000001 ..... ..... 010 ..... 0110011', R, 'rd, rs1, rs2', 'mulh', 'Unpriv 13.1'),
  row('mulhu',  Op.Mulhu,  '0000001 ..... ..... 011 ..... 0110011', R, 'rd, rs1, rs2', 'mulh', 'Unpriv 13.1'),
  row('div',    Op.Div,    '0000001 ..... ..... 100 ..... 0110011', R, 'rd, rs1, rs2', 'div', 'Unpriv 13.2'),
  row('divu',   Op.Divu,   '0000001 ..... ..... 101 ..... 0110011', R, 'rd, rs1, rs2', 'divu', 'Unpriv 13.2'),
  row('rem',    Op.Rem,    '0000001 ..... ..... 110 ..... 0110011', R, 'rd, rs1, rs2', 'div', 'Unpriv 13.2'),
  row('remu',   Op.Remu,   '0000001 ..... ..... 111 ..... 0110011', R, 'rd, rs1, rs2', 'divu', 'Unpriv 13.2'),
];
