/**
 * NS16550A UART: 16-byte FIFOs, all four causes of interrupt and the character timeout, modem control with
 * loopback.
 *
 * Three choices the chip does not make for us. Sending takes no time unless `pacedTransmit` asks for it, because
 * no guest waits on purpose. Word length does not cut bytes, because bare firmware prints without ever setting
 * LCR. Until the guest has set a divisor, or with divisor 0, input comes at 115200 baud, 8N1.
 *
 * Source: TI (National Semiconductor) PC16550D datasheet, SNLS378C. What it leaves open is as on QEMU: reset
 * values of MCR and the divisor; a timeout shows before received data; any reset of the transmit FIFO raises
 * the THRE interrupt.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { EVENT_TIMEOUT, FifoUart } from './fifo-uart.ts';
import { ns16550aLayout } from './ns16550a-registers.ts';

export interface Ns16550aOptions {
  name: string;
  interrupt: Line;
  /** Input clock of the baud generator in Hz; 3.6864 MHz when absent. */
  baudClockHz?: number;
  /** Bytes leave at the baud rate instead of at once. */
  pacedTransmit?: boolean;
}

const { IER, DLL, DLM, FCR, LCR, MCR } = ns16550aLayout.position;

const TRIGGER_LEVELS = [1, 4, 8, 14];
/** SNLS378C 8.6: the timeout is four character times. */
const TIMEOUT_CHARACTERS = 4;

const ERBFI = 1 << 0;
const ETBEI = 1 << 1;
const ELSI = 1 << 2;
const EDSSI = 1 << 3;

const FIFO_ENABLE = 1 << 0;
const LOOP = 1 << 4;
const DLAB = 1 << 7;

const DR = 1 << 0;
const OE = 1 << 1;
const THRE = 1 << 5;
const TEMT = 1 << 6;

/** Causes as IIR shows them, in bits 3 to 0. */
const NO_INTERRUPT = 0x1;
const LINE_STATUS = 0x6;
const RECEIVED_DATA = 0x4;
const CHARACTER_TIMEOUT = 0xc;
const THR_EMPTY = 0x2;
const MODEM_STATUS = 0x0;

/** Modem inputs as MSR shows them: CTS, DSR and DCD are wired active. */
const MODEM_INPUTS = 0xb0;

export class Ns16550a extends FifoUart {
  readonly #interrupt: Line;
  readonly #baudClockHz: number;
  /** What RBR shows while FIFOs are off, also after it was read: the last byte received so. */
  #lastByte = 0;
  #overrun = false;
  #timeout = false;
  #thrEmpty = false;
  #modemChanges = 0;
  #divisorSet = false;

  constructor(context: DeviceContext, options: Ns16550aOptions) {
    super(context, options.name, ns16550aLayout, options.pacedTransmit);
    this.#interrupt = options.interrupt;
    this.#baudClockHz = options.baudClockHz ?? 3_686_400;
    this.#interrupt.drivenBy(() => this.#mayInterrupt());
    this.reset();
  }

  protected override bank(): number {
    return (this.values[LCR]! & DLAB) === 0 ? 0 : 1;
  }

  protected override resetInternal(): void {
    this.#lastByte = 0;
    this.#overrun = false;
    this.#timeout = false;
    this.#thrEmpty = false;
    this.#modemChanges = 0;
    this.#divisorSet = false;
    super.resetInternal();
  }

  protected override snapshotInternal(): State {
    return {
      ...super.snapshotInternal(),
      lastByte: this.#lastByte,
      overrun: this.#overrun,
      timeout: this.#timeout,
      thrEmpty: this.#thrEmpty,
      modemChanges: this.#modemChanges,
      divisorSet: this.#divisorSet,
    };
  }

  protected override restoreInternal(state: State): void {
    super.restoreInternal(state);
    this.#lastByte = state.lastByte as number;
    this.#overrun = state.overrun as boolean;
    this.#timeout = state.timeout as boolean;
    this.#thrEmpty = state.thrEmpty as boolean;
    this.#modemChanges = state.modemChanges as number;
    this.#divisorSet = state.divisorSet as boolean;
  }

  protected override updateInterrupts(): void {
    this.#interrupt.set(this.#cause() !== NO_INTERRUPT);
  }

  receivedByte(): number {
    if (!this.fifosEnabled()) return this.#lastByte;
    return this.oldestReceived();
  }

  byteRead(): void {
    const entry = this.receiveFifo.shift();
    if (entry === undefined) return;
    this.#timeout = false;
    this.#startTimeout();
    this.entryTaken(entry);
    this.updateInterrupts();
  }

  transmit(byte: number): void {
    this.#thrEmpty = false;
    if (!this.paced) {
      this.send(byte);
      this.#thrEmpty = true;
    } else if (this.shifting < 0) {
      this.startSending(byte);
      this.#thrEmpty = true;
    } else if (this.transmitFifo.length < this.capacity()) {
      this.transmitFifo.push(byte);
    } else {
      this.context.guestError(
        'overrun',
        `THR written with 0x${byte.toString(16)} while full: the byte is lost`,
      );
    }
    this.updateInterrupts();
  }

  divisorChanged(): void {
    this.#divisorSet = true;
  }

  enableChanged(value: number, _index: number, previous: number): void {
    // SNLS378C 8.6: enabling the THRE interrupt while the register is empty raises it.
    if ((value & ETBEI) === 0) this.#thrEmpty = false;
    else if ((previous & ETBEI) === 0 && this.transmitFifo.length === 0) this.#thrEmpty = true;
    this.updateInterrupts();
  }

  interruptIdentification(): number {
    return this.#cause() | (this.fifosEnabled() ? 0xc0 : 0);
  }

  identificationRead(): void {
    if (this.#cause() === THR_EMPTY) this.#thrEmpty = false;
    this.updateInterrupts();
  }

  controlFifos(value: number, _index: number, previous: number): void {
    // SNLS378C 8.5: the other bits count only together with bit 0; switching the FIFOs empties them.
    const switched = ((value ^ previous) & FIFO_ENABLE) !== 0;
    this.values[FCR] = value & FIFO_ENABLE ? value & 0xc9 : 0;
    if (switched || (value & 0x03) === 0x03) this.#resetReceiver();
    if (switched || (value & 0x05) === 0x05) this.#resetTransmitter();
    this.updateInterrupts();
  }

  modemControlChanged(_value: number, _index: number, previous: number): void {
    const before = modemInputs(previous);
    const after = modemInputs(this.values[MCR]!);
    const changed = (before ^ after) >>> 4;
    // SNLS378C 8.9: TERI tells only of the trailing edge of RI.
    this.#modemChanges |= (changed & 0xb) | (changed & (before >>> 4) & 0x4);
    this.fromHost.roomMade();
    this.updateInterrupts();
  }

  lineStatus(): number {
    const transmitterEmpty = this.transmitFifo.length === 0;
    return (
      (this.receiveFifo.length > 0 ? DR : 0) |
      (this.#overrun ? OE : 0) |
      (transmitterEmpty ? THRE : 0) |
      (transmitterEmpty && this.shifting < 0 ? TEMT : 0)
    );
  }

  lineStatusRead(): void {
    this.#overrun = false;
    this.updateInterrupts();
  }

  modemStatus(): number {
    return modemInputs(this.values[MCR]!) | this.#modemChanges;
  }

  modemStatusRead(): void {
    this.#modemChanges = 0;
    this.updateInterrupts();
  }

  protected fifosEnabled(): boolean {
    return (this.values[FCR]! & FIFO_ENABLE) !== 0;
  }

  protected loopback(): boolean {
    return (this.values[MCR]! & LOOP) !== 0;
  }

  protected timedOut(): void {
    this.#timeout = true;
  }

  protected waitingTaken(): void {
    if (this.transmitFifo.length === 0) this.#thrEmpty = true;
  }

  /** Low four bits of IIR: the pending cause of the highest priority (SNLS378C table 4). */
  #cause(): number {
    const enabled = this.values[IER]!;
    if ((enabled & ELSI) !== 0 && this.#overrun) return LINE_STATUS;
    if ((enabled & ERBFI) !== 0) {
      if (this.#timeout) return CHARACTER_TIMEOUT;
      const trigger = this.fifosEnabled() ? TRIGGER_LEVELS[this.values[FCR]! >>> 6]! : 1;
      if (this.receiveFifo.length >= trigger) return RECEIVED_DATA;
    }
    if ((enabled & ETBEI) !== 0 && this.#thrEmpty) return THR_EMPTY;
    if ((enabled & EDSSI) !== 0 && this.#modemChanges !== 0) return MODEM_STATUS;
    return NO_INTERRUPT;
  }

  #mayInterrupt(): boolean {
    const enabled = this.values[IER]!;
    if ((enabled & ETBEI) !== 0 && this.transmitFifo.length > 0) return true;
    if (this.loopback()) {
      const onTheWay = this.onTheWay();
      if ((enabled & ERBFI) !== 0 && onTheWay > 0) return true;
      if ((enabled & ELSI) !== 0 && onTheWay > this.capacity() - this.receiveFifo.length) return true;
    }
    if ((enabled & ERBFI) === 0) return false;
    return this.fromHost.mayArrive() || this.context.events.scheduledAt(EVENT_TIMEOUT) !== undefined;
  }

  protected characterCycles(): number {
    const { frequencyHz } = this.context.clock;
    const divisor = (this.values[DLM]! << 8) | this.values[DLL]!;
    if (!this.#divisorSet || divisor === 0) return this.defaultCharacterCycles();
    const format = this.values[LCR]!;
    const stopBits = (format & 4) === 0 ? 1 : (format & 3) === 0 ? 1.5 : 2;
    const characterBits = 1 + 5 + (format & 3) + ((format >>> 3) & 1) + stopBits;
    return Math.max(1, Math.round((frequencyHz * 16 * divisor * characterBits) / this.#baudClockHz));
  }

  protected received(entry: number): void {
    if (!this.fifosEnabled()) this.#lastByte = entry & 0xff;
    if (this.receiveFifo.length < this.capacity()) {
      this.receiveFifo.push(entry);
      if (!this.#timeout) this.#startTimeout();
    } else {
      // SNLS378C 8.4: without FIFOs the new byte replaces the old one, with FIFOs the new one is lost.
      this.#overrun = true;
      if (!this.fifosEnabled()) {
        this.receiveFifo[0] = entry;
        this.fromHost.discarded();
      }
    }
    this.updateInterrupts();
  }

  #startTimeout(): void {
    if (this.fifosEnabled() && this.receiveFifo.length > 0) {
      const deadline = this.context.clock.now() + TIMEOUT_CHARACTERS * this.characterCycles();
      this.context.events.schedule(EVENT_TIMEOUT, deadline);
    } else {
      this.context.events.cancel(EVENT_TIMEOUT);
    }
  }

  #resetReceiver(): void {
    this.receiveFifo = [];
    this.#timeout = false;
    this.#startTimeout();
    this.fromHost.discarded();
  }

  #resetTransmitter(): void {
    this.transmitFifo = [];
    this.#thrEmpty = true;
  }
}

/** What MSR shows in bits 7 to 4: the wires, or in loopback the outputs of MCR (SNLS378C 8.8). */
function modemInputs(modemControl: number): number {
  if ((modemControl & LOOP) === 0) return MODEM_INPUTS;
  const dtr = modemControl & 1;
  const rts = (modemControl >>> 1) & 1;
  return (rts << 4) | (dtr << 5) | ((modemControl & 0xc) << 4);
}
