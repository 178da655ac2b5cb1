/** RV32I base integer instructions. Unprivileged ISA 20240411, chapter 2. */
import { Op } from '../operation.ts';
import { B, FENCE, I, J, NONE, R, S, SHIFT, U } from './formats.ts';
import { rowsOf } from './row.ts';

const row = rowsOf('I');

// biome-ignore format: a table
export const iRows = () => [
  row('lui',   Op.Lui,   '.... .... .... .... .... ..... 0110111', U, 'rd, imm20', 'alu', 'Unpriv 2.4.1'),
  row('auipc', Op.Auipc, '.... .... .... .... .... ..... 0010111', U, 'rd, imm20', 'alu', 'Unpriv 2.4.1'),
  row('jal',   Op.Jal,   '.... .... .... .... .... ..... 1101111', J, 'rd, target', 'jal', 'Unpriv 2.5.1'),
  row('jalr',  Op.Jalr,  '....... ..... ..... 000 ..... 1100111', I, 'rd, imm(rs1)', 'jalr', 'Unpriv 2.5.1'),
  row('beq',   Op.Beq,   '....... ..... ..... 000 ..... 1100011', B, 'rs1, rs2, target', 'branch', 'Unpriv 2.5.2'),
  row('bne',   Op.Bne,   '....... ..... ..... 001 ..... 1100011', B, 'rs1, rs2, target', 'branch', 'Unpriv 2.5.2'),
  row('blt',   Op.Blt,   '....... ..... ..... 100 ..... 1100011', B, 'rs1, rs2, target', 'branch', 'Unpriv 2.5.2'),
  row('bge',   Op.Bge,   '....... ..... ..... 101 ..... 1100011', B, 'rs1, rs2, target', 'branch', 'Unpriv 2.5.2'),
  row('bltu',  Op.Bltu,  '....... ..... ..... 110 ..... 1100011', B, 'rs1, rs2, target', 'branch', 'Unpriv 2.5.2'),
  row('bgeu',  Op.Bgeu,  '....... ..... ..... 111 ..... 1100011', B, 'rs1, rs2, target', 'branch', 'Unpriv 2.5.2'),
  row('lb',    Op.Lb,    '....... ..... ..... 000 ..... 0000011', I, 'rd, imm(rs1)', 'load', 'Unpriv 2.6'),
  row('lh',    Op.Lh,    '....... ..... ..... 001 ..... 0000011', I, 'rd, imm(rs1)', 'load', 'Unpriv 2.6'),
  row('lw',    Op.Lw,    '....... ..... ..... 010 ..... 0000011', I, 'rd, imm(rs1)', 'load', 'Unpriv 2.6'),
  row('lbu',   Op.Lbu,   '....... ..... ..... 100 ..... 0000011', I, 'rd, imm(rs1)', 'load', 'Unpriv 2.6'),
  row('lhu',   Op.Lhu,   '....... ..... ..... 101 ..... 0000011', I, 'rd, imm(rs1)', 'load', 'Unpriv 2.6'),
  row('sb',    Op.Sb,    '....... ..... ..... 000 ..... 0100011', S, 'rs2, imm(rs1)', 'store', 'Unpriv 2.6'),
  row('sh',    Op.Sh,    '....... ..... ..... 001 ..... 0100011', S, 'rs2, imm(rs1)', 'store', 'Unpriv 2.6'),
  row('sw',    Op.Sw,    '....... ..... ..... 010 ..... 0100011', S, 'rs2, imm(rs1)', 'store', 'Unpriv 2.6'),
  row('addi',  Op.Addi,  '....... ..... ..... 000 ..... 0010011', I, 'rd, rs1, imm', 'alu', 'Unpriv 2.4.1'),
  row('slti',  Op.Slti,  '....... ..... ..... 010 ..... 0010011', I, 'rd, rs1, imm', 'alu', 'Unpriv 2.4.1'),
  row('sltiu', Op.Sltiu, '....... ..... ..... 011 ..... 0010011', I, 'rd, rs1, imm', 'alu', 'Unpriv 2.4.1'),
  row('xori',  Op.Xori,  '....... ..... ..... 100 ..... 0010011', I, 'rd, rs1, imm', 'alu', 'Unpriv 2.4.1'),
  row('ori',   Op.Ori,   '....... ..... ..... 110 ..... 0010011', I, 'rd, rs1, imm', 'alu', 'Unpriv 2.4.1'),
  row('andi',  Op.Andi,  '....... ..... ..... 111 ..... 0010011', I, 'rd, rs1, imm', 'alu', 'Unpriv 2.4.1'),
  row('slli',  Op.Slli,  '0000000 ..... ..... 001 ..... 0010011', SHIFT, 'rd, rs1, shamt', 'alu', 'Unpriv 2.4.1'),
  row('srli',  Op.Srli,  '0000000 ..... ..... 101 ..... 0010011', SHIFT, 'rd, rs1, shamt', 'alu', 'Unpriv 2.4.1'),
  row('srai',  Op.Srai,  '0100000 ..... ..... 101 ..... 0010011', SHIFT, 'rd, rs1, shamt', 'alu', 'Unpriv 2.4.1'),
  row('add',   Op.Add,   '0000000 ..... ..... 000 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('sub',   Op.Sub,   '0100000 ..... ..... 000 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('sll',   Op.Sll,   '0000000 ..... ..... 001 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('slt',   Op.Slt,   '0000000 ..... ..... 010 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('sltu',  Op.Sltu,  '0000000 ..... ..... 011 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('xor',   Op.Xor,   '0000000 ..... ..... 100 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('srl',   Op.Srl,   '0000000 ..... ..... 101 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('sra',   Op.Sra,   '0100000 ..... ..... 101 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('or',    Op.Or,    '0000000 ..... ..... 110 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  row('and',   Op.And,   '0000000 ..... ..... 111 ..... 0110011', R, 'rd, rs1, rs2', 'alu', 'Unpriv 2.4.2'),
  // 2.7: rs1, rd and unknown fm values are to be ignored by base implementations.
  row('fence', Op.Fence, '....... ..... ..... 000 ..... 0001111', FENCE, 'fence', 'fence', 'Unpriv 2.7'),
  row('ecall', Op.Ecall, '0000000 00000 00000 000 00000 1110011', NONE, '', 'trap', 'Unpriv 2.8'),
  row('ebreak', Op.Ebreak, '0000000 00001 00000 000 00000 1110011', NONE, '', 'trap', 'Unpriv 2.8'),
];
