import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../errors.ts';
import { type LoadOptions, loadImage, loadImageFile, readImageFile } from './image.ts';
import { buildElf, buildHex } from './test-images.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const HEX = encode(
  buildHex([{ type: 0, offset: 0x10, data: [1, 2] }, { type: 5, data: [0, 0, 0, 0x10] }, { type: 1 }]),
);

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.hint).toMatch(/\.$/);
    return `${error.message} ${error.hint}`;
  }
  throw new Error('it was accepted');
}

describe('loadImage', () => {
  it('knows an ELF file by its content, whatever it is called', () => {
    const image = loadImage(buildElf(), 'firmware.bin');
    expect(image).toMatchObject({ format: 'elf', architecture: 'riscv32', entry: 0x80000000, elfFlags: 1 });
    expect(image.segments).toMatchObject([{ address: 0x80000000, sizeInMemory: 4, flags: 5 }]);
  });

  it.each(['x.hex', 'x.elf', 'x'])('knows Intel HEX by its content: %s', (name) => {
    const image = loadImage(HEX, name);
    expect(image).toMatchObject({ format: 'intel-hex', architecture: undefined, entry: 0x10 });
    expect(image.segments).toMatchObject([
      { address: 0x10, virtualAddress: 0x10, sizeInMemory: 2, flags: 7 },
    ]);
  });

  it('takes a raw binary to its load address', () => {
    const image = loadImage(Uint8Array.of(1, 2, 3), 'x.bin', { loadAddress: 0xfffffffd });
    expect(image).toMatchObject({ format: 'raw', entry: undefined, architecture: undefined });
    expect(image.segments).toMatchObject([{ address: 0xfffffffd, sizeInMemory: 3 }]);
  });

  it('takes a raw binary that happens to begin like Intel HEX', () => {
    expect(loadImage(HEX, 'x.bin', { loadAddress: 0 }).format).toBe('raw');
  });

  it.each<[string, Uint8Array, string, LoadOptions, RegExp]>([
    ['nothing', new Uint8Array(0), 'x.elf', {}, /`x.elf` is empty\..*Build/],
    [
      'a raw binary without an address',
      Uint8Array.of(1),
      'x.bin',
      {},
      /neither.*--load-address 0x80000000 \(RISC-V\), --load-address 0 \(ARM\)/,
    ],
    ['a raw binary past the end', Uint8Array.of(1, 2), 'x', { loadAddress: 0xffffffff }, /runs past the end/],
    ['a negative address', Uint8Array.of(1), 'x', { loadAddress: -1 }, /-1 is no 32-bit address/],
    [
      'no number for an address',
      Uint8Array.of(1),
      'x',
      { loadAddress: Number.NaN },
      /NaN is no 32-bit address/,
    ],
    ['a fractional address', Uint8Array.of(1), 'x', { loadAddress: 0.5 }, /is no 32-bit address/],
    ['an address for ELF', buildElf(), 'x', { loadAddress: 0 }, /ELF file, which says itself.*Leave out/],
    ['an address for Intel HEX', HEX, 'x.hex', { loadAddress: 0 }, /Intel HEX file, which says itself/],
    ['Intel HEX without data', encode(':00000001FF\n'), 'x.hex', {}, /no data records/],
    ['text that is called HEX', encode('hello'), 'x.HEX', {}, /line 1: a record begins with a colon/],
    ['text that is called ELF', encode('hello'), 'x.elf', {}, /not an ELF file, whatever/],
    ['a static library', encode('!<arch>\nxyz'), 'libx.a', {}, /static library.*Link it/],
    ['S-records', encode('S00600004844521B\n'), 'x.srec', {}, /S-record.*objcopy/],
    ['UF2', encode('UF2\nxxxxxxxx'), 'x.uf2', {}, /UF2/],
    ['a name that drives the terminal', Uint8Array.of(1), '\x1b[2J', {}, /^`\?\[2J` is neither/],
  ])('refuses %s', (_, bytes, name, options, message) => {
    expect(refusal(() => loadImage(bytes, name, options))).toMatch(message);
  });
});

describe('readImageFile', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bluesim-image-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads a regular file, also through a link', () => {
    writeFileSync(join(folder, 'good.elf'), buildElf());
    symlinkSync('good.elf', join(folder, 'link'));
    expect(loadImageFile(join(folder, 'link'))).toMatchObject({ name: 'link', format: 'elf' });
  });

  it('refuses what is not there, a directory, a pipe, a device and a file of gigabytes', () => {
    mkdirSync(join(folder, 'sub'));
    symlinkSync('circle', join(folder, 'circle'));
    writeFileSync(join(folder, 'huge'), '');
    truncateSync(join(folder, 'huge'), 2 ** 40);
    const reason = (name: string) => refusal(() => readImageFile(join(folder, name)));
    expect(reason('missing')).toMatch(/does not exist\. Check/);
    expect(reason('huge/x')).toMatch(/does not exist/);
    expect(reason('sub')).toMatch(/is a directory\./);
    expect(reason('circle')).toMatch(/leads in a circle/);
    expect(reason('huge')).toMatch(/has 1024\.0 GiB; an image may have at most 512\.0 MiB/);
    expect(reason('x'.repeat(5000))).toMatch(/too long a name/);
    expect(reason('nul\0')).toMatch(/cannot be read/);
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(reason('pipe')).toMatch(/is a pipe or a device/);
    expect(refusal(() => readImageFile('/dev/zero'))).toMatch(/is a pipe or a device/);
  });
});
