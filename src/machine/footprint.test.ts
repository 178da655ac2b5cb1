import { describe, expect, it } from 'vitest';
import { footprintOf } from './footprint.ts';
import { type Image, type ImageSection, loadImage } from './loader/image.ts';
import { type ImageSymbol, SymbolTable } from './loader/symbols.ts';
import { buildElf, buildHex } from './loader/test-images.ts';

const NO_BITS = 8;

function section(name: string, address: number, sizeBytes: number, letters: string, type = 1): ImageSection {
  const [allocated, writable, executable] = ['a', 'w', 'x'].map((letter) => letters.includes(letter));
  const rest = {
    flags: 0,
    offset: 0,
    link: 0,
    info: 0,
    alignment: 4,
    entrySize: 0,
    bytes: new Uint8Array(0),
  };
  return {
    name,
    type,
    address,
    sizeBytes,
    allocated: allocated!,
    writable: writable!,
    executable: executable!,
    ...rest,
  };
}

function symbol(
  name: string,
  address: number,
  sizeBytes: number,
  section: string,
  more: Partial<ImageSymbol> = {},
): ImageSymbol {
  return {
    name,
    address,
    sizeBytes,
    kind: 'function',
    binding: 'global',
    section,
    sectionEnd: 2 ** 32,
    defined: true,
    ...more,
  };
}

function image(sections: ImageSection[], symbols: ImageSymbol[] = []): Image {
  return { ...loadImage(buildElf(), 'x.elf'), sections, symbols: new SymbolTable(symbols) };
}

describe('footprintOf', () => {
  it('classes sections as GNU size does', () => {
    const footprint = footprintOf(
      image([
        section('.text', 0x1000, 100, 'ax'),
        section('.ram_code', 0x2000, 20, 'awx'),
        section('.rodata', 0x1100, 30, 'a'),
        section('.data', 0x3000, 4, 'aw'),
        section('.bss', 0x3010, 500, 'aw', NO_BITS),
        section('.empty', 0x3010, 0, 'aw', NO_BITS),
        section('.debug_info', 0, 9999, ''),
      ]),
    );
    expect(footprint).toMatchObject({ text: 150, data: 4, bss: 500, flash: 154, ram: 504 });
    expect(footprint.sections.map((entry) => `${entry.name} ${entry.class}`)).toEqual([
      '.text text',
      '.ram_code text',
      '.rodata text',
      '.data data',
      '.bss bss',
    ]);
  });

  it('lists the largest symbols first and each place once', () => {
    const sections = [section('.text', 0x1000, 100, 'ax'), section('.bss', 0x3000, 64, 'aw', NO_BITS)];
    const { symbols } = footprintOf(
      image(sections, [
        symbol('small', 0x1000, 4, '.text'),
        symbol('alias', 0x1010, 40, '.text', { binding: 'weak' }),
        symbol('large', 0x1010, 40, '.text'),
        symbol('buffer', 0x3000, 64, '.bss', { kind: 'object' }),
        symbol('label', 0x1050, 0, '.text', { kind: 'none' }),
        symbol('info', 0, 8, '.debug_info'),
        symbol('absolute', 0x1000, 8, '', { section: undefined }),
      ]),
    );
    expect(symbols.map((entry) => `${entry.sizeBytes} ${entry.class} ${entry.name}`)).toEqual([
      '64 bss buffer',
      '40 text large',
      '4 text small',
    ]);
  });

  it('counts by segment where there are no sections', () => {
    const segments = [
      { address: 0x1000, bytes: [1, 2, 3], flags: 5 },
      { address: 0x2000, bytes: [4], sizeInMemory: 10, flags: 6 },
    ];
    expect(footprintOf(loadImage(buildElf({ segments }), 'x.elf'))).toMatchObject({
      text: 3,
      data: 1,
      bss: 9,
    });
    const hex = new TextEncoder().encode(buildHex([{ type: 0, data: [1, 2] }, { type: 1 }]));
    expect(footprintOf(loadImage(hex, 'x.hex'))).toMatchObject({ text: 0, data: 2, bss: 0, symbols: [] });
  });
});
