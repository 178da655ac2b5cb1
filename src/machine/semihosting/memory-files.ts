/** Files in memory: for tests, and for runs that must leave nothing behind. */
import { type HostFile, type HostFiles, pathParts } from './files.ts';
import { Errno, type OpenMode } from './operations.ts';

class MemoryFile implements HostFile {
  contents: Uint8Array;

  constructor(contents: Uint8Array) {
    this.contents = contents;
  }

  read(position: number, into: Uint8Array): number {
    const part = this.contents.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  write(position: number, bytes: Uint8Array): number {
    const end = position + bytes.length;
    if (end > this.contents.length) {
      const longer = new Uint8Array(end);
      longer.set(this.contents);
      this.contents = longer;
    }
    this.contents.set(bytes, position);
    return bytes.length;
  }

  length(): number {
    return this.contents.length;
  }

  close(): number {
    return 0;
  }
}

/** A flat tree: folders exist as soon as a file's path has them. */
export class MemoryFiles implements HostFiles {
  readonly #files = new Map<string, MemoryFile>();
  readonly #capacity: number;

  /** @param capacity the longest a file may get, in bytes; a write past it comes out short. */
  constructor(capacity = 2 ** 20) {
    this.#capacity = capacity;
  }

  /** What a file holds, or undefined when there is none. */
  contents(path: string): Uint8Array | undefined {
    const parts = pathParts(path);
    return typeof parts === 'number' ? undefined : this.#files.get(parts.join('/'))?.contents;
  }

  open(path: string, mode: OpenMode): HostFile | number {
    const parts = pathParts(path);
    if (typeof parts === 'number') return parts;
    const key = parts.join('/');
    let file = this.#files.get(key);
    if (!file && !mode.create) return -Errno.ENOENT;
    if (!file) this.#files.set(key, (file = new MemoryFile(new Uint8Array(0))));
    else if (mode.truncate) file.contents = new Uint8Array(0);
    const opened = file;
    return {
      read: (position, into) => opened.read(position, into),
      write: (position, bytes) => {
        const room = Math.max(0, this.#capacity - position);
        if (room === 0 && bytes.length > 0) return -Errno.ENOSPC;
        return opened.write(position, bytes.subarray(0, room));
      },
      length: () => opened.length(),
      close: () => opened.close(),
    };
  }

  remove(path: string): number {
    const parts = pathParts(path);
    if (typeof parts === 'number') return parts;
    return this.#files.delete(parts.join('/')) ? 0 : -Errno.ENOENT;
  }

  rename(from: string, to: string): number {
    const [source, target] = [pathParts(from), pathParts(to)];
    if (typeof source === 'number') return source;
    if (typeof target === 'number') return target;
    const file = this.#files.get(source.join('/'));
    if (!file) return -Errno.ENOENT;
    this.#files.delete(source.join('/'));
    this.#files.set(target.join('/'), file);
    return 0;
  }
}
