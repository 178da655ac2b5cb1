/**
 * The way of all input into the machine, so that it can be recorded on its way: files at cycle 0, what is
 * alive (a keyboard, a pipe) between two slices of the run.
 */
import type { Readable } from 'node:stream';
import type { Machine } from '../machine/machine.ts';
import type { Wakeup } from './wakeup.ts';

/** Hears of everything that goes in, at `machine.cycles`. */
export interface InputListener {
  input(port: string, bytes: Uint8Array): void;
  open(port: string, open: boolean): void;
}

export class InputFeed {
  readonly machine: Machine;
  /** Bytes given so far. */
  bytes = 0;
  readonly #listener: InputListener | undefined;

  constructor(machine: Machine, listener: InputListener | undefined) {
    this.machine = machine;
    this.#listener = listener;
  }

  input(port: string, bytes: Uint8Array): void {
    this.machine.input(bytes, port);
    this.bytes += bytes.length;
    this.#listener?.input(port, bytes);
  }

  setOpen(port: string, open: boolean): void {
    this.machine.setInputOpen(open, port);
    this.#listener?.open(port, open);
  }
}

/** A stream stops being read while the guest has this much of it still to come. */
const ENOUGH_BYTES = 1 << 16;

/** Input that comes when it comes. */
export class LiveInput {
  readonly port: string;
  readonly #stream: Readable;
  readonly #wakeup: Wakeup;
  #chunks: Uint8Array[] = [];
  #ended = false;
  #announced: boolean | undefined = undefined;
  #paused = false;

  /** @param keys what becomes of a piece of input before the guest gets it; an escape key may take it away. */
  constructor(
    port: string,
    stream: Readable,
    wakeup: Wakeup,
    keys: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
  ) {
    this.port = port;
    this.#stream = stream;
    this.#wakeup = wakeup;
    stream.on('data', (bytes: Buffer) => {
      const kept = keys(bytes);
      if (kept.length > 0) this.#chunks.push(kept);
      wakeup.ring();
    });
    // A terminal that goes away, or a pipe that breaks, is the end of the input.
    for (const event of ['end', 'error', 'close']) stream.on(event, () => this.#end());
  }

  /** Gives the machine what has come. @returns whether there was anything. */
  deliver(feed: InputFeed): boolean {
    let happened = false;
    if (this.#announced === undefined) {
      this.#announced = true;
      feed.setOpen(this.port, true);
    }
    if (this.#chunks.length > 0) {
      feed.input(this.port, Buffer.concat(this.#chunks));
      this.#chunks = [];
      happened = true;
    }
    if (this.#ended && this.#announced) {
      this.#announced = false;
      feed.setOpen(this.port, false);
      happened = true;
    }
    const full = feed.machine.inputPending(this.port) >= ENOUGH_BYTES;
    if (full !== this.#paused && !this.#ended) {
      this.#paused = full;
      if (full) this.#stream.pause();
      else this.#stream.resume();
    }
    return happened;
  }

  stop(): void {
    this.#stream.destroy();
  }

  #end(): void {
    this.#ended = true;
    this.#wakeup.ring();
  }
}
