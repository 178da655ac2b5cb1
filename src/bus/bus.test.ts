import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Attribute,
  GRANULE_BYTES,
  GuestMemory,
  PAGE_BYTES,
  type Region,
} from '../kernel/memory/guest-memory.ts';
import { Bus } from './bus.ts';
import type { AccessWidth, Device } from './device.ts';
import { StatelessDevice } from './stateless-device.ts';

const ROM = 0x1000;
const RAM = 0x8000_0000;
const DEVICE = 0x1000_0000;
const BYTES_ONLY = 0x2000_0000;

const WIDTHS: readonly AccessWidth[] = [1, 2, 4];

/** A device that notes each access and answers with a value of its own. */
class TestDevice extends StatelessDevice {
  override readonly readWidths: number;
  override readonly writeWidths: number;
  override readonly unaligned: boolean;
  readonly accesses: string[] = [];
  answer = 0x8765_4321 | 0;

  constructor(name: string, options: Partial<Device> = {}) {
    super(name, options.sizeBytes ?? 0x100);
    this.readWidths = options.readWidths ?? 7;
    this.writeWidths = options.writeWidths ?? 7;
    this.unaligned = options.unaligned ?? false;
  }

  read(offset: number, width: AccessWidth): number {
    this.accesses.push(`read ${offset.toString(16)} ${width}`);
    return this.answer;
  }
  write(offset: number, width: AccessWidth, value: number): void {
    this.accesses.push(`write ${offset.toString(16)} ${width} ${value.toString(16)}`);
  }
  override peek(): number {
    return this.answer;
  }
}

function setUp() {
  const read = { read: true, write: false, execute: true };
  const memory = new GuestMemory([
    { name: 'rom', address: ROM, sizeBytes: PAGE_BYTES, permissions: read, owner: 'board' },
    {
      name: 'ram',
      address: RAM,
      sizeBytes: 4 * PAGE_BYTES,
      permissions: { read: true, write: true, execute: true },
      owner: 'guest',
    },
  ]);
  const bus = new Bus(memory);
  const device = new TestDevice('device');
  const bytesOnly = new TestDevice('bytes', { readWidths: 1, writeWidths: 3, unaligned: true, sizeBytes: 8 });
  bus.map(bytesOnly, BYTES_ONLY);
  bus.map(device, DEVICE);
  return { bus, memory, ram: memory.region('ram'), rom: memory.region('rom'), device, bytesOnly };
}

/** Whether an access faults; the fault is cleared, as the core does. */
function faults(bus: Bus, access: () => unknown): boolean {
  access();
  const { fault } = bus;
  bus.fault = false;
  return fault;
}

describe('memory', () => {
  test('reads what was written, of any width at any address, like a plain array', () => {
    const { bus } = setUp();
    const sizeBytes = 4 * PAGE_BYTES;
    const naive = new DataView(new ArrayBuffer(sizeBytes));
    const access = fc.record({
      offset: fc.oneof(fc.nat({ max: 80 }), fc.integer({ min: PAGE_BYTES - 8, max: PAGE_BYTES + 8 })),
      width: fc.constantFrom(...WIDTHS),
      value: fc.option(fc.integer()),
    });
    fc.assert(
      fc.property(access, ({ offset, width, value }) => {
        if (value !== null) {
          bus.write(RAM + offset, width, value);
          for (let i = 0; i < width; i++) naive.setUint8(offset + i, value >>> (8 * i));
        }
        let expected = 0;
        for (let i = width - 1; i >= 0; i--) expected = expected * 256 + naive.getUint8(offset + i);
        expect(bus.read(RAM + offset, width)).toBe(expected);
        expect(bus.peek(RAM + offset, width)).toBe(expected);
        expect(bus.fault).toBe(false);
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  test('an access that leaves a region on either side faults and changes nothing', () => {
    const { bus, ram } = setUp();
    for (const [address, width] of [
      [ram.end - 1, 2],
      [ram.end - 3, 4],
      [RAM - 1, 2],
      [RAM - 1, 4],
      [ram.end, 1],
      [RAM - 1, 1],
    ] as const) {
      expect(faults(bus, () => bus.read(address, width))).toBe(true);
      expect(faults(bus, () => bus.write(address, width, -1))).toBe(true);
      expect(bus.peek(address, width)).toBeUndefined();
    }
    expect(ram.bytes.some((byte) => byte !== 0)).toBe(false);
  });

  test('a store to read-only memory is ignored, not a fault', () => {
    const { bus, rom } = setUp();
    rom.load(0, Uint8Array.of(1, 2, 3, 4));
    expect(faults(bus, () => bus.write(ROM, 4, -1))).toBe(false);
    expect(bus.read(ROM, 4)).toBe(0x0403_0201);
  });

  test('a store touches its pages', () => {
    const { bus, ram } = setUp();
    bus.write(RAM + 2 * PAGE_BYTES - 2, 4, 0);
    expect([...ram.touchedPages()]).toEqual([PAGE_BYTES, 2 * PAGE_BYTES]);
  });

  test('poke writes whatever the permissions are, and not beyond a region', () => {
    const { bus, rom, ram } = setUp();
    expect(bus.poke(ROM + 4, Uint8Array.of(9, 8))).toBe(true);
    expect([...rom.bytes.subarray(4, 7)]).toEqual([9, 8, 0]);
    expect(bus.poke(ram.end - 1, Uint8Array.of(1, 2))).toBe(false);
    expect(bus.poke(DEVICE, Uint8Array.of(1))).toBe(false);
    expect(ram.bytes.at(-1)).toBe(0);
  });
});

describe('devices', () => {
  test('get the offset in their window and values of the width alone', () => {
    const { bus, device } = setUp();
    bus.write(DEVICE + 0x10, 1, -1);
    bus.write(DEVICE + 0x12, 2, 0x1_2345);
    bus.write(DEVICE + 0xfc, 4, -1);
    expect(device.accesses).toEqual(['write 10 1 ff', 'write 12 2 2345', 'write fc 4 ffffffff']);
  });

  test('answer with the width alone, unsigned', () => {
    const { bus, device } = setUp();
    expect(WIDTHS.map((width) => bus.read(DEVICE, width))).toEqual([0x21, 0x4321, 0x8765_4321]);
    expect(WIDTHS.map((width) => bus.peek(DEVICE, width))).toEqual([0x21, 0x4321, 0x8765_4321]);
    expect(device.accesses).toHaveLength(3);
  });

  test('an access of a width that a device does not take faults before it', () => {
    const { bus, bytesOnly } = setUp();
    const reads = WIDTHS.map((width) => faults(bus, () => bus.read(BYTES_ONLY, width)));
    const writes = WIDTHS.map((width) => faults(bus, () => bus.write(BYTES_ONLY, width, 0)));
    expect([reads, writes]).toEqual([
      [false, true, true],
      [false, false, true],
    ]);
    expect(bytesOnly.accesses).toHaveLength(3);
  });

  test('a misaligned access faults unless the device takes it', () => {
    const { bus } = setUp();
    expect(faults(bus, () => bus.read(DEVICE + 2, 4))).toBe(true);
    expect(faults(bus, () => bus.read(DEVICE + 1, 2))).toBe(true);
    expect(faults(bus, () => bus.write(BYTES_ONLY + 1, 2, 0))).toBe(false);
  });

  test('an access beyond the end of a window faults', () => {
    const { bus } = setUp();
    expect(faults(bus, () => bus.write(BYTES_ONLY + 7, 2, 0))).toBe(true);
    expect(faults(bus, () => bus.read(BYTES_ONLY + 8, 1))).toBe(true);
    expect(faults(bus, () => bus.read(BYTES_ONLY - 1, 1))).toBe(true);
    expect(bus.peek(DEVICE + 0xfe, 4)).toBeUndefined();
  });

  test('nothing answers between devices, whichever was used last', () => {
    const { bus } = setUp();
    for (const used of [DEVICE, BYTES_ONLY, RAM]) {
      bus.read(used, 1);
      for (const address of [0, DEVICE - 1, DEVICE + 0x100, BYTES_ONLY + 8, 0xffff_ffff]) {
        expect(faults(bus, () => bus.read(address, 1))).toBe(true);
        expect(bus.peek(address, 1)).toBeUndefined();
      }
    }
  });

  test('are found among many', () => {
    const bus = new Bus(new GuestMemory([]));
    const devices = Array.from({ length: 20 }, (_, index) => new TestDevice(`d${index}`));
    // Mapped in another order than that of their addresses.
    for (const index of [7, 3, 19, 0, 11, 15, 1, 2, 18, 4, 5, 6, 8, 17, 9, 10, 12, 13, 14, 16]) {
      bus.map(devices[index]!, index * 0x200);
    }
    expect(bus.mappings.map(({ device }) => device.name)).toEqual(devices.map(({ name }) => name));
    for (const [index, device] of devices.entries()) {
      bus.read(index * 0x200 + 0xff, 1);
      expect(device.accesses).toEqual(['read ff 1']);
      expect(faults(bus, () => bus.read(index * 0x200 + 0x100, 1))).toBe(true);
    }
  });
});

test('what nothing takes goes to the background, where there is one', () => {
  const { bus, device, bytesOnly } = setUp();
  const background = new TestDevice('background');
  bus.background = background;
  expect(faults(bus, () => bus.read(0x5000_0001, 2))).toBe(false);
  expect(faults(bus, () => bus.write(BYTES_ONLY, 4, -1))).toBe(false);
  expect(faults(bus, () => bus.write(RAM - 1, 2, 0x1_2345))).toBe(false);
  bus.read(DEVICE, 4);
  expect(background.accesses).toEqual([
    'read 50000001 2',
    'write 20000000 4 ffffffff',
    'write 7fffffff 2 2345',
  ]);
  expect([device.accesses, bytesOnly.accesses]).toEqual([['read 0 4'], []]);
  expect(bus.peek(0x5000_0000, 4)).toBeUndefined();
});

describe('windows that overlap are refused with both names', () => {
  test.each([
    ['another device', DEVICE + 0xff, 'new at 0x100000ff overlaps device at 0x10000000'],
    ['a device from below', DEVICE - 0xff, 'new at 0x0fffff01 overlaps device at 0x10000000'],
    ['memory', RAM + 0x100, 'new at 0x80000100 overlaps ram at 0x80000000'],
  ])('%s', (_name, address, message) => {
    const { bus } = setUp();
    expect(() => bus.map(new TestDevice('new'), address)).toThrow(message);
  });

  test('neighbours do not', () => {
    const { bus } = setUp();
    bus.map(new TestDevice('above'), DEVICE + 0x100);
    bus.map(new TestDevice('below'), DEVICE - 0x100);
    expect(bus.mappings).toHaveLength(4);
  });
});

describe('the observer', () => {
  test('hears of device accesses with address, width and value, and of no others', () => {
    const { bus } = setUp();
    const heard: unknown[] = [];
    bus.observer = {
      deviceAccess: (device, start, address, width, value, isWrite) =>
        void heard.push([device.name, start, address, width, value, isWrite]),
    };
    bus.read(DEVICE + 4, 2);
    bus.write(DEVICE + 8, 1, 0x1ff);
    bus.read(RAM, 4);
    bus.peek(DEVICE, 4);
    faults(bus, () => bus.read(0, 4));
    expect(heard).toEqual([
      ['device', DEVICE, DEVICE + 4, 2, 0x4321, false],
      ['device', DEVICE, DEVICE + 8, 1, 0xff, true],
    ]);
  });
});

describe('the core', () => {
  /** A bus whose listener notes what is stored, and the byte that is there still; it forgets, as the core does. */
  function listening() {
    const parts = setUp();
    const heard: string[] = [];
    parts.bus.storeListener = {
      storing: (region: Region, offset: number, width: number) => {
        heard.push(`${region.name} ${offset} ${width} ${region.bytes[offset]}`);
        for (const at of [offset, offset + width - 1]) {
          region.attributes[Math.floor(at / GRANULE_BYTES)]! &= Attribute.Touched;
        }
      },
      remapped: () => void heard.push('remapped'),
    };
    return { ...parts, heard };
  }

  test('hears of stores to granules that hold code or a reservation, before they happen', () => {
    const { bus, ram, heard } = listening();
    bus.write(RAM, 4, 0x11);
    expect(heard).toEqual([]);
    ram.attributes[0]! |= Attribute.Code;
    bus.write(RAM, 4, 0x22);
    expect(heard).toEqual(['ram 0 4 17']);
    expect(bus.read(RAM, 1)).toBe(0x22);
  });

  test('hears of a store into a granule on either side of its bytes', () => {
    const { bus, ram, heard } = listening();
    ram.attributes[1]! |= Attribute.Reserved;
    bus.write(RAM + GRANULE_BYTES - 2, 4, 0);
    ram.attributes[1]! |= Attribute.Reserved;
    bus.write(RAM + 2 * GRANULE_BYTES - 2, 4, 0);
    ram.attributes[1]! |= Attribute.Reserved;
    bus.write(RAM + GRANULE_BYTES - 4, 4, 0);
    bus.write(RAM + 2 * GRANULE_BYTES, 4, 0);
    expect(heard).toEqual([`ram ${GRANULE_BYTES - 2} 4 0`, `ram ${2 * GRANULE_BYTES - 2} 4 0`]);
  });

  test('hears of what is poked, granule by granule', () => {
    const { bus, ram, heard } = listening();
    ram.attributes[0]! |= Attribute.Code;
    ram.attributes[2]! |= Attribute.Code;
    bus.poke(RAM + GRANULE_BYTES - 1, new Uint8Array(GRANULE_BYTES + 2).fill(7));
    expect(heard).toEqual([`ram ${GRANULE_BYTES - 1} 1 0`, `ram ${2 * GRANULE_BYTES} 1 0`]);
  });
});

describe('flash', () => {
  function withFlash() {
    const parts = setUp();
    const device = new TestDevice('flash');
    parts.rom.load(0, Uint8Array.of(1, 2, 3, 4));
    parts.bus.back(parts.rom, device);
    return { ...parts, device, array: parts.bus.flashArray(parts.rom) };
  }

  test('answers reads from its bytes until a command, then by itself', () => {
    const { bus, device, array } = withFlash();
    expect(bus.read(ROM, 4)).toBe(0x0403_0201);
    array.setDirect(false);
    expect(bus.read(ROM + 2, 4)).toBe(0x8765_4321);
    array.setDirect(true);
    expect(bus.read(ROM, 4)).toBe(0x0403_0201);
    expect(device.accesses).toEqual(['read 2 4']);
  });

  test('hears of stores', () => {
    const { bus, device } = withFlash();
    bus.write(ROM + 1, 2, 0x12_3456);
    expect(device.accesses).toEqual(['write 1 2 3456']);
    expect(bus.read(ROM, 4)).toBe(0x0403_0201);
  });

  test('tells the core when it begins and ceases to answer fetches', () => {
    const { bus, array } = withFlash();
    let remapped = 0;
    bus.storeListener = { storing: () => {}, remapped: () => remapped++ };
    array.setDirect(true);
    expect(remapped).toBe(0);
    array.setDirect(false);
    array.setDirect(false);
    array.setDirect(true);
    expect(remapped).toBe(2);
  });

  test('touches the pages that it has changed, and tells the core of changed code', () => {
    const { bus, rom, array } = withFlash();
    rom.clear();
    rom.attributes[1]! |= Attribute.Code;
    const heard: number[] = [];
    bus.storeListener = { storing: (_region, offset) => heard.push(offset), remapped: () => {} };
    array.changed(GRANULE_BYTES - 1, 2);
    expect(heard).toEqual([GRANULE_BYTES]);
    expect([...rom.touchedPages()]).toEqual([0]);
  });
});
