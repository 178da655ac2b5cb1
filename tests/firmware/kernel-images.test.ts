/** The committed images of programs on the kernel run as they are: no tool is needed for that. */
import { readFileSync } from 'node:fs';
import { Machine } from 'bluesim';
import { describe, expect, test } from 'vitest';
import { BOARDS, firmware, image, MAX_CYCLES, PROGRAMS } from './kernel-programs.ts';

const FOLDER = 'images/kernel';

interface Manifest {
  images: { name: string; source: string }[];
}

const manifest: Manifest = JSON.parse(readFileSync(`${firmware}${FOLDER}/manifest.json`, 'utf8'));

describe.each(BOARDS)('committed images, %s', (board) => {
  const names = manifest.images
    .filter(({ name }) => name.endsWith(`-${board}.elf`))
    .map(({ name }) => name.slice(0, -`-${board}.elf`.length));

  test('there are all of them', () => {
    const programs = PROGRAMS.map(([name]) => name).filter((name) => !/(^|-)test/.test(name));
    expect(names.filter((name) => !name.startsWith('thread-metric-')).sort()).toEqual(programs.sort());
    expect(names.filter((name) => name.startsWith('thread-metric-'))).toHaveLength(7);
  });

  test.each(names)('%s', (name) => {
    const [, code, output, input] = PROGRAMS.find((program) => program[0] === name) ?? [
      name,
      0,
      /^[15]0000 events\r\n$/,
    ];
    const machine = Machine.fromFile(image(name, board, FOLDER), { board });
    if (input) machine.input(input);
    expect(machine.run({ maxCycles: MAX_CYCLES })).toMatchObject({ kind: 'exit', code });
    expect(machine.console).toEqual(typeof output === 'string' ? output : expect.stringMatching(output));
  });
});
