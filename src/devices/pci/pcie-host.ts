/**
 * Configuration space of a PCI Express bus without cards (ECAM): the host bridge at 00:00.0 answers, every other
 * function reads as all ones, which is how a guest finds that there is none.
 *
 * Source: PCI Express Base 3.0, 7.2.2 (ECAM); PCI Local Bus 3.0, chapter 6. Identity of the bridge as on QEMU
 * (Red Hat 1b36:0008), whose extended space from 0x100 up is absent too.
 */
import type { AccessWidth, DeviceContext } from '../../bus/device.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface PcieHostOptions {
  name: string;
}

const BRIDGE_BYTES = 0x100;
const ALL_WIDTHS = 1 | 2 | 4;

const layout = new RegisterLayout(
  { sizeBytes: 0x1000_0000, readWidths: ALL_WIDTHS, writeWidths: ALL_WIDTHS },
  {
    identification: register(0x00, {
      spec: 'PCI 6.2.1',
      access: 'const',
      reset: 0x0008_1b36,
      fields: { vendor: bits(15, 0), device: bits(31, 16) },
    }),
    command: register(0x04, {
      spec: 'PCI 6.2.2',
      fields: {
        ioSpace: bit(0),
        memorySpace: bit(1),
        busMaster: bit(2),
        SERR: bit(8),
        interruptDisable: bit(10),
        status: bits(31, 16, 'ro'),
      },
    }),
    classCode: register(0x08, {
      spec: 'PCI 6.2.1',
      access: 'const',
      reset: 0x0600_0000,
      fields: { revision: bits(7, 0), class: bits(31, 8) },
    }),
    cacheLineSize: register(0x0c, { spec: 'PCI 6.2.4', size: 1 }),
    latencyTimer: register(0x0d, { spec: 'PCI 6.2.4', size: 1, access: 'const' }),
    headerType: register(0x0e, { spec: 'PCI 6.2.1', size: 1, access: 'const' }),
    selfTest: register(0x0f, { spec: 'PCI 6.2.4', size: 1, access: 'const' }),
    baseAddress: register(0x10, { spec: 'PCI 6.2.5', access: 'const', count: 6 }),
    subsystem: register(0x2c, { spec: 'PCI 6.2.4', access: 'const', reset: 0x1100_1af4 }),
    expansionRom: register(0x30, { spec: 'PCI 6.2.5.2', access: 'const' }),
    capabilities: register(0x34, { spec: 'PCI 6.2.4', access: 'const' }),
    interruptLine: register(0x3c, { spec: 'PCI 6.2.4', size: 1 }),
    interruptPin: register(0x3d, { spec: 'PCI 6.2.4', size: 1, access: 'const' }),
    deviceSpecific: register(0x40, { spec: 'PCI 6.1', count: 48 }),
  },
);

export class PcieHost extends RegisterDevice {
  constructor(context: DeviceContext, options: PcieHostOptions) {
    super(context, options.name, layout);
    this.reset();
  }

  override read(offset: number, width: AccessWidth): number {
    return offset < BRIDGE_BYTES ? super.read(offset, width) : allOnes(width);
  }

  override peek(offset: number, width: AccessWidth): number {
    return offset < BRIDGE_BYTES ? super.peek(offset, width) : allOnes(width);
  }

  override write(offset: number, width: AccessWidth, value: number): void {
    if (offset < BRIDGE_BYTES) super.write(offset, width, value);
  }
}

function allOnes(width: AccessWidth): number {
  return 0xffff_ffff >>> (32 - 8 * width);
}
