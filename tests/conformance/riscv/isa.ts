/** What the driver has to know of RISC-V: how a machine gets into a row's state, and what follows from a row. */

import { encode } from '../../../src/cpu/riscv/assemble.ts';
import type { Expected, Isa } from '../driver.ts';
import { bytesFromHex, type Registers, type Specials } from '../row.ts';
import type { Target } from '../target.ts';
import { bytesOf, CODE, lengthOf, OPEN, type Row, STUB, TRAP_VECTOR } from './row.ts';

/** x0 to x31 and pc, as QEMU's GDB port has them. */
export const REGISTERS = [...Array.from({ length: 32 }, (_, number) => `x${number}`), 'pc'];

/** What the trap registers hold before, so that a write that should not be is seen. */
const UNTOUCHED: Specials = { mtvec: TRAP_VECTOR, mepc: 0x0dd0_0dd0, mcause: 0x1b, mtval: 0x0bad_0bad };
const MIE = 1 << 3;
const MPIE = 1 << 7;
const MPP = 3 << 11;
/** Illegal on every hart: what lies behind the program. */
const BEHIND = new Uint8Array(8);

const [USER, MACHINE] = [0, 3];
const MRET = bytesOf([encode('mret')]);

/** Registers that a row does not mention hold a value that says which they are. */
function initialRegisters(before: Registers): Int32Array {
  const x = Int32Array.from({ length: 32 }, (_, number) => 0xa500_0000 + 0x0001_0101 * number);
  x[0] = 0;
  for (const [number, value] of Object.entries(before)) x[Number(number)] = value;
  return x;
}

function initialSpecials({ before }: Row): Specials {
  const own = before.csr ?? {};
  const protects = Object.keys(own).some((name) => name.startsWith('pmp'));
  return { ...UNTOUCHED, ...(before.user && !protects ? OPEN : {}), mstatus: 0, ...own };
}

/** Addresses of the instructions, and the one behind them. */
function addressesOf(row: Row): number[] {
  const addresses = [row.before.address ?? CODE];
  for (const encoding of row.code) addresses.push(addresses[addresses.length - 1]! + lengthOf(encoding));
  return addresses;
}

function expected(row: Row): Expected {
  const { before, after } = row;
  const initial = initialSpecials(row);
  const registers = new Int32Array(33);
  registers.set(initialRegisters({ ...before.x, ...after.x }));
  const any = new Set(after.any?.map((number) => `x${number}`));
  const memory = { ...before.memory, ...after.memory };
  const addresses = addressesOf(row);
  const { mstatus, mepc, mcause, mtval } = initial;
  if (after.trap === undefined) {
    const priv = (after.user ?? before.user) ? USER : MACHINE;
    const specials = { mstatus: mstatus!, mepc: mepc!, mcause: mcause!, mtval: mtval!, ...after.csr, priv };
    registers[32] = after.pc ?? addresses[row.code.length]!;
    return { registers, any, specials, memory };
  }
  // Priv 3.1.6.1: the trap pushes MIE and the privilege.
  const pushed = (mstatus! & ~(MIE | MPIE | MPP)) | (mstatus! & MIE ? MPIE : 0) | (before.user ? 0 : MPP);
  const specials = {
    mstatus: pushed,
    mepc: after.trap.pc ?? addresses[row.code.length - 1]!,
    mcause: after.trap.cause,
    mtval: after.trap.value,
    ...after.csr,
    priv: MACHINE,
  };
  registers[32] = after.pc ?? TRAP_VECTOR;
  return { registers, any, specials, memory };
}

async function prepare(target: Target, row: Row): Promise<void> {
  const { before } = row;
  const address = before.address ?? CODE;
  const csrs = initialSpecials(row);
  await target.reset();
  for (const [at, bytes] of Object.entries(before.memory ?? {})) {
    target.setMemory(Number(at), bytesFromHex(bytes));
  }
  target.setMemory(address, Buffer.concat([bytesOf(row.code), BEHIND]));
  const machineOnly = before.user ? { ...csrs, mstatus: 0, mepc: address } : csrs;
  for (const [name, value] of Object.entries(machineOnly)) target.setRegister(name, value);
  if (before.user) {
    target.setMemory(STUB, MRET);
    target.setRegister('pc', STUB);
    await target.step();
    for (const name of ['mstatus', 'mepc']) target.setRegister(name, csrs[name]!);
  }
  initialRegisters(before.x ?? {}).forEach((value, number) => {
    if (number > 0) target.setRegister(`x${number}`, value);
  });
  target.setRegister('pc', address);
}

export const RISCV: Isa<Row> = {
  registers: REGISTERS,
  prepare,
  expected,
  addresses: (row) => addressesOf(row).slice(0, row.code.length),
};
