/** Every way in which `bluesim run` can end, by its exit code and by what it says. */
import { describe, expect, test } from 'vitest';
import { bluesim, finish, firmware, loadConstant, temporaryFolder, writeProgram } from './command.ts';

const folder = temporaryFolder();

const run = (...words: string[]) => bluesim(['run', ...words]);

describe('the guest ends', () => {
  test('with success', async () => {
    const { code, stdout, stderr } = await run(firmware('hello'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Hello from RV32IMAC on virt!\n/);
  });

  test('with a code of its own', async () => {
    expect(await run(firmware('exit-code'))).toMatchObject({ code: 42, stderr: '' });
  });

  test('through semihosting', async () => {
    const { code, stdout } = await run('--semihosting-root', folder, firmware('semihosting'));
    expect(stdout).toMatch(/all 66 checks passed\n$/);
    expect(code).toBe(21);
  });

  test.each([
    [1, 1],
    [255, 255],
    [256, 1],
    [0x200, 1],
    [0x1ff, 255],
    [0xffff, 255],
  ])('with code %i, which becomes %i', async (guest, expected) => {
    const image = writeProgram(folder, `exit-${guest}.elf`, finish(guest));
    const { code, stderr } = await run(image);
    expect(code).toBe(expected);
    expect(stderr).toBe(
      guest === expected
        ? ''
        : `bluesim: the guest ended with code ${guest} (test finisher), which becomes exit code ${expected}\n`,
    );
  });
});

describe('limits', () => {
  test('--max-cycles', async () => {
    const { code, stdout, stderr } = await run('--max-cycles', '1000', firmware('hello'));
    expect(code).toBe(124);
    expect(stdout).toMatch(/^Hello/);
    expect(stderr).toMatch(/^bluesim: stopped at --max-cycles 1000, at \w+/);
  });

  test('--max-instructions, also of a guest that sleeps', async () => {
    expect(await run('--max-instructions', '1k', firmware('hello'))).toMatchObject({ code: 124 });
    const { code, stderr } = await run('--max-instructions=1000', firmware('spin'));
    expect({ code, said: stderr.split('\n')[0] }).toEqual({
      code: 125,
      said: 'bluesim: the guest is stuck at main+0x10: a jump to itself, and no enabled interrupt can ever come',
    });
  });

  test('a limit that the guest does not reach says nothing', async () => {
    expect(await run('--max-cycles', '1e9', firmware('exit-code'))).toMatchObject({ code: 42, stderr: '' });
  });
});

describe('the console matches', () => {
  test('--until ends with 0, whatever the guest would have done', async () => {
    const { code, stdout, stderr } = await run('--until', 'code \\d+', firmware('exit-code'));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'leaving with code 4', stderr: '' });
  });

  test('--until that never matches keeps the failure of the guest', async () => {
    const { code, stderr } = await run('--until', 'never', firmware('exit-code'));
    expect(code).toBe(42);
    expect(stderr).toBe(
      'bluesim: the guest ended with code 42 (test finisher); the console never matched /never/\n',
    );
  });

  test('--until that never matches makes a failure of the success of the guest', async () => {
    const { code, stderr } = await run('--until', 'never', firmware('hello'));
    expect(code).toBe(1);
    expect(stderr).toBe(
      'bluesim: the guest ended with code 0 (test finisher); the console never matched /never/\n',
    );
  });

  test('--until and a limit', async () => {
    expect(await run('--until', 'never', '--max-cycles', '500', firmware('hello'))).toMatchObject({
      code: 124,
    });
  });

  test('--fail-on ends with 1', async () => {
    const { code, stderr } = await run('--fail-on', 'primes.*\\d', firmware('hello'));
    expect(code).toBe(1);
    expect(stderr).toBe('bluesim: the console matched /primes.*\\d/ of --fail-on: primes below 1\n');
  });

  test('the first of --until and --fail-on decides', async () => {
    const both = ['--until', 'Hello', '--fail-on', 'primes'];
    expect(await run(...both, firmware('hello'))).toMatchObject({ code: 0 });
    expect(await run('--until', 'primes', '--fail-on', 'Hello', firmware('hello'))).toMatchObject({
      code: 1,
    });
  });

  test('a match over several lines', async () => {
    expect(await run('--until', 'misa.*\\nprimes', firmware('hello'))).toMatchObject({ code: 0 });
  });
});

describe('the guest can never get any further', () => {
  test.each([
    ['spin', 'a jump to itself'],
    ['wfi-forever', 'WFI'],
    ['crash', 'a jump to itself'],
    ['stuck', 'instruction access fault at the trap vector itself'],
  ])('%s', async (name, reason) => {
    const { code, stderr } = await run(firmware(name));
    expect(code).toBe(125);
    expect(stderr).toMatch(/^bluesim: the guest is stuck at /);
    expect(stderr).toContain(reason);
    for (const part of ['Registers', 'Backtrace', 'Last branches']) expect(stderr).toContain(`\n${part}`);
  });

  test('with exit code 125 also under --until', async () => {
    expect(await run('--until', 'never', firmware('spin'))).toMatchObject({ code: 125 });
  });
});

test('a guest error under --strict ends with 1 and a report; without it the run goes on', async () => {
  const LSR = 5;
  const image = writeProgram(folder, 'guest-error.elf', [
    ...loadConstant(7, 0x10000000),
    ['sb', { rs1: 7, rs2: 7, imm: LSR }],
    ...finish(3),
  ]);
  expect(await run(image)).toMatchObject({ code: 3, stderr: '' });
  const { code, stderr } = await run('--strict', image);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^bluesim: guest error \(read-only\) at _start\+0xc: uart0: .*LSR/);
  expect(stderr).toMatch(/\nBacktrace/);
  expect(stderr).toMatch(/\nLast branches/);
});
