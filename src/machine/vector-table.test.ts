import { describe, expect, test } from 'vitest';
import { GuestMemory } from '../kernel/memory/guest-memory.ts';
import { loadImage } from './loader/image.ts';
import { buildElf } from './loader/test-images.ts';
import { imageWord, vectorTableAt, vectorTableWarnings } from './vector-table.ts';

const region = (name: string, address: number, write: boolean, execute: boolean) => ({
  ...{ name, address, sizeBytes: 0x1000, owner: 'guest' },
  permissions: { read: true, write, execute },
});
const memory = new GuestMemory([
  region('flash', 0, false, true),
  region('ram', 0x2000_0000, true, true),
  region('data', 0x3000_0000, true, false),
]);

const word = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];

function image(sp: number, reset: number, entry = 0, address = 0) {
  const bytes = [...word(sp), ...word(reset), ...new Array(16).fill(0)];
  return loadImage(buildElf({ machine: 40, entry, segments: [{ address, bytes }] }), 'x.elf');
}

const warnings = (...parts: Parameters<typeof image>) => vectorTableWarnings(image(...parts), memory, 0);

test('the first two words of the table', () => {
  const table = vectorTableAt(image(0x2000_1000, 9), 0);
  expect(table).toEqual({ address: 0, initialSp: 0x2000_1000, reset: 9 });
  expect(vectorTableAt(image(0x2000_1000, 9), 0x1000)).toBeUndefined();
  expect(imageWord(image(0x2000_1000, 9), 21)).toBeUndefined();
});

describe('a table is in order', () => {
  test('with SP at the end of RAM and a Thumb handler that is the entry', () => {
    expect(warnings(0x2000_1000, 0x9, 0x9)).toEqual([]);
    expect(warnings(0x2000_1000, 0x9, 0x8)).toEqual([]);
  });

  test('when the image gives no entry, or the table for it', () => {
    expect(warnings(0x2000_1000, 0x9, 0)).toEqual([]);
    const elsewhere = image(0x2000_1000, 0x2000_0009, 0x2000_0000, 0x2000_0000);
    expect(vectorTableWarnings(elsewhere, memory, 0x2000_0000)).toEqual([]);
  });
});

describe('it is said when', () => {
  test('there is no table', () => {
    expect(vectorTableWarnings(image(0, 0), memory, 0x800)).toEqual([
      'the image has no vector table at 0x00000800, where the processor looks for it: link it there',
    ]);
  });

  test.each([0, 2, 0x800, 0x2000_2000, 0xffff_fffc])('SP begins at %i', (sp) => {
    expect(warnings(sp, 9)).toEqual([
      expect.stringMatching(/^the initial stack pointer 0x\w+ .* not in RAM$/),
    ]);
  });

  test('the reset vector is no Thumb code, or leads to nowhere', () => {
    expect(warnings(0x2000_1000, 0x8)).toEqual([
      expect.stringMatching(/^bit 0 of the reset vector.*INVSTATE/),
    ]);
    for (const reset of [0x1001, 0x3000_0001, 0xffff_ffff]) {
      expect(warnings(0x2000_1000, reset)).toEqual([expect.stringMatching(/leads to where no code can be$/)]);
    }
  });

  test('the entry is another address', () => {
    expect(warnings(0x2000_1000, 0x9, 0x11)).toEqual([
      'the image gives 0x00000011 for its entry, but the processor begins at its reset vector 0x00000009',
    ]);
  });
});
