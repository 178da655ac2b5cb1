/** Executes a row on a target and finds every difference from what the row says; the same for every ISA. */
import { hex32 } from '../../src/errors.ts';
import { bytesFromHex, type Memory, type Row, type Specials } from './row.ts';
import type { Target } from './target.ts';

/** What a machine must hold behind a row. */
export interface Expected {
  /** In the order of `Isa.registers`. */
  readonly registers: Int32Array;
  /** Names of registers that may hold anything. */
  readonly any: ReadonlySet<string>;
  readonly specials: Specials;
  readonly memory: Memory;
}

/** What an ISA adds: how to bring a machine into a row's state, and what follows from a row. */
export interface Isa<R extends Row> {
  /** Names of the registers that every row is about; one is 'pc'. */
  readonly registers: readonly string[];
  prepare(target: Target, row: R): Promise<void>;
  expected(row: R): Expected;
  /** Addresses of the instructions. */
  addresses(row: R): readonly number[];
}

async function differences<R extends Row>(
  isa: Isa<R>,
  target: Target,
  expected: Expected,
): Promise<string[]> {
  const wrong: string[] = [];
  const check = (what: string, actual: number, wanted: number) => {
    if (actual >>> 0 !== wanted >>> 0) wrong.push(`${what} is ${hex32(actual)}, not ${hex32(wanted)}`);
  };
  // Asked for all at once: a target behind a wire answers in one round trip.
  const specials = Object.entries(expected.specials);
  const windows = Object.entries(expected.memory);
  const [registers, contents] = await Promise.all([
    target.getRegisters(),
    Promise.all(windows.map(([at, bytes]) => target.getMemory(Number(at), bytesFromHex(bytes).length))),
  ]);
  // Last: a target may have to execute code for them.
  const values = await Promise.all(specials.map(([name]) => target.getRegister(name)));
  for (const [index, name] of isa.registers.entries()) {
    if (!expected.any.has(name)) check(name, registers[index]!, expected.registers[index]!);
  }
  for (const [index, [name, wanted]] of specials.entries()) check(name, values[index]!, wanted);
  for (const [index, [at, bytes]] of windows.entries()) {
    const actual = Buffer.from(contents[index]!).toString('hex');
    const wanted = bytes.replaceAll(' ', '');
    if (actual !== wanted) wrong.push(`memory at ${hex32(Number(at))} is ${actual}, not ${wanted}`);
  }
  return wrong;
}

/**
 * Executes a row.
 * @param whole run it in one go up to its last address, not step by step, where that address is passed once.
 * @returns sentences about what is not as the row says; empty when all is.
 */
export async function execute<R extends Row>(
  isa: Isa<R>,
  target: Target,
  row: R,
  whole: boolean,
): Promise<string[]> {
  await isa.prepare(target, row);
  const expected = isa.expected(row);
  const last = expected.registers[isa.registers.indexOf('pc')]! >>> 0;
  if (row.inOneGo || (whole && !isa.addresses(row).includes(last))) await target.runTo(last, row.steps);
  else for (let step = 0; step < row.steps; step++) await target.step();
  return differences(isa, target, expected);
}
