/**
 * A virtio-mmio transport with nothing plugged in: device id 0 tells the guest to leave it alone.
 *
 * Source: Virtual I/O Device (VIRTIO) 1.1, 4.2.2 (register layout) and 4.2.4 (legacy interface, version 1, which
 * is what QEMU's `virt` offers by default). A register answers at its own address only.
 */
import type { DeviceContext } from '../../bus/device.ts';
import { RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface VirtioMmioSlotOptions {
  name: string;
}

const spec = 'VIRTIO 4.2.2';
const access = 'const';
const layout = new RegisterLayout(
  { sizeBytes: 0x200, readWidths: 1 | 2 | 4, writeWidths: 1 | 2 | 4, narrow: 'whole' },
  {
    MagicValue: register(0x00, { spec, access, reset: 0x7472_6976 }),
    Version: register(0x04, { spec, access, reset: 1 }),
    DeviceID: register(0x08, { spec, access, reset: 0 }),
    VendorID: register(0x0c, { spec, access, reset: 0x554d_4551 }),
  },
);

export class VirtioMmioSlot extends RegisterDevice {
  constructor(context: DeviceContext, options: VirtioMmioSlotOptions) {
    super(context, options.name, layout);
    this.reset();
  }
}
