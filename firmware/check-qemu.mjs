// Runs the images on QEMU and compares console output and end with the expect blocks of their sources.
//
//   node check-qemu.mjs [NAME...]            all images, or those whose names contain one of NAME
//   node check-qemu.mjs --count [NAME...]    count instructions instead; `make count` builds what that needs
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const firmware = dirname(fileURLToPath(import.meta.url));
const TIME_LIMIT = 120_000;
const TIME_TO_GET_STUCK = 1_000;

const QEMU = {
  riscv32: [
    'qemu-system-riscv32',
    ...['-M', 'virt', '-cpu', 'rv32,h=false,s=false,f=false,d=false,mmu=false', '-bios', 'none'],
  ],
};

// The block /* expect: … */ of a source: { end: 'stuck' | exit code, input, output }.
function parseExpectation(source) {
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

// Runs an image; input is sent once the program has printed something, so that none is lost before.
async function run(image, { isa, semihosting, input, timeLimit, options = [] }) {
  const folder = mkdtempSync(join(tmpdir(), 'check-qemu-'));
  const consoleFile = join(folder, 'console');
  const output = openSync(consoleFile, 'w');
  const [program, ...board] = QEMU[isa];
  const flags = ['-nographic', '-monitor', 'none', '-serial', 'stdio', ...options];
  if (semihosting) flags.push('-semihosting-config', 'enable=on,target=native');
  const child = spawn(program, [...board, ...flags, '-kernel', image], {
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
  const deadline = Date.now() + timeLimit;
  let toSend = input;
  while (end === undefined) {
    if (toSend && statSync(consoleFile).size > 0) {
      child.stdin.write(toSend);
      toSend = '';
    }
    if (Date.now() > deadline) child.kill('SIGKILL');
    await sleep(10);
  }
  closeSync(output);
  const text = readFileSync(consoleFile, 'latin1');
  rmSync(folder, { recursive: true });
  return { end, output: text };
}

function describe(image) {
  const path = join(firmware, image.source);
  const source = readFileSync(path, 'latin1');
  const isa = Object.keys(QEMU).find((name) => image.name.endsWith(`-${name}.elf`));
  return { isa, semihosting: source.includes('#include "semihost.h"'), ...parseExpectation(source) };
}

async function check(image) {
  const expected = describe(image);
  const timeLimit = expected.end === 'stuck' ? TIME_TO_GET_STUCK : TIME_LIMIT;
  const actual = await run(join(firmware, 'images', image.name), { ...expected, timeLimit });
  const good = actual.end === expected.end && actual.output === expected.output;
  console.log(`${image.name}: ${good ? 'as expected' : 'FAILED'}`);
  if (!good)
    console.log(
      `--- expected, end ${expected.end}\n${expected.output}--- got, end ${actual.end}\n${actual.output}---`,
    );
  return good;
}

// The images for this print their count of instructions at the end; see `make count`.
async function count(image) {
  const options = ['-icount', 'shift=0'];
  const path = join(firmware, 'build/count/images', image.name);
  const { end, output } = await run(path, { ...describe(image), timeLimit: TIME_LIMIT, options });
  const lines = output.trimEnd().split('\n');
  console.log(`${image.name}: ${lines.pop()}, then exit ${end}`);
  return true;
}

const task = process.argv.includes('--count') ? count : check;
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const manifest = JSON.parse(readFileSync(join(firmware, 'images/manifest.json'), 'utf8'));
const chosen = manifest.images.filter(
  ({ name }) => names.length === 0 || names.some((part) => name.includes(part)),
);
let failed = 0;
for (const image of chosen) if (!(await task(image))) failed++;
if (task === check) console.log(`${chosen.length - failed} passed, ${failed} failed`);
if (failed) process.exitCode = 1;
