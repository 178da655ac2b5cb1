/**
 * Timing model `hazard3` against the RTL of Hazard3: every instruction of every program that was recorded there, by
 * address, cycle, trap target and the cycle at which an interrupt rose. Not one line may differ. The recordings are no
 * part of the repository: `truth/hazard3` of the folder `shared` beside it, whose README says how they were made.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { RetiredTrace } from '../../src/cli/retired-trace.ts';
import { Machine } from '../../src/machine/machine.ts';
import { describeUnlessMissing } from '../tools.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/truth/hazard3/', import.meta.url));
/** A recording goes on behind the store that exits, until the simulation notices. */
const LINES_BEHIND_EXIT = 2;
/** Lines to show behind the first one that differs, and before it. */
const CONTEXT = 4;

const present = existsSync(FOLDER);
const programs = present
  ? readdirSync(FOLDER)
      .filter((name) => name.endsWith('.elf'))
      .map((name) => name.slice(0, -'.elf'.length))
  : [];

function machineWith(program: string): Machine {
  return Machine.fromFile(`${FOLDER}${program}.elf`, { board: 'hazard3-tb', model: 'hazard3' });
}

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n');
}

/** Runs a program to its end. @returns what `--trace-retired` writes of it. */
function traced(machine: Machine): string[] {
  const pieces: string[] = [];
  const trace = new RetiredTrace({
    path: 'memory.csv',
    text: (text) => pieces.push(text),
    bytes: () => expect.unreachable('it is not compressed'),
  });
  const end = machine.observe(trace);
  expect(machine.run({ maxCycles: 1e7 })).toMatchObject({ kind: 'exit', code: 0 });
  end();
  trace.end();
  return linesOf(pieces.join(''));
}

describeUnlessMissing(present ? [] : ['shared/truth/hazard3'], 'hazard3 equals its RTL', () => {
  test('the recordings are there', () => {
    expect(programs.length).toBeGreaterThanOrEqual(42);
  });

  test.each(programs)('%s', (program) => {
    const truth = linesOf(gunzipSync(readFileSync(`${FOLDER}${program}.csv.gz`)).toString());
    const machine = machineWith(program);
    const ours = traced(machine);
    const different = ours.findIndex((line, index) => line !== truth[index]);
    if (different >= 0) {
      const around = [different - CONTEXT, different + CONTEXT] as const;
      expect(ours.slice(...around), `line ${different + 1}`).toEqual(truth.slice(...around));
    }
    expect(different).toBe(-1);
    const missing = truth.length - ours.length;
    expect(missing).toBeGreaterThanOrEqual(0);
    expect(missing).toBeLessThanOrEqual(LINES_BEHIND_EXIT);

    // What counts by blocks comes to the same.
    const plain = machineWith(program);
    expect(plain.run({ maxCycles: 1e7 })).toMatchObject({ kind: 'exit', code: 0 });
    expect([plain.cycles, plain.instructions]).toEqual([machine.cycles, machine.instructions]);
    expect(plain.stateHash()).toBe(machine.stateHash());
  });

  /**
   * `M name operations instructions cycles`, by mcycle and minstret. The RTL's minstret counts too many where there are
   * traps; the architecture's does not (Priv 3.1.11), and neither does ours: of those rows only the cycles are compared.
   */
  test('the micro-benchmarks measure themselves as on the RTL', () => {
    const withTraps = /^(ecall|illegal|ebreak|misalign|ldfault|mret)_/;
    const machine = machineWith('micro');
    expect(machine.run({ maxCycles: 1e7 })).toMatchObject({ kind: 'exit', code: 0 });
    const rows = (text: string) =>
      linesOf(text).map((line) => {
        const [letter, name, operations, instructions, cycles] = line.split(' ');
        return [letter, name, operations, withTraps.test(name!) ? '-' : instructions, cycles].join(' ');
      });
    const truth = rows(readFileSync(`${FOLDER}micro.out`, 'utf8'));
    expect(rows(machine.console)).toEqual(truth);
    expect(truth.filter((row) => row.includes(' - '))).toHaveLength(8);
  });
});
