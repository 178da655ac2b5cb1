/**
 * A bit-band alias: each of its words stands for one bit of the first mebibyte of a region. ARMv7-M ARM DDI 0403E,
 * B3.1.2; Cortex-M3 TRM DDI 0337I 3.7.
 *
 * It is a window on the bus like a device's, and reaches the bits through the bus itself, so a bit of a peripheral's
 * register is read and written with that register's effects. A write reads, changes the bit and writes back, and
 * nothing comes between. An access narrower than a word goes on as an access of that width.
 */
import type { Bus } from './bus.ts';
import type { AccessWidth } from './device.ts';
import { StatelessDevice } from './stateless-device.ts';

const BIT_BAND_ALIAS_BYTES = 0x200_0000;

export class BitBandAlias extends StatelessDevice {
  readonly #bus: Bus;
  readonly #region: number;

  /** @param region first address of the mebibyte whose bits it shows. */
  constructor(bus: Bus, name: string, region: number) {
    super(name, BIT_BAND_ALIAS_BYTES);
    this.#bus = bus;
    this.#region = region;
  }

  read(offset: number, width: AccessWidth): number {
    return (this.#bus.read(this.#target(offset, width), width) >>> bitOf(offset, width)) & 1;
  }

  override peek(offset: number, width: AccessWidth): number {
    return ((this.#bus.peek(this.#target(offset, width), width) ?? 0) >>> bitOf(offset, width)) & 1;
  }

  /** Only bit 0 of the value counts. */
  write(offset: number, width: AccessWidth, value: number): void {
    const target = this.#target(offset, width);
    const old = this.#bus.read(target, width);
    if (this.#bus.fault) return;
    const mask = 1 << bitOf(offset, width);
    this.#bus.write(target, width, value & 1 ? old | mask : old & ~mask);
  }

  #target(offset: number, width: AccessWidth): number {
    return this.#region + ((offset >>> 5) & -width);
  }
}

function bitOf(offset: number, width: AccessWidth): number {
  return (offset >>> 2) & (8 * width - 1);
}
