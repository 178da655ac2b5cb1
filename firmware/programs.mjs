// The programs whose images are in images/: what their sources say about them, and how they run on QEMU.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const firmware = dirname(fileURLToPath(import.meta.url));
const TIME_LIMIT = 60_000;
// A program that gets stuck has this long after its last output to show that it does not end.
const TIME_TO_END = 500;

// The board of each instruction set as QEMU's command line.
export const QEMU = {
  riscv32: [
    'qemu-system-riscv32',
    ...['-M', 'virt', '-cpu', 'rv32,h=false,s=false,f=false,d=false,mmu=false', '-bios', 'none'],
  ],
};

// The block /* expect: … */ of a source: { end: 'stuck' | exit code, input, output }. README.md describes it.
export function parseExpectation(source) {
  const block = /^\/\* expect:\n((?: \*.*\n)*?) \*\/$/m.exec(source);
  if (!block) throw new Error('no expect block');
  const expectation = { end: undefined, input: '', output: '' };
  for (const line of block[1].split('\n').slice(0, -1)) {
    const [, exit, stuck, input, output] =
      /^ \* (?:exit (\d+)|(stuck)|input (".*")|\|(?: (.*))?)$/.exec(line) ?? [];
    if (exit) expectation.end = Number(exit);
    else if (stuck) expectation.end = 'stuck';
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
    return {
      name,
      source,
      image: join(firmware, 'images', name),
      isa: Object.keys(QEMU).find((isa) => name.endsWith(`-${isa}.elf`)),
      semihosting: text.includes('#include "semihost.h"'),
      ...parseExpectation(text),
    };
  });
}

// Runs a program on QEMU in a folder of its own; input is sent once it has printed something, so that none is
// lost before. Returns { end: 'stuck' | exit code, output }; a run that does not end is stopped as stuck.
export async function runOnQemu(program, options = []) {
  const { image, isa, semihosting, input, ...expected } = program;
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-qemu-'));
  const consoleFile = join(folder, 'console');
  const output = openSync(consoleFile, 'w');
  const [qemu, ...board] = QEMU[isa];
  const flags = ['-nographic', '-monitor', 'none', '-serial', 'stdio', ...options];
  if (semihosting) flags.push('-semihosting-config', 'enable=on,target=native');
  const child = spawn(qemu, [...board, ...flags, '-kernel', image], {
    cwd: folder,
    stdio: ['pipe', output, output],
  });
  let end;
  child.on('error', (error) => {
    end = error.message;
  });
  child.on('exit', (code) => {
    end ??= code ?? 'stuck';
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
  const text = readFileSync(consoleFile, 'latin1');
  rmSync(folder, { recursive: true });
  return { end, output: text };
}
