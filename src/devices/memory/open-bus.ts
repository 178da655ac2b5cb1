/**
 * A window behind which nobody answers: reads yield all ones, writes vanish, nothing faults. So behave the PCI
 * memory and I/O windows of QEMU's `virt` while no card is in a slot (PCI Local Bus 3.0, 3.7.1: a master abort
 * reads as ones).
 */
import type { AccessWidth } from '../../bus/device.ts';
import { StatelessDevice } from '../../bus/stateless-device.ts';

export interface OpenBusOptions {
  name: string;
  sizeBytes: number;
}

export class OpenBus extends StatelessDevice {
  constructor(options: OpenBusOptions) {
    super(options.name, options.sizeBytes);
  }

  read(_offset: number, width: AccessWidth): number {
    return 0xffff_ffff >>> (32 - 8 * width);
  }

  override peek(offset: number, width: AccessWidth): number {
    return this.read(offset, width);
  }

  write(_offset: number, _width: AccessWidth, _value: number): void {}
}
