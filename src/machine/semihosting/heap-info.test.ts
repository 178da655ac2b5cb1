import { expect, test } from 'vitest';
import { GuestMemory } from '../../kernel/memory/guest-memory.ts';
import { heapBounds } from './heap-info.ts';

const permissions = { read: true, write: true, execute: true };
const region = (name: string, address: number, sizeBytes: number, write = true) => ({
  ...{ name, address, sizeBytes, owner: 'guest' },
  permissions: { ...permissions, write },
});
const segment = (address: number, sizeInMemory: number) => ({ address, sizeInMemory });

const memory = new GuestMemory([
  region('flash', 0, 0x10_0000, false),
  region('small', 0x2000_0000, 0x1000),
  region('ram', 0x2100_0000, 0x4000),
]);

test('the largest writable memory, all of it when the image is elsewhere', () => {
  expect(heapBounds(memory, [segment(0, 0x800)])).toEqual({ start: 0x2100_0000, end: 0x2100_4000 });
});

test('what the image leaves there, in whole 16 bytes', () => {
  const segments = [segment(0x2100_0000, 0x801), segment(0x2100_0900, 0x33)];
  expect(heapBounds(memory, segments)).toEqual({ start: 0x2100_0940, end: 0x2100_4000 });
  expect(heapBounds(memory, [segment(0x2100_3000, 0x100)])).toEqual({ start: 0x2100_0000, end: 0x2100_3000 });
});

test('nothing where no memory can be written or the image fills it', () => {
  expect(heapBounds(new GuestMemory([region('rom', 0, 0x1000, false)]), [])).toEqual({ start: 0, end: 0 });
  expect(heapBounds(memory, [segment(0x2100_0000, 0x4000)])).toEqual({ start: 0, end: 0 });
});
