/** `bluesim info IMAGE`: what an image is, where it goes, what it occupies. */
import { createHash } from 'node:crypto';
import { hex32 } from '../errors.ts';
import type { BoardDescription } from '../machine/board.ts';
import { suggestCpu } from '../machine/cpus.ts';
import { type Footprint, footprintOf } from '../machine/footprint.ts';
import { SegmentFlag } from '../machine/loader/elf.ts';
import type { Image, ImageSection } from '../machine/loader/image.ts';
import { printable, readableSize } from '../machine/loader/printable.ts';
import { exceptionName, type VectorTable, vectorsOf, vectorTableAt } from '../machine/vector-table.ts';
import { PLAIN, type Style } from './style.ts';
import { table } from './table.ts';

export interface InfoOptions {
  /** The board that the image is probably for, or undefined when nothing tells. */
  suggestBoard: (image: Image) => BoardDescription | undefined;
  style?: Style;
  /** How many of the largest symbols to list; 15 by default. */
  symbolCount?: number;
}

const SYMBOL_COUNT = 15;
const FORMATS = { elf: 'ELF', 'intel-hex': 'Intel HEX', raw: 'raw binary' } as const;
const ARCHITECTURES = { riscv32: 'RISC-V, 32 bits', armv7m: 'ARM Cortex-M' } as const;
const RISCV_FLOAT_ABIS = ['soft', 'single', 'double', 'quad'];

function permissions(flags: number): string {
  const letter = (flag: number, name: string) => ((flags & flag) !== 0 ? name : '-');
  return letter(SegmentFlag.Read, 'r') + letter(SegmentFlag.Write, 'w') + letter(SegmentFlag.Execute, 'x');
}

function sectionFlags(section: ImageSection): string {
  const letters =
    (section.allocated ? 'a' : '') + (section.writable ? 'w' : '') + (section.executable ? 'x' : '');
  return letters || '-';
}

/** Float ABI and the like, from the ELF header (RISC-V ELF psABI 1.0 "File Header"; Arm IHI 0044 5.3). */
function abiOf(image: Image): string | undefined {
  const flags = image.elfFlags;
  if (flags === undefined) return undefined;
  if (image.architecture === 'armv7m') {
    const float = (flags & 0x400) !== 0 ? ', hard float' : (flags & 0x200) !== 0 ? ', soft float' : '';
    return `EABI${flags >>> 24}${float}`;
  }
  const float = RISCV_FLOAT_ABIS[(flags >> 1) & 3];
  return `${(flags & 8) !== 0 ? 'ilp32e' : 'ilp32'}, ${float} float${(flags & 1) !== 0 ? ', compressed' : ''}`;
}

function footprintLines(footprint: Footprint, style: Style): string[] {
  const { text, data, bss, flash, ram } = footprint;
  const size = (bytes: number) => bytes.toString();
  const rows = [
    [size(text), size(data), size(bss), `${flash} (${readableSize(flash)})`, `${ram} (${readableSize(ram)})`],
  ];
  const titles = ['text', 'data', 'bss', 'flash = text + data', 'RAM = data + bss'];
  return [
    style.heading('Footprint'),
    ...table(
      titles.map((title) => ({ title, align: 'right' })),
      rows,
    ),
  ];
}

function boardText(image: Image, board: BoardDescription | undefined): string {
  if (board === undefined) return 'none suggested; give one with --board';
  const cpu = suggestCpu(image, board);
  return cpu === undefined ? board.name : `${board.name} with --cpu ${cpu}`;
}

/** The vector table that a board with an ARM core begins with. */
function tableOf(image: Image, board: BoardDescription | undefined): VectorTable | undefined {
  return board?.core.type === 'armv7m' ? vectorTableAt(image, board.core.vectorTable) : undefined;
}

function vectorLines(image: Image, board: BoardDescription | undefined, style: Style): string[] {
  const vectors = tableOf(image, board);
  if (vectors === undefined) return [];
  const rows = vectorsOf(image, vectors).map(({ first, last, handler }) => [
    first === last ? `${first}` : `${first}–${last}`,
    first === last ? exceptionName(first) : `${exceptionName(first)} to ${exceptionName(last)}`,
    hex32(handler),
    handler === 0 ? '' : (symbolName(image, handler) ?? ''),
  ]);
  const columns = [
    { title: 'number', align: 'right' },
    { title: 'exception' },
    { title: 'vector' },
    { title: 'handler' },
  ] as const;
  return [
    '',
    style.heading('Vector table'),
    ...table(columns, [['0', 'initial SP', hex32(vectors.initialSp), ''], ...rows]),
  ];
}

/** What an address of code is called; undefined where no symbol describes it. */
function symbolName(image: Image, address: number): string | undefined {
  const target = codeAddress(image, address);
  return image.symbols.at(target) && image.symbols.format(target);
}

/** The text for the terminal, with a line feed at the end of every line. */
export function infoText(image: Image, options: InfoOptions): string {
  const style = options.style ?? PLAIN;
  const footprint = footprintOf(image);
  const board = options.suggestBoard(image);
  const facts: [string, string | undefined][] = [
    ['entry', image.entry === undefined ? undefined : entryText(image, image.entry)],
    ['ISA', image.attributes?.architecture],
    ['ABI', abiOf(image)],
    ['board', boardText(image, board)],
    ...image.warnings.map((warning): [string, string] => ['note', warning]),
  ];
  const known = image.architecture ? `, ${ARCHITECTURES[image.architecture]}` : '';
  const lines = [
    `${style.name(image.name)}: ${FORMATS[image.format]}${known}, ${readableSize(image.file.length)}`,
  ];
  for (const [name, value] of facts)
    if (value !== undefined) lines.push(`  ${name.padEnd(6)} ${printable(value)}`);

  lines.push('', style.heading('Segments'));
  const segmentColumns = [
    { title: 'address' },
    { title: 'runs at' },
    { title: 'in file', align: 'right' },
    { title: 'in memory', align: 'right' },
    { title: 'flags' },
    { title: 'contents' },
  ] as const;
  const segments = image.segments.map((segment) => [
    hex32(segment.address),
    hex32(segment.virtualAddress),
    segment.bytes.length.toString(),
    segment.sizeInMemory.toString(),
    permissions(segment.flags),
    printable(segment.name),
  ]);
  lines.push(...table(segmentColumns, segments));

  const sections = image.sections.filter((section) => section.type !== 0);
  if (sections.length > 0) lines.push('', style.heading('Sections'));
  const classes = new Map(footprint.sections.map((entry) => [entry.name, entry.class]));
  const sectionColumns = [
    { title: 'address' },
    { title: 'size', align: 'right' },
    { title: 'flags' },
    { title: 'class' },
    { title: 'section' },
  ] as const;
  const sectionRows = sections.map((section) => [
    section.allocated ? hex32(section.address) : '',
    section.sizeBytes.toString(),
    sectionFlags(section),
    section.allocated ? (classes.get(section.name) ?? '') : '',
    printable(section.name),
  ]);
  lines.push(...table(sectionColumns, sectionRows));

  lines.push(...vectorLines(image, board, style), '', ...footprintLines(footprint, style));

  const largest = footprint.symbols.slice(0, options.symbolCount ?? SYMBOL_COUNT);
  if (largest.length > 0) lines.push('', style.heading(`Largest symbols (of ${footprint.symbols.length})`));
  const symbolColumns = [
    { title: 'size', align: 'right' },
    { title: 'address' },
    { title: 'class' },
    { title: 'section' },
    { title: 'symbol' },
  ] as const;
  const symbolRows = largest.map((symbol) => [
    symbol.sizeBytes.toString(),
    hex32(symbol.address),
    symbol.class,
    printable(symbol.section),
    printable(symbol.name),
  ]);
  lines.push(...table(symbolColumns, symbolRows));
  return `${lines.join('\n')}\n`;
}

/** An entry of Thumb code has bit 0 set, the address of its function has not. */
function codeAddress(image: Image, entry: number): number {
  return image.architecture === 'armv7m' ? (entry & ~1) >>> 0 : entry;
}

function entryText(image: Image, entry: number): string {
  const symbol = symbolName(image, entry);
  return symbol === undefined ? hex32(entry) : `${hex32(entry)} ${symbol}`;
}

/** The same for machines: addresses and sizes are numbers, what is not known is null. */
export function infoJson(image: Image, options: InfoOptions): Record<string, unknown> {
  const footprint = footprintOf(image);
  const { text, data, bss, flash, ram } = footprint;
  const board = options.suggestBoard(image);
  const vectors = tableOf(image, board);
  const located = image.entry === undefined ? undefined : image.symbols.at(codeAddress(image, image.entry));
  return {
    name: image.name,
    format: image.format,
    sizeBytes: image.file.length,
    sha256: createHash('sha256').update(image.file).digest('hex'),
    architecture: image.architecture ?? null,
    isa: image.attributes?.architecture ?? null,
    abi: abiOf(image) ?? null,
    attributes: image.attributes?.entries ?? [],
    board: board?.name ?? null,
    cpu: (board && suggestCpu(image, board)) ?? null,
    warnings: image.warnings,
    entry: image.entry ?? null,
    entrySymbol: located?.symbol.name ?? null,
    segments: image.segments.map((segment) => ({
      name: segment.name,
      address: segment.address,
      virtualAddress: segment.virtualAddress,
      sizeInFile: segment.bytes.length,
      sizeInMemory: segment.sizeInMemory,
      flags: permissions(segment.flags),
    })),
    sections: image.sections
      .filter((section) => section.type !== 0)
      .map((section) => ({
        name: section.name,
        address: section.address,
        sizeBytes: section.sizeBytes,
        flags: sectionFlags(section),
      })),
    vectorTable: vectors === undefined ? null : { ...vectors, vectors: vectorsOf(image, vectors) },
    footprint: { text, data, bss, flash, ram, sections: footprint.sections },
    largestSymbols: footprint.symbols.slice(0, options.symbolCount ?? SYMBOL_COUNT),
  };
}
