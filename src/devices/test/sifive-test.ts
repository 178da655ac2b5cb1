/**
 * SiFive's test finisher: how a guest ends its run with an exit code, or resets the machine.
 * Source: devicetree binding `sifive,test0`, `sifive,test1`; QEMU's `virt` accepts 2 and 4 bytes.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { PowerControl } from '../../bus/power.ts';
import { bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

const PASS = 0x5555;
const FAIL = 0x3333;
const RESET = 0x7777;

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 2 | 4, writeWidths: 2 | 4 },
  {
    finisher: register(0x0, {
      spec: 'sifive,test1',
      value: 'readFinisher',
      onWrite: 'finish',
      fields: { code: bits(31, 16), status: bits(15, 0) },
    }),
  },
);

export interface SifiveTestOptions {
  name: string;
  power: PowerControl;
}

export class SifiveTest extends RegisterDevice {
  readonly #power: PowerControl;

  constructor(context: DeviceContext, options: SifiveTestOptions) {
    super(context, options.name, layout);
    this.#power = options.power;
    this.reset();
  }

  readFinisher(): number {
    return 0;
  }

  finish(value: number): void {
    const status = value & 0xffff;
    if (status === PASS) this.#power.exit(0);
    else if (status === FAIL) this.#power.exit(value >>> 16);
    else if (status === RESET) this.#power.reset();
    else this.context.guestError('unimplemented', `finisher: unknown status 0x${status.toString(16)}`);
  }
}
