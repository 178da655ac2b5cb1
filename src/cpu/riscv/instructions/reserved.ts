/**
 * What is left of the encoding space: each word that is no instruction of this hart falls into exactly one of
 * these and raises an illegal-instruction exception. Unprivileged ISA 20240411, 1.5 (lengths), table 70
 * (major opcodes), 26.8 (compressed map).
 */
import { reserved } from './row.ts';

// biome-ignore format: a table
export const RESERVED_ROWS = [
  reserved('LOAD: widths of RV64 and reserved',     '.................... ..... 0000011', 'Unpriv 2.6'),
  reserved('LOAD-FP: no F extension',               '.................... ..... 0000111', 'Unpriv table 70'),
  reserved('custom-0',                              '.................... ..... 0001011', 'Unpriv table 70'),
  reserved('MISC-MEM: reserved funct3',             '.................... ..... 0001111', 'Unpriv 2.7'),
  reserved('OP-IMM: reserved shifts, absent Zb*',   '.................... ..... 0010011', 'Unpriv 2.4.1'),
  reserved('OP-IMM-32: RV64 only',                  '.................... ..... 0011011', 'Unpriv table 70'),
  reserved('STORE: widths of RV64 and reserved',    '.................... ..... 0100011', 'Unpriv 2.6'),
  reserved('STORE-FP: no F extension',              '.................... ..... 0100111', 'Unpriv table 70'),
  reserved('custom-1',                              '.................... ..... 0101011', 'Unpriv table 70'),
  reserved('AMO: widths of RV64 and reserved',      '.................... ..... 0101111', 'Unpriv 14.4'),
  reserved('OP: reserved funct7, absent Zb*',       '.................... ..... 0110011', 'Unpriv 2.4.2'),
  reserved('OP-32: RV64 only',                      '.................... ..... 0111011', 'Unpriv table 70'),
  reserved('MADD: no F extension',                  '.................... ..... 1000011', 'Unpriv table 70'),
  reserved('MSUB: no F extension',                  '.................... ..... 1000111', 'Unpriv table 70'),
  reserved('NMSUB: no F extension',                 '.................... ..... 1001011', 'Unpriv table 70'),
  reserved('NMADD: no F extension',                 '.................... ..... 1001111', 'Unpriv table 70'),
  reserved('OP-FP: no F extension',                 '.................... ..... 1010011', 'Unpriv table 70'),
  reserved('OP-V: no V extension',                  '.................... ..... 1010111', 'Unpriv table 70'),
  reserved('custom-2/rv128',                        '.................... ..... 1011011', 'Unpriv table 70'),
  reserved('BRANCH: reserved funct3',               '.................... ..... 1100011', 'Unpriv 2.5.2'),
  reserved('JALR: reserved funct3',                 '.................... ..... 1100111', 'Unpriv 2.5.1'),
  reserved('reserved major opcode 11 010',          '.................... ..... 1101011', 'Unpriv table 70'),
  reserved('SYSTEM: absent privileged instruction', '.................... ..... 1110011', 'Priv table 3.3'),
  reserved('OP-VE: no vector cryptography',         '.................... ..... 1110111', 'Unpriv table 70'),
  reserved('custom-3/rv128',                        '.................... ..... 1111011', 'Unpriv table 70'),
  reserved('longer than 32 bits (low half of the word)', '.................... ..... ..11111', 'Unpriv 1.5'),
  reserved('C quadrant 0: all zeros or nzuimm = 0', '000 ........... 00', 'Unpriv 26.8'),
  reserved('C quadrant 0: c.fld without D',         '001 ........... 00', 'Unpriv 26.8'),
  reserved('C quadrant 0: c.flw without F',         '011 ........... 00', 'Unpriv 26.8'),
  reserved('C quadrant 0: reserved (Zcb)',          '100 ........... 00', 'Unpriv 26.8'),
  reserved('C quadrant 0: c.fsd without D',         '101 ........... 00', 'Unpriv 26.8'),
  reserved('C quadrant 0: c.fsw without F',         '111 ........... 00', 'Unpriv 26.8'),
  reserved('C quadrant 1: c.lui or c.addi16sp with nzimm = 0', '011 ........... 01', 'Unpriv 26.8'),
  reserved('C quadrant 1: RV64 arithmetic, shamt[5] = 1', '100 ........... 01', 'Unpriv 26.8'),
  reserved('C quadrant 2: c.slli with shamt[5] = 1', '000 ........... 10', 'Unpriv 26.8'),
  reserved('C quadrant 2: c.fldsp without D',       '001 ........... 10', 'Unpriv 26.8'),
  reserved('C quadrant 2: c.lwsp with rd = x0',     '010 ........... 10', 'Unpriv 26.8'),
  reserved('C quadrant 2: c.flwsp without F',       '011 ........... 10', 'Unpriv 26.8'),
  reserved('C quadrant 2: c.jr with rs1 = x0',      '100 ........... 10', 'Unpriv 26.8'),
  reserved('C quadrant 2: c.fsdsp without D',       '101 ........... 10', 'Unpriv 26.8'),
  reserved('C quadrant 2: c.fswsp without F',       '111 ........... 10', 'Unpriv 26.8'),
];
