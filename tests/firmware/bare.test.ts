/**
 * The programs of firmware/bare do what their sources say, on bluesim as anyone would use it in a test of their
 * own firmware, and on QEMU. Expect blocks: firmware/README.md.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine, type RunResult } from 'bluesim';
import { afterAll, describe, expect, test } from 'vitest';
import { type Program, programs, QEMU, runOnQemu } from '../../firmware/programs.mjs';
import { describeWith } from '../tools.ts';

/** systick-accuracy takes 10^8 cycles and a little more, the others far fewer. */
const MAX_CYCLES = 200_000_000;
const QEMU_TIME_LIMIT = 90_000;

const bare = programs().filter(({ name }) => !name.startsWith('bench-'));
const folder = mkdtempSync(join(tmpdir(), 'bluesim-firmware-'));
afterAll(() => rmSync(folder, { recursive: true }));

type InputTime = 'at power-on' | 'after the first line';

function runOnBluesim(
  { image, board, input }: Program,
  inputTime: InputTime,
): { end: RunResult; output: string } {
  const root = mkdtempSync(join(folder, 'files-'));
  const machine = Machine.fromFile(image, { board, semihosting: { root } });
  if (inputTime === 'after the first line') machine.run({ untilConsole: /\n/, maxCycles: MAX_CYCLES });
  if (input !== '') machine.input(input);
  machine.setInputOpen(false);
  return { end: machine.run({ maxCycles: MAX_CYCLES }), output: machine.console };
}

function expectRun(program: Program, inputTime: InputTime): void {
  const { end, output } = runOnBluesim(program, inputTime);
  expect(output).toBe(program.output);
  if (program.end === 'stuck') expect(end.kind).toBe('stuck');
  else if (program.end === 'lockup')
    expect(end).toMatchObject({ kind: 'stuck', reason: expect.stringMatching(/lock/i) });
  else expect(end).toMatchObject({ kind: 'exit', code: program.end });
}

describe('the programs on bluesim', () => {
  test('every image is a program of the manifest', () => {
    const images = readdirSync(new URL('../../firmware/images', import.meta.url));
    expect(images.filter((name) => name.endsWith('.elf'))).toEqual(programs().map(({ name }) => name));
    expect(bare.length).toBeGreaterThanOrEqual(38);
  });

  test('what QEMU does not run is named here, and its source says why', () => {
    const excluded = bare.filter(({ notOnQemu }) => notOnQemu !== undefined);
    expect(excluded.map(({ name }) => name)).toEqual([
      'cycle-counter-armv7m.elf',
      'instruction-timing-armv7m.elf',
      'itm-armv7m.elf',
      'sleep-armv7m.elf',
    ]);
  });

  test.each(bare)('$name', (program) => expectRun(program, 'after the first line'));

  test.each(bare.filter(({ input }) => input !== ''))('$name with its input at power-on', (program) =>
    expectRun(program, 'at power-on'),
  );
});

for (const [board, [qemu]] of Object.entries(QEMU)) {
  describeWith([qemu!], `the programs on QEMU, ${board}`, () => {
    const there = bare.filter((program) => program.board === board && program.notOnQemu === undefined);

    test.each(there)(
      '$name',
      async (program) => {
        const actual = await runOnQemu(program);
        expect(actual).toEqual({ end: program.end, output: program.output });
      },
      QEMU_TIME_LIMIT,
    );
  });
}
