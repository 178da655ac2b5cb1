import { describe, expect, it } from 'vitest';
import type { BoardDescription } from '../machine/board.ts';
import { VIRT } from '../machine/boards/virt.ts';
import { loadImage } from '../machine/loader/image.ts';
import { buildAttributes, buildElf } from '../machine/loader/test-images.ts';
import { infoJson, infoText } from './info.ts';
import { PLAIN, styleFor } from './style.ts';
import { table } from './table.ts';

const ARCHITECTURE = [...new TextEncoder().encode('rv32i2p1_c2p0'), 0];
const IMAGE = loadImage(
  buildElf({
    entry: 0x80000002,
    segments: [{ address: 0x80000000, bytes: [1, 2, 3, 4, 5, 6, 7, 8], sizeInMemory: 24, flags: 7 }],
    symbols: [
      { name: '_start', value: 0x80000000, size: 4 },
      { name: 'evil\x1b[31m', value: 0x80000004, size: 2 },
    ],
    attributes: buildAttributes('riscv', [5, ...ARCHITECTURE]),
  }),
  'x.elf',
);
const suggestBoard = () => VIRT;

describe('infoText', () => {
  it('shows what the image is', () => {
    const text = infoText(IMAGE, { suggestBoard });
    expect(text.split('\n')).toEqual([
      `x.elf: ELF, RISC-V, 32 bits, ${IMAGE.file.length} bytes`,
      '  entry  0x80000002 _start+0x2',
      '  ISA    rv32i2p1_c2p0',
      '  ABI    ilp32, soft float, compressed',
      '  board  virt',
      '',
      'Segments',
      '  address     runs at     in file  in memory  flags  contents',
      '  0x80000000  0x80000000        8         24  rwx    .text',
      '',
      'Sections',
      '  address     size  flags  class  section',
      '  0x80000000     8  ax     text   .text',
      '                48  -             .symtab',
      '                18  -             .strtab',
      '                31  -             .attributes',
      '                45  -             .shstrtab',
      '',
      'Footprint',
      '  text  data  bss  flash = text + data  RAM = data + bss',
      '     8     0    0          8 (8 bytes)       0 (0 bytes)',
      '',
      'Largest symbols (of 2)',
      '  size  address     class  section  symbol',
      '     4  0x80000000  text   .text    _start',
      '     2  0x80000004  text   .text    evil?[31m',
      '',
    ]);
  });

  it('keeps to the count of symbols and paints headings', () => {
    const style = { ...PLAIN, heading: (text: string) => `<${text}>` };
    const text = infoText(IMAGE, { suggestBoard: () => undefined, style, symbolCount: 1 });
    expect(text).toContain('<Largest symbols (of 2)>');
    expect(text).not.toContain('evil');
    expect(text).toContain('none suggested; give one with --board');
  });

  it('manages with what a raw binary tells', () => {
    const raw = loadImage(Uint8Array.of(1, 2), 'x.bin', { loadAddress: 0x100 });
    expect(infoText(raw, { suggestBoard: () => undefined })).toMatch(
      /^x\.bin: raw binary, 2 bytes\n {2}board/,
    );
  });
});

describe('an ARM image', () => {
  const core = { type: 'armv7m', vectorTable: 0, dsp: false } as BoardDescription['core'];
  const board: BoardDescription = { ...VIRT, name: 'arm', core };
  const word = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
  const [HANDLER, DEFAULT] = [0x81, 0x85];
  const vectors = [0x20001000, HANDLER, DEFAULT, DEFAULT, 0, 0, DEFAULT, ...Array(9).fill(0)];
  const interrupts = [DEFAULT, DEFAULT, HANDLER, 0, 0x1234_5678];
  const arm = loadImage(
    buildElf({
      ...{ machine: 40, entry: HANDLER, flags: 0x0500_0200 },
      segments: [{ address: 0, bytes: [...vectors, ...interrupts, ...Array(16).fill(0)].flatMap(word) }],
      symbols: [
        { name: 'start', value: HANDLER, size: 4 },
        { name: 'ignore', value: DEFAULT, size: 4 },
      ],
      attributes: buildAttributes('aeabi', [6, 13, 7, 0x4d, 10, 6]),
    }),
    'arm.elf',
  );

  it('is told with its processor, what may go wrong, and its vectors', () => {
    const text = infoText(arm, { suggestBoard: () => board });
    expect(text).toMatch(
      /^arm\.elf: ELF, ARM Cortex-M, .*\n {2}entry {2}0x00000081 start\n {2}ISA {4}v7E-M\n/,
    );
    expect(text).toContain(
      '\n  ABI    EABI5, soft float\n  board  arm with --cpu cortex-m4\n  note   parts of',
    );
    const rows = text.slice(text.indexOf('Vector table')).split('\n').slice(2, 9);
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['0', 'initial SP', '0x20001000'],
      ['1', 'Reset', '0x00000081', 'start'],
      ['2–3', 'NMI to HardFault', '0x00000085', 'ignore'],
      ['4–5', 'MemManage to BusFault', '0x00000000'],
      ['6', 'UsageFault', '0x00000085', 'ignore'],
      ['7–15', 'exception 7 to SysTick', '0x00000000'],
      ['16–17', 'IRQ 0 to IRQ 1', '0x00000085', 'ignore'],
    ]);
  });

  it('has the same as JSON', () => {
    const json = infoJson(arm, { suggestBoard: () => board });
    expect(json).toMatchObject({
      ...{ architecture: 'armv7m', isa: 'v7E-M', board: 'arm', cpu: 'cortex-m4', entrySymbol: 'start' },
      warnings: [expect.stringContaining('floating-point unit')],
      vectorTable: { address: 0, initialSp: 0x20001000, reset: HANDLER },
    });
    expect((json.vectorTable as { vectors: unknown[] }).vectors.at(-1)).toEqual({
      ...{ first: 18, last: 18, handler: HANDLER },
    });
  });
});

describe('infoJson', () => {
  it('has numbers, null for what is not known, and the hash of the file', () => {
    const json = infoJson(IMAGE, { suggestBoard, symbolCount: 1 });
    expect(json).toMatchObject({
      name: 'x.elf',
      architecture: 'riscv32',
      isa: 'rv32i2p1_c2p0',
      board: 'virt',
      entry: 0x80000002,
      entrySymbol: '_start',
      segments: [{ address: 0x80000000, sizeInFile: 8, sizeInMemory: 24, flags: 'rwx' }],
      footprint: { text: 8 },
      largestSymbols: [{ name: '_start', sizeBytes: 4 }],
    });
    expect(json.sha256).toMatch(/^[0-9a-f]{64}$/);
    const raw = loadImage(Uint8Array.of(1), 'x.bin', { loadAddress: 0 });
    expect(infoJson(raw, { suggestBoard: () => undefined })).toMatchObject({
      architecture: null,
      board: null,
      entry: null,
    });
  });
});

describe('styleFor', () => {
  it('is plain without a terminal, under NO_COLOR and on a dumb terminal', async () => {
    expect(await styleFor({}, {})).toBe(PLAIN);
    expect(await styleFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(PLAIN);
    expect(await styleFor({ isTTY: true }, { TERM: 'dumb' })).toBe(PLAIN);
    expect((await styleFor({ isTTY: true }, { NO_COLOR: '' })).bad('x')).toBe('\x1b[31mx\x1b[39m');
  });
});

describe('table', () => {
  it('aligns and has no trailing spaces', () => {
    const columns = [{ title: 'size', align: 'right' }, { title: 'name' }] as const;
    expect(
      table(columns, [
        ['1', 'a'],
        ['12345', 'long'],
      ]),
    ).toEqual(['   size  name', '      1  a', '  12345  long']);
    expect(table(columns, [])).toEqual([]);
  });
});
