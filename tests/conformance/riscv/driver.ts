/** Executes a row on a target and finds every difference from what the row says. */

import { encode } from '../../../src/cpu/riscv/assemble.ts';
import { hex32 } from '../../../src/errors.ts';
import {
  bytesOf,
  CODE,
  type Csrs,
  lengthOf,
  type Memory,
  OPEN,
  type Registers,
  type Row,
  STUB,
  TRAP_VECTOR,
} from './row.ts';
import type { Target } from './target.ts';

/** What the trap registers hold before, so that a write that should not be is seen. */
const UNTOUCHED: Csrs = { mtvec: TRAP_VECTOR, mepc: 0x0dd0_0dd0, mcause: 0x1b, mtval: 0x0bad_0bad };
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

function initialCsrs({ before }: Row): Csrs {
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

interface Expected {
  readonly x: Int32Array;
  readonly pc: number;
  readonly csr: Csrs;
  readonly privilege: number;
  readonly memory: Memory;
}

function expectedAfter(row: Row): Expected {
  const { before, after } = row;
  const initial = initialCsrs(row);
  const x = initialRegisters({ ...before.x, ...after.x });
  const memory = { ...before.memory, ...after.memory };
  const addresses = addressesOf(row);
  const { mstatus, mepc, mcause, mtval } = initial;
  if (after.trap === undefined) {
    const csr = { mstatus: mstatus!, mepc: mepc!, mcause: mcause!, mtval: mtval!, ...after.csr };
    const privilege = (after.user ?? before.user) ? USER : MACHINE;
    return { x, pc: after.pc ?? addresses[row.code.length]!, csr, privilege, memory };
  }
  // Priv 3.1.6.1: the trap pushes MIE and the privilege.
  const pushed = (mstatus! & ~(MIE | MPIE | MPP)) | (mstatus! & MIE ? MPIE : 0) | (before.user ? 0 : MPP);
  const csr = {
    mstatus: pushed,
    mepc: after.trap.pc ?? addresses[row.code.length - 1]!,
    mcause: after.trap.cause,
    mtval: after.trap.value,
    ...after.csr,
  };
  return { x, pc: after.pc ?? TRAP_VECTOR, csr, privilege: MACHINE, memory };
}

/** Whether a run that ends at an address ends behind the last step of the row and not before. */
function addressIsPassedOnce(row: Row, last: number): boolean {
  return (
    !addressesOf(row)
      .slice(0, -1)
      .includes(last >>> 0) && (row.before.address ?? CODE) !== last
  );
}

async function prepare(target: Target, row: Row): Promise<void> {
  const { before } = row;
  const address = before.address ?? CODE;
  const csrs = initialCsrs(row);
  await target.reset();
  for (const [at, bytes] of Object.entries(before.memory ?? {})) {
    target.setMemory(Number(at), Buffer.from(bytes.replaceAll(' ', ''), 'hex'));
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

async function differences(target: Target, row: Row): Promise<string[]> {
  const expected = expectedAfter(row);
  const wrong: string[] = [];
  const check = (what: string, actual: number, wanted: number) => {
    if (actual >>> 0 !== wanted >>> 0) wrong.push(`${what} is ${hex32(actual)}, not ${hex32(wanted)}`);
  };
  // Asked for all at once: a target behind a wire answers in one round trip.
  const csrs = Object.entries({ ...expected.csr, priv: expected.privilege });
  const windows = Object.entries(expected.memory);
  const [registers, values, contents] = await Promise.all([
    target.getRegisters(),
    Promise.all(csrs.map(([name]) => target.getRegister(name))),
    Promise.all(
      windows.map(([at, bytes]) => target.getMemory(Number(at), bytes.replaceAll(' ', '').length / 2)),
    ),
  ]);
  for (let number = 0; number < 32; number++) {
    if (!row.after.any?.includes(number)) check(`x${number}`, registers[number]!, expected.x[number]!);
  }
  check('pc', registers[32]!, expected.pc);
  for (const [index, [name, wanted]] of csrs.entries()) check(name, values[index]!, wanted);
  for (const [index, [at, bytes]] of windows.entries()) {
    const actual = Buffer.from(contents[index]!).toString('hex');
    const wanted = bytes.replaceAll(' ', '');
    if (actual !== wanted) wrong.push(`memory at ${hex32(Number(at))} is ${actual}, not ${wanted}`);
  }
  return wrong;
}

/**
 * Executes a row.
 * @param whole run it in one go up to its last address, not step by step.
 * @returns sentences about what is not as the row says; empty when all is.
 */
export async function execute(target: Target, row: Row, whole: boolean): Promise<string[]> {
  await prepare(target, row);
  const last = expectedAfter(row).pc;
  if (row.inOneGo || (whole && addressIsPassedOnce(row, last))) await target.runTo(last, row.steps);
  else for (let step = 0; step < row.steps; step++) await target.step();
  return differences(target, row);
}
