/**
 * What answers where nothing is, on a board on which nothing faults: reads yield 0, writes vanish. So behave some of
 * QEMU's boards, and images that run there may touch what only hardware lacks. Hardware would raise a bus fault, so
 * each access is a guest error. It is also asked for accesses of a kind that a device does not take.
 */
import type { AccessWidth, Device, DeviceContext } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';
import { hex32 } from '../../errors.ts';

export interface NoFaultsOptions {
  name: string;
}

export class NoFaults implements Device {
  readonly name: string;
  readonly sizeBytes = 2 ** 32;
  readonly readWidths = 1 | 2 | 4;
  readonly writeWidths = 1 | 2 | 4;
  readonly unaligned = true;
  readonly #context: DeviceContext;

  constructor(context: DeviceContext, options: NoFaultsOptions) {
    this.#context = context;
    this.name = options.name;
  }

  reset(): void {}

  read(address: number, width: AccessWidth): number {
    this.#report(`load of ${width} bytes at ${hex32(address)}`);
    return 0;
  }

  peek(_address: number, _width: AccessWidth): number {
    return 0;
  }

  write(address: number, width: AccessWidth, value: number): void {
    this.#report(`store of ${width} bytes, ${hex32(value)}, at ${hex32(address)}`);
  }

  onEvent(_kind: number): void {}

  snapshot(): State {
    return {};
  }

  restore(_state: State): void {}

  #report(what: string): void {
    this.#context.guestError('unmapped', `${what}: nothing takes it, and hardware would fault`);
  }
}
