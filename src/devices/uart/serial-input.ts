/**
 * The way of host input into a UART, the same for every UART: when each byte arrives in virtual time.
 *
 * A burst begins with one byte, offered at once. Until the guest accepts it nothing else arrives, and a reset of
 * the receive FIFO gives it back, so that input present before the guest has set up its UART survives the set-up.
 * The rest follows at the pace of the line, one character time apart, and stops while the buffer is full; a byte
 * that was held back arrives a character time after there is room again, so that a handler which empties the
 * buffer comes to an end. A burst ends when everything has been read.
 */
import type { DeviceContext } from '../../bus/device.ts';
import type { State, Stateful } from '../../bus/state.ts';

/** The receiver of a UART. */
export interface Receiver {
  /** Whether a byte from the line would find room. */
  canReceive(): boolean;
  /** A byte arrives; only called when there is room. */
  receive(byte: number): void;
  /** Duration of a character in cycles, at least 1. */
  characterCycles(): number;
}

/** No burst; first byte waits in the receive buffer; the rest arrives at its pace. */
type Phase = 'idle' | 'offered' | 'flowing';

export class SerialInput implements Stateful {
  open = false;
  readonly #context: DeviceContext;
  readonly #eventKind: number;
  readonly #receiver: Receiver;
  #queue = new Uint8Array(0);
  #phase: Phase = 'idle';
  #offeredByte = 0;
  /** The line is taken until this cycle. */
  #freeCycle = 0;

  /** @param eventKind the device's event kind for an arrival, which it passes on to `arrive`. */
  constructor(context: DeviceContext, eventKind: number, receiver: Receiver) {
    this.#context = context;
    this.#eventKind = eventKind;
    this.#receiver = receiver;
  }

  /** Bytes that have not arrived yet. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Whether the first byte of a burst is in the receive buffer and the guest has not accepted it. */
  get offered(): boolean {
    return this.#phase === 'offered';
  }

  push(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#queue.length + bytes.length);
    joined.set(this.#queue);
    joined.set(bytes, this.#queue.length);
    this.#queue = joined;
    this.#advance();
  }

  /** The guest has read a byte that came from here. @param unread how many more of them are in the buffer. */
  accepted(unread: number): void {
    if (this.#phase === 'offered') {
      this.#phase = 'flowing';
      this.#freeCycle = this.#context.clock.now() + this.#receiver.characterCycles();
    }
    if (this.#phase === 'flowing' && unread === 0 && this.#queue.length === 0) this.#phase = 'idle';
    this.#advance();
  }

  /** Everything in the receive buffer was thrown away. */
  discarded(): void {
    if (this.#phase === 'offered') {
      const joined = new Uint8Array(this.#queue.length + 1);
      joined[0] = this.#offeredByte;
      joined.set(this.#queue, 1);
      this.#queue = joined;
      this.#phase = 'idle';
    } else if (this.#queue.length === 0) {
      this.#phase = 'idle';
    }
    this.#advance();
  }

  /** There may be room now where there was none. */
  roomMade(): void {
    this.#advance();
  }

  /** Power-on reset of the UART: what the host has sent and the guest has not got starts again as a burst. */
  reset(): void {
    this.#context.events.cancel(this.#eventKind);
    if (this.#phase === 'flowing') this.#phase = 'idle';
    this.discarded();
  }

  /** The arrival event is due. */
  arrive(): void {
    if (this.#receiver.canReceive()) this.#deliver();
    this.#advance();
  }

  /** Whether a byte can still arrive without any act of the guest. */
  mayArrive(): boolean {
    if (!this.#receiver.canReceive() || this.#phase === 'offered') return false;
    return this.open || this.#context.events.scheduledAt(this.#eventKind) !== undefined;
  }

  snapshot(): State {
    return {
      open: this.open,
      queue: this.#queue.slice(),
      phase: this.#phase,
      offeredByte: this.#offeredByte,
      freeCycle: this.#freeCycle,
    };
  }

  restore(state: State): void {
    this.open = state.open as boolean;
    this.#queue = (state.queue as Uint8Array).slice();
    this.#phase = state.phase as Phase;
    this.#offeredByte = state.offeredByte as number;
    this.#freeCycle = state.freeCycle as number;
  }

  /** Starts what can be started: a burst, or the transfer of the next byte. */
  #advance(): void {
    if (this.#queue.length === 0 || !this.#receiver.canReceive()) return;
    if (this.#phase === 'idle') {
      this.#phase = 'offered';
      this.#offeredByte = this.#queue[0]!;
      this.#deliver();
    } else if (this.#phase === 'flowing' && this.#context.events.scheduledAt(this.#eventKind) === undefined) {
      const now = this.#context.clock.now();
      const arrival = this.#freeCycle > now ? this.#freeCycle : now + this.#receiver.characterCycles();
      this.#context.events.schedule(this.#eventKind, arrival);
    }
  }

  #deliver(): void {
    const byte = this.#queue[0]!;
    this.#queue = this.#queue.subarray(1);
    this.#freeCycle = this.#context.clock.now() + this.#receiver.characterCycles();
    this.#receiver.receive(byte);
  }
}
