/** Runs the command as its users do: another process, through bin/bluesim. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { type TestLine, testProgram } from '../../src/debug/test-program.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BLUESIM = join(ROOT, 'bin/bluesim');

/** The path of a built image: `firmware('hello')`. */
export function firmware(name: string): string {
  return join(ROOT, 'firmware/images', `${name}-riscv32.elf`);
}

/** A folder for one test file's files, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface CommandResult {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** What is piped in; without it stdin is /dev/null. */
  input?: string;
  /** A file as stdin. */
  inputFile?: string;
  /** A descriptor as stdout, in place of a pipe that is read. */
  stdout?: number;
  cwd?: string;
  env?: Record<string, string>;
  /** For tests that talk with it: called at once. */
  started?: (child: ChildProcess) => void;
}

export function bluesim(words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return execute(process.execPath, [BLUESIM, ...words], options);
}

export function execute(
  program: string,
  words: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input, inputFile, started } = options;
  const stdin =
    inputFile !== undefined ? openSync(inputFile, 'r') : input === undefined && !started ? 'ignore' : 'pipe';
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: '1', ...options.env },
      stdio: [stdin, options.stdout ?? 'pipe', 'pipe'],
    });
    const [stdout, stderr]: Buffer[][] = [[], []];
    child.stdout?.on('data', (bytes: Buffer) => stdout!.push(bytes));
    child.stderr?.on('data', (bytes: Buffer) => stderr!.push(bytes));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      // The guest's bytes are bytes, our words are text.
      const console = Buffer.concat(stdout!).toString('latin1');
      resolve({ code, signal, stdout: console, stderr: Buffer.concat(stderr!).toString() });
    });
    if (input !== undefined) child.stdin!.end(input);
    started?.(child);
  });
}

const UART = 0x10000000;
const TEST_DEVICE = 0x00100000;
const [ZERO, T0, T1, T2] = [0, 5, 6, 7];

/** Instructions that load a constant. */
export function loadConstant(rd: number, value: number): TestLine[] {
  const low = (value << 20) >> 20;
  return [
    ['lui', { rd, imm: (value - low) | 0 }],
    ['addi', { rd, rs1: rd, imm: low }],
  ];
}

/** Ends through the test device. */
export function finish(code: number): TestLine[] {
  return [
    ...loadConstant(T0, TEST_DEVICE),
    ...loadConstant(T1, code === 0 ? 0x5555 : (code << 16) | 0x3333),
    ['sw', { rs1: T0, rs2: T1, imm: 0 }],
  ];
}

/** Prints a character, again and again. */
export function printForEver(character: string): TestLine[] {
  return [
    ...loadConstant(T0, UART),
    ['addi', { rd: T2, rs1: ZERO, imm: character.charCodeAt(0) }],
    'again:',
    ['sb', { rs1: T0, rs2: T2, imm: 0 }],
    ['jal', { rd: ZERO }, 'again'],
  ];
}

/** Writes an image made of one function. @returns its path. */
export function writeProgram(folder: string, name: string, lines: TestLine[]): string {
  const path = join(folder, name);
  writeFileSync(path, testProgram({ _start: lines }).file);
  return path;
}
