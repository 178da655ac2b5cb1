/**
 * Bytes on their way to a descriptor. They are gathered while the guest runs and written between two slices,
 * into a pipe asynchronously: a reader that does not read holds the guest back, not the signals.
 */
import { fstatSync, write, writeSync } from 'node:fs';

export class ConsoleOutput {
  /** What went wrong, once it has; nothing is written after that. */
  failure: NodeJS.ErrnoException | undefined = undefined;
  /** The last byte taken, or a line feed before the first one. */
  lastByte = 0x0a;
  /** Whether a write is under way. */
  busy = false;
  readonly #descriptor: number;
  /** Whether someone has to read before more can be written. */
  #mayBlock: boolean;
  #buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.#mayBlock = isPipe(descriptor);
  }

  byte(value: number): void {
    this.lastByte = value;
    if (this.failure !== undefined) return;
    if (this.#length === this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * this.#buffer.length);
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    this.#buffer[this.#length++] = value;
  }

  get pending(): number {
    return this.#length;
  }

  /** Writes everything; resolves when it is out or cannot go out any more. */
  async flush(): Promise<void> {
    if (this.#length === 0 || this.failure !== undefined) return;
    const bytes = this.#buffer.subarray(0, this.#length);
    this.busy = true;
    for (let done = 0; done < bytes.length && this.failure === undefined; ) {
      done += await this.#write(bytes.subarray(done));
    }
    this.busy = false;
    this.#length = 0;
  }

  #write(bytes: Uint8Array): Promise<number> | number {
    if (!this.#mayBlock) return this.#writeAtOnce(bytes);
    return new Promise((resolve) => {
      write(this.#descriptor, bytes, (error, count) => {
        if (error === null) resolve(count);
        else if (error.code === 'EAGAIN') setTimeout(resolve, 2, 0);
        else {
          this.failure = error;
          resolve(0);
        }
      });
    });
  }

  /** Without the threads that an asynchronous write starts, which cost a short run a millisecond. */
  #writeAtOnce(bytes: Uint8Array): number {
    try {
      return writeSync(this.#descriptor, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') this.#mayBlock = true;
      else this.failure = error as NodeJS.ErrnoException;
      return 0;
    }
  }
}

function isPipe(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}
