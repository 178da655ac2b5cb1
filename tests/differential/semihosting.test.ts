/**
 * Semihosting answers as QEMU's does: tables of calls, run on QEMU by a small program and here by reading the
 * same tables from the same image; results, memory, files, console and exit codes must be equal. Where QEMU 7.2
 * departs from the standard (Arm, Semihosting for AArch32 and AArch64, 2023Q3) a table does not go:
 *
 * - it appends at the position, not at the end of the file;
 * - it opens directories, and gives a console stream a length;
 * - SYS_READ and SYS_WRITE that fail leave its errno as it was;
 * - SYS_WRITEC and SYS_WRITE0 go to its stderr;
 * - it ends the whole run on an operation that does not exist;
 * - SYS_SYSTEM runs commands, SYS_TMPNAM names files of the host, times are the host's.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Image, loadImageFile } from '../../src/machine/loader/image.ts';
import { DirectoryFiles } from '../../src/machine/semihosting/host-files.ts';
import { Operation } from '../../src/machine/semihosting/operations.ts';
import type { SemihostingOutcome } from '../../src/machine/semihosting/semihosting.ts';
import { BASE, TestGuest } from '../../src/machine/semihosting/test-guest.ts';
import { describeWith } from '../tools.ts';

const [AS, LD, QEMU] = ['riscv64-unknown-elf-as', 'riscv64-unknown-elf-ld', 'qemu-system-riscv32'] as const;
const QEMU_BOARD = ['-M', 'virt', '-cpu', 'rv32,h=false,s=false,f=false,d=false,mmu=false', '-bios', 'none'];
const ARGUMENTS = ['program', 'one', 'two'];
const MEMORY_SIZE = 0x10000;
const NOWHERE = 0x1000_0f00;
const APPLICATION_EXIT = 0x20026;

/** A word, a string (its address is passed), a buffer of so many bytes (likewise), or an expression of the assembler. */
type Field = number | string | { buffer: number } | { expression: string };
/** An operation with its block of fields, or with a field as the parameter itself. */
type Call = [operation: number, block: Field[] | { direct: Field }];

const lengthOf = (text: string) => new TextEncoder().encode(text).length;
const open = (path: string, mode: number): Call => [Operation.Open, [path, mode, lengthOf(path)]];
const write = (handle: number, text: string): Call => [Operation.Write, [handle, text, lengthOf(text)]];
const read = (handle: number, length: number): Call => [Operation.Read, [handle, { buffer: 64 }, length]];
const seek = (handle: number, position: number): Call => [Operation.Seek, [handle, position]];
const close = (handle: number): Call => [Operation.Close, [handle]];
const length = (handle: number): Call => [Operation.FileLength, [handle]];
const isTty = (handle: number): Call => [Operation.IsTty, [handle]];
const errno: Call = [Operation.Errno, { direct: 0 }];
const exit = (reason: number): Call => [Operation.Exit, { direct: reason }];
const exitExtended = (reason: number, code: number): Call => [Operation.ExitExtended, [reason, code]];

/** The assembly of a table: everything that a call may change lies between `start` and `finish`. */
function assembly(calls: readonly Call[]): string {
  const table: string[] = [];
  const blocks: string[] = [];
  const strings: string[] = [];
  const field = (value: Field): string => {
    if (typeof value === 'number') return `0x${(value >>> 0).toString(16)}`;
    if (typeof value === 'object' && 'expression' in value) return value.expression;
    const label = `s${strings.length}`;
    strings.push(
      typeof value === 'string'
        ? `${label}: .asciz ${JSON.stringify(value)}`
        : `${label}: .fill ${value.buffer}, 1, 0x55`,
    );
    return label;
  };
  for (const [index, [operation, parameter]] of calls.entries()) {
    if (Array.isArray(parameter)) {
      table.push(`.word ${operation}, block${index}`);
      blocks.push(`block${index}: .word ${parameter.map(field).join(', ')}`);
    } else table.push(`.word ${operation}, ${field(parameter.direct)}`);
  }
  const results = `results: .fill ${calls.length}, 4, 0xaaaaaaaa`;
  return [
    '.data',
    '.balign 4',
    '.globl calls, start, finish',
    'calls:',
    ...table,
    'start:',
    results,
    ...blocks,
    ...strings,
    'finish:',
    '',
  ].join('\n');
}

interface Run {
  code: number;
  stdout: string;
  stderr: string;
  memory: string;
  files: Record<string, string>;
}

describeWith([AS, LD, QEMU], 'semihosting equals QEMU', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-semihosting-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function build(calls: readonly Call[]): string {
    const source = `${readFileSync(join(import.meta.dirname, 'semihosting-script.s'), 'utf8')}${assembly(calls)}`;
    const [object, image] = [join(folder, 'script.o'), join(folder, 'script.elf')];
    execFileSync(AS, ['-march=rv32imac', '-mabi=ilp32', '-o', object], { input: source });
    execFileSync(LD, [
      '-melf32lriscv',
      '--no-warn-rwx-segments',
      '-Ttext=0x80000000',
      '-N',
      '-o',
      image,
      object,
    ]);
    return image;
  }

  function filesIn(root: string): Record<string, string> {
    return Object.fromEntries(
      readdirSync(root)
        .sort()
        .map((name) => [name, readFileSync(join(root, name), 'latin1')]),
    );
  }

  /** A run on QEMU; a last table entry before the end has written the memory to the file `memory`. */
  function onQemu(image: string): Run {
    const root = mkdtempSync(join(folder, 'qemu-'));
    const config = ['enable=on', 'target=native', ...ARGUMENTS.map((word) => `arg=${word}`)].join(',');
    const child = spawnSync(
      QEMU,
      [
        ...QEMU_BOARD,
        '-display',
        'none',
        '-serial',
        'none',
        '-monitor',
        'none',
        '-semihosting-config',
        config,
        '-kernel',
        image,
      ],
      { cwd: root, encoding: 'latin1', timeout: 20_000, input: '' },
    );
    const { memory = '', ...files } = filesIn(root);
    return { code: child.status ?? -1, stdout: child.stdout, stderr: child.stderr, memory, files };
  }

  function here(path: string): Run {
    const image: Image = loadImageFile(path);
    const root = join(folder, 'here');
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
    const guest = new TestGuest(
      { files: new DirectoryFiles(root), commandLine: ARGUMENTS.join(' ') },
      MEMORY_SIZE,
    );
    for (const { address, bytes } of image.segments) guest.bytes.set(bytes, address - BASE);
    const word = (address: number) => guest.readWord(address)! >>> 0;
    const results = image.symbols.require('start').address;
    let outcome: SemihostingOutcome = { kind: 'continue', result: 0 };
    for (let index = 0; outcome.kind === 'continue'; index++) {
      const call = image.symbols.require('calls').address + 8 * index;
      outcome = guest.semihosting.call(word(call), word(call + 4), guest);
      if (outcome.kind === 'continue') guest.writeWord(results + 4 * index, outcome.result);
    }
    const { memory = '', ...files } = filesIn(root);
    return { code: outcome.kind === 'exit' ? outcome.code & 0xff : -1, ...guest.written, memory, files };
  }

  /** Adds the calls that write the memory to a file and end the run. */
  function compare(calls: readonly Call[]): Run {
    const [start, size] = [{ expression: 'start' }, { expression: 'finish - start' }];
    const dump: Call[] = [open('memory', 5), [Operation.Write, [1, start, size]], exit(APPLICATION_EXIT)];
    const image = build([...calls, ...dump]);
    const [theirs, ours] = [onQemu(image), here(image)];
    expect(ours).toEqual(theirs);
    return ours;
  }

  test.each([
    ['SYS_EXIT of the application', exit(APPLICATION_EXIT), 0],
    ['SYS_EXIT for another reason', exit(0x20023), 1],
    ['SYS_EXIT for no reason', exit(0), 1],
    ['SYS_EXIT_EXTENDED with 0', exitExtended(APPLICATION_EXIT, 0), 0],
    ['SYS_EXIT_EXTENDED with 42', exitExtended(APPLICATION_EXIT, 42), 42],
    ['SYS_EXIT_EXTENDED with -1', exitExtended(APPLICATION_EXIT, -1), 255],
    ['SYS_EXIT_EXTENDED for another reason', exitExtended(0x20024, 0), 1],
  ] as const)('%s', (_, call, code) => {
    const image = build([call]);
    expect(onQemu(image).code).toBe(code);
    expect(here(image).code).toBe(code);
  });

  test('console output', () => {
    const run = compare([
      open(':tt', 4),
      open(':tt', 8),
      write(1, 'to stdout\n'),
      write(2, 'to stderr\n'),
      write(1, ''),
      close(1),
      close(2),
    ]);
    expect(run.stdout).toBe('to stdout\n');
    expect(run.stderr).toBe('to stderr\n');
  });

  test('files', () => {
    const { files } = compare([
      open('a.txt', 4),
      write(1, 'hello world'),
      length(1),
      isTty(1),
      read(1, 4),
      seek(1, 6),
      write(1, 'W'),
      close(1),
      open('a.txt', 0),
      open('a.txt', 2),
      read(1, 5),
      read(1, 60),
      read(1, 60),
      seek(1, 6),
      read(1, 2),
      write(1, 'not open for writing'),
      seek(2, 11),
      write(2, '!'),
      length(1),
      close(1),
      close(1),
      errno,
      open('b.txt', 6),
      write(1, 'b'),
      seek(1, 0),
      read(1, 1),
      close(2),
      close(1),
      [Operation.Rename, ['b.txt', 5, 'c.txt', 5]],
      [Operation.Rename, ['b.txt', 5, 'd.txt', 5]],
      errno,
      open('d.txt', 5),
      close(1),
      [Operation.Remove, ['d.txt', 5]],
      [Operation.Remove, ['d.txt', 5]],
      errno,
    ]);
    expect(files).toEqual({ 'a.txt': 'hello World!', 'c.txt': 'b' });
  });

  test('what cannot be opened', () => {
    compare([open('missing', 0), errno, open('missing/x', 4), errno, open('f', 12), errno]);
  });

  test('the features file', () => {
    compare([
      open(':semihosting-features', 0),
      open(':semihosting-features', 1),
      open(':semihosting-features', 4),
      length(1),
      read(1, 3),
      read(1, 10),
      read(1, 10),
      seek(2, 4),
      read(2, 1),
      isTty(1),
      close(2),
      close(1),
    ]);
  });

  test('handles that are not open', () => {
    compare([close(7), errno, write(7, 'abc'), read(7, 3), seek(7, 0), length(7), isTty(7), close(0)]);
  });

  test('command line and errors', () => {
    compare([
      [Operation.GetCommandLine, [{ buffer: 64 }, 64]],
      [Operation.GetCommandLine, [{ buffer: 64 }, 16]],
      [Operation.GetCommandLine, [{ buffer: 64 }, 15]],
      [Operation.IsError, [0]],
      [Operation.IsError, [5]],
      [Operation.IsError, [-1]],
    ]);
  });

  test('pointers that lead nowhere', () => {
    compare([
      open('f', 4),
      [Operation.Write, [1, NOWHERE, 5]],
      [Operation.Read, [1, NOWHERE, 5]],
      [Operation.Open, [NOWHERE, 4, 5]],
      close(1),
    ]);
  });
});
