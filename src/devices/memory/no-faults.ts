/**
 * What answers where nothing is, on a board on which nothing faults: reads yield 0, writes vanish. So behave some of
 * QEMU's boards, and images that run there may touch what only hardware lacks. Hardware would raise a bus fault, so
 * each access is a guest error. It is also asked for accesses of a kind that a device does not take.
 */
import type { AccessWidth, DeviceContext } from '../../bus/device.ts';
import { StatelessDevice } from '../../bus/stateless-device.ts';
import { hex32 } from '../../errors.ts';

export interface NoFaultsOptions {
  name: string;
}

export class NoFaults extends StatelessDevice {
  override readonly unaligned = true;
  readonly #context: DeviceContext;

  constructor(context: DeviceContext, options: NoFaultsOptions) {
    super(options.name, 2 ** 32);
    this.#context = context;
  }

  read(address: number, width: AccessWidth): number {
    this.#report(`load of ${width} bytes at ${hex32(address)}`);
    return 0;
  }

  write(address: number, width: AccessWidth, value: number): void {
    this.#report(`store of ${width} bytes, ${hex32(value)}, at ${hex32(address)}`);
  }

  #report(what: string): void {
    this.#context.guestError('unmapped', `${what}: nothing takes it, and hardware would fault`);
  }
}
