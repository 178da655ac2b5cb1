// The programs whose images are in images/: what their sources say about them, and how they run on QEMU.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const firmware = dirname(fileURLToPath(import.meta.url));
const TIME_LIMIT = 240_000;
// A program that gets stuck has this long after its last output to show that it does not end.
const TIME_TO_END = 500;

// Instruction sets: their names in text, and the board of programs that name none.
export const ISAS = {
  riscv32: { title: 'RV32IMAC', board: 'virt' },
  armv7m: { title: 'ARMv7-M', board: 'mps2-an385' },
};

// The boards as QEMU's command lines. An ARM program ends by semihosting, so that all of them need it.
const ARM_SEMIHOSTING = ['-semihosting-config', 'enable=on,target=native'];
export const QEMU = {
  virt: [
    'qemu-system-riscv32',
    ...['-M', 'virt', '-cpu', 'rv32,h=false,s=false,f=false,d=false,mmu=false', '-bios', 'none'],
  ],
  'mps2-an385': ['qemu-system-arm', '-M', 'mps2-an385', ...ARM_SEMIHOSTING],
  lm3s6965evb: ['qemu-system-arm', '-M', 'lm3s6965evb', ...ARM_SEMIHOSTING],
};

// QEMU aborts with this where the core locks up.
const LOCKUP = /^qemu: fatal: Lockup: /m;
// It says this about the SysTick of a board without a reference clock, before the program runs.
const NOTE = 'Timer with period zero, disabling\n';

// The block /* expect: … */ of a source: { end: 'stuck' | 'lockup' | exit code, input, output, board, notOnQemu }.
// README.md describes it.
export function parseExpectation(source) {
  const block = /^\/\* expect:\n((?: \*.*\n)*?) \*\/$/m.exec(source);
  if (!block) throw new Error('no expect block');
  const expectation = { end: undefined, input: '', output: '' };
  for (const line of block[1].split('\n').slice(0, -1)) {
    const [, exit, endless, input, board, notOnQemu, output] =
      /^ \* (?:exit (\d+)|(stuck|lockup)|input (".*")|board (\S+)|not on QEMU: (.+)|\|(?: (.*))?)$/.exec(
        line,
      ) ?? [];
    if (exit) expectation.end = Number(exit);
    else if (endless) expectation.end = endless;
    else if (board) expectation.board = board;
    else if (notOnQemu) expectation.notOnQemu = notOnQemu;
    else if (input) expectation.input = JSON.parse(input);
    else if (line.startsWith(' * |')) expectation.output += `${output ?? ''}\n`;
    else throw new Error(`cannot read the expect line "${line}"`);
  }
  if (expectation.end === undefined) throw new Error('the expect block names no end');
  return expectation;
}

// Every program of the manifest, with what its source expects.
export function programs() {
  const manifest = JSON.parse(readFileSync(join(firmware, 'images/manifest.json'), 'utf8'));
  return manifest.images.map(({ name, source }) => {
    const text = readFileSync(join(firmware, source), 'latin1');
    const isa = Object.keys(ISAS).find((isa) => name.endsWith(`-${isa}.elf`));
    return {
      name,
      source,
      image: join(firmware, 'images', name),
      isa,
      board: ISAS[isa].board,
      semihosting: text.includes('#include "semihost.h"'),
      ...parseExpectation(text),
    };
  });
}

// Million instructions that a benchmark executes, as its source states them for each instruction set.
export function statedMillions({ source, isa }) {
  const text = readFileSync(join(firmware, source), 'latin1').replace(/\n \* /g, ' ');
  const [, statement] = /Executes (.*? million .*?) \(GCC/.exec(text) ?? [];
  const [, stated] =
    new RegExp(`([\\d,.]+) million (?:instructions )?on ${ISAS[isa].title}`).exec(statement) ?? [];
  if (stated === undefined) throw new Error(`${source} does not state its count of instructions on ${isa}`);
  return Number(stated.replaceAll(',', ''));
}

// Runs a program on QEMU in a folder of its own; input is sent once it has printed something, so that none is
// lost before. Returns { end: 'stuck' | 'lockup' | exit code, output }; a run that does not end is stopped as stuck.
export async function runOnQemu(program, options = []) {
  const { image, isa, board, semihosting, input, ...expected } = program;
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-qemu-'));
  const consoleFile = join(folder, 'console');
  const output = openSync(consoleFile, 'w');
  const [qemu, ...boardFlags] = QEMU[board];
  const flags = ['-nographic', '-monitor', 'none', '-serial', 'stdio', ...options];
  if (semihosting && isa === 'riscv32') flags.push('-semihosting-config', 'enable=on,target=native');
  const child = spawn(qemu, [...boardFlags, ...flags, '-kernel', image], {
    cwd: folder,
    stdio: ['pipe', output, output],
  });
  let end;
  child.on('error', (error) => {
    end = error.message;
  });
  child.on('exit', (code, signal) => {
    end ??= code ?? (signal === 'SIGABRT' ? 'abort' : 'stuck');
  });
  let deadline = Date.now() + TIME_LIMIT;
  let toSend = input;
  let complete = false;
  while (end === undefined) {
    const printed = statSync(consoleFile).size;
    if (toSend && printed > 0) {
      child.stdin.write(toSend);
      toSend = '';
    }
    if (expected.end === 'stuck' && !complete && printed >= expected.output.length) {
      complete = true;
      deadline = Date.now() + TIME_TO_END;
    }
    if (Date.now() > deadline) child.kill('SIGKILL');
    await sleep(10);
  }
  closeSync(output);
  const text = readFileSync(consoleFile, 'latin1').replace(NOTE, '');
  rmSync(folder, { recursive: true });
  const lockup = end === 'abort' ? text.search(LOCKUP) : -1;
  return lockup < 0 ? { end, output: text } : { end: 'lockup', output: text.slice(0, lockup) };
}
