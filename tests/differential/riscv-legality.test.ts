/**
 * Which encodings are instructions: the decoder agrees with QEMU, which is made to execute them (the harness
 * is riscv-legality.s) while its RAM is a file that words are put into and results are read from. Tried are all
 * compressed halfwords, all opcode × funct3 × funct7 × rs2, and a seeded sample of words, with Zba, Zbb and Zbs
 * absent and present. Where QEMU differs, the difference is one of DIFFERENCES below.
 *
 * Instructions of Zicsr access mtval: whether another CSR exists is not a matter of encoding.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Decoder } from '../../src/cpu/riscv/decode.ts';
import type { Extension } from '../../src/cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS } from '../../src/cpu/riscv/instructions/table.ts';
import { seededWords } from '../random.ts';
import { describeWith } from '../tools.ts';

const QEMU = 'qemu-system-riscv32';
const GCC = 'riscv64-unknown-elf-gcc';

/** QEMU's RAM, and where the harness looks for words and leaves results: offsets into it. */
const RAM_BYTES = 32 << 20;
const WORDS = 0x40_0000;
const RESULTS = 0x100_0000;

/** What the harness leaves for each word; 0 for one that it did not come to. */
const LEGAL = 1;
const ILLEGAL = 2;

const MTVAL = 0x343;
const SYSTEM = 0x73;

interface Difference {
  readonly name: string;
  readonly spec: string;
  readonly mask: number;
  readonly value: number;
}

const DIFFERENCES: readonly Difference[] = [
  {
    name: 'sfence.vma executes although the hart has neither supervisor mode nor an MMU',
    spec: 'Priv 10.2.1: an instruction of supervisor mode, so reserved without it',
    mask: 0xfe007fff | 0,
    value: 0x12000073,
  },
];

let folder: string;
let harness: string;

function qemuCpu(withZb: boolean): string {
  return `rv32,h=false,s=false,f=false,d=false,mmu=false,zba=${withZb},zbb=${withZb},zbc=false,zbs=${withZb}`;
}

/** Has QEMU execute the encodings. @returns one byte each. */
function execute(encodings: Uint32Array, withZb: boolean): Uint8Array {
  const path = join(folder, 'ram');
  const file = openSync(path, 'w+');
  try {
    ftruncateSync(file, RAM_BYTES);
    writeSync(file, new Uint32Array([encodings.length]), 0, 4, WORDS);
    // Behind a halfword the harness has an ebreak run, as everywhere around.
    const words = encodings.map((encoding) => ((encoding & 3) === 3 ? encoding : encoding | 0x90020000));
    writeSync(file, words, 0, words.byteLength, WORDS + 4);
    const ram = `memory-backend-file,id=ram,size=${RAM_BYTES},mem-path=${path},share=on`;
    const quiet = ['-bios', 'none', '-display', 'none', '-serial', 'none', '-monitor', 'none'];
    execFileSync(
      QEMU,
      [
        ...['-M', 'virt,memory-backend=ram', '-m', `${RAM_BYTES >> 20}M`, '-object', ram, ...quiet],
        ...['-icount', 'shift=0,sleep=off', '-cpu', qemuCpu(withZb), '-kernel', harness],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], timeout: 240_000 },
    );
    const results = new Uint8Array(encodings.length);
    readSync(file, results, 0, results.length, RESULTS);
    return results;
  } finally {
    closeSync(file);
  }
}

function disagreements(encodings: Uint32Array, withZb: boolean): string[] {
  const extensions: Extension[] = [...BASE_EXTENSIONS, ...(withZb ? OPTIONAL_EXTENSIONS : [])];
  const decoder = new Decoder(new Set(extensions));
  const results = execute(encodings, withZb);
  const wrong: string[] = [];
  for (const [index, encoding] of encodings.entries()) {
    const row = decoder.find(encoding);
    if (results[index] === (row ? LEGAL : ILLEGAL)) continue;
    if (DIFFERENCES.some(({ mask, value }) => (encoding & mask) === value)) continue;
    const theirs = ['not tried', 'legal', 'illegal', 'illegal with another mtval'][results[index]!];
    wrong.push(`${encoding.toString(16).padStart(4, '0')}: ${row?.mnemonic ?? 'illegal'}, on QEMU ${theirs}`);
  }
  return wrong;
}

/** The same word, but an instruction of Zicsr accesses mtval. */
function tamed(word: number): number {
  return (word & 0x7f) === SYSTEM && (word & 0x3000) !== 0 ? (word & 0xfffff) | (MTVAL << 20) : word;
}

function allHalfwords(): Uint32Array {
  const every = Uint32Array.from({ length: 0x10000 }, (_, halfword) => halfword);
  return every.filter((halfword) => (halfword & 3) !== 3);
}

/** All funct7, rs2 and funct3 of some opcodes (bits 6 to 2 of the word), with the same rd and rs1. */
function allFields(opcodes: readonly number[], rd: number, rs1: number): Uint32Array {
  const words = new Uint32Array(opcodes.length << 15);
  for (const [index, opcode] of opcodes.entries())
    for (let fields = 0; fields < 1 << 15; fields++)
      words[(index << 15) | fields] = tamed(
        ((fields >> 3) << 20) | (rs1 << 15) | ((fields & 7) << 12) | (rd << 7) | (opcode << 2) | 3,
      );
  return words;
}

function sample(count: number, seed: number): Uint32Array {
  const random = seededWords(seed);
  return Uint32Array.from({ length: count }, () => tamed(random() | 3));
}

describeWith([QEMU, GCC], 'legal encodings are those of QEMU', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bluesim-legality-'));
    harness = join(folder, 'harness.elf');
    const source = fileURLToPath(new URL('riscv-legality.s', import.meta.url));
    const target = ['-march=rv32imac_zicsr_zifencei', '-mabi=ilp32', '-nostdlib', '-Wl,-Ttext=0x80000000'];
    execFileSync(GCC, [...target, source, '-o', harness]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const majorOpcodes = Array.from({ length: 32 }, (_, opcode) => opcode);
  const system = [SYSTEM >> 2];
  const op = [0x13 >> 2, 0x33 >> 2];

  test.each([
    ['all 49,152 compressed halfwords', false, allHalfwords],
    ['all opcode × funct3 × funct7 × rs2', false, () => allFields(majorOpcodes, 10, 11)],
    ['all SYSTEM words with rd = rs1 = x0', false, () => allFields(system, 0, 0)],
    ['all SYSTEM words with rd = x0', false, () => allFields(system, 0, 11)],
    ['100,000 words', false, () => sample(100_000, 4)],
    ['Zb*: all fields of OP and OP-IMM', true, () => allFields(op, 10, 11)],
    ['Zb*: all compressed halfwords', true, allHalfwords],
    ['Zb*: 100,000 words', true, () => sample(100_000, 5)],
  ] as const)('%s', { timeout: 240_000 }, (_name, withZb, encodings) => {
    expect(disagreements(encodings(), withZb).slice(0, 40)).toEqual([]);
  });
});
