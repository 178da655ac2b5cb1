/**
 * PL011 UART: FIFOs of 16 characters, the receive, transmit, receive-timeout and overrun interrupts, loopback. The
 * other error interrupts exist but never come, as the line is perfect; modem lines and DMA are not connected.
 *
 * Choices that bluesim makes. Sending takes no time unless `pacedTransmit` asks for it. Characters leave and
 * arrive also while the UART is disabled, because QEMU's boards are programmed so; the first such character is
 * reported. Word length does not cut bytes. Until a divisor is set, input comes at 115200 baud, 8N1. The receive
 * interrupt rises with the first character whatever UARTIFLS selects, as on QEMU, whose guests rely on it when
 * they do not enable the timeout. Changing FEN empties the receive FIFO.
 *
 * Source: Arm PrimeCell UART (PL011) TRM, DDI 0183G, chapters 2 and 3; LM3S6965 datasheet, chapter Universal
 * Asynchronous Receivers/Transmitters.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { EVENT_TIMEOUT, FifoUart } from './fifo-uart.ts';
import { type Pl011Variant, pl011Layouts } from './pl011-registers.ts';
import { CHARACTER_BITS, DEFAULT_BAUD } from './uart.ts';

export interface Pl011Options {
  name: string;
  interrupt: Line;
  /** 'arm' when absent. */
  variant?: Pl011Variant;
  /** UARTCLK in Hz; the core clock when absent. */
  baudClockHz?: number;
  /** Characters leave at the baud rate instead of at once. */
  pacedTransmit?: boolean;
}

const { UARTIBRD, UARTFBRD, UARTLCR_H, UARTCR, UARTIFLS, UARTIMSC, UARTRIS } = pl011Layouts.arm.position;

/** DDI 0183G 3.3.9: at which fill level the transmit FIFO asks for more; reserved values as the fullest. */
const TRANSMIT_LEVELS = [2, 4, 8, 12, 14, 14, 14, 14];
/** DDI 0183G 2.8.4: the timeout is a period of 32 bits. */
const TIMEOUT_BITS = 32;

const PEN = 1 << 1;
const STP2 = 1 << 3;
const FEN = 1 << 4;

const UARTEN = 1 << 0;
const LBE = 1 << 7;
const TXE = 1 << 8;

const BUSY = 1 << 3;
const RXFE = 1 << 4;
const TXFF = 1 << 5;
const RXFF = 1 << 6;
const TXFE = 1 << 7;

const RX = 1 << 4;
const TX = 1 << 5;
const RT = 1 << 6;
const OE = 1 << 10;

/** OE as UARTDR and UARTRSR show it. */
const DATA_OVERRUN = 1 << 11;
const STATUS_OVERRUN = 1 << 3;

/** Entries of the receive FIFO have DATA_OVERRUN where a character before them was lost. */
export class Pl011 extends FifoUart {
  readonly #interrupt: Line;
  readonly #baudClockHz: number | undefined;
  #receiveStatus = 0;
  /** Whether a character was lost since the last that was received. */
  #overrun = false;
  #reportedDisabled = false;

  constructor(context: DeviceContext, options: Pl011Options) {
    super(context, options.name, pl011Layouts[options.variant ?? 'arm'], options.pacedTransmit);
    this.#interrupt = options.interrupt;
    this.#baudClockHz = options.baudClockHz;
    this.#interrupt.drivenBy(() => this.#mayInterrupt());
    this.reset();
  }

  protected override resetInternal(): void {
    this.#receiveStatus = 0;
    this.#overrun = false;
    this.#reportedDisabled = false;
    super.resetInternal();
  }

  protected override snapshotInternal(): State {
    return {
      ...super.snapshotInternal(),
      receiveStatus: this.#receiveStatus,
      overrun: this.#overrun,
      reportedDisabled: this.#reportedDisabled,
    };
  }

  protected override restoreInternal(state: State): void {
    super.restoreInternal(state);
    this.#receiveStatus = state.receiveStatus as number;
    this.#overrun = state.overrun as boolean;
    this.#reportedDisabled = state.reportedDisabled as boolean;
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set(this.maskedInterrupts() !== 0);
  }

  maskedInterrupts(): number {
    return this.values[UARTRIS]! & this.values[UARTIMSC]!;
  }

  clearInterrupts(value: number): void {
    this.values[UARTRIS]! &= ~value;
    this.updateInterrupts();
  }

  receivedCharacter(): number {
    return this.oldestReceived();
  }

  characterRead(): void {
    const entry = this.receiveFifo.shift();
    if (entry === undefined) return;
    this.#receiveStatus = (entry & DATA_OVERRUN) !== 0 ? STATUS_OVERRUN : 0;
    // DDI 0183G 2.8.2, 2.8.4: reading takes RX back below its level, and RT when nothing is left.
    if (this.receiveFifo.length === 0) this.values[UARTRIS]! &= ~(RX | RT);
    this.#startTimeout();
    this.entryTaken(entry);
    this.updateInterrupts();
  }

  transmit(value: number): void {
    const character = value & 0xff;
    this.#checkEnabled(character);
    if (!this.paced) {
      this.send(character);
      this.#raise(TX);
    } else if (this.shifting < 0) {
      this.startSending(character);
      if (!this.fifosEnabled()) this.#raise(TX);
    } else if (this.transmitFifo.length < this.capacity()) {
      this.transmitFifo.push(character);
      if (this.transmitFifo.length > this.#transmitLevel()) this.values[UARTRIS]! &= ~TX;
    } else {
      const what = `UARTDR written with 0x${character.toString(16)} while the transmit FIFO is full`;
      this.context.guestError('overrun', `${what}: the character is lost`);
    }
    this.updateInterrupts();
  }

  receiveStatus(): number {
    return this.#receiveStatus;
  }

  clearReceiveStatus(): void {
    this.#receiveStatus = 0;
  }

  flags(): number {
    const waiting = this.transmitFifo.length;
    const received = this.receiveFifo.length;
    return (
      (this.shifting >= 0 ? BUSY : 0) |
      (received === 0 ? RXFE : 0) |
      (waiting >= this.capacity() ? TXFF : 0) |
      (received >= this.capacity() ? RXFF : 0) |
      (waiting === 0 ? TXFE : 0)
    );
  }

  lineControlChanged(value: number, _index: number, previous: number): void {
    if (((value ^ previous) & FEN) === 0) return;
    this.receiveFifo = [];
    this.#startTimeout();
    this.fromHost.discarded();
  }

  controlChanged(): void {
    this.#reportedDisabled = false;
    this.fromHost.roomMade();
    this.updateInterrupts();
  }

  protected fifosEnabled(): boolean {
    return (this.values[UARTLCR_H]! & FEN) !== 0;
  }

  protected loopback(): boolean {
    return (this.values[UARTCR]! & LBE) !== 0;
  }

  protected timedOut(): void {
    this.#raise(RT);
  }

  protected waitingTaken(): void {
    if (this.transmitFifo.length === this.#transmitLevel()) this.#raise(TX);
  }

  /** Fill level of the transmit FIFO down to which TX is asserted. */
  #transmitLevel(): number {
    return this.fifosEnabled() ? TRANSMIT_LEVELS[this.values[UARTIFLS]! & 7]! : 0;
  }

  #raise(interrupts: number): void {
    this.values[UARTRIS]! |= interrupts;
  }

  #checkEnabled(character: number): void {
    const enabled = (this.values[UARTCR]! & (UARTEN | TXE)) === (UARTEN | TXE);
    if (enabled || this.#reportedDisabled) return;
    this.#reportedDisabled = true;
    const what = `UARTDR written with 0x${character.toString(16)} while UARTEN or TXE is 0`;
    this.context.guestError('disabled', `${what}: hardware would not send it`);
  }

  #bits(count: number): number {
    const { frequencyHz } = this.context.clock;
    const divisor = this.values[UARTIBRD]! * 64 + this.values[UARTFBRD]!;
    const bitCycles =
      this.values[UARTIBRD] === 0
        ? frequencyHz / DEFAULT_BAUD
        : ((divisor / 4) * frequencyHz) / (this.#baudClockHz ?? frequencyHz);
    return Math.max(1, Math.round(bitCycles * count));
  }

  protected characterCycles(): number {
    if (this.values[UARTIBRD] === 0) return this.#bits(CHARACTER_BITS);
    const format = this.values[UARTLCR_H]!;
    const dataBits = 5 + ((format >>> 5) & 3);
    return this.#bits(1 + dataBits + ((format & PEN) !== 0 ? 1 : 0) + ((format & STP2) !== 0 ? 2 : 1));
  }

  protected received(entry: number): void {
    if (this.receiveFifo.length >= this.capacity()) {
      // DDI 0183G 3.3.1, 3.3.2: the FIFO stays as it is, and the next character that finds room tells of the loss.
      this.#overrun = true;
      this.#receiveStatus |= STATUS_OVERRUN;
      this.#raise(OE);
    } else {
      this.receiveFifo.push(this.#overrun ? entry | DATA_OVERRUN : entry);
      this.#overrun = false;
      if (this.receiveFifo.length === 1) this.#raise(RX);
      this.#startTimeout();
    }
    this.updateInterrupts();
  }

  #startTimeout(): void {
    if (this.receiveFifo.length === 0) this.context.events.cancel(EVENT_TIMEOUT);
    else this.context.events.schedule(EVENT_TIMEOUT, this.context.clock.now() + this.#bits(TIMEOUT_BITS));
  }

  /** What can still raise the interrupt without an act of the core. */
  #mayInterrupt(): boolean {
    const enabled = this.values[UARTIMSC]!;
    const waiting = this.transmitFifo.length;
    if ((enabled & TX) !== 0 && waiting > this.#transmitLevel()) return true;
    let arriving = this.fromHost.mayArrive();
    if (this.loopback()) {
      const onTheWay = this.onTheWay();
      if ((enabled & OE) !== 0 && onTheWay > this.capacity() - this.receiveFifo.length) return true;
      arriving = onTheWay > 0;
    }
    const timeoutDue = this.context.events.scheduledAt(EVENT_TIMEOUT) !== undefined;
    if ((enabled & RT) !== 0 && (arriving || timeoutDue)) return true;
    return (enabled & RX) !== 0 && arriving && this.receiveFifo.length === 0;
  }
}
