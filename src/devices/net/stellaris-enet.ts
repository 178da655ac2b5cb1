/**
 * Ethernet controller of Stellaris parts without a network: what it sends is lost, and nothing comes in. No PHY
 * answers either: its registers read as 0.
 *
 * Source: LM3S6965 datasheet, chapter Ethernet Controller.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface StellarisEnetOptions {
  name: string;
  interrupt: Line;
  /** What MACIA0 and MACIA1 read after reset: the first four bytes of the address and the last two. */
  address: readonly [number, number];
}

const spec = 'Ethernet Controller';
const INTERRUPTS = {
  RXINT: bit(0),
  TXER: bit(1),
  TXEMP: bit(2),
  FOV: bit(3),
  RXER: bit(4),
  MDINT: bit(5),
  PHYINT: bit(6),
};

function describeLayout(address: readonly [number, number]) {
  return new RegisterLayout(
    { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7, narrow: 'whole' },
    {
      /** Written it is MACIACK. */
      MACRIS: register(0x00, { spec, access: 'w1c', fields: INTERRUPTS, onWrite: 'updateInterrupts' }),
      MACIM: register(0x04, { spec, reset: 0x7f, fields: INTERRUPTS, onWrite: 'updateInterrupts' }),
      MACRCTL: register(0x08, {
        spec,
        reset: 0x08,
        fields: { RXEN: bit(0), AMUL: bit(1), PRMS: bit(2), BADCRC: bit(3), RSTFIFO: bit(4) },
      }),
      MACTCTL: register(0x0c, {
        spec,
        fields: { TXEN: bit(0), PADEN: bit(1), CRC: bit(2), DUPLEX: bit(4) },
      }),
      MACDATA: register(0x10, { spec, reset: 0, value: 'nothing' }),
      MACIA0: register(0x14, { spec, reset: address[0] }),
      MACIA1: register(0x18, { spec, reset: address[1], fields: { MACOCT: bits(15, 0) } }),
      MACTHR: register(0x1c, { spec, reset: 0x3f, fields: { THRESH: bits(5, 0) } }),
      MACMCTL: register(0x20, {
        spec,
        fields: { START: bit(0), WRITE: bit(1), REGADR: bits(7, 3) },
        onWrite: 'managePhy',
      }),
      MACMDV: register(0x24, { spec, reset: 0x80, fields: { DIV: bits(7, 0) } }),
      MACMTXD: register(0x2c, { spec, fields: { MDTX: bits(15, 0) } }),
      MACMRXD: register(0x30, { spec, fields: { MDRX: bits(15, 0) }, reset: 0, value: 'nothing' }),
      MACNP: register(0x34, { spec, access: 'const', fields: { NPR: bits(5, 0) } }),
      MACTR: register(0x38, {
        spec,
        reset: 0,
        fields: { NEWTX: bit(0) },
        value: 'nothing',
        onWrite: 'transmit',
      }),
    },
  );
}

const TXEMP = 1 << 2;
const START = 1 << 0;
const NEWTX = 1 << 0;

export class StellarisEnet extends RegisterDevice {
  readonly #interrupt: Line;
  readonly #at: ReturnType<typeof describeLayout>['position'];

  constructor(context: DeviceContext, options: StellarisEnetOptions) {
    const layout = describeLayout(options.address);
    super(context, options.name, layout);
    this.#at = layout.position;
    this.#interrupt = options.interrupt;
    this.reset();
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set((this.values[this.#at.MACRIS]! & this.values[this.#at.MACIM]!) !== 0);
  }

  nothing(): number {
    return 0;
  }

  managePhy(): void {
    this.values[this.#at.MACMCTL]! &= ~START;
  }

  transmit(value: number): void {
    if ((value & NEWTX) === 0) return;
    this.values[this.#at.MACRIS]! |= TXEMP;
    this.updateInterrupts();
  }
}
