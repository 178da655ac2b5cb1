/** What timing models are told of a RISC-V instruction. */
import type { TimedInstruction } from '../timing/model.ts';
import type { Operands, Row } from './instructions/row.ts';
import { Op } from './operation.ts';

export function timedInstruction(): TimedInstruction {
  return {
    address: 0,
    length: 4,
    timing: 'undefined',
    reads: 0,
    stores: 0,
    writes: 0,
    target: 0,
    transfers: 0,
    conditional: false,
  };
}

/**
 * Fills in the description of an instruction. Register 0 has bit 0, which nothing minds.
 * @param row its row of the encoding table; undefined when it cannot be executed or fetched.
 */
export function describe(
  into: TimedInstruction,
  row: Row | undefined,
  operands: Operands,
  address: number,
  length: number,
): TimedInstruction {
  into.address = address;
  into.length = length;
  into.timing = row?.timing ?? 'undefined';
  into.reads = 0;
  into.stores = 0;
  into.writes = 0;
  into.target = 0;
  if (row === undefined) return into;
  const { timing, op } = row;
  const { rd, rs1, rs2, imm } = operands;
  const second = (1 << rs2) & ~1;
  const isStore = timing === 'store' || timing === 'sc' || timing === 'amo';
  // The first operand of an immediate form of a CSR instruction is a number.
  into.reads = (op >= Op.Csrrwi && op <= Op.Csrrci ? 0 : (1 << rs1) & ~1) | (isStore ? 0 : second);
  into.stores = isStore ? second : 0;
  into.writes = (1 << rd) & ~1;
  if (timing === 'branch' || timing === 'jal') into.target = (address + imm) | 0;
  return into;
}
