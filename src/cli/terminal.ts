/**
 * The person at the terminal. Every key goes to the guest as it is typed, Ctrl-C too; Ctrl-A is the way to
 * bluesim itself, as in QEMU's `-nographic`. Whatever happens, the terminal is given back as it was.
 */
import type { ReadStream } from 'node:tty';
import { tell } from './messages.ts';

const CTRL_A = 0x01;
const CTRL_C = 0x03;

export const ESCAPE_HELP = `
Ctrl-A x       ends bluesim (exit code 0)
Ctrl-A Ctrl-A  sends Ctrl-A to the guest
Ctrl-A h       shows this
`;

export class Terminal {
  readonly #stream: ReadStream;
  readonly #quit: () => void;
  #escaped = false;
  #explained = false;
  readonly #resumed = () => this.#stream.setRawMode(true);
  readonly #restore = () => this.restore();

  /** @param quit called on Ctrl-A x. */
  constructor(stream: ReadStream, quit: () => void) {
    this.#stream = stream;
    this.#quit = quit;
    stream.setRawMode(true);
    // Stopped by someone and continued, the terminal is as the shell wants it.
    process.on('SIGCONT', this.#resumed);
    // Also when something throws.
    process.on('exit', this.#restore);
  }

  restore(): void {
    process.off('SIGCONT', this.#resumed);
    process.off('exit', this.#restore);
    if (!this.#stream.destroyed) this.#stream.setRawMode(false);
  }

  /** What of the typed bytes is for the guest. */
  keys(bytes: Uint8Array): Uint8Array {
    const kept: number[] = [];
    for (const byte of bytes) {
      if (this.#escaped) {
        this.#escaped = false;
        if (byte === CTRL_A) kept.push(byte);
        else this.#command(String.fromCharCode(byte));
      } else if (byte === CTRL_A) this.#escaped = true;
      else {
        if (byte === CTRL_C) this.#explain();
        kept.push(byte);
      }
    }
    return Uint8Array.from(kept);
  }

  #command(key: string): void {
    if (key.toLowerCase() === 'x') this.#quit();
    else tell(ESCAPE_HELP);
  }

  /** Who presses Ctrl-C for the first time may want to leave. */
  #explain(): void {
    if (this.#explained) return;
    this.#explained = true;
    tell('\nbluesim: Ctrl-C went to the guest; Ctrl-A x ends, Ctrl-A h helps\n');
  }
}
