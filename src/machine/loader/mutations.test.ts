/**
 * Damaged files, thousands of them: each is either refused with a UserError that has a hint, or becomes an
 * image whose segments are sound. Nothing else may be thrown, and a whole family has a bound on its time,
 * so that no mutant hangs or fills the memory.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.ts';
import { footprintOf } from '../footprint.ts';
import { vectorsOf, vectorTableAt } from '../vector-table.ts';
import { type Image, loadImage } from './image.ts';
import { buildAttributes, buildElf, buildHex } from './test-images.ts';

/** A minute on a slow machine; unloaded, a family takes two seconds. */
const TIME_LIMIT_MS = 60_000;

const ARM_ATTRIBUTES = buildAttributes('aeabi', [5, 0x4d, 0x33, 0, 6, 10, 7, 0x4d, 32, 1, 0x67, 0]);
const RISCV_ATTRIBUTES = buildAttributes('riscv', [4, 16, 5, 0x72, 0x76, 0x33, 0x32, 0, 8, 0x81, 0x01]);
const SYMBOLS = [
  { name: '$x', value: 0x80000000, information: 0 },
  { name: 'main', value: 0x80000000, size: 8 },
  { name: 'inner', value: 0x80000004, size: 2, information: 2 },
  { name: 'x.c', value: 0, information: 4, section: 0xfff1 },
  { name: '_end', value: 0x80000010, information: 0x10 },
];
const VECTORS = [0, 0x10, 0, 0x20, 0x11, 0, 0, 0, 0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0xbf, 0xfe, 0xe7];
const SEGMENTS = [
  { address: 0x80000000, bytes: [1, 2, 3, 4, 5, 6, 7, 8], sizeInMemory: 16 },
  { address: 0x80000100, virtualAddress: 0x20000000, bytes: [9, 10], sizeInMemory: 64, flags: 6 },
];
const ELF_FILES = [
  buildElf({ segments: SEGMENTS, symbols: SYMBOLS, attributes: RISCV_ATTRIBUTES }),
  buildElf({ machine: 40, segments: SEGMENTS, symbols: SYMBOLS, attributes: ARM_ATTRIBUTES }),
  buildElf({ machine: 40, segments: [{ address: 0, bytes: VECTORS }], symbols: SYMBOLS }),
  buildElf(),
];
const HEX_FILE = new TextEncoder().encode(
  buildHex([
    { type: 4, data: [0x80, 0] },
    { type: 0, offset: 0, data: [1, 2, 3, 4] },
    { type: 0, offset: 4, data: [5, 6, 7, 8] },
    { type: 2, data: [0x10, 0] },
    { type: 0, offset: 0x100, data: [9] },
    { type: 5, data: [0x80, 0, 0, 0] },
    { type: 1 },
  ]),
);

/** What a machine may rely on when it loads an image. */
function checkSound(image: Image): void {
  expect(image.segments.length).toBeGreaterThan(0);
  const ordered = [...image.segments].sort((a, b) => a.address - b.address);
  let end = 0;
  for (const segment of ordered) {
    expect(segment.address).toBeGreaterThanOrEqual(end);
    expect(segment.sizeInMemory).toBeGreaterThan(0);
    expect(segment.bytes.length).toBeLessThanOrEqual(segment.sizeInMemory);
    end = segment.address + segment.sizeInMemory;
    expect(end).toBeLessThanOrEqual(2 ** 32);
  }
  image.symbols.format(image.entry ?? 0);
  image.symbols.suggest('main');
  const vectors = vectorTableAt(image, image.segments[0]!.address);
  if (vectors !== undefined) {
    for (const { first, last } of vectorsOf(image, vectors)) expect(last).toBeGreaterThanOrEqual(first);
  }
  const { text, data, flash } = footprintOf(image);
  expect(flash).toBe(text + data);
}

/** @returns whether it was loaded. */
function loadOrRefuse(bytes: Uint8Array, name: string): boolean {
  try {
    checkSound(loadImage(bytes, name));
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(/[.?]$/);
    expect(error.hint).toMatch(/\.$/);
    return false;
  }
}

/** Values at which arithmetic with offsets and sizes goes wrong. */
const EXTREMES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0xfff, 0x1000, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
  0xfffffff0, 0xffffffff,
];

function withField(bytes: Uint8Array, offset: number, width: 1 | 2 | 4, value: number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (width === 4) view.setUint32(offset, value, true);
  else if (width === 2) view.setUint16(offset, value & 0xffff, true);
  else view.setUint8(offset, value & 0xff);
  return copy;
}

const MUTATION = fc.record({
  position: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('flip', 'byte', 'extreme', 'copy', 'cut', 'repeat'),
  value: fc.nat(0xffff),
});
type Mutation = { position: number; kind: string; value: number };

function mutate(original: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  let bytes: Uint8Array = original.slice();
  for (const { position, kind, value } of mutations) {
    if (bytes.length < 8) return bytes;
    const at = Math.floor(position * (bytes.length - 4));
    if (kind === 'flip') bytes[at]! ^= 1 << (value & 7);
    else if (kind === 'byte') bytes[at] = value & 0xff;
    else if (kind === 'extreme') bytes = withField(bytes, at & ~3, 4, EXTREMES[value % EXTREMES.length]!);
    else if (kind === 'copy') bytes.copyWithin(at, value % bytes.length, (value % bytes.length) + 32);
    else if (kind === 'cut') bytes = bytes.slice(0, at);
    else bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at - (value % (at + 1)))]);
  }
  return bytes;
}

describe('a damaged ELF file', { timeout: TIME_LIMIT_MS }, () => {
  it('is refused or sound, with any field at any extreme', () => {
    let loaded = 0;
    for (const file of ELF_FILES) {
      for (let offset = 4; offset + 4 <= file.length; offset += 2) {
        for (const value of EXTREMES) {
          loaded += Number(loadOrRefuse(withField(file, offset, 2, value), 'x.elf'));
          if (offset % 4 === 0) loaded += Number(loadOrRefuse(withField(file, offset, 4, value), 'x.elf'));
        }
      }
    }
    expect(loaded).toBeGreaterThan(1000);
  });

  it('is refused or sound, with any bit flipped', () => {
    for (const file of ELF_FILES) {
      for (let bit = 0; bit < file.length * 8; bit++) {
        const copy = file.slice();
        copy[bit >> 3]! ^= 1 << (bit & 7);
        loadOrRefuse(copy, 'x.elf');
      }
    }
  });

  it('is refused or sound, cut off anywhere', () => {
    for (const file of ELF_FILES) {
      for (let length = 0; length < file.length; length++) loadOrRefuse(file.subarray(0, length), 'x.elf');
    }
  });

  it('is refused or sound, with several changes at once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ELF_FILES),
        fc.array(MUTATION, { minLength: 1, maxLength: 6 }),
        (file, mutations) => {
          loadOrRefuse(mutate(file, mutations), 'x.elf');
        },
      ),
      { seed: 20261, numRuns: 6000 },
    );
  });
});

describe('a damaged Intel HEX file', { timeout: TIME_LIMIT_MS }, () => {
  it('is refused or sound, with any byte replaced', () => {
    for (let at = 0; at < HEX_FILE.length; at++) {
      for (let value = 0; value < 256; value += 5) loadOrRefuse(withField(HEX_FILE, at, 1, value), 'x.hex');
    }
  });

  it('is refused or sound, with several changes at once', () => {
    fc.assert(
      fc.property(fc.array(MUTATION, { minLength: 1, maxLength: 4 }), (mutations) => {
        loadOrRefuse(mutate(HEX_FILE, mutations), 'x.hex');
      }),
      { seed: 20262, numRuns: 4000 },
    );
  });

  it('is refused or sound, with records that are well-formed and make no sense', () => {
    const record = fc.record({
      type: fc.nat(5),
      offset: fc.nat(0xffff),
      data: fc.array(fc.nat(255), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const sized = records.map((entry) => {
          const size = [20, 0, 2, 4, 2, 4][entry.type]!;
          return entry.type === 0 ? entry : { ...entry, data: [...entry.data, 0, 0, 0, 0].slice(0, size) };
        });
        loadOrRefuse(new TextEncoder().encode(buildHex([...sized, { type: 1 }])), 'x.hex');
      }),
      { seed: 20263, numRuns: 2000 },
    );
  });
});

describe('any bytes at all', { timeout: TIME_LIMIT_MS }, () => {
  it.each(['x', 'x.elf', 'x.hex', 'x.bin'])('are refused or sound: %s', (name) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, magic) => {
        if (magic) bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1].slice(0, bytes.length));
        loadOrRefuse(bytes, name);
      }),
      { seed: 20264, numRuns: 500 },
    );
  });
});

describe('a large crafted file', () => {
  it('with all symbols in one place costs no more than its size', { timeout: TIME_LIMIT_MS }, () => {
    const symbols = Array.from({ length: 50_000 }, (_, index) => ({
      name: `s${index}`,
      value: 0x80000000,
      size: 0x7fffffff,
    }));
    expect(loadOrRefuse(buildElf({ symbols }), 'x.elf')).toBe(true);
  });

  it('with symbols that nest deeply costs no more than its size', { timeout: TIME_LIMIT_MS }, () => {
    const symbols = Array.from({ length: 50_000 }, (_, index) => ({
      name: `s${index}`,
      value: 0x80000000 + index,
      size: 200_000 - index,
    }));
    expect(loadOrRefuse(buildElf({ symbols }), 'x.elf')).toBe(true);
  });
});
