/** Zba, Zbb and Zbs: bit manipulation, a board option. Unprivileged ISA 20240411, chapter 28 ("B"). */
import { Op } from '../operation.ts';
import { R, R1, SHIFT } from './formats.ts';
import { rowsOf } from './row.ts';

const zba = rowsOf('Zba');
const zbb = rowsOf('Zbb');
const zbs = rowsOf('Zbs');

// biome-ignore format: a table
export const bRows = () => [
  zba('sh1add', Op.Sh1add, '0010000 ..... ..... 010 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.1'),
  zba('sh2add', Op.Sh2add, '0010000 ..... ..... 100 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.1'),
  zba('sh3add', Op.Sh3add, '0010000 ..... ..... 110 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.1'),
  zbb('andn',   Op.Andn,   '0100000 ..... ..... 111 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('orn',    Op.Orn,    '0100000 ..... ..... 110 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('xnor',   Op.Xnor,   '0100000 ..... ..... 100 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('clz',    Op.Clz,    '0110000 00000 ..... 001 ..... 0010011', R1, 'rd, rs1', 'alu', 'Unpriv 28.4.2'),
  zbb('ctz',    Op.Ctz,    '0110000 00001 ..... 001 ..... 0010011', R1, 'rd, rs1', 'alu', 'Unpriv 28.4.2'),
  zbb('cpop',   Op.Cpop,   '0110000 00010 ..... 001 ..... 0010011', R1, 'rd, rs1', 'alu', 'Unpriv 28.4.2'),
  zbb('max',    Op.Max,    '0000101 ..... ..... 110 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('maxu',   Op.Maxu,   '0000101 ..... ..... 111 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('min',    Op.Min,    '0000101 ..... ..... 100 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('minu',   Op.Minu,   '0000101 ..... ..... 101 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('sext.b', Op.SextB,  '0110000 00100 ..... 001 ..... 0010011', R1, 'rd, rs1', 'alu', 'Unpriv 28.4.2'),
  zbb('sext.h', Op.SextH,  '0110000 00101 ..... 001 ..... 0010011', R1, 'rd, rs1', 'alu', 'Unpriv 28.4.2'),
  zbb('zext.h', Op.ZextH,  '0000100 00000 ..... 100 ..... 0110011', R1, 'rd, rs1', 'alu', 'Unpriv 28.4.2'),
  zbb('rol',    Op.Rol,    '0110000 ..... ..... 001 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('ror',    Op.Ror,    '0110000 ..... ..... 101 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.2'),
  zbb('rori',   Op.Rori,   '0110000 ..... ..... 101 ..... 0010011', SHIFT, 'rd, rs1, shamt', 'alu', 'Unpriv 28.4.2'),
  zbb('orc.b',  Op.OrcB,   '0010100 00111 ..... 101 ..... 0010011', R1, 'rd, rs1', 'alu', 'Unpriv 28.4.2'),
  zbb('rev8',   Op.Rev8,   '0110100 11000 ..... 101 ..... 0010011', R1, 'rd, rs1', 'alu', 'Unpriv 28.4.2'),
  zbs('bclr',   Op.Bclr,   '0100100 ..... ..... 001 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.4'),
  zbs('bclri',  Op.Bclri,  '0100100 ..... ..... 001 ..... 0010011', SHIFT, 'rd, rs1, shamt', 'alu', 'Unpriv 28.4.4'),
  zbs('bext',   Op.Bext,   '0100100 ..... ..... 101 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.4'),
  zbs('bexti',  Op.Bexti,  '0100100 ..... ..... 101 ..... 0010011', SHIFT, 'rd, rs1, shamt', 'alu', 'Unpriv 28.4.4'),
  zbs('binv',   Op.Binv,   '0110100 ..... ..... 001 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.4'),
  zbs('binvi',  Op.Binvi,  '0110100 ..... ..... 001 ..... 0010011', SHIFT, 'rd, rs1, shamt', 'alu', 'Unpriv 28.4.4'),
  zbs('bset',   Op.Bset,   '0010100 ..... ..... 001 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 28.4.4'),
  zbs('bseti',  Op.Bseti,  '0010100 ..... ..... 001 ..... 0010011', SHIFT, 'rd, rs1, shamt', 'alu', 'Unpriv 28.4.4'),
];
