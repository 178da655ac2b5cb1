/**
 * The window of a device that a board has and that is not modelled: reads yield 0, writes vanish, nothing faults,
 * as on QEMU. The guest is probably about to rely on it, so each access is a guest error.
 */
import type { AccessWidth, Device, DeviceContext } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';
import { hex32 } from '../../errors.ts';

export interface UnimplementedOptions {
  name: string;
  sizeBytes: number;
}

export class Unimplemented implements Device {
  readonly name: string;
  readonly sizeBytes: number;
  readonly readWidths = 1 | 2 | 4;
  readonly writeWidths = 1 | 2 | 4;
  readonly unaligned = false;
  readonly #context: DeviceContext;

  constructor(context: DeviceContext, options: UnimplementedOptions) {
    this.#context = context;
    this.name = options.name;
    this.sizeBytes = options.sizeBytes;
  }

  reset(): void {}

  read(offset: number, _width: AccessWidth): number {
    this.#report(`read at offset 0x${offset.toString(16)}`);
    return 0;
  }

  peek(_offset: number, _width: AccessWidth): number {
    return 0;
  }

  write(offset: number, _width: AccessWidth, value: number): void {
    this.#report(`write of ${hex32(value)} at offset 0x${offset.toString(16)}`);
  }

  onEvent(_kind: number): void {}

  snapshot(): State {
    return {};
  }

  restore(_state: State): void {}

  #report(what: string): void {
    this.#context.guestError('unimplemented', `${what}: ${this.name} is not modelled`);
  }
}
