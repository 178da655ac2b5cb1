/**
 * Thousands of random programs end alike on bluesim and on QEMU: registers, CSRs, every trap on the way, and
 * memory. The seed is fixed; BLUESIM_SEED and BLUESIM_IMAGES choose others and more.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { disassemble } from '../../src/cpu/riscv/disassemble.ts';
import type { Extension } from '../../src/cpu/riscv/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS } from '../../src/cpu/riscv/instructions/table.ts';
import { hex32 } from '../../src/errors.ts';
import { loadImage } from '../../src/machine/loader/image.ts';
import { Machine } from '../../src/machine/machine.ts';
import { describeWith } from '../tools.ts';
import {
  CODE_ADDRESS,
  type RandomImage,
  RECORD,
  RECORD_ADDRESS,
  RECORD_BYTES,
  randomImage,
  SCRATCH_ADDRESS,
  SCRATCH_BYTES,
} from './random-programs.ts';

const RAM_BYTES = 16 << 20;
const PROGRAMS = 300;
const IMAGES = Number(process.env.BLUESIM_IMAGES ?? 10);
const SEED = Number(process.env.BLUESIM_SEED ?? 1);

function runOnQemu(image: RandomImage, extensions: readonly Extension[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-random-'));
  try {
    writeFileSync(join(folder, 'program.bin'), image.bytes);
    const bits = ['zba', 'zbb', 'zbs'].map((name) => {
      return `${name}=${extensions.some((extension) => extension.toLowerCase() === name)}`;
    });
    const cpu = `rv32,h=false,s=false,f=false,d=false,mmu=false,zbc=false,${bits.join(',')}`;
    const ram = `memory-backend-file,id=ram,size=${RAM_BYTES},mem-path=ram.bin,share=on`;
    const board = [
      '-M',
      'virt,memory-backend=ram',
      '-object',
      ram,
      '-m',
      '16M',
      '-cpu',
      cpu,
      '-bios',
      'none',
    ];
    const program = ['-device', `loader,file=program.bin,addr=${CODE_ADDRESS},force-raw=on`];
    const host = ['-display', 'none', '-serial', 'null', '-monitor', 'none'];
    execFileSync('qemu-system-riscv32', [...board, ...program, ...host], { cwd: folder, timeout: 60_000 });
    return readFileSync(join(folder, 'ram.bin'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runHere(image: RandomImage, extensions: readonly Extension[], observed: boolean): Uint8Array {
  const machine = new Machine({ board: 'virt', ramBytes: RAM_BYTES, extensions });
  machine.load(loadImage(image.bytes, 'random.bin', { loadAddress: CODE_ADDRESS }));
  if (observed) machine.observe({ instruction: () => {}, trap: () => {} });
  const result = machine.run({ maxCycles: 50_000_000 });
  expect(result).toEqual({ kind: 'exit', code: 0, reason: 'test finisher' });
  return machine.readMemory(CODE_ADDRESS, RAM_BYTES);
}

/** The first difference of a program's record and scratch memory, in words that help; undefined when equal. */
function difference(
  image: RandomImage,
  index: number,
  ours: Uint8Array,
  theirs: Uint8Array,
): string | undefined {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);
  const [a, b] = [view(ours), view(theirs)];
  const found: string[] = [];
  const record = RECORD_ADDRESS + index * RECORD_BYTES - CODE_ADDRESS;
  const scratch = SCRATCH_ADDRESS + index * SCRATCH_BYTES - CODE_ADDRESS;
  const compare = (offset: number, what: string) => {
    const [left, right] = [a.getUint32(offset, true), b.getUint32(offset, true)];
    if (left !== right) found.push(`${what}: here ${hex32(left)}, QEMU ${hex32(right)}`);
  };
  for (let i = 0; i < RECORD_BYTES / 4; i++) {
    const trap = i - RECORD.firstTrap;
    const name = Object.entries(RECORD).find(([, word]) => word === i)?.[0] ?? `x${i}`;
    const field = ['mcause', 'mepc', 'mtval', 'mstatus'][trap & 3];
    compare(record + 4 * i, trap >= 0 ? `trap ${trap >> 2} ${field}` : name);
  }
  for (let i = 0; i < SCRATCH_BYTES; i += 4) compare(scratch + i, `scratch+${i}`);
  if (found.length === 0) return undefined;
  return `program ${index}: ${found.slice(0, 12).join('; ')}\n${listing(image, index)}`;
}

function listing(image: RandomImage, index: number): string {
  const extensions = new Set<Extension>([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]);
  const view = new DataView(image.bytes.buffer);
  const end = (image.starts[index + 1] ?? CODE_ADDRESS + image.bytes.length) - 300;
  const lines: string[] = [];
  for (let address = image.starts[index]!; address < end; ) {
    const at = address - CODE_ADDRESS;
    const low = view.getUint16(at, true);
    const word = (low & 3) === 3 ? view.getUint32(at, true) : low;
    const { text, length } = disassemble(word, address, { extensions });
    lines.push(`${hex32(address)}  ${text}`);
    address += length;
  }
  return lines.join('\n');
}

describeWith(['qemu-system-riscv32'], 'random programs against QEMU', () => {
  const sets: (readonly Extension[])[] = [[], OPTIONAL_EXTENSIONS];
  for (let i = 0; i < IMAGES; i++) {
    const extensions = sets[i % 2]!;
    test(`seed ${SEED + i}: ${PROGRAMS} programs of RV32IMAC ${extensions.join(' ')}`, {
      timeout: 120_000,
    }, () => {
      const image = randomImage(SEED + i, PROGRAMS, { extensions, length: 60 });
      const theirs = runOnQemu(image, extensions);
      for (const observed of [false, true]) {
        const ours = runHere(image, extensions, observed);
        const differences = image.starts.map((_, index) => difference(image, index, ours, theirs));
        expect(
          differences
            .filter((text) => text !== undefined)
            .slice(0, 2)
            .join('\n\n'),
        ).toBe('');
      }
    });
  }
});
