import { expect, test } from 'vitest';
import { GuestMemory, PAGE_BYTES } from '../kernel/memory/guest-memory.ts';
import { memoryState, restoreMemory } from './snapshot.ts';

const permissions = { read: true, write: true, execute: true };
const PLANS = [
  { name: 'ram', address: 0, sizeBytes: 4 * PAGE_BYTES, permissions, owner: 'guest' },
  {
    name: 'mirror',
    address: 0x10_0000,
    sizeBytes: 4 * PAGE_BYTES,
    permissions,
    owner: 'guest',
    mirrorOf: 'ram',
  },
];

test('what a mirror shows is stored once, under the name of its memory', () => {
  const memory = new GuestMemory(PLANS);
  memory.region('mirror').load(PAGE_BYTES + 8, Uint8Array.of(1, 2, 3));
  const state = memoryState(memory);
  expect(Object.keys(state)).toEqual(['ram']);
  expect(Object.keys(state.ram!)).toEqual([String(PAGE_BYTES)]);
});

test('restored, both show it, and nothing of what was there before', () => {
  const original = new GuestMemory(PLANS);
  original.region('mirror').load(PAGE_BYTES + 8, Uint8Array.of(1, 2, 3));
  original.region('ram').load(0, new Uint8Array(8));
  const fresh = new GuestMemory(PLANS);
  fresh.region('mirror').load(2 * PAGE_BYTES, Uint8Array.of(9));
  restoreMemory(fresh, memoryState(original));
  for (const name of ['ram', 'mirror']) {
    const { bytes } = fresh.region(name);
    expect([...bytes.subarray(PAGE_BYTES + 8, PAGE_BYTES + 11)]).toEqual([1, 2, 3]);
    expect(bytes.reduce((sum, byte) => sum + byte, 0)).toBe(6);
  }
  expect([...fresh.region('ram').touchedPages()]).toEqual([PAGE_BYTES]);
});
