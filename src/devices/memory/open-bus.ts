/**
 * A window behind which nobody answers: reads yield all ones, writes vanish, nothing faults. So behave the PCI
 * memory and I/O windows of QEMU's `virt` while no card is in a slot (PCI Local Bus 3.0, 3.7.1: a master abort
 * reads as ones).
 */
import type { AccessWidth, Device } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';

export interface OpenBusOptions {
  name: string;
  sizeBytes: number;
}

export class OpenBus implements Device {
  readonly name: string;
  readonly sizeBytes: number;
  readonly readWidths = 1 | 2 | 4;
  readonly writeWidths = 1 | 2 | 4;
  readonly unaligned = false;

  constructor(options: OpenBusOptions) {
    this.name = options.name;
    this.sizeBytes = options.sizeBytes;
  }

  reset(): void {}

  read(_offset: number, width: AccessWidth): number {
    return 0xffff_ffff >>> (32 - 8 * width);
  }

  peek(offset: number, width: AccessWidth): number {
    return this.read(offset, width);
  }

  write(_offset: number, _width: AccessWidth, _value: number): void {}

  onEvent(_kind: number): void {}

  snapshot(): State {
    return {};
  }

  restore(_state: State): void {}
}
