/**
 * PL022 synchronous serial port (SSI, SPI) as master, with FIFOs of eight frames, loopback and all four interrupts.
 *
 * A frame takes no time. Nothing answers at the other end: data in reads as zeros, or as ones while a slot for a
 * memory card is selected that holds none, because its line is pulled up. Slave mode and DMA do nothing.
 *
 * Source: Arm PrimeCell Synchronous Serial Port (PL022) TRM, DDI 0194H, chapters 2 and 3.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { primeCellIdentification } from '../primecell.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';

export interface Pl022Options {
  name: string;
  interrupt: Line;
  /** Chip select, active low, of a slot without a card. */
  emptySlot?: Line;
}

const INTERRUPTS = { ROR: bit(0), RT: bit(1), RX: bit(2), TX: bit(3) };

const layout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 7, writeWidths: 7, narrow: 'whole' },
  {
    SSPCR0: register(0x00, {
      spec: '3.3.1',
      fields: { DSS: bits(3, 0), FRF: bits(5, 4), SPO: bit(6), SPH: bit(7), SCR: bits(15, 8) },
    }),
    SSPCR1: register(0x04, {
      spec: '3.3.2',
      fields: { LBM: bit(0), SSE: bit(1), MS: bit(2), SOD: bit(3) },
      onWrite: 'controlChanged',
    }),
    SSPDR: register(0x08, {
      spec: '3.3.3',
      reset: 0,
      fields: { DATA: bits(15, 0) },
      value: 'received',
      onRead: 'frameRead',
      onWrite: 'send',
    }),
    SSPSR: register(0x0c, {
      spec: '3.3.4',
      access: 'ro',
      reset: 0x3,
      fields: { TFE: bit(0), TNF: bit(1), RNE: bit(2), RFF: bit(3), BSY: bit(4) },
      value: 'status',
    }),
    SSPCPSR: register(0x10, { spec: '3.3.5', fields: { CPSDVSR: bits(7, 0) } }),
    SSPIMSC: register(0x14, { spec: '3.3.6', fields: INTERRUPTS, onWrite: 'updateInterrupts' }),
    SSPRIS: register(0x18, {
      spec: '3.3.7',
      access: 'ro',
      reset: 0x8,
      fields: INTERRUPTS,
      value: 'rawInterrupts',
    }),
    SSPMIS: register(0x1c, {
      spec: '3.3.8',
      access: 'ro',
      reset: 0,
      fields: INTERRUPTS,
      value: 'maskedInterrupts',
    }),
    SSPICR: register(0x20, {
      spec: '3.3.9',
      access: 'wo',
      fields: { RORIC: bit(0), RTIC: bit(1) },
      onWrite: 'clearInterrupts',
    }),
    SSPDMACR: register(0x24, { spec: '3.3.10', fields: { RXDMAE: bit(0), TXDMAE: bit(1) } }),
    ...primeCellIdentification('3.3.12', [0x22, 0x10, 0x04, 0x00]),
  },
);
const { SSPCR0, SSPCR1, SSPCPSR, SSPIMSC } = layout.position;

const FIFO_SIZE = 8;
/** DDI 0194H chapter 2, interrupts: TX asks for frames at this many or fewer, RX offers this many or more. */
const HALF = FIFO_SIZE / 2;
/** DDI 0194H chapter 2, interrupts: the timeout is a period of 32 bits. */
const TIMEOUT_BITS = 32;

const LBM = 1 << 0;
const SSE = 1 << 1;
const MS = 1 << 2;

const TFE = 1 << 0;
const TNF = 1 << 1;
const RNE = 1 << 2;
const RFF = 1 << 3;
const BSY = 1 << 4;

const ROR = 1 << 0;
const RT = 1 << 1;
const RX = 1 << 2;
const TX = 1 << 3;

const EVENT_TIMEOUT = 0;

export class Pl022 extends RegisterDevice {
  readonly #interrupt: Line;
  readonly #emptySlot: Line | undefined;
  #receiveFifo: number[] = [];
  /** Waiting while the port is disabled. */
  #transmitFifo: number[] = [];
  /** ROR and RT, which stay until they are cleared. */
  #latched = 0;

  constructor(context: DeviceContext, options: Pl022Options) {
    super(context, options.name, layout);
    this.#interrupt = options.interrupt;
    this.#emptySlot = options.emptySlot;
    this.#interrupt.drivenBy(
      () =>
        (this.values[SSPIMSC]! & RT) !== 0 && this.context.events.scheduledAt(EVENT_TIMEOUT) !== undefined,
    );
    this.reset();
  }

  protected override resetInternal(): void {
    this.#receiveFifo = [];
    this.#transmitFifo = [];
    this.#latched = 0;
    this.context.events.cancel(EVENT_TIMEOUT);
  }

  protected override snapshotInternal(): State {
    return {
      receiveFifo: [...this.#receiveFifo],
      transmitFifo: [...this.#transmitFifo],
      latched: this.#latched,
    };
  }

  protected override restoreInternal(state: State): void {
    this.#receiveFifo = [...(state.receiveFifo as number[])];
    this.#transmitFifo = [...(state.transmitFifo as number[])];
    this.#latched = state.latched as number;
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set(this.maskedInterrupts() !== 0);
  }

  override onEvent(_kind: number): void {
    this.#latched |= RT;
    this.updateInterrupts();
  }

  controlChanged(value: number): void {
    if ((value & (SSE | MS)) === (SSE | MS)) {
      this.context.guestError('unimplemented', 'SSPCR1: slave mode is not modelled');
    }
    this.#transfer();
    this.updateInterrupts();
  }

  received(): number {
    return this.#receiveFifo[0] ?? 0;
  }

  frameRead(): void {
    if (this.#receiveFifo.shift() === undefined) return;
    // DDI 0194H chapter 2, interrupts: reading until nothing is left clears the timeout.
    if (this.#receiveFifo.length === 0) this.#latched &= ~RT;
    this.#startTimeout();
    this.updateInterrupts();
  }

  send(value: number): void {
    if (this.#transmitFifo.length === FIFO_SIZE) {
      this.context.guestError('overrun', 'SSPDR written while the transmit FIFO is full: the frame is lost');
      return;
    }
    this.#transmitFifo.push(value);
    this.#transfer();
    this.updateInterrupts();
  }

  status(): number {
    const waiting = this.#transmitFifo.length;
    const received = this.#receiveFifo.length;
    return (
      (waiting === 0 ? TFE : BSY) |
      (waiting < FIFO_SIZE ? TNF : 0) |
      (received > 0 ? RNE : 0) |
      (received === FIFO_SIZE ? RFF : 0)
    );
  }

  rawInterrupts(): number {
    return (
      this.#latched |
      (this.#receiveFifo.length >= HALF ? RX : 0) |
      (this.#transmitFifo.length <= HALF ? TX : 0)
    );
  }

  maskedInterrupts(): number {
    return this.rawInterrupts() & this.values[SSPIMSC]!;
  }

  clearInterrupts(value: number): void {
    this.#latched &= ~value;
    this.updateInterrupts();
  }

  /** Sends what waits, if the port may, and receives as much. */
  #transfer(): void {
    const control = this.values[SSPCR1]!;
    if ((control & SSE) === 0 || (control & MS) !== 0) return;
    // DDI 0194H 3.3.1: DSS is the frame's size less one; sizes below 4 are reserved.
    const mask = 2 ** ((this.values[SSPCR0]! & 0xf) + 1) - 1;
    for (const frame of this.#transmitFifo.splice(0)) {
      const slotSelected = this.#emptySlot !== undefined && !this.#emptySlot.level;
      const answer = (control & LBM) !== 0 ? frame : slotSelected ? 0xffff : 0;
      // DDI 0194H chapter 2, interrupts: the frame that finds the receive FIFO full is lost.
      if (this.#receiveFifo.length === FIFO_SIZE) this.#latched |= ROR;
      else this.#receiveFifo.push(answer & mask);
      this.#startTimeout();
    }
  }

  #startTimeout(): void {
    const { clock, events } = this.context;
    const bitCycles = this.values[SSPCPSR]! * (1 + (this.values[SSPCR0]! >>> 8));
    if (this.#receiveFifo.length === 0 || bitCycles === 0) events.cancel(EVENT_TIMEOUT);
    else events.schedule(EVENT_TIMEOUT, clock.now() + TIMEOUT_BITS * bitCycles);
  }
}
