/** What people give by mistake: always exit code 2, a sentence, what to do, and nothing on stdout. */
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bluesim, firmware, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const hello = firmware('hello');

/** The message, which is one line and perhaps a hint. */
async function refusal(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await bluesim(words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^bluesim: [^\n]+\n( {2}[^\n]+\n)?$/);
  return stderr;
}

function changed(name: string, change: (bytes: Buffer) => void): string {
  const bytes = readFileSync(hello);
  change(bytes);
  writeFileSync(path(name), bytes);
  return path(name);
}

describe('images', () => {
  test('missing', async () => {
    expect(await refusal('run', path('nothing.elf'))).toMatch(
      /nothing\.elf` does not exist\n {2}Check the path/,
    );
  });

  test('a directory', async () => {
    expect(await refusal('run', folder)).toMatch(/is a directory/);
  });

  test('empty', async () => {
    writeFileSync(path('empty.elf'), '');
    expect(await refusal('run', path('empty.elf'))).toMatch(/is empty/);
  });

  test('truncated, anywhere', async () => {
    for (const length of [3, 20, 51, 60, 200, 5000]) {
      const file = changed('truncated.elf', () => {});
      truncateSync(file, length);
      await refusal('run', file);
    }
  });

  test('for another architecture', async () => {
    expect(
      await refusal(
        'run',
        changed('x86.elf', (bytes) => bytes.writeUInt16LE(62, 18)),
      ),
    ).toMatch(/x86/i);
    await refusal(
      'run',
      changed('64.elf', (bytes) => bytes.writeUInt8(2, 4)),
    );
    await refusal(
      'run',
      changed('big.elf', (bytes) => bytes.writeUInt8(2, 5)),
    );
  });

  test('for ARM, for which there is no board yet', async () => {
    await refusal(
      'run',
      changed('arm.elf', (bytes) => bytes.writeUInt16LE(40, 18)),
    );
  });

  test('larger than RAM', async () => {
    expect(await refusal('run', '--ram', '4k', hello)).toMatch(
      /not in one of the memories of virt.*\n.*--ram/,
    );
  });

  test('neither ELF nor HEX', async () => {
    writeFileSync(path('notes.txt'), 'Dear diary');
    expect(await refusal('run', path('notes.txt'))).toMatch(/--load-address/);
  });

  test('whose name would drive the terminal', async () => {
    expect(await refusal('run', '\x1b[2J.elf')).not.toContain('\x1b');
  });
});

describe('options', () => {
  test('unknown ones, with what was probably meant', async () => {
    expect(await refusal('run', '--max-cycle', '5', hello)).toMatch(/unknown option.*\n {2}Did you mean/);
    expect(await refusal('rum', hello)).toMatch(/unknown command 'rum'\n {2}Did you mean run/);
    expect(await refusal('--versoin')).toMatch(/--version/);
    await refusal('run');
    await refusal('run', '--board');
  });

  test.each([
    ['--until', '('],
    ['--fail-on', 'a**'],
  ])('a bad regular expression: %s %s', async (option, text) => {
    expect(await refusal('run', option, text, hello)).toMatch(/is not a regular expression/);
  });

  test('sizes, addresses and lists', async () => {
    expect(await refusal('run', '--ram', '1G5', hello)).toMatch(/--ram wants a size/);
    expect(await refusal('run', '--ram', '5000', hello)).toMatch(/RAM of 5000 bytes is not possible/);
    expect(await refusal('run', '--ram', '64G', hello)).toMatch(/is not possible on virt/);
    expect(await refusal('run', '--load-address', '0x1_0000_0000', hello)).toMatch(/32-bit address/);
    expect(await refusal('run', '--load-address', '0x80000000', hello)).toMatch(/Leave out/i);
    expect(await refusal('run', '--extensions', 'Zbz', hello)).toMatch(/Choose from Zba,Zbb,Zbs/);
    expect(await refusal('run', '--trace', path('t'), '--trace-kinds', 'mimo', hello)).toMatch(/Choose from/);
  });

  test('a symbol that is not there', async () => {
    expect(await refusal('run', '--trace', path('t'), '--trace-range', 'mian', hello)).toMatch(
      /No symbol `mian`; did you mean `main`/,
    );
  });

  test('options that make no sense together', async () => {
    expect(await refusal('run', '--trace-kinds', 'traps', hello)).toMatch(/Add --trace FILE/);
    expect(await refusal('run', '--no-semihosting', '--semihosting-root', folder, hello)).toMatch(
      /Leave out/,
    );
    expect(await refusal('run', '--uart-in', hello, '--uart-in', hello, hello)).toMatch(/twice/);
    expect(await refusal('run', '--replay', path('x'), '--uart-in', hello, hello)).toMatch(/--replay/);
  });

  test('UARTs and files that are not there', async () => {
    expect(await refusal('run', '--uart-in', path('none'), hello)).toMatch(/does not exist/);
    expect(await refusal('run', '--uart-in', `uart7=${hello}`, hello)).toMatch(
      /no UART uart7\n {2}It has uart0/,
    );
    expect(await refusal('run', '--uart-out', `uart7=${path('x')}`, hello)).toMatch(/no UART uart7/);
    mkdirSync(path('sub'), { recursive: true });
    for (const option of ['--uart-out', '--trace', '--json', '--record']) {
      expect(await refusal('run', option, path('sub'), hello)).toMatch(`${option}: \`${path('sub')}\``);
      expect(await refusal('run', option, path('none/x'), hello)).toMatch(/its folder does not exist/);
    }
    expect(await refusal('run', '--uart-in', path('sub'), hello)).toMatch(/directory/);
    expect(await refusal('run', '--semihosting-root', path('none'), hello)).toMatch(/semihosting root/);
  });

  test('recordings', async () => {
    expect(await refusal('run', '--replay', path('none'), hello)).toMatch(
      /cannot be read: it does not exist/,
    );
    writeFileSync(path('diary.jsonl'), 'Dear diary\n');
    expect(await refusal('run', '--replay', path('diary.jsonl'), hello)).toMatch(/is not a recording/);
    writeFileSync(path('other.jsonl'), '{"bluesimRecording":99}\n');
    expect(await refusal('run', '--replay', path('other.jsonl'), hello)).toMatch(/version 99/);
    writeFileSync(path('half.jsonl'), '{"bluesimRecording":1}\n');
    expect(await refusal('run', '--replay', path('half.jsonl'), hello)).toMatch(/is damaged/);
  });

  test('stdin that is a directory', async () => {
    const { code, stderr } = await bluesim(['run', hello], { inputFile: folder });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'bluesim: stdin is a directory\n  Give a file: `< FILE`.\n',
    });
  });
});

describe('other commands', () => {
  test.each([
    ['info', 'nothing.elf'],
    ['disasm', 'nothing.elf'],
    ['disasm', hello, 'mian'],
    ['info'],
    ['boards', 'virt'],
    ['info', '--symbols', 'x', hello],
    ['disasm', '--board', 'x', hello],
  ])('%s %s', async (...words) => {
    await refusal(...words);
  });
});
