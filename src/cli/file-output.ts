/** A file that bluesim writes: gathered in pieces, written at once, and never lost without a word. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { UserError } from '../errors.ts';

const PIECE_BYTES = 1 << 16;

/** What an error of the host's means to a person. */
export function hostReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
      return 'the disk is full';
    case 'EDQUOT':
      return 'the disk quota is used up';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'permission denied';
    case 'ENOENT':
      return 'its folder does not exist';
    case 'EISDIR':
      return 'it is a directory';
    case 'EPIPE':
      return 'nobody reads it any more';
    default:
      return message;
  }
}

/** The same of a file that was to be read. */
export function readReason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : hostReason(error);
}

export class FileOutput {
  readonly path: string;
  /** Why it cannot be written any more; what comes after that is dropped. */
  failure: string | undefined = undefined;
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafe(PIECE_BYTES);
  #length = 0;

  /**
   * Opens and empties a file at once, so that a wrong path is found before the run.
   * @throws UserError when that is not possible.
   */
  constructor(option: string, path: string) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, 'w');
    } catch (error) {
      throw new UserError(
        `${option}: \`${path}\` cannot be written: ${hostReason(error)}`,
        'Give the path of a file that can be made or replaced.',
      );
    }
  }

  byte(value: number): void {
    if (this.#length === PIECE_BYTES) this.flush();
    this.#buffer[this.#length++] = value;
  }

  text(text: string): void {
    this.bytes(Buffer.from(text));
  }

  bytes(bytes: Uint8Array): void {
    if (this.#length + bytes.length > PIECE_BYTES) this.flush();
    if (bytes.length > PIECE_BYTES) this.#write(bytes);
    else {
      this.#buffer.set(bytes, this.#length);
      this.#length += bytes.length;
    }
  }

  flush(): void {
    this.#write(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }

  close(): void {
    this.flush();
    try {
      closeSync(this.#descriptor);
    } catch (error) {
      this.failure ??= hostReason(error);
    }
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length && this.failure === undefined; ) {
      try {
        done += writeSync(this.#descriptor, bytes, done);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        } else this.failure = hostReason(error);
      }
    }
  }
}
