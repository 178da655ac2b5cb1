/**
 * UART of the Cortex-M System Design Kit: one byte of buffer in each direction, and interrupts for the transmit
 * buffer becoming free, for a received byte, and for overruns.
 *
 * As on the NS16550A here, sending takes no time unless `pacedTransmit` asks for it, and does not depend on
 * BAUDDIV, which bare firmware often leaves at 0. Input comes at the rate of BAUDDIV once that is valid, at 115200
 * baud until then. It is held back while the buffer is full, so that the receiver never overruns.
 *
 * A first byte that came before the guest enabled the receive interrupt raises it when it is enabled: an early
 * input would otherwise be lost to a guest that switches the receiver on before its interrupt.
 *
 * Source: Cortex-M System Design Kit TRM, DDI 0479D, 4.3. What it leaves open is as on QEMU: a byte written to
 * a full buffer replaces the one there; interrupt status stays when the interrupt is disabled.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { cmsdkIdentification } from '../primecell.ts';
import { bit, bits, RegisterLayout, register } from '../register.ts';
import { CHARACTER_BITS, EVENT_ARRIVAL, Uart } from './uart.ts';

export interface CmsdkUartOptions {
  name: string;
  receive: Line;
  transmit: Line;
  /** Either buffer was written while full. */
  overflow: Line;
  /** Bytes leave at the baud rate instead of at once. */
  pacedTransmit?: boolean;
}

const SPEC = 'DDI 0479D 4.3';

const cmsdkUartLayout = new RegisterLayout(
  { sizeBytes: 0x1000, readWidths: 1 | 2 | 4, writeWidths: 1 | 2 | 4, narrow: 'whole' },
  {
    DATA: register(0x00, {
      spec: SPEC,
      reset: 0,
      fields: { data: bits(7, 0) },
      value: 'receivedByte',
      onRead: 'byteRead',
      onWrite: 'transmit',
    }),
    STATE: register(0x04, {
      spec: SPEC,
      fields: {
        TXFULL: bit(0, 'ro'),
        RXFULL: bit(1, 'ro'),
        TXOVERRUN: bit(2, 'w1c'),
        RXOVERRUN: bit(3, 'w1c'),
      },
      onWrite: 'updateInterrupts',
    }),
    CTRL: register(0x08, {
      spec: SPEC,
      fields: {
        TX_EN: bit(0),
        RX_EN: bit(1),
        TX_INTEN: bit(2),
        RX_INTEN: bit(3),
        TXO_INTEN: bit(4),
        RXO_INTEN: bit(5),
        HSTEST: bit(6),
      },
      onWrite: 'controlChanged',
    }),
    INTSTATUS: register(0x0c, {
      spec: SPEC,
      reset: 0,
      fields: { TX: bit(0), RX: bit(1), TXO: bit(2), RXO: bit(3) },
      value: 'interruptStatus',
      onWrite: 'clearInterrupts',
    }),
    BAUDDIV: register(0x10, { spec: SPEC, fields: { divisor: bits(19, 0) } }),
    ...cmsdkIdentification(SPEC, 0x21),
  },
);

const { STATE, CTRL, BAUDDIV } = cmsdkUartLayout.position;

const TX_EN = 1 << 0;
const RX_EN = 1 << 1;
const TX_INTEN = 1 << 2;
const RX_INTEN = 1 << 3;
const HSTEST = 1 << 6;

const TXFULL = 1 << 0;
const RXFULL = 1 << 1;
const TXOVERRUN = 1 << 2;
const RXOVERRUN = 1 << 3;
const OVERRUNS = TXOVERRUN | RXOVERRUN;

const TX = 1 << 0;
const RX = 1 << 1;

const SMALLEST_DIVISOR = 16;

const EVENT_TRANSMIT = 1;

export class CmsdkUart extends Uart {
  readonly #lines: CmsdkUartOptions;
  readonly #paced: boolean;
  /** TX and RX of INTSTATUS; the overruns there follow from STATE and CTRL. */
  #pending = 0;
  #received = 0;
  #waiting = 0;
  /** The byte in the transmitter's shift register, -1 when it is empty. */
  #shifting = -1;

  constructor(context: DeviceContext, options: CmsdkUartOptions) {
    super(context, options.name, cmsdkUartLayout);
    this.#lines = options;
    this.#paced = options.pacedTransmit ?? false;
    options.receive.drivenBy(() => (this.values[CTRL]! & RX_INTEN) !== 0 && this.fromHost.mayArrive());
    options.transmit.drivenBy(
      () => (~this.values[CTRL]! & (TX_EN | TX_INTEN)) === 0 && this.#shifting >= 0 && this.#isFull(),
    );
    this.reset();
  }

  protected unreadInput(): number {
    return (this.values[STATE]! & RXFULL) === 0 ? 0 : 1;
  }

  protected canReceive(): boolean {
    return (this.values[CTRL]! & RX_EN) !== 0 && (this.values[STATE]! & RXFULL) === 0;
  }

  protected override resetInternal(): void {
    this.context.events.cancel(EVENT_TRANSMIT);
    this.#pending = 0;
    this.#received = 0;
    this.#waiting = 0;
    this.#shifting = -1;
    this.fromHost.reset();
  }

  protected override snapshotInternal(): State {
    return {
      input: this.fromHost.snapshot(),
      pending: this.#pending,
      received: this.#received,
      waiting: this.#waiting,
      shifting: this.#shifting,
    };
  }

  protected override restoreInternal(state: State): void {
    this.fromHost.restore(state.input as State);
    this.#pending = state.pending as number;
    this.#received = state.received as number;
    this.#waiting = state.waiting as number;
    this.#shifting = state.shifting as number;
  }

  override updateInterrupts(): void {
    this.#lines.transmit.set((this.#pending & TX) !== 0);
    this.#lines.receive.set((this.#pending & RX) !== 0);
    this.#lines.overflow.set((this.interruptStatus() & OVERRUNS) !== 0);
  }

  override onEvent(kind: number): void {
    if (kind === EVENT_ARRIVAL) this.fromHost.arrive();
    else this.#characterSent();
    this.updateInterrupts();
  }

  receivedByte(): number {
    return this.#received;
  }

  byteRead(): void {
    if ((this.values[STATE]! & RXFULL) === 0) return;
    this.values[STATE]! &= ~RXFULL;
    this.fromHost.accepted(0);
    this.updateInterrupts();
  }

  transmit(byte: number): void {
    this.#waiting = byte & 0xff;
    if (this.#isFull()) {
      this.values[STATE]! |= TXOVERRUN;
      this.context.guestError('overrun', 'DATA written while TXFULL: the byte before is lost');
    } else {
      this.values[STATE]! |= TXFULL;
      this.#startSending();
    }
    this.updateInterrupts();
  }

  controlChanged(control: number, _index: number, previous: number): void {
    if ((control & ~previous & RX_INTEN) !== 0 && this.fromHost.offered) this.#pending |= RX;
    this.#startSending();
    this.fromHost.roomMade();
    this.updateInterrupts();
  }

  interruptStatus(): number {
    return this.#pending | (this.values[STATE]! & (this.values[CTRL]! >>> 2) & OVERRUNS);
  }

  /** Clearing an overrun interrupt clears the overrun in STATE, from which it follows. */
  clearInterrupts(written: number): void {
    this.#pending &= ~written;
    this.values[STATE]! &= ~(written & OVERRUNS);
    this.updateInterrupts();
  }

  #isFull(): boolean {
    return (this.values[STATE]! & TXFULL) !== 0;
  }

  protected receive(byte: number): void {
    this.#received = byte;
    this.values[STATE]! |= RXFULL;
    if ((this.values[CTRL]! & RX_INTEN) !== 0) this.#pending |= RX;
    this.updateInterrupts();
  }

  /** A waiting byte goes to the shift register if that is empty, and at once out of it if sending takes no time. */
  #startSending(): void {
    if (!this.#isFull() || this.#shifting >= 0 || (this.values[CTRL]! & TX_EN) === 0) return;
    this.values[STATE]! &= ~TXFULL;
    if ((this.values[CTRL]! & TX_INTEN) !== 0) this.#pending |= TX;
    if (this.#paced) {
      this.#shifting = this.#waiting;
      this.context.events.schedule(EVENT_TRANSMIT, this.context.clock.now() + this.#transmitCycles());
    } else {
      this.host?.transmitted(this.#waiting);
    }
  }

  #characterSent(): void {
    this.host?.transmitted(this.#shifting);
    this.#shifting = -1;
    this.#startSending();
  }

  /** DDI 0479D 4.3: a bit takes BAUDDIV cycles. */
  protected characterCycles(): number {
    const divisor = this.values[BAUDDIV]!;
    if (divisor >= SMALLEST_DIVISOR) return CHARACTER_BITS * divisor;
    return this.defaultCharacterCycles();
  }

  /** In high-speed test mode a bit is sent in a cycle. */
  #transmitCycles(): number {
    return (this.values[CTRL]! & HSTEST) === 0 ? this.characterCycles() : CHARACTER_BITS;
  }
}
