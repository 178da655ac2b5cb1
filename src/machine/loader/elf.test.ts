import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.ts';
import { loadedSize, parseElf, SegmentFlag } from './elf.ts';
import { buildAttributes, buildElf, HEADER } from './test-images.ts';

/** The message and the hint of the refusal, in one line. */
function refusal(bytes: Uint8Array): string {
  try {
    parseElf(bytes, 'x.elf');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.hint).toMatch(/^[A-Z`].*\.$/);
    return `${error.message} ${error.hint}`;
  }
  throw new Error('the file was accepted');
}

function patched(bytes: Uint8Array, patches: Record<number, number>, width: 1 | 2 | 4 = 2): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (const [offset, value] of Object.entries(patches)) {
    if (width === 1) view.setUint8(Number(offset), value);
    else if (width === 2) view.setUint16(Number(offset), value, true);
    else view.setUint32(Number(offset), value, true);
  }
  return copy;
}

describe('parseElf', () => {
  it('reads segments, entry and flags', () => {
    const elf = parseElf(
      buildElf({
        entry: 0x80000004,
        segments: [{ address: 0x80000000, bytes: [1, 2, 3, 4, 5], sizeInMemory: 9, flags: 7 }],
      }),
      'x.elf',
    );
    expect(elf).toMatchObject({ architecture: 'riscv32', entry: 0x80000004, flags: 1 });
    const [segment] = elf.segments;
    expect(segment).toMatchObject({ physicalAddress: 0x80000000, sizeInFile: 5, sizeInMemory: 9 });
    expect(segment!.flags).toBe(SegmentFlag.Read | SegmentFlag.Write | SegmentFlag.Execute);
    expect([...segment!.bytes]).toEqual([1, 2, 3, 4, 5]);
  });

  it('loads where the physical address says, and moves the entry along', () => {
    const elf = parseElf(
      buildElf({
        entry: 0x20000002,
        segments: [{ address: 0x1000, virtualAddress: 0x20000000, bytes: [1, 2, 3, 4], sizeInMemory: 100 }],
      }),
      'x.elf',
    );
    expect(elf.entry).toBe(0x1002);
    expect(loadedSize(elf.segments[0]!)).toBe(4);
  });

  it('does not let the .bss of copied data collide with what is loaded behind it', () => {
    const bytes = buildElf({
      segments: [
        { address: 0x1000, virtualAddress: 0x20000000, bytes: [1, 2], sizeInMemory: 0x1000 },
        { address: 0x1002, bytes: [3, 4] },
      ],
    });
    expect(parseElf(bytes, 'x.elf').segments).toHaveLength(2);
  });

  it('reads the RISC-V architecture string', () => {
    const text = [...new TextEncoder().encode('rv32i2p1_m2p0'), 0];
    const elf = parseElf(
      buildElf({ attributes: buildAttributes('riscv', [4, 16, 5, ...text, 6, 0x80, 0x01]) }),
      'x.elf',
    );
    expect(elf.attributes).toEqual({
      vendor: 'riscv',
      architecture: 'rv32i2p1_m2p0',
      entries: [
        { tag: 4, name: 'Tag_RISCV_stack_align', value: 16 },
        { tag: 5, name: 'Tag_RISCV_arch', value: 'rv32i2p1_m2p0' },
        { tag: 6, name: 'Tag_RISCV_unaligned_access', value: 128 },
      ],
    });
  });

  it.each([
    ['v7-M', [6, 10, 7, 0x4d]],
    ['v7E-M', [6, 13, 7, 0x4d]],
    ['v6-M', [6, 11, 7, 0x4d]],
  ])('reads the ARM architecture %s', (name, contents) => {
    const elf = parseElf(buildElf({ machine: 40, attributes: buildAttributes('aeabi', contents) }), 'x.elf');
    expect(elf.architecture).toBe('armv7m');
    expect(elf.attributes!.architecture).toBe(name);
  });

  it('skips subsections of other vendors and survives a damaged section', () => {
    const [theirs, ours] = [
      buildAttributes('gnu', [4, 1]),
      buildAttributes('aeabi', [5, 0x4d, 0x33, 0, 6, 10]),
    ];
    const both = Uint8Array.from([...theirs, ...ours.subarray(1)]);
    expect(parseElf(buildElf({ machine: 40, attributes: both }), 'x.elf').attributes!.entries[0]!.value).toBe(
      'M3',
    );
    for (let length = 0; length < ours.length; length++) {
      parseElf(buildElf({ machine: 40, attributes: ours.subarray(0, length) }), 'x.elf');
    }
  });

  it('clears the Thumb bit of functions and keeps mapping symbols apart', () => {
    const symbols = [
      { name: 'main', value: 0x101, size: 4 },
      { name: '$t', value: 0x100, information: 0 },
      { name: '$d.1', value: 0x104, information: 0 },
      { name: '$dollar', value: 0x104, information: 0x11 },
    ];
    const elf = parseElf(
      buildElf({ machine: 40, symbols, segments: [{ address: 0x100, bytes: Array(8).fill(0) }] }),
      'x.elf',
    );
    expect(elf.symbols.lookup('main')!.address).toBe(0x100);
    expect(elf.symbols.symbols.map((symbol) => symbol.name)).toEqual(['main', '$dollar']);
    expect(elf.symbols.holds(0x103)!.holds).toBe('thumb');
    expect(elf.symbols.holds(0x104)!.holds).toBe('data');
    expect(elf.symbols.holds(0xff)).toBeUndefined();
  });

  it('keeps the ISA string of a RISC-V mapping symbol', () => {
    const symbols = [{ name: '$xrv32i2p1_c2p0', value: 0x80000000, information: 0 }];
    const [mapping] = parseElf(buildElf({ symbols }), 'x.elf').symbols.mapping;
    expect(mapping).toEqual({ address: 0x80000000, holds: 'code', isa: 'rv32i2p1_c2p0' });
  });
});

describe('parseElf refuses', () => {
  const good = buildElf({ symbols: [{ name: 'main', value: 0x80000000, size: 4 }] });
  const symbolTable = new DataView(good.buffer).getUint32(HEADER.ShOff, true) + 2 * 40;

  it.each<[string, Uint8Array, RegExp]>([
    ['what is no ELF file', new TextEncoder().encode('#!/bin/sh\n'), /not an ELF file/],
    [
      '64 bits',
      patched(good, { [HEADER.Class]: 2 }, 1),
      /64-bit ELF file, built for RV64.*-march=rv32imac -mabi=ilp32/,
    ],
    [
      '64 bits of another kind',
      patched(patched(good, { [HEADER.Class]: 2 }, 1), { [HEADER.Machine]: 62 }),
      /built for x86-64/,
    ],
    ['another class', patched(good, { [HEADER.Class]: 9 }, 1), /damaged ELF identification/],
    ['big-endian', patched(good, { [HEADER.Data]: 2 }, 1), /is big-endian/],
    ['another instruction set', patched(good, { [HEADER.Machine]: 8 }), /built for MIPS/],
    ['an unknown instruction set', patched(good, { [HEADER.Machine]: 999 }), /machine number 999/],
    ['a relocatable object', buildElf({ type: 1 }), /relocatable object.*Link it/],
    ['a shared object', buildElf({ type: 3 }), /position-independent.*-no-pie/],
    ['a core dump', buildElf({ type: 4 }), /core dump/],
    ['another type', buildElf({ type: 0xfe00 }), /ELF type 65024/],
    ['no segments', buildElf({ segments: [] }), /no loadable segments.*linker script/],
    ['only notes', buildElf({ segments: [{ address: 0, bytes: [1], type: 4 }] }), /no loadable segments/],
    [
      'a debug file',
      buildElf({ segments: [{ address: 0, virtualAddress: 4, bytes: [], sizeInMemory: 64 }] }),
      /debug file/,
    ],
    [
      'a segment behind the end',
      patched(good, { [52 + 16]: 100000, [52 + 20]: 100000 }, 4),
      /truncated: segment 0/,
    ],
    ['more in the file than in memory', patched(good, { [52 + 20]: 1 }, 4), /more bytes in the file/],
    ['gigantic memory', patched(good, { [52 + 20]: 0x7fffffff }, 4), /asks for 2\.0 GiB/],
    [
      'a segment that wraps',
      buildElf({ segments: [{ address: 0xfffffffe, bytes: [1, 2, 3] }] }),
      /begins at 0xfffffffe and runs past the end/,
    ],
    [
      'segments that overlap',
      buildElf({
        segments: [
          { address: 0x1000, bytes: [1, 2, 3] },
          { address: 0xfff, bytes: [1, 2] },
        ],
      }),
      /segment 1 at 0x00000fff–0x00001000 overlaps segment 0 at 0x00001000–0x00001002/,
    ],
    ['a wrong size of program headers', patched(good, { 42: 33 }), /program header size of 33/],
    ['a wrong size of section headers', patched(good, { 46: 39 }), /section header size of 39/],
    ['too many program headers', patched(good, { [HEADER.PhNum]: 5000 }), /5000 program headers/],
    [
      'program headers behind the end',
      patched(good, { [HEADER.PhOff]: 0xffffffe0 }, 4),
      /program headers lie past/,
    ],
    [
      'section headers behind the end',
      patched(good, { [HEADER.ShOff]: 0xffffff00 }, 4),
      /section headers lie past/,
    ],
    ['too many section headers', patched(good, { [HEADER.ShNum]: 0xfff0 }), /section headers lie past/],
    [
      'a missing name section',
      patched(good, { [HEADER.ShStrNdx]: 77 }),
      /section 77, which would hold the section names/,
    ],
    ['a section name outside', patched(good, { [symbolTable]: 0xffff }, 4), /name of section 2 lies outside/],
    [
      'a symbol table without strings',
      patched(good, { [symbolTable + 24]: 99 }, 4),
      /damaged symbol table \(\.symtab\)/,
    ],
    ['a symbol size of 17', patched(good, { [symbolTable + 36]: 17 }, 4), /damaged symbol table/],
    [
      'an ARM application core',
      buildElf({ machine: 40, attributes: buildAttributes('aeabi', [6, 10, 7, 0x41]) }),
      /A-profile/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(refusal(bytes)).toMatch(message);
  });

  it('every truncation', () => {
    for (let length = 4; length < good.length; length++) {
      expect(refusal(good.subarray(0, length))).toMatch(/truncated/);
    }
  });

  it('names that never end, before they fill the memory', () => {
    const symbols = Array.from({ length: 2000 }, () => ({ name: 'x'.repeat(50), value: 0 }));
    const bytes = buildElf({ symbols });
    const view = new DataView(bytes.buffer);
    const [table, strings] = [1, 2].map((index) => view.getUint32(HEADER.ShOff, true) + 40 * (index + 1));
    const start = view.getUint32(strings! + 16, true);
    const size = view.getUint32(strings! + 20, true);
    bytes.fill(0x41, start + 1, start + size - 1);
    for (let index = 1; index <= 2000; index++)
      view.setUint32(view.getUint32(table! + 16, true) + 16 * index, index, true);
    expect(refusal(bytes)).toMatch(/names never end/);
  });
});
