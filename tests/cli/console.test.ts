/** stdout and stdin: exactly the guest's bytes, whoever reads or does not, and signals. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TestLine } from '../../src/debug/test-program.ts';
import {
  BLUESIM,
  bluesim,
  execute,
  finish,
  firmware,
  loadConstant,
  printForEver,
  temporaryFolder,
  writeProgram,
} from './command.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const UART = 0x10000000;
const isWindows = process.platform === 'win32';

/** Prints a number of bytes that count up from 0. */
function printBytes(count: number): TestLine[] {
  return [
    ...loadConstant(5, UART),
    ...loadConstant(6, count),
    ['addi', { rd: 7, rs1: 0, imm: 0 }],
    'again:',
    ['sb', { rs1: 5, rs2: 7, imm: 0 }],
    ['addi', { rd: 7, rs1: 7, imm: 1 }],
    ['bne', { rs1: 7, rs2: 6 }, 'again'],
    ...finish(0),
  ];
}

/** Waits for input that never comes, with the receive interrupt of the UART enabled. */
const waiting = firmware('uart-echo');
const until = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function firstOutput(child: ChildProcess): Promise<void> {
  await new Promise((resolve) => child.stdout!.once('data', resolve));
}

describe('stdout', () => {
  test('has every byte as the guest sent it, and nothing else', async () => {
    const image = writeProgram(folder, 'bytes.elf', printBytes(256));
    const { code, stdout, stderr } = await bluesim(['run', '--stats', image]);
    expect(code).toBe(0);
    expect(stdout).toBe(String.fromCharCode(...Array(256).keys()));
    expect(stderr).toMatch(/^bluesim: statistics/);
  });

  test('has nothing of a report', async () => {
    const { stdout } = await bluesim(['run', '--stats', '--strict', firmware('crash')]);
    expect(stdout).toBe('logging 3 samples\nsample 0: 170 stored\nsample 1: 205 stored\n');
  });

  test('loses nothing to a reader that takes its time', async () => {
    const image = writeProgram(folder, 'megabyte.elf', printBytes(1 << 20));
    const { code, stdout } = await bluesim(['run', image], {
      started: (child) => {
        child.stdin!.end();
        child.stdout!.pause();
        setTimeout(() => child.stdout!.resume(), 700);
      },
    });
    expect(code).toBe(0);
    expect(stdout.length).toBe(1 << 20);
  });

  test('that nobody reads any more ends the run quietly', async () => {
    const image = writeProgram(folder, 'for-ever.elf', printForEver('y'));
    const { code, stderr } = await bluesim(['run', image], {
      started: (child) => child.stdout!.once('data', () => child.stdout!.destroy()),
    });
    expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
  });

  test.skipIf(!existsSync('/dev/full'))('on a full disk is no success', async () => {
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = await bluesim(['run', firmware('hello')], { stdout: full });
    closeSync(full);
    expect({ code, stderr }).toEqual({
      code: 74,
      stderr: 'bluesim: stdout is not complete: the disk is full\n',
    });
  });

  test.skipIf(!existsSync('/dev/full')).each([
    ['--uart-out', 'hello', 74],
    ['--trace', 'hello', 74],
    ['--json', 'hello', 74],
    ['--json', 'exit-code', 42],
    ['--record', 'hello', 74],
  ])('%s to a full disk, with %s', async (option, name, expected) => {
    const { code, stderr } = await bluesim(['run', option, '/dev/full', firmware(name)]);
    expect(code).toBe(expected);
    expect(stderr).toBe(`bluesim: ${option}: \`/dev/full\` is not complete: the disk is full\n`);
  });

  test('of info, disasm and boards may be closed as well', async () => {
    const command = `"${process.execPath}" "${BLUESIM}" disasm "${firmware('semihosting')}" | head -c 10`;
    const { stdout, stderr } = await execute('sh', ['-c', command]);
    expect(stdout.length).toBe(10);
    expect(stderr).toBe('');
  });
});

describe('stdin', () => {
  const facts = async (input: { input?: string; inputFile?: string }) => {
    const result = await bluesim(['run', '--json', path('facts.json'), firmware('uart-echo')], input);
    const { host: _, ...rest } = JSON.parse(readFileSync(path('facts.json'), 'utf8'));
    return { ...result, facts: rest };
  };

  test('from a file is the same run every time', async () => {
    writeFileSync(path('in.txt'), `${'a line of some length\n'.repeat(50)}quit\n`);
    const one = await facts({ inputFile: path('in.txt') });
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(one.stdout.match(/A LINE OF SOME LENGTH\n/g)).toHaveLength(50);
    expect(await facts({ inputFile: path('in.txt') })).toEqual(one);
  });

  test('from a pipe, all of it, however much', async () => {
    const line = `${'x'.repeat(99)}\n`;
    const { code, stdout } = await bluesim(['run', firmware('uart-echo')], {
      input: `${line.repeat(2000)}quit\n`,
    });
    expect(code).toBe(0);
    expect(stdout.match(/X{99}\n/g)).toHaveLength(2000);
  });

  test('that ends leaves the guest stuck, and that is said', async () => {
    const { code, stdout, stderr } = await bluesim(['run', firmware('uart-echo')], { input: 'abc\n' });
    expect(code).toBe(125);
    expect(stdout).toContain('ABC\n');
    expect(stderr).toMatch(/^bluesim: the guest is stuck at .*WFI.*\n {2}Its input has ended/);
  });

  test.skipIf(isWindows)('--uart-in from a named pipe, whether or not anyone writes', async () => {
    const pipe = path('pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await bluesim(['run', '--uart-in', pipe, firmware('hello')])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const { code, stdout } = await bluesim(['run', '--uart-in', pipe, waiting], {
      started: async (child) => {
        await firstOutput(child);
        writeFileSync(pipe, 'through a pipe\nquit\n');
      },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('THROUGH A PIPE\n');
    const interrupted = await bluesim(['run', '--uart-in', pipe, waiting], {
      started: async (child) => {
        await firstOutput(child);
        child.kill('SIGINT');
      },
    });
    expect(interrupted.code).toBe(130);
  });

  test('from /dev/null, or closed, is no input from the start', async () => {
    expect(await bluesim(['run', waiting])).toMatchObject({ code: 125 });
    if (isWindows) return;
    const command = `"${process.execPath}" "${BLUESIM}" run "${waiting}" <&-`;
    expect(await execute('sh', ['-c', command])).toMatchObject({ code: 125 });
  });

  test('that may still come keeps the guest waiting, and costs nothing', async () => {
    const { code, stdout } = await bluesim(['run', waiting], {
      started: async (child) => {
        await firstOutput(child);
        await until(500);
        const before = processorTicks(child.pid!);
        await until(1000);
        expect(processorTicks(child.pid!) - before).toBeLessThanOrEqual(3);
        child.stdin!.end('quit\n');
      },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/bytes in: 5/);
  });
});

/** CPU time in hundredths of a second; 0 where /proc does not tell. */
function processorTicks(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

describe.skipIf(isWindows)('signals', () => {
  const endless = () => writeProgram(folder, 'endless.elf', printForEver('.'));

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends a busy run with its output, statistics and JSON', async (signal, expected) => {
    const { code, stdout, stderr } = await bluesim(['run', '--stats', '--json', path('s.json'), endless()], {
      started: async (child) => {
        await firstOutput(child);
        child.kill(signal);
      },
    });
    expect(code).toBe(expected);
    expect(stderr).toMatch(/^bluesim: statistics/);
    const { statistics, end } = JSON.parse(readFileSync(path('s.json'), 'utf8'));
    expect(end).toMatchObject({ kind: 'signal', name: signal });
    // Each dot takes two instructions, the last of which may not be there.
    expect(Math.abs(stdout.length - statistics.instructions / 2)).toBeLessThan(10);
  });

  test('SIGINT ends a run that waits for input', async () => {
    const { code } = await bluesim(['run', waiting], {
      started: async (child) => {
        await firstOutput(child);
        child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
  });

  test('SIGINT ends a run whose output nobody reads', async () => {
    const { code, signal } = await bluesim(['run', endless()], {
      started: async (child) => {
        await firstOutput(child);
        child.stdout!.pause();
        await until(500);
        child.kill('SIGINT');
        setTimeout(() => child.stdout!.resume(), 4000);
      },
    });
    expect(code === 130 || signal === 'SIGINT').toBe(true);
  });
});
