/** `--record` and `--replay`: a run with live input, repeated to the cycle. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bluesim, type CommandResult, firmware, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const echo = firmware('uart-echo');

/** A run with input in its own time, recorded. */
async function record(
  file: string,
  pieces: (string | Buffer)[],
  ...options: string[]
): Promise<CommandResult & { facts: unknown }> {
  const words = ['run', '--record', file, '--json', path('recorded.json'), ...options, echo];
  const result = await bluesim(words, {
    started: async (child) => {
      await new Promise((resolve) => child.stdout!.once('data', resolve));
      for (const piece of pieces) {
        child.stdin!.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      child.stdin!.end();
    },
  });
  return { ...result, facts: factsOf(path('recorded.json')) };
}

async function replay(file: string, ...options: string[]): Promise<CommandResult & { facts: unknown }> {
  const words = ['run', '--replay', file, '--json', path('replayed.json'), ...options, echo];
  const result = await bluesim(words);
  return { ...result, facts: factsOf(path('replayed.json')) };
}

function factsOf(file: string): unknown {
  const { host: _, ...facts } = JSON.parse(readFileSync(file, 'utf8'));
  return facts;
}

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a recorded run', () => {
  test('is repeated to the last cycle: console, statistics and state', async () => {
    const file = path('quit.jsonl');
    const recorded = await record(file, ['first\n', 'sec', 'ond\n', Buffer.of(0xff, 0xfe, 0x0a), 'quit\n']);
    expect(recorded).toMatchObject({ code: 0 });
    expect(recorded.stdout).toMatch(/FIRST\nSECOND\n/);
    expect(await replay(file)).toEqual(recorded);
    const [header, ...lines] = linesOf(file);
    expect(header).toMatchObject({
      bluesimRecording: 1,
      board: 'virt',
      image: { name: 'uart-echo-riscv32.elf' },
    });
    expect(lines[0]).toEqual({ cycle: 0, port: 'uart0', open: true });
    expect(lines[1]).toEqual({ cycle: expect.any(Number), port: 'uart0', text: 'first\n' });
    expect(lines.some((line) => line.base64 === '//4K')).toBe(true);
    expect(lines.at(-1)).toEqual({ cycle: expect.any(Number), end: 'exit' });
  });

  test('whose input ended is repeated to where it was stuck', async () => {
    const file = path('stuck.jsonl');
    const recorded = await record(file, ['abc\n']);
    expect(recorded).toMatchObject({ code: 125 });
    const replayed = await replay(file);
    expect(replayed).toMatchObject({ code: 125, stdout: recorded.stdout, facts: recorded.facts });
  });

  test('that reached a limit is repeated up to there', async () => {
    const file = path('limit.jsonl');
    const recorded = await record(file, ['abc\n', 'def\n'], '--max-cycles', '20k');
    expect(recorded).toMatchObject({ code: 124 });
    const replayed = await replay(file);
    expect(replayed.code).toBe(0);
    expect(replayed.stdout).toBe(recorded.stdout);
    expect(replayed.stderr).toMatch(/the recording ends here/);
    expect((replayed.facts as { stateHash: string }).stateHash).toBe(
      (recorded.facts as { stateHash: string }).stateHash,
    );
  });

  test('brings its options with it', async () => {
    const file = path('options.jsonl');
    const recorded = await record(file, ['quit\n'], '--ram', '16M', '--paced-uart', '--extensions', 'Zba');
    expect(await replay(file)).toEqual(recorded);
    expect(recorded.facts).toMatchObject({ ramBytes: 16 << 20, extensions: ['Zba'] });
    const { code, stderr } = await replay(file, '--ram', '32M');
    expect(code).toBe(2);
    expect(stderr).toMatch(/the recorded run had RAM of \(bytes\) 16777216, and this one has 33554432/);
  });

  test('contains what came from files', async () => {
    writeFileSync(path('in.txt'), 'from a file\nquit\n');
    const file = path('file.jsonl');
    const words = ['run', '--record', file, '--json', path('f.json'), '--uart-in', path('in.txt'), echo];
    const { stdout } = await bluesim(words);
    expect(await replay(file)).toMatchObject({ code: 0, stdout, facts: factsOf(path('f.json')) });
  });
});

describe('a recording', () => {
  test('of another image is refused', async () => {
    const file = path('echo.jsonl');
    await record(file, ['quit\n']);
    const { code, stderr } = await bluesim(['run', '--replay', file, firmware('hello')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/is of another image: uart-echo-riscv32\.elf, SHA-256 [0-9a-f]{12}…/);
  });

  test('that was cut off says where it ends', async () => {
    const file = path('whole.jsonl');
    await record(file, ['abc\n', 'quit\n']);
    const lines = readFileSync(file, 'utf8').split('\n');
    const cut = path('cut.jsonl');
    writeFileSync(cut, `${lines.slice(0, 3).join('\n')}\n{"cycle":99`);
    const { code, stdout, stderr } = await replay(cut);
    expect(code).toBe(0);
    expect(stdout).toContain('ABC\n');
    expect(stderr).toMatch(/^bluesim: the recording ends here, at /);
  });

  test('with lines out of order is damaged', async () => {
    const file = path('order.jsonl');
    await record(file, ['abc\n', 'quit\n']);
    const [header, open, first, second] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [header, open, second, first, ''].join('\n'));
    expect(await replay(file).catch(() => undefined)).toMatchObject({ code: 2 });
  });
});
