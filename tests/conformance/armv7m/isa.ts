/** What the driver has to know of ARMv7-M: how a machine gets into a row's state, and what follows from a row. */
import type { Expected, Isa } from '../driver.ts';
import { bytesFromHex, type Memory, type Specials } from '../row.ts';
import type { Target } from '../target.ts';
import {
  type Before,
  bytesOf,
  CCR,
  CFSR,
  CODE,
  type Exception,
  HFSR,
  handlerOf,
  LR,
  lengthOf,
  type Row,
  SP,
  STACK,
  STKALIGN,
  STUB,
  SVCALL,
  type Words,
  wordsToHex,
} from './row.ts';

/** As QEMU's GDB port has them. */
export const REGISTERS = [
  ...Array.from({ length: 13 }, (_, number) => `r${number}`),
  ...['sp', 'lr', 'pc', 'xpsr'],
];
const PC = 15;
const XPSR = 16;

/** What the special registers hold when a row does not say; PSP is as reset leaves it. */
const SPECIALS: Specials = { msp: STACK, psp: 0, primask: 0, basepri: 0, faultmask: 0, control: 0 };
const SPSEL = 2;

/** Bits of xPSR, B1.4.2. */
const FLAGS: Readonly<Record<string, number>> = {
  N: 1 << 31,
  Z: 1 << 30,
  C: 1 << 29,
  V: 1 << 28,
  Q: 1 << 27,
};
const THUMB = 1 << 24;
const VECTORS = 16 + 32;
/** UDF: what lies behind the program. */
const BEHIND = bytesOf([0xde00, 0xde00]);

// --- Code of the driver's own ---------------------------------------------------------------------------------

/** svc #0 */
const CALL = bytesOf([0xdf00]);
/** msr msp, r1; psp, r2; primask, r3; basepri, r4; faultmask, r5; control, r0. */
const SET_SPECIALS = [0xf381_8808, 0xf382_8809, 0xf383_8810, 0xf384_8811, 0xf385_8813, 0xf380_8814];
const SPECIALS_IN_ORDER = ['control', 'msp', 'psp', 'primask', 'basepri', 'faultmask'];
/** ldmia r0!, {r1, r2}; str r2, [r1]; subs r3, #1; bne back. */
const SET_WORDS = [0xc806, 0x600a, 0x3b01, 0xd1fb];

async function run(
  target: Target,
  code: readonly number[],
  steps: number,
  r: readonly number[],
): Promise<void> {
  target.setMemory(STUB, bytesOf(code));
  for (const [number, value] of r.entries()) target.setRegister(`r${number}`, value);
  target.setRegister('pc', STUB);
  await target.runTo(STUB + bytesOf(code).length, steps);
}

// --- From a row to a state ------------------------------------------------------------------------------------

/** ITSTATE behind an instruction of an IT block. A7.3.3. */
function itAdvance(it: number): number {
  return (it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f);
}

function xpsr(flags: string, ge: number, it: number, exception: number, thumb = true): number {
  const bits = [...flags].reduce((sum, flag) => sum | FLAGS[flag]!, 0);
  const itBits = ((it & 3) << 25) | ((it >> 2) << 10);
  return bits | (ge << 16) | itBits | exception | (thumb ? THUMB : 0);
}

function usesProcessStack(specials: Specials, handler: boolean | undefined): boolean {
  return !handler && (specials.control! & SPSEL) !== 0;
}

/** R0 to R12, SP, LR: those that a row does not mention hold a value that says which they are. */
function initialRegisters(before: Before): Int32Array {
  const registers = Int32Array.from({ length: 17 }, (_, number) => 0xa500_0000 + 0x0001_0101 * number);
  const specials = { ...SPECIALS, ...before.special };
  registers[SP] = usesProcessStack(specials, before.handler) ? specials.psp! : specials.msp!;
  for (const [number, value] of Object.entries(before.r ?? {})) registers[Number(number)] = value;
  registers[SP]! &= ~3;
  registers[PC] = before.address ?? CODE;
  const exception = before.handler ? SVCALL : 0;
  registers[XPSR] = xpsr(before.flags ?? '', before.ge ?? 0, before.it ?? 0, exception, !before.noThumb);
  return registers;
}

/** Addresses of the instructions, and the one behind them. */
function addressesOf(row: Row): number[] {
  const addresses = [row.before.address ?? CODE];
  for (const encoding of row.code) addresses.push(addresses[addresses.length - 1]! + lengthOf(encoding));
  return addresses;
}

/** IT, and not a hint: A5.2.5. */
const isIt = (encoding: number) => (encoding & ~0xff) === 0xbf00 && (encoding & 0xf) !== 0;

/** ITSTATE behind some steps of a row. */
function itBehind(row: Row, steps: number): number {
  if (row.code.some(isIt)) return 0;
  let it = row.before.it ?? 0;
  for (let step = 0; step < steps; step++) it = itAdvance(it);
  return it;
}

async function prepare(target: Target, row: Row): Promise<void> {
  const { before } = row;
  const registers = initialRegisters(before);
  await target.reset();
  const vectors = Array.from({ length: VECTORS }, (_, exception) => handlerOf(exception) | 1);
  target.setMemory(0, bytesFromHex(wordsToHex(STACK, ...vectors.slice(1))));
  target.setRegister('xpsr', THUMB);
  target.setRegister('sp', STACK);
  const words = Object.entries(before.words ?? {}).map(([address, value]) => [Number(address), value]);
  if (words.length > 0) {
    const table = STUB + 2 * SET_WORDS.length + 8;
    target.setMemory(table, bytesFromHex(wordsToHex(...words.flat())));
    await run(target, SET_WORDS, 4 * words.length, [table, 0, 0, words.length]);
    target.setRegister('xpsr', THUMB);
  }
  if (before.handler) {
    target.setMemory(STUB, CALL);
    target.setRegister('pc', STUB);
    await target.step();
    target.setRegister('sp', STACK);
    target.setRegister('xpsr', xpsr('', 0, 0, SVCALL));
  }
  if (before.special !== undefined) {
    const specials = { ...SPECIALS, ...before.special };
    await run(
      target,
      SET_SPECIALS,
      SET_SPECIALS.length,
      SPECIALS_IN_ORDER.map((name) => specials[name]!),
    );
  }
  target.setMemory(before.address ?? CODE, Buffer.concat([bytesOf(row.code), BEHIND]));
  for (const [at, bytes] of Object.entries(before.memory ?? {}))
    target.setMemory(Number(at), bytesFromHex(bytes));
  for (const [number, name] of REGISTERS.entries()) target.setRegister(name, registers[number]!);
}

// --- From a row to what must be behind it ------------------------------------------------------------------------

/** Words of the system control space, as memory. */
function windowsOf(words: Words): Memory {
  return Object.fromEntries(Object.entries(words).map(([at, value]) => [at, wordsToHex(value)]));
}

interface Outcome {
  readonly registers: Int32Array;
  readonly specials: Record<string, number>;
  memory: Memory;
}

/** B1.5.6: entry to an exception from the state that the last step leaves. */
function enter(row: Row, outcome: Outcome, exception: Exception): void {
  const { before } = row;
  const { registers, specials } = outcome;
  const sp = registers[SP]!;
  const processStack = usesProcessStack(specials, before.handler);
  const aligns = ((before.words?.[CCR] ?? STKALIGN) & STKALIGN) !== 0;
  const frame = (sp - 32) & (aligns ? ~7 : ~3);
  const addresses = addressesOf(row);
  const returnAddress = exception.returnAddress ?? addresses[row.code.length - 1]!;
  const it = exception.it ?? itBehind(row, row.steps - 1);
  const itMask = 0x0600_fc00;
  const padding = aligns && (sp & 4) !== 0 ? 1 << 9 : 0;
  const stacked = (registers[XPSR]! & ~itMask) | xpsr('', 0, it, 0, false) | padding;
  const [r0, r1, r2, r3] = registers;
  const pushed = wordsToHex(r0!, r1!, r2!, r3!, registers[12]!, registers[LR]!, returnAddress, stacked);
  const status = windowsOf({ [CFSR]: exception.cfsr ?? 0, [HFSR]: exception.hfsr ?? 0 });
  outcome.memory = { ...outcome.memory, [frame >>> 0]: pushed, ...status };
  specials[processStack ? 'psp' : 'msp'] = frame;
  specials.control! &= ~SPSEL;
  registers[SP] = specials.msp!;
  registers[LR] = exception.lr ?? (before.handler ? 0xffff_fff1 : processStack ? 0xffff_fffd : 0xffff_fff9);
  registers[PC] = exception.pc ?? handlerOf(exception.number);
  registers[XPSR] = (registers[XPSR]! & ~(itMask | 0x1ff)) | THUMB | exception.number;
}

function expected(row: Row): Expected {
  const { before, after } = row;
  const registers = initialRegisters({ ...before, r: { ...before.r, ...after.r } });
  const specials: Record<string, number> = { ...SPECIALS, ...before.special };
  // SP is one of the two; which it is may change.
  specials[usesProcessStack(specials, before.handler) ? 'psp' : 'msp'] = initialRegisters(before)[SP]!;
  const handler = after.handler ?? before.handler;
  Object.assign(specials, after.special);
  const current = usesProcessStack(specials, handler) ? 'psp' : 'msp';
  if (after.r?.[SP] === undefined) registers[SP] = specials[current]!;
  else specials[current] = registers[SP]!;
  registers[PC] = after.pc ?? addressesOf(row)[row.code.length]!;
  registers[XPSR] = xpsr(
    after.flags ?? before.flags ?? '',
    after.ge ?? before.ge ?? 0,
    after.it ?? itBehind(row, row.steps),
    handler ? SVCALL : 0,
    !(after.noThumb ?? before.noThumb),
  );
  const memory = { ...before.memory, ...after.memory, ...windowsOf(after.words ?? {}) };
  const outcome: Outcome = { registers, specials, memory };
  if (after.exception !== undefined) enter(row, outcome, after.exception);
  const any = new Set(after.any?.map((number) => REGISTERS[number]!));
  return { registers, any, specials, memory: outcome.memory };
}

export const ARMV7M: Isa<Row> = {
  registers: REGISTERS,
  prepare,
  expected,
  addresses: (row) => addressesOf(row).slice(0, row.code.length),
};
