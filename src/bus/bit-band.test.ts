import { describe, expect, test } from 'vitest';
import { GuestMemory } from '../kernel/memory/guest-memory.ts';
import { BitBandAlias } from './bit-band.ts';
import { Bus } from './bus.ts';
import type { AccessWidth } from './device.ts';
import { StatelessDevice } from './stateless-device.ts';

/** A device of one register, that notes the accesses. */
class Probe extends StatelessDevice {
  override readonly readWidths = 4;
  override readonly writeWidths = 4;
  readonly log: string[] = [];
  value = 0xf0;

  read(offset: number, width: AccessWidth): number {
    this.log.push(`read ${offset} ${width}`);
    return this.value;
  }
  write(offset: number, width: AccessWidth, value: number): void {
    this.log.push(`write ${offset} ${width} ${value.toString(16)}`);
    this.value = value;
  }
  override peek(): number {
    return this.value;
  }
}

function setUp() {
  const permissions = { read: true, write: true, execute: true };
  const memory = new GuestMemory([
    { name: 'ram', address: 0x2000_0000, sizeBytes: 0x1000, permissions, owner: 'guest' },
  ]);
  const bus = new Bus(memory);
  const probe = new Probe('probe', 0x1000);
  bus.map(probe, 0x4000_2000);
  bus.map(new BitBandAlias(bus, 'sram-bits', 0x2000_0000), 0x2200_0000);
  bus.map(new BitBandAlias(bus, 'peripheral-bits', 0x4000_0000), 0x4200_0000);
  return { bus, probe };
}

/** B3.1.2: alias + 32 × byte + 4 × bit. */
const alias = (address: number, bit: number) =>
  (address & 0xf000_0000) + 0x200_0000 + 32 * (address & 0xf_ffff) + 4 * bit;

describe('memory', () => {
  test('each word is one bit of a byte', () => {
    const { bus } = setUp();
    bus.write(0x2000_0010, 4, 0x8000_0101);
    const bits = [0, 1, 7].map((bit) => bus.read(alias(0x2000_0010, bit), 4));
    expect(bits).toEqual([1, 0, 0]);
    expect([bus.read(alias(0x2000_0011, 0), 4), bus.read(alias(0x2000_0013, 7), 4)]).toEqual([1, 1]);
  });

  test('a write changes its bit alone, by bit 0 of the value', () => {
    const { bus } = setUp();
    bus.write(0x2000_0010, 4, 0x5555_5555);
    bus.write(alias(0x2000_0011, 1), 4, 0xff);
    bus.write(alias(0x2000_0013, 0), 4, 0xfe);
    expect(bus.read(0x2000_0010, 4)).toBe(0x5455_5755);
    expect(bus.fault).toBe(false);
  });

  test('bytes and halfwords work alike', () => {
    const { bus } = setUp();
    bus.write(alias(0x2000_0fff, 6), 1, 1);
    bus.write(alias(0x2000_0ffe, 3), 2, 1);
    expect(bus.read(0x2000_0ffc, 4)).toBe(0x4008_0000);
    expect([bus.read(alias(0x2000_0fff, 6), 1), bus.read(alias(0x2000_0fff, 6), 2)]).toEqual([1, 1]);
    expect(bus.peek(alias(0x2000_0ffe, 3), 4)).toBe(1);
  });
});

describe('devices', () => {
  test('a write is a read and a write of the register', () => {
    const { bus, probe } = setUp();
    bus.write(alias(0x4000_2004, 3), 4, 1);
    expect(probe.log).toEqual(['read 4 4', 'write 4 4 f8']);
    expect(bus.read(alias(0x4000_2004, 3), 4)).toBe(1);
  });

  test('a peek has no effect', () => {
    const { bus, probe } = setUp();
    expect([bus.peek(alias(0x4000_2000, 4), 4), probe.log]).toEqual([1, []]);
  });

  test('a width that the device does not take is a fault, and so is nothing', () => {
    const { bus, probe } = setUp();
    bus.read(alias(0x4000_2000, 4), 1);
    expect(bus.fault).toBe(true);
    bus.fault = false;
    bus.write(alias(0x2000_1000, 0), 4, 1);
    expect([bus.fault, probe.log]).toEqual([true, []]);
  });
});
