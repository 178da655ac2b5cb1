/** Zicsr and Zifencei. Unprivileged ISA 20240411, chapters 7 (Zicsr) and 6 (Zifencei). */
import { Op } from '../operation.ts';
import { CSR, NONE } from './formats.ts';
import { rowsOf } from './row.ts';

const row = rowsOf('Zicsr');
const fenceRow = rowsOf('Zifencei');

// biome-ignore format: a table
export const zicsrRows = () => [
  row('csrrw',  Op.Csrrw,  '.... .... .... ..... 001 ..... 1110011', CSR, 'rd, csr, rs1', 'csr', 'Unpriv 7.1'),
  row('csrrs',  Op.Csrrs,  '.... .... .... ..... 010 ..... 1110011', CSR, 'rd, csr, rs1', 'csr', 'Unpriv 7.1'),
  row('csrrc',  Op.Csrrc,  '.... .... .... ..... 011 ..... 1110011', CSR, 'rd, csr, rs1', 'csr', 'Unpriv 7.1'),
  row('csrrwi', Op.Csrrwi, '.... .... .... ..... 101 ..... 1110011', CSR, 'rd, csr, uimm', 'csr', 'Unpriv 7.1'),
  row('csrrsi', Op.Csrrsi, '.... .... .... ..... 110 ..... 1110011', CSR, 'rd, csr, uimm', 'csr', 'Unpriv 7.1'),
  row('csrrci', Op.Csrrci, '.... .... .... ..... 111 ..... 1110011', CSR, 'rd, csr, uimm', 'csr', 'Unpriv 7.1'),
  // Chapter 6: imm, rs1 and rd are to be ignored.
  fenceRow('fence.i', Op.FenceI, '.... .... .... ..... 001 ..... 0001111', NONE, '', 'fence.i', 'Unpriv 6'),
];
