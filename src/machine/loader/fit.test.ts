import { describe, expect, test } from 'vitest';
import type { UserError } from '../../errors.ts';
import { GuestMemory } from '../../kernel/memory/guest-memory.ts';
import { fitSegments, fitsMemories } from './fit.ts';
import { type Image, type ImageSection, loadImage } from './image.ts';

const memory = new GuestMemory([
  {
    name: 'ram',
    address: 0x8000_0000,
    sizeBytes: 0x10000,
    permissions: { read: true, write: true, execute: true },
    owner: 'guest',
  },
]);

/** One segment of 16 bytes with a section that begins `skipped` bytes into it. */
function image(address: number, skipped: number | undefined): Image {
  const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
  const raw = loadImage(bytes, 'x.bin', { loadAddress: address });
  if (skipped === undefined) return raw;
  const section = { allocated: true, address: address + skipped, sizeBytes: 16 - skipped } as ImageSection;
  return { ...raw, sections: [section] };
}

describe('fitSegments', () => {
  test('leaves a segment that fits as it is', () => {
    const given = image(0x8000_0000, 8);
    expect(fitSegments(given, memory, { name: 'b' })).toEqual(given.segments);
  });

  test('leaves out headers before the first section where there is no memory', () => {
    const [segment] = fitSegments(image(0x7fff_fff8, 8), memory, { name: 'b' });
    expect(segment).toMatchObject({ address: 0x8000_0000, virtualAddress: 0x8000_0000, sizeInMemory: 8 });
    expect([...segment!.bytes]).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  });

  test.each([
    ['a section lies outside as well', image(0x7fff_fff8, 4)],
    ['there are no sections', image(0x7fff_fff8, undefined)],
    ['the end lies outside', image(0x8000_fff8, 4)],
  ])('refuses when %s', (_, given) => {
    expect(() => fitSegments(given, memory, { name: 'the board' })).toThrow(
      /not in one of the memories of the board/,
    );
  });

  test('says where memory is, without mirrors, and --ram where its size can be chosen', () => {
    const permissions = { read: true, write: true, execute: true };
    const owner = 'guest';
    const mirrored = new GuestMemory([
      { name: 'sram', address: 0, sizeBytes: 0x1000, permissions, owner },
      { name: 'again', address: 0x1000, sizeBytes: 0x1000, permissions, owner, mirrorOf: 'sram' },
    ]);
    const hint = (board: { name: string; ram?: unknown }) => {
      try {
        fitSegments(image(0x8000_0000, undefined), mirrored, board);
      } catch (error) {
        return (error as UserError).hint;
      }
      return undefined;
    };
    const memories = 'It has sram 0x00000000–0x00000fff. Link for one of these, ';
    expect(hint({ name: 'b' })).toBe(`${memories}or choose another --board.`);
    expect(hint({ name: 'b', ram: {} })).toBe(
      `${memories}or choose another --board, or enlarge RAM with --ram.`,
    );
  });
});

describe('fitsMemories', () => {
  const ram = [{ address: 0x8000_0000, sizeBytes: 0x10000 }];

  test('is so when every segment fits as it is loaded', () => {
    expect(fitsMemories(image(0x8000_fff0, undefined), ram)).toBe(true);
    expect(fitsMemories(image(0x7fff_fff8, 8), ram)).toBe(true);
    expect(fitsMemories(image(0x7fff_fff8, 4), ram)).toBe(false);
    expect(fitsMemories(image(0x8000_0000, undefined), [])).toBe(false);
  });
});
