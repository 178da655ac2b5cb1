/**
 * The window of a device that a board has and that is not modelled: reads yield 0, writes vanish, nothing faults,
 * as on QEMU. The guest is probably about to rely on it, so each access is a guest error.
 */
import type { AccessWidth, DeviceContext } from '../../bus/device.ts';
import { StatelessDevice } from '../../bus/stateless-device.ts';
import { hex32 } from '../../errors.ts';

export interface UnimplementedOptions {
  name: string;
  sizeBytes: number;
}

export class Unimplemented extends StatelessDevice {
  readonly #context: DeviceContext;

  constructor(context: DeviceContext, options: UnimplementedOptions) {
    super(options.name, options.sizeBytes);
    this.#context = context;
  }

  read(offset: number, _width: AccessWidth): number {
    this.#report(`read at offset 0x${offset.toString(16)}`);
    return 0;
  }

  write(offset: number, _width: AccessWidth, value: number): void {
    this.#report(`write of ${hex32(value)} at offset 0x${offset.toString(16)}`);
  }

  #report(what: string): void {
    this.#context.guestError('unimplemented', `${what}: ${this.name} is not modelled`);
  }
}
