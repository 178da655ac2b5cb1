/**
 * I2C port of Stellaris parts with nobody else on its wires: as master it finds that no slave acknowledges its
 * address, at once; as slave it is never addressed.
 *
 * Source: LM3S6965 datasheet, chapter Inter-Integrated Circuit (I2C) Interface.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface StellarisI2cOptions {
  name: string;
  interrupt: Line;
}

const spec = 'Inter-Integrated Circuit (I2C) Interface';
const INTERRUPT = { IM: bit(0) };

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7, narrow: 'whole' },
  {
    I2CMSA: register(0x000, { spec, fields: { RS: bit(0), SA: bits(7, 1) } }),
    I2CMCS: register(0x004, {
      spec,
      reset: 0x20,
      fields: {
        RUN: bit(0),
        START: bit(1),
        STOP: bit(2),
        ACK: bit(3),
        ARBLST: bit(4, 'ro'),
        IDLE: bit(5, 'ro'),
        BUSBSY: bit(6, 'ro'),
      },
      value: 'masterStatus',
      onWrite: 'masterCommand',
    }),
    I2CMDR: register(0x008, { spec, fields: { DATA: bits(7, 0) } }),
    I2CMTPR: register(0x00c, { spec, reset: 1, fields: { TPR: bits(7, 0) } }),
    I2CMIMR: register(0x010, { spec, fields: INTERRUPT, onWrite: 'updateInterrupts' }),
    I2CMRIS: register(0x014, { spec, access: 'ro', fields: INTERRUPT }),
    I2CMMIS: register(0x018, { spec, access: 'ro', reset: 0, fields: INTERRUPT, value: 'maskedInterrupt' }),
    I2CMICR: register(0x01c, { spec, access: 'wo', fields: INTERRUPT, onWrite: 'clearInterrupt' }),
    I2CMCR: register(0x020, {
      spec,
      fields: { LPBK: bit(0), MFE: bit(4), SFE: bit(5) },
      onWrite: 'configure',
    }),
    I2CSOAR: register(0x800, { spec, fields: { OAR: bits(6, 0) } }),
    I2CSCSR: register(0x804, { spec, reset: 0, fields: { DA: bit(0) }, value: 'slaveStatus' }),
    I2CSDR: register(0x808, { spec, fields: { DATA: bits(7, 0) } }),
    I2CSIMR: register(0x80c, { spec, fields: INTERRUPT }),
    I2CSRIS: register(0x810, { spec, access: 'const', fields: INTERRUPT }),
    I2CSMIS: register(0x814, { spec, access: 'const', fields: INTERRUPT }),
    I2CSICR: register(0x818, { spec, access: 'wo', fields: INTERRUPT }),
  },
);
const { I2CMIMR, I2CMRIS, I2CMCR } = layout.position;

const LPBK = 1 << 0;
const MFE = 1 << 4;

const RUN = 1 << 0;

const ERROR = 1 << 1;
const ADRACK = 1 << 2;
const IDLE = 1 << 5;

export class StellarisI2c extends RegisterDevice {
  readonly #interrupt: Line;

  constructor(context: DeviceContext, options: StellarisI2cOptions) {
    super(context, options.name, layout);
    this.#interrupt = options.interrupt;
    this.reset();
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set(this.maskedInterrupt() !== 0);
  }

  masterStatus(): number {
    return this.values[layout.position.I2CMCS]!;
  }

  masterCommand(value: number): void {
    if ((this.values[I2CMCR]! & MFE) === 0 || (value & RUN) === 0) return;
    // Whatever was asked for begins with an address, or needs one that was acknowledged.
    this.values[layout.position.I2CMCS] = IDLE | ADRACK | ERROR;
    this.values[I2CMRIS] = 1;
    this.updateInterrupts();
  }

  maskedInterrupt(): number {
    return this.values[I2CMRIS]! & this.values[I2CMIMR]!;
  }

  clearInterrupt(value: number): void {
    this.values[I2CMRIS]! &= ~value;
    this.updateInterrupts();
  }

  configure(value: number): void {
    if ((value & LPBK) !== 0) this.context.guestError('unimplemented', 'I2CMCR: loopback is not modelled');
  }

  slaveStatus(): number {
    return 0;
  }
}
