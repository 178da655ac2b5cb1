/** CSRs in rows: numbers by name, and programs that write one and read it back. */
import { encode } from '../../../src/cpu/riscv/assemble.ts';
import { csrNumber } from '../../../src/cpu/riscv/csr-names.ts';
import { hex32 } from '../../../src/errors.ts';
import { type Before, program, type Row, type RowOptions } from './row.ts';

export function csr(name: string): number {
  const number = csrNumber(name);
  if (number === undefined) throw new Error(`no CSR ${name}`);
  return number;
}

/** `csrr rd, name`. */
export const read = (rd: number, name: string) => encode('csrrs', { rd, rs1: 0, imm: csr(name) });
/** `csrw name, rs1`. */
export const write = (name: string, rs1: number) => encode('csrrw', { rd: 0, rs1, imm: csr(name) });

/** The trap registers, which the driver looks at behind every row. */
const WATCHED = ['mstatus', 'mepc', 'mcause', 'mtval'];

/** Writes a value and reads the register back. */
export function readBack(
  name: string,
  value: number,
  result: number,
  options: RowOptions & { readonly before?: Before } = {},
): Row {
  const { before = {}, ...others } = options;
  const was = before.csr === undefined ? '' : `, before ${JSON.stringify(before.csr)}`;
  return program(
    `${name} written with ${hex32(value)}${was}`,
    [write(name, 11), read(10, name)],
    { ...before, x: { 11: value } },
    { x: { 10: result }, csr: WATCHED.includes(name) ? { [name]: result } : {} },
    others,
  );
}
