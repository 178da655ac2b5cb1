/** The commands besides run, and the help. */
import { describe, expect, test } from 'vitest';
import { bluesim, firmware } from './command.ts';

describe('help', () => {
  test('of the program, on stdout, with examples', async () => {
    for (const words of [['--help'], ['-h'], ['help']]) {
      const { code, stdout, stderr } = await bluesim(words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const part of ['run', 'info', 'disasm', 'boards', 'Examples:']) expect(stdout).toContain(part);
    }
  });

  test('of run: every option, exit codes, the keys of the terminal', async () => {
    const { code, stdout } = await bluesim(['run', '--help']);
    expect(code).toBe(0);
    expect(await bluesim(['help', 'run'])).toMatchObject({ stdout });
    const options =
      'board ram load-address extensions no-semihosting semihosting-root uart-in uart-out paced-uart pace no-pace record replay max-cycles max-instructions until fail-on strict stats json trace trace-kinds trace-range';
    for (const option of options.split(' ')) expect(stdout).toMatch(new RegExp(`\\n  --${option}\\b`));
    for (const part of ['Ctrl-A x', '124', '125', 'Examples:', '.cargo/config.toml'])
      expect(stdout).toContain(part);
  });

  test('without a command is a mistake', async () => {
    const { code, stdout, stderr } = await bluesim([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: bluesim/);
  });
});

describe('boards', () => {
  test('lists memories and devices with addresses, sizes and interrupts', async () => {
    const { code, stdout } = await bluesim(['boards']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^virt: /);
    expect(stdout).toMatch(/\n {2}0x10000000 {2}0x10000007 +8 bytes +10 {2}uart0 +ns16550a\n/);
    expect(stdout).toMatch(/\n {2}0x80000000 {2}0x87ffffff +128\.0 MiB +ram +memory rwx\n/);
  });

  test('--json is the same for machines', async () => {
    const [virt] = JSON.parse((await bluesim(['boards', '--json'])).stdout);
    expect(virt).toMatchObject({ name: 'virt', architecture: 'riscv32', console: 'uart0', frequencyHz: 1e8 });
    const uart = virt.windows.find(({ name }: { name: string }) => name === 'uart0');
    expect(uart).toEqual({
      name: 'uart0',
      kind: 'device',
      address: 0x10000000,
      sizeBytes: 8,
      description: 'ns16550a',
      interrupts: [{ line: 'uart0', input: 10 }],
    });
  });
});

describe('info and disasm', () => {
  test('info', async () => {
    const { code, stdout } = await bluesim(['info', '--symbols', '3', firmware('hello')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^hello-riscv32\.elf: ELF, RISC-V, 32 bits/);
    expect(stdout).toMatch(/board +virt\n/);
    const { stdout: json } = await bluesim(['info', '--json', firmware('hello')]);
    expect(JSON.parse(json)).toMatchObject({ board: 'virt', format: 'elf' });
  });

  test('disasm', async () => {
    const { code, stdout } = await bluesim(['disasm', firmware('hello'), 'main']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/<main>:\n/);
    expect(stdout).not.toMatch(/<finish>:/);
    expect(await bluesim(['disasm', firmware('hello')])).toMatchObject({ code: 0 });
    const plain = await bluesim(['disasm', '--no-aliases', firmware('hello'), 'finish']);
    expect(plain.stdout).not.toMatch(/\tj\t/);
  });
});
