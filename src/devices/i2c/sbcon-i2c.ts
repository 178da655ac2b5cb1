/**
 * The two-wire serial interface of Arm's boards (SBCon): the guest sets and clears the clock and data lines itself and
 * reads them back. No device is on the bus, so that the lines are what the guest makes them, and nobody acknowledges.
 *
 * Source: Application Note AN385, "Touch screen and audio I2C", which has the registers of the Versatile boards'
 * serial bus control. As on QEMU both lines are low until they are set, and other offsets read as ones.
 */
import type { AccessWidth, DeviceContext } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';
import { bit, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface SbconI2cOptions {
  name: string;
}

const SPEC = 'AN385, SBCon';
const FIELDS = { SCL: bit(0), SDA: bit(1) };
const LINES = 3;

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 1 | 2 | 4, writeWidths: 1 | 2 | 4, narrow: 'whole' },
  {
    /** Read: the lines. Written: which to set. */
    CONTROLS: register(0x00, { spec: SPEC, reset: 0, fields: FIELDS, value: 'lines', onWrite: 'setLines' }),
    CONTROLC: register(0x04, {
      spec: SPEC,
      reset: 0xffff_ffff,
      value: 'nothing',
      onWrite: 'clearLines',
    }),
  },
);

export class SbconI2c extends RegisterDevice {
  #lines = 0;

  constructor(context: DeviceContext, options: SbconI2cOptions) {
    super(context, options.name, layout);
    this.reset();
  }

  override read(offset: number, width: AccessWidth): number {
    const value = super.read(offset, width);
    return offset === 0 ? value : ones(width);
  }

  override peek(offset: number, width: AccessWidth): number {
    return offset === 0 ? super.peek(offset, width) : ones(width);
  }

  protected override resetInternal(): void {
    this.#lines = 0;
  }

  protected override snapshotInternal(): State {
    return { lines: this.#lines };
  }

  protected override restoreInternal(state: State): void {
    this.#lines = state.lines as number;
  }

  lines(): number {
    return this.#lines;
  }

  setLines(written: number): void {
    this.#lines |= written & LINES;
  }

  nothing(): number {
    return 0xffff_ffff;
  }

  clearLines(written: number): void {
    this.#lines &= ~written;
  }
}

function ones(width: AccessWidth): number {
  return 0xffff_ffff >>> (32 - 8 * width);
}
