/**
 * What the UARTs with FIFOs of 16 characters share: a FIFO in each direction, of which one character each remains
 * while FIFOs are off; a transmitter that takes its time or none; loopback; and the timeout for characters that
 * nobody reads. Statuses and interrupts are the devices' own.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';
import type { RegisterLayout } from '../register.ts';
import { EVENT_ARRIVAL, Uart } from './uart.ts';

const FIFO_SIZE = 16;

export const EVENT_TIMEOUT = 1;
const EVENT_TRANSMIT = 2;

/** Marks a character in the receive FIFO that came from the host, not by loopback. */
const FROM_HOST = 1 << 16;

export abstract class FifoUart extends Uart {
  /** Whether characters leave at the baud rate instead of at once. */
  protected readonly paced: boolean;
  /** Characters received, oldest first; one at most while FIFOs are off. */
  protected receiveFifo: number[] = [];
  /** Characters waiting for the transmitter, without the one being sent. */
  protected transmitFifo: number[] = [];
  /** The character in the transmitter's shift register, -1 when it is empty. */
  protected shifting = -1;

  constructor(context: DeviceContext, name: string, layout: RegisterLayout, paced: boolean | undefined) {
    super(context, name, layout);
    this.paced = paced ?? false;
  }

  protected abstract fifosEnabled(): boolean;

  /** Whether what is sent is received instead. */
  protected abstract loopback(): boolean;

  /** A character has come, from the host or by loopback, whether or not there is room. */
  protected abstract received(entry: number): void;

  /** The oldest waiting character has gone to the shift register. */
  protected abstract waitingTaken(): void;

  /** Nobody has read for the duration of the timeout. */
  protected abstract timedOut(): void;

  /** Puts the device's own state right first: input that the host has sent may arrive here and now. */
  protected override resetInternal(): void {
    this.context.events.cancel(EVENT_TIMEOUT);
    this.context.events.cancel(EVENT_TRANSMIT);
    this.receiveFifo = [];
    this.transmitFifo = [];
    this.shifting = -1;
    this.fromHost.reset();
  }

  protected override snapshotInternal(): State {
    return {
      input: this.fromHost.snapshot(),
      receiveFifo: [...this.receiveFifo],
      transmitFifo: [...this.transmitFifo],
      shifting: this.shifting,
    };
  }

  protected override restoreInternal(state: State): void {
    this.fromHost.restore(state.input as State);
    this.receiveFifo = [...(state.receiveFifo as number[])];
    this.transmitFifo = [...(state.transmitFifo as number[])];
    this.shifting = state.shifting as number;
  }

  override onEvent(kind: number): void {
    if (kind === EVENT_ARRIVAL) this.fromHost.arrive();
    else if (kind === EVENT_TRANSMIT) this.#characterSent();
    else this.timedOut();
    this.updateInterrupts();
  }

  protected capacity(): number {
    return this.fifosEnabled() ? FIFO_SIZE : 1;
  }

  /** Characters on the way to the end of the line: with loopback, to the receiver. */
  protected onTheWay(): number {
    return this.transmitFifo.length + (this.shifting < 0 ? 0 : 1);
  }

  /** The oldest character in the receive FIFO with what is noted on it, 0 when there is none. */
  protected oldestReceived(): number {
    return (this.receiveFifo[0] ?? 0) & ~FROM_HOST;
  }

  protected unreadInput(): number {
    let count = 0;
    for (const entry of this.receiveFifo) if ((entry & FROM_HOST) !== 0) count++;
    return count;
  }

  protected canReceive(): boolean {
    return !this.loopback() && this.receiveFifo.length < this.capacity();
  }

  protected receive(byte: number): void {
    this.received(byte | FROM_HOST);
  }

  /** The guest has taken this out of the receive FIFO. */
  protected entryTaken(entry: number): void {
    if ((entry & FROM_HOST) !== 0) this.fromHost.accepted(this.unreadInput());
    else this.fromHost.roomMade();
  }

  protected send(character: number): void {
    if (this.loopback()) this.received(character);
    else this.host?.transmitted(character);
  }

  protected startSending(character: number): void {
    this.shifting = character;
    this.context.events.schedule(EVENT_TRANSMIT, this.context.clock.now() + this.characterCycles());
  }

  #characterSent(): void {
    const character = this.shifting;
    this.shifting = -1;
    this.send(character);
    const next = this.transmitFifo.shift();
    if (next === undefined) return;
    this.startSending(next);
    this.waitingTaken();
  }
}
