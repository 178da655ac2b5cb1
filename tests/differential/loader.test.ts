/**
 * The loader reads what binutils reads: sections, segments, symbols, attributes and entry as readelf prints
 * them, sizes as size counts them, and the same memory from ELF, Intel HEX and raw binary as objcopy writes
 * them. On every image of the firmware, and on one whose data is linked at another address than it is
 * loaded to. readelf 2.40 is what was compared with.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hex32 } from '../../src/errors.ts';
import { footprintOf } from '../../src/machine/footprint.ts';
import { parseElf } from '../../src/machine/loader/elf.ts';
import { type Image, loadImage, loadImageFile, readImageFile } from '../../src/machine/loader/image.ts';
import { describeWith } from '../tools.ts';

const IMAGES = join(import.meta.dirname, '../../firmware/images');

/** What differs between the two instruction sets. */
interface Target {
  /** Of the names of its images. */
  readonly suffix: string;
  /** Of the names of its binutils. */
  readonly prefix: string;
  readonly assemble: readonly string[];
  readonly link: readonly string[];
  /** The beginning of COPIED_DATA. */
  readonly head: string;
  readonly loadAddress: string;
  readonly jump: string;
  /** The mapping symbols of its code, and what they say that is there. */
  readonly code: readonly [symbol: string, holds: string];
  /** How readelf prints an attribute; the value where it prints that as it is. */
  readonly attribute: RegExp;
}

const TARGETS: readonly Target[] = [
  {
    suffix: 'riscv32',
    prefix: 'riscv64-unknown-elf-',
    assemble: ['-march=rv32imac', '-mabi=ilp32'],
    link: ['-melf32lriscv'],
    head: '.option norvc',
    loadAddress: 'la a0, table',
    jump: 'j _start',
    code: ['$x', 'code'],
    attribute: /^ +(Tag_RISCV_\w+): "?([^"\n]*?)"?(?:-bytes)? *$/gm,
  },
  {
    suffix: 'armv7m',
    prefix: 'arm-none-eabi-',
    assemble: ['-mcpu=cortex-m3', '-mthumb'],
    link: [],
    head: '.syntax unified',
    loadAddress: 'ldr r0, =table',
    jump: 'b _start',
    code: ['$t', 'thumb'],
    attribute: /^ +(Tag_\w+): (.*?) *$/gm,
  },
];

/** Initial values in flash behind the code, a gap, and functions that share an address or have no size. */
const copiedData = ({ head, loadAddress, jump }: Target) => `
  ${head}
  .section .text
  .globl _start
  .type _start, %function
_start: ${loadAddress}
  ${jump}
  .size _start, . - _start
  .weak handler
handler:
inner: nop
  .section .data
  .globl table
  .type table, %object
table: .word 1, 2, 3, 4
  .size table, . - table
  .section .bss
buffer: .space 4000
  .section .far, "a"
  .ascii "far away"
`;
const COPIED_DATA_LINK = `
MEMORY { flash : ORIGIN = 0x20000000, LENGTH = 1M  ram : ORIGIN = 0x80000000, LENGTH = 1M }
ENTRY(_start)
__heap_size = 0x400;
SECTIONS {
  .text : { *(.text) } > flash
  .data : { *(.data) } > ram AT > flash
  .bss : { *(.bss) } > ram
  .far 0x20004000 : { *(.far) } > flash
}
`;

/** Memory as loading makes it, without the zeros behind what the file holds. */
function memoryOf(image: Image): [number, number][] {
  const cells: [number, number][] = [];
  for (const { address, bytes } of image.segments) {
    for (const [offset, byte] of bytes.entries()) cells.push([address + offset, byte]);
  }
  return cells.sort((a, b) => a[0] - b[0]);
}

for (const target of TARGETS) {
  const tools = ['as', 'ld', 'objcopy', 'readelf', 'size'].map((name) => target.prefix + name);
  describeWith(tools, `the loader equals binutils: ${target.suffix}`, () => compare(target, tools));
}

function compare(target: Target, tools: readonly string[]): void {
  const [AS, LD, OBJCOPY, READELF, SIZE] = tools as [string, string, string, string, string];
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-loader-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (program: string, ...parameters: string[]) =>
    execFileSync(program, parameters, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  const inFolder = (name: string) => join(folder, name);

  writeFileSync(inFolder('copied.s'), copiedData(target));
  writeFileSync(inFolder('copied.ld'), COPIED_DATA_LINK);
  run(AS, ...target.assemble, '-o', inFolder('copied.o'), inFolder('copied.s'));
  run(LD, ...target.link, '-T', inFolder('copied.ld'), '-o', inFolder('copied.elf'), inFolder('copied.o'));
  const images = readdirSync(IMAGES)
    .filter((name) => name.endsWith(`-${target.suffix}.elf`))
    .map((name) => join(IMAGES, name));
  const cases = [...images, inFolder('copied.elf')].map((path) => ({ name: basename(path), path }));

  test.each(cases)('sections of $name', ({ path }) => {
    const pattern =
      /^ *\[ *(\d+)\] (.{17,}?) +([A-Z_]+) +([0-9a-f]{8}) ([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) (.{3}) +(\d+) +(\d+) +(\d+)$/gm;
    const theirs = [...run(READELF, '-SW', path).matchAll(pattern)].map((match) => {
      const [, index, name, , address, offset, size, entrySize, flags, link, info, alignment] =
        match as string[] as [string, ...string[]];
      return [
        Number(index),
        name!.trim(),
        ...[address, offset, size, entrySize].map((text) => Number.parseInt(text!, 16)),
        flags!.replace(/[^AWX]/g, ''),
        Number(link),
        Number(info),
        Number(alignment),
      ];
    });
    const ours = loadImageFile(path).sections.map((section, index) => {
      const flags =
        (section.writable ? 'W' : '') + (section.allocated ? 'A' : '') + (section.executable ? 'X' : '');
      const { name, address, offset, sizeBytes, entrySize, link, info, alignment } = section;
      return [index, name, address, offset, sizeBytes, entrySize, flags, link, info, alignment];
    });
    expect(theirs.length).toBeGreaterThan(4);
    expect(ours.slice(1)).toEqual(theirs.filter(([index]) => index !== 0));
  });

  test.each(cases)('segments and entry of $name', ({ path }) => {
    const text = run(READELF, '-lW', path);
    const pattern = /^ {2}LOAD +(0x\w+) (0x\w+) (0x\w+) (0x\w+) (0x\w+) (.{3}) (0x\w+)$/gm;
    const theirs = [...text.matchAll(pattern)].map((match) => {
      const [offset, virtualAddress, physicalAddress, sizeInFile, sizeInMemory, , alignment] = match
        .slice(1)
        .map(Number);
      const letters = match[6]!;
      const flags =
        (letters.includes('R') ? 4 : 0) + (letters.includes('W') ? 2 : 0) + (letters.includes('E') ? 1 : 0);
      return { offset, virtualAddress, physicalAddress, sizeInFile, sizeInMemory, flags, alignment };
    });
    const elf = parseElf(readImageFile(path), 'image');
    expect(theirs.length).toBeGreaterThan(0);
    expect(elf.segments.filter((segment) => segment.type === 1)).toMatchObject(theirs);
    expect(elf.entry).toBe(Number(/^Entry point (0x\w+)$/m.exec(text)![1]));

    const contents = [...text.matchAll(/^ {3}\d\d {5}(.*) $/gm)].map((match) => match[1]!);
    expect(elf.segments.filter(({ type }) => type === 1).map(({ name }) => name)).toEqual(
      contents.slice(-theirs.length).map((names) => withoutEmpty(names, elf.sections)),
    );
  });

  test.each(cases)('symbols of $name', ({ path }) => {
    const pattern = /^ *\d+: ([0-9a-f]{8}) +(\d+|0x\w+) (\w+) +(\w+) +\w+ +(\w+) ?(.*)$/gm;
    const theirs = [...run(READELF, '-sW', path).matchAll(pattern)].slice(1).map((match) => {
      const [value, size, type, binding, index, name] = match.slice(1) as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      return {
        name,
        address: addressOf(Number.parseInt(value, 16), type),
        sizeBytes: Number(size),
        kind: type,
        binding: binding.toLowerCase(),
        defined: index !== 'UND',
      };
    });
    const kinds = {
      none: 'NOTYPE',
      object: 'OBJECT',
      function: 'FUNC',
      section: 'SECTION',
      file: 'FILE',
      common: 'COMMON',
      tls: 'TLS',
      other: '',
    };
    const { symbols, mapping } = loadImageFile(path).symbols;
    const [code, holdsCode] = target.code;
    const isMapping = (name: string) => name.startsWith('$d') || name.startsWith(code);
    expect(symbols.map((symbol) => ({ ...symbol, kind: kinds[symbol.kind] }))).toMatchObject(
      theirs.filter(({ name }) => !isMapping(name)),
    );
    const marks = theirs.filter(({ name }) => isMapping(name));
    expect(mapping.map(({ address, holds }) => `${address} ${holds}`).sort()).toEqual(
      marks.map(({ address, name }) => `${address} ${name[1] === 'd' ? 'data' : holdsCode}`).sort(),
    );
  });

  test.each(cases)('attributes of $name', ({ path }) => {
    const theirs = [...run(READELF, '-A', path).matchAll(target.attribute)].map((match) => [
      match[1],
      match[2],
    ]);
    const { attributes } = loadImageFile(path);
    expect(theirs.length).toBeGreaterThan(0);
    expect(attributes!.entries.map(({ name }) => name)).toEqual(theirs.map(([name]) => name));
    const printed = (tag: string) => theirs.find(([name]) => name === tag)?.[1];
    if (target.suffix === 'armv7m') {
      // Of Arm's, readelf prints most values in words.
      expect(attributes!.architecture).toBe(`${printed('Tag_CPU_arch')}-M`);
      return;
    }
    expect(attributes!.entries.map(({ name, value }) => [name, String(value)])).toEqual(theirs);
    expect(attributes!.architecture).toBe(printed('Tag_RISCV_arch'));
  });

  test.each(cases)('footprint of $name', ({ path }) => {
    const [text, data, bss] = run(SIZE, path).split('\n')[1]!.trim().split(/\s+/).map(Number);
    expect(footprintOf(loadImageFile(path))).toMatchObject({ text, data, bss });
  });

  test.each(cases)('memory of $name from ELF, Intel HEX and raw binary', ({ path }) => {
    const elf = loadImageFile(path);
    const expected = memoryOf(elf);
    run(OBJCOPY, '-O', 'ihex', path, inFolder('image.hex'));
    const hex = loadImageFile(inFolder('image.hex'));
    expect(hex.entry).toBe(elf.entry);
    // The file may pad between sections of a segment; HEX leaves those bytes out.
    const inElf = new Map(expected);
    const inHex = new Map(memoryOf(hex));
    for (const [address, byte] of inHex)
      if (inElf.get(address) !== byte) expect.fail(`${hex32(address)} differs`);
    expect(expected.filter(([address, byte]) => byte !== 0 && !inHex.has(address))).toEqual([]);

    run(OBJCOPY, '-O', 'binary', path, inFolder('image.bin'));
    const start = Math.min(
      ...elf.segments.filter(({ bytes }) => bytes.length > 0).map(({ address }) => address),
    );
    const raw = loadImage(readImageFile(inFolder('image.bin')), 'image.bin', { loadAddress: start });
    const inRaw = new Map(memoryOf(raw));
    for (const [address, byte] of expected) {
      if (byte !== 0 && inRaw.get(address) !== byte) expect.fail(`${hex32(address)} differs`);
    }
    for (const [address, byte] of inRaw) {
      if (byte !== 0 && inElf.get(address) !== byte) expect.fail(`${hex32(address)} differs`);
    }
  });
}

/** Bit 0 of a function says that it is Thumb code. */
function addressOf(value: number, type: string): number {
  return type === 'FUNC' ? (value & ~1) >>> 0 : value;
}

/** readelf lists sections of size 0 as well. */
function withoutEmpty(names: string, sections: Image['sections']): string {
  const empty = new Set(sections.filter(({ sizeBytes }) => sizeBytes === 0).map(({ name }) => name));
  return names
    .split(' ')
    .filter((name) => !empty.has(name))
    .join(' ');
}
