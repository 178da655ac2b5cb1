import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Attribute,
  GRANULE_BYTES,
  GuestMemory,
  PAGE_BYTES,
  type Region,
  type RegionPlan,
} from './guest-memory.ts';

const ALL = { read: true, write: true, execute: true };

function plan(name: string, address: number, pages: number, more: Partial<RegionPlan> = {}): RegionPlan {
  return { name, address, sizeBytes: pages * PAGE_BYTES, permissions: ALL, owner: 'guest', ...more };
}

describe('plans', () => {
  test('regions that overlap are refused with both names, in whatever order they come', () => {
    const low = plan('flash', 0x1000, 4);
    for (const [address, pages] of [
      [0x1000, 4],
      [0x1000, 1],
      [0x4000, 1],
      [0x4000, 10],
      [0x2000, 1],
    ] as const) {
      const high = plan('ram', address, pages);
      const message = `memory regions flash and ram overlap at 0x${address.toString(16).padStart(8, '0')}`;
      expect(() => new GuestMemory([low, high])).toThrow(message);
    }
    expect(() => new GuestMemory([plan('ram', 0x3000, 1), low])).toThrow(
      'flash and ram overlap at 0x00003000',
    );
  });

  test('neighbours do not overlap', () => {
    const memory = new GuestMemory([plan('c', 0x3000, 1), plan('a', 0x1000, 1), plan('b', 0x2000, 1)]);
    expect(memory.regions.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, RegionPlan, string]>([
    ['an address between pages', plan('ram', 0x1004, 1), 'ram (0x00001004, 4096 bytes) is not whole pages'],
    ['half a page', { ...plan('ram', 0, 1), sizeBytes: 2048 }, 'is not whole pages'],
    ['no page', plan('ram', 0, 0), 'is not whole pages'],
    ['a negative size', plan('ram', 0, -1), 'is not whole pages'],
    ['beyond 32 bits', plan('ram', 0xffff_f000, 2), 'leaves the 32-bit address space'],
    ['below 0', plan('ram', -0x1000, 1), 'leaves the 32-bit address space'],
  ])('%s is refused', (_name, wrong, message) => {
    expect(() => new GuestMemory([wrong])).toThrow(message);
  });

  test('the same name twice is refused', () => {
    expect(() => new GuestMemory([plan('ram', 0, 1), plan('ram', 0x1000, 1)])).toThrow(
      'two memory regions have the name ram',
    );
  });

  test('a region may end with the address space', () => {
    const memory = new GuestMemory([plan('top', 0xffff_f000, 1)]);
    expect(memory.regions[0]!.end).toBe(2 ** 32);
    expect(memory.find(0xffff_ffff)?.name).toBe('top');
    expect(memory.regions[0]!.contains(0xffff_fffe, 4)).toBe(false);
  });

  test('more than the host has is refused, with what to do', () => {
    const enormous = [0, 1, 2, 3].map((gib) => plan(`ram${gib}`, gib * 2 ** 30, 2 ** 18));
    expect(() => new GuestMemory(enormous)).toThrow("the host cannot give 4161 MiB for the board's memory");
  });
});

describe('regions', () => {
  test('carry what was planned', () => {
    const permissions = { read: true, write: false, execute: true };
    const memory = new GuestMemory([plan('rom', 0x1000, 2, { permissions, owner: 'board' })]);
    expect(memory.region('rom')).toMatchObject({
      name: 'rom',
      address: 0x1000,
      sizeBytes: 0x2000,
      end: 0x3000,
      permissions,
      owner: 'board',
    });
    expect(() => memory.region('ram')).toThrow('no memory region ram');
  });

  test('are found by every address in them and by no other', () => {
    const memory = new GuestMemory([plan('a', 0x1000, 1), plan('b', 0x8000_0000, 2)]);
    const names = [0, 0xfff, 0x1000, 0x1fff, 0x2000, 0x7fff_ffff, 0x8000_0000, 0x8000_1fff, 0x8000_2000].map(
      (address) => memory.find(address)?.name,
    );
    expect(names).toEqual([undefined, undefined, 'a', 'a', undefined, undefined, 'b', 'b', undefined]);
  });

  test('share one memory without sharing a byte', () => {
    const memory = new GuestMemory([plan('a', 0, 3), plan('b', 0x1_0000, 2), plan('c', 0x2_0000, 1)]);
    const views = memory.regions.flatMap(({ bytes, attributes }) => [bytes, attributes]);
    views.push(
      new Uint8Array(memory.cpuState.buffer, memory.cpuState.byteOffset, memory.cpuState.byteLength),
    );
    const ranges = views.map(({ byteOffset, byteLength }) => [byteOffset, byteOffset + byteLength] as const);
    ranges.sort(([a], [b]) => a - b);
    for (const [index, [start]] of ranges.entries()) {
      expect(start).toBeGreaterThanOrEqual(ranges[index - 1]?.[1] ?? 0);
    }
    expect(new Set(views.map(({ buffer }) => buffer))).toEqual(new Set([memory.memory.buffer]));
    expect(ranges.at(-1)![1]).toBeLessThanOrEqual(memory.memory.buffer.byteLength);
  });

  test('give the same bytes in every view, little-endian', () => {
    const region = new GuestMemory([plan('ram', 0, 1)]).region('ram');
    region.bytes.set([0xfe, 0xff, 0xff, 0x80], 4);
    expect(region.words[1]).toBe(-0x7f00_0002);
    expect([...region.halfwords.subarray(2, 4)]).toEqual([0xfffe, 0x80ff]);
    expect([...region.signedHalfwords.subarray(2, 4)]).toEqual([-2, -0x7f01]);
    expect([...region.signedBytes.subarray(4, 8)]).toEqual([-2, -1, -1, -128]);
    for (const view of [region.bytes, region.signedBytes]) expect(view.length).toBe(PAGE_BYTES);
    expect([region.halfwords.length, region.words.length]).toEqual([PAGE_BYTES / 2, PAGE_BYTES / 4]);
    expect(region.attributes.length).toBe(PAGE_BYTES / GRANULE_BYTES);
  });
});

describe('touched pages', () => {
  const pages = 8;
  const make = () => new GuestMemory([plan('ram', 0x8000_0000, pages)]).region('ram');

  test('there are none at first', () => {
    expect([...make().touchedPages()]).toEqual([]);
  });

  test('a page is touched as a whole, by any offset in it', () => {
    const region = make();
    region.touchPage(2 * PAGE_BYTES + 17);
    expect([...region.touchedPages()]).toEqual([2 * PAGE_BYTES]);
    const perPage = PAGE_BYTES / GRANULE_BYTES;
    const touched = [...region.attributes.entries()].filter(([, attribute]) => attribute & Attribute.Touched);
    expect(touched.map(([granule]) => granule)).toEqual(
      Array.from({ length: perPage }, (_, n) => 2 * perPage + n),
    );
  });

  test('touching keeps the other attributes', () => {
    const region = make();
    region.attributes[3] = Attribute.Code | Attribute.Reserved;
    region.touchPage(0);
    expect(region.attributes[3]).toBe(Attribute.Code | Attribute.Reserved | Attribute.Touched);
  });

  test('loading touches exactly the pages that it writes', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: pages * PAGE_BYTES - 1 }),
        fc.nat({ max: 3 * PAGE_BYTES }),
        (offset, length) => {
          const region = make();
          const sizeBytes = Math.min(length, pages * PAGE_BYTES - offset);
          region.load(offset, new Uint8Array(sizeBytes).fill(0xa5));
          const expected = Array.from({ length: pages }, (_, page) => page * PAGE_BYTES).filter(
            (start) => sizeBytes > 0 && start < offset + sizeBytes && start + PAGE_BYTES > offset,
          );
          expect([...region.touchedPages()]).toEqual(expected);
          expect(region.bytes.reduce((sum, byte) => sum + byte, 0)).toBe(0xa5 * sizeBytes);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test('zeroing clears a range and touches nothing', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: pages * PAGE_BYTES - 1 }),
        fc.nat({ max: pages * PAGE_BYTES }),
        fc.uniqueArray(fc.nat({ max: pages - 1 })),
        (offset, length, filled) => {
          const region = make();
          for (const page of filled) region.load(page * PAGE_BYTES, new Uint8Array(PAGE_BYTES).fill(1));
          const expected = region.bytes.slice();
          const sizeBytes = Math.min(length, pages * PAGE_BYTES - offset);
          expected.fill(0, offset, offset + sizeBytes);
          const touched = [...region.touchedPages()];
          region.zero(offset, sizeBytes);
          expect(Buffer.compare(region.bytes.slice(), expected)).toBe(0);
          expect([...region.touchedPages()]).toEqual(touched);
        },
      ),
      { seed: 2, numRuns: 200 },
    );
  });

  test('clearing makes all as after power-on', () => {
    const region = make();
    region.load(5 * PAGE_BYTES - 2, Uint8Array.of(1, 2, 3, 4));
    region.attributes[5 * (PAGE_BYTES / GRANULE_BYTES)]! |= Attribute.Code;
    region.clear();
    expect([...region.touchedPages()]).toEqual([]);
    expect(region.bytes.every((byte) => byte === 0)).toBe(true);
    expect(region.attributes.every((attribute) => attribute === 0)).toBe(true);
  });
});

describe('mirrors', () => {
  const mirrored = () =>
    new GuestMemory([
      plan('mirror1', 0x0, 2, { mirrorOf: 'ram' }),
      plan('ram', 0x1_0000, 2),
      plan('rom', 0x2_0000, 1),
      plan('mirror2', 0x3_0000, 2, { mirrorOf: 'ram', permissions: { ...ALL, write: false } }),
    ]);

  test('show the same bytes and attributes at another address', () => {
    const memory = mirrored();
    const [mirror1, ram, rom, mirror2] = memory.regions as [Region, Region, Region, Region];
    ram.load(0x1234, Uint8Array.of(1, 2, 3, 4));
    mirror2.words[0] = -1;
    mirror1.attributes[5]! |= Attribute.Code;
    expect(memory.find(0x1234)).toBe(mirror1);
    expect([...mirror1.bytes.subarray(0x1234, 0x1238)]).toEqual([1, 2, 3, 4]);
    expect([ram.words[0], mirror1.words[0]]).toEqual([-1, -1]);
    expect([...mirror2.touchedPages()]).toEqual([0x1000]);
    expect(ram.attributes[5]).toBe(Attribute.Code);
    expect(rom.bytes.every((byte) => byte === 0)).toBe(true);
    expect(memory.regions.map(({ mirrorOf }) => mirrorOf?.name)).toEqual([
      'ram',
      undefined,
      undefined,
      'ram',
    ]);
    expect(mirror2.permissions.write).toBe(false);
  });

  test('take no memory of their own', () => {
    const memory = mirrored();
    expect(memory.memories.map(({ name }) => name)).toEqual(['ram', 'rom']);
    const twice = new GuestMemory([
      plan('ram', 0, 0x4000),
      plan('m', 0x800_0000, 0x4000, { mirrorOf: 'ram' }),
    ]);
    const once = new GuestMemory([plan('ram', 0, 0x4000)]);
    expect(twice.memory.buffer.byteLength).toBe(once.memory.buffer.byteLength);
  });

  test.each([
    ['what is not there', plan('mirror', 0x8000, 1, { mirrorOf: 'flash' })],
    ['another size', plan('mirror', 0x8000, 2, { mirrorOf: 'ram' })],
    ['a mirror', plan('mirror', 0x8000, 1, { mirrorOf: 'mirror' })],
  ])('of %s are refused', (_, mirror) => {
    expect(() => new GuestMemory([plan('ram', 0x1000, 1), mirror])).toThrow(
      'memory region mirror cannot mirror',
    );
  });
});
