/**
 * "C": compressed instructions, each with the base operation that it expands to. Unprivileged ISA 20240411,
 * chapter 26. On RV32 without floating point the encodings of c.fld, c.flw and their kin are reserved here.
 * HINT encodings (26.7: rd = x0 and the like) are legal and do nothing, which the base operation gives.
 */
import { Op } from '../operation.ts';
import {
  CA,
  CB,
  CB_ANDI,
  CB_SHIFT,
  CI,
  CI_ADDI16SP,
  CI_LI,
  CI_LUI,
  CI_LWSP,
  CI_SHIFT,
  CIW,
  CJ,
  CJ_JAL,
  CL,
  CR_ADD,
  CR_JALR,
  CR_JR,
  CR_MV,
  CS,
  CSS,
  NONE,
} from './formats.ts';
import { rowsOf } from './row.ts';

const row = rowsOf('C');

const rdNotZero = (w: number) => ((w >>> 7) & 31) !== 0;
const rs2NotZero = (w: number) => ((w >>> 2) & 31) !== 0;
const immediateNotZero = (w: number) => (w & 0x107c) !== 0;
const notStackPointer = (w: number) => ((w >>> 7) & 31) !== 2;

// biome-ignore format: a table
export const cRows = () => [
  row('c.addi4spn', Op.Addi, '000 ........ ... 00', CIW, 'rd, rs1, imm', 'alu', 'Unpriv 26.5.2', (w) => (w & 0x1fe0) !== 0),
  row('c.lw',       Op.Lw,   '010 ... ... .. ... 00', CL, 'rd, imm(rs1)', 'load', 'Unpriv 26.3.2'),
  row('c.sw',       Op.Sw,   '110 ... ... .. ... 00', CS, 'rs2, imm(rs1)', 'store', 'Unpriv 26.3.2'),
  row('c.nop',      Op.Addi, '000 . 00000 ..... 01', CI, 'hint', 'alu', 'Unpriv 26.5.5'),
  row('c.addi',     Op.Addi, '000 . ..... ..... 01', CI, 'rd, imm', 'alu', 'Unpriv 26.5.2', rdNotZero),
  row('c.jal',      Op.Jal,  '001 ........... 01', CJ_JAL, 'target', 'jal', 'Unpriv 26.4'),
  row('c.li',       Op.Addi, '010 . ..... ..... 01', CI_LI, 'rd, imm', 'alu', 'Unpriv 26.5.1'),
  row('c.addi16sp', Op.Addi, '011 . 00010 ..... 01', CI_ADDI16SP, 'rd, imm', 'alu', 'Unpriv 26.5.2', immediateNotZero),
  row('c.lui',      Op.Lui,  '011 . ..... ..... 01', CI_LUI, 'rd, imm20', 'alu', 'Unpriv 26.5.1', (w) => immediateNotZero(w) && notStackPointer(w)),
  row('c.srli',     Op.Srli, '100 0 00 ... ..... 01', CB_SHIFT, 'rd, shamt', 'alu', 'Unpriv 26.5.2'),
  row('c.srai',     Op.Srai, '100 0 01 ... ..... 01', CB_SHIFT, 'rd, shamt', 'alu', 'Unpriv 26.5.2'),
  row('c.andi',     Op.Andi, '100 . 10 ... ..... 01', CB_ANDI, 'rd, imm', 'alu', 'Unpriv 26.5.2'),
  row('c.sub',      Op.Sub,  '100 0 11 ... 00 ... 01', CA, 'rd, rs2', 'alu', 'Unpriv 26.5.3'),
  row('c.xor',      Op.Xor,  '100 0 11 ... 01 ... 01', CA, 'rd, rs2', 'alu', 'Unpriv 26.5.3'),
  row('c.or',       Op.Or,   '100 0 11 ... 10 ... 01', CA, 'rd, rs2', 'alu', 'Unpriv 26.5.3'),
  row('c.and',      Op.And,  '100 0 11 ... 11 ... 01', CA, 'rd, rs2', 'alu', 'Unpriv 26.5.3'),
  row('c.j',        Op.Jal,  '101 ........... 01', CJ, 'target', 'jal', 'Unpriv 26.4'),
  row('c.beqz',     Op.Beq,  '110 ... ... ..... 01', CB, 'rs1, target', 'branch', 'Unpriv 26.4'),
  row('c.bnez',     Op.Bne,  '111 ... ... ..... 01', CB, 'rs1, target', 'branch', 'Unpriv 26.4'),
  row('c.slli',     Op.Slli, '000 0 ..... ..... 10', CI_SHIFT, 'rd, shamt', 'alu', 'Unpriv 26.5.2'),
  row('c.lwsp',     Op.Lw,   '010 . ..... ..... 10', CI_LWSP, 'rd, imm(rs1)', 'load', 'Unpriv 26.3.1', rdNotZero),
  row('c.jr',       Op.Jalr, '100 0 ..... 00000 10', CR_JR, 'rs1', 'jalr', 'Unpriv 26.4', rdNotZero),
  row('c.mv',       Op.Add,  '100 0 ..... ..... 10', CR_MV, 'rd, rs2', 'alu', 'Unpriv 26.5.3', rs2NotZero),
  row('c.ebreak',   Op.Ebreak, '100 1 00000 00000 10', NONE, '', 'trap', 'Unpriv 26.5.6'),
  row('c.jalr',     Op.Jalr, '100 1 ..... 00000 10', CR_JALR, 'rs1', 'jalr', 'Unpriv 26.4', rdNotZero),
  row('c.add',      Op.Add,  '100 1 ..... ..... 10', CR_ADD, 'rd, rs2', 'alu', 'Unpriv 26.5.3', rs2NotZero),
  row('c.swsp',     Op.Sw,   '110 ...... ..... 10', CSS, 'rs2, imm(rs1)', 'store', 'Unpriv 26.3.1'),
];
