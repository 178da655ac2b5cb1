/**
 * What the guest's file operations came to, noted on their way, so that a stretch of the run can be repeated
 * without touching the files again: reads give what they gave, writes go nowhere.
 */
import { InternalError } from '../errors.ts';
import type { HostFile, HostFiles } from './semihosting/files.ts';

type Operation = 'open' | 'remove' | 'rename' | 'read' | 'write' | 'length' | 'close';

interface Entry {
  readonly operation: Operation;
  readonly result: number;
  /** What was read. */
  readonly bytes: Uint8Array | undefined;
}

/** As much of what was read is kept. */
const LARGEST_BYTES = 16 << 20;
const MOST_ENTRIES = 1 << 18;
/** Result of an `open` that went well. */
const OPENED = 0;

export class FileJournal {
  #entries: Entry[] = [];
  #forgotten = 0;
  #bytes = 0;
  readonly #full: () => void;

  /** @param full called when more has happened than can be kept; to be answered with `forgetBefore`. */
  constructor(full: () => void) {
    this.#full = full;
  }

  /** Entries so far, the forgotten ones included. */
  get position(): number {
    return this.#forgotten + this.#entries.length;
  }

  forgetBefore(position: number): void {
    for (const { bytes } of this.#entries.splice(0, position - this.#forgotten)) {
      this.#bytes -= bytes?.length ?? 0;
      this.#forgotten++;
    }
  }

  /** The same files, with everything noted. */
  record(files: HostFiles): HostFiles {
    return {
      open: (path, mode) => {
        const file = files.open(path, mode);
        if (typeof file === 'number') return this.#note('open', file);
        this.#note('open', OPENED);
        return this.#recordFile(file);
      },
      remove: (path) => this.#note('remove', files.remove(path)),
      rename: (from, to) => this.#note('rename', files.rename(from, to)),
    };
  }

  /** Files that do again what was noted from a position on. */
  replay(position: number): ReplayedFiles {
    return new ReplayedFiles(this.#entries.slice(position - this.#forgotten));
  }

  #recordFile(file: HostFile): HostFile {
    return {
      read: (position, into) => {
        const count = file.read(position, into);
        return this.#note('read', count, count > 0 ? into.slice(0, count) : undefined);
      },
      write: (position, bytes) => this.#note('write', file.write(position, bytes)),
      length: () => this.#note('length', file.length()),
      close: () => this.#note('close', file.close()),
    };
  }

  #note(operation: Operation, result: number, bytes?: Uint8Array): number {
    this.#entries.push({ operation, result, bytes });
    this.#bytes += bytes?.length ?? 0;
    if (this.#bytes > LARGEST_BYTES || this.#entries.length > MOST_ENTRIES) this.#full();
    return result;
  }
}

export class ReplayedFiles implements HostFiles {
  readonly #entries: readonly Entry[];
  #next = 0;
  #restoring = false;

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Files that a restored machine opens again were open already, and that was not noted. */
  whileRestoring(restore: () => void): void {
    this.#restoring = true;
    restore();
    this.#restoring = false;
  }

  open(): HostFile | number {
    if (!this.#restoring) {
      const { result } = this.#take('open');
      if (result !== OPENED) return result;
    }
    return {
      read: (_position, into) => {
        const { result, bytes } = this.#take('read');
        if (bytes !== undefined) into.set(bytes);
        return result;
      },
      write: () => this.#take('write').result,
      length: () => this.#take('length').result,
      close: () => this.#take('close').result,
    };
  }

  remove(): number {
    return this.#take('remove').result;
  }

  rename(): number {
    return this.#take('rename').result;
  }

  #take(operation: Operation): Entry {
    const entry = this.#entries[this.#next++];
    if (entry?.operation !== operation) throw new InternalError('its file operations came in another order');
    return entry;
  }
}
