/**
 * The guest's open handles: console streams, the features file, and files of the host. A handle's position
 * is kept here and not in the host's descriptor, so that a snapshot can carry it.
 *
 * Arm, Semihosting for AArch32 and AArch64, 2023Q3, SYS_OPEN and "Semihosting extensions".
 */
import type { State, StateValue } from '../../bus/state.ts';
import type { HostFile, HostFiles } from './files.ts';
import { Errno, openMode } from './operations.ts';

export type ConsoleStream = 'stdout' | 'stderr';

/** "SHFB", then feature byte 0: SH_EXT_EXIT_EXTENDED (bit 0) and SH_EXT_STDOUT_STDERR (bit 1). */
const FEATURES = Uint8Array.of(0x53, 0x48, 0x46, 0x42, 0x03);
/** As many as a C library's FOPEN_MAX may ask for, and few enough that a leak in the guest does not exhaust the host. */
const MOST_HANDLES = 64;
/** SYS_FLEN answers in 32 bits with a sign. */
const LONGEST_FILE = 2 ** 31 - 1;

export interface Handle {
  kind: 'stdin' | ConsoleStream | 'features' | 'file';
  path: string;
  /** SYS_OPEN's mode, 0 to 11. */
  mode: number;
  /** Bytes from the beginning. */
  position: number;
  /** Undefined for anything but a file, and for a file that could not be opened again by `restore`. */
  file: HostFile | undefined;
}

/** What a reserved name (with a colon) stands for; a negative errno value when for nothing; undefined for a file's name. */
function specialKind(path: string, mode: number): Exclude<Handle['kind'], 'file'> | number | undefined {
  if (!path.startsWith(':')) return undefined;
  if (path === ':tt') return mode < 4 ? 'stdin' : mode < 8 ? 'stdout' : 'stderr';
  if (path !== ':semihosting-features') return -Errno.ENOENT;
  return mode > 1 ? -Errno.EACCES : 'features';
}

/** Handle 0 is never given out: SYS_OPEN answers with a non-zero handle. */
export class Handles {
  readonly #files: HostFiles;
  #table: (Handle | undefined)[] = [undefined];

  constructor(files: HostFiles) {
    this.#files = files;
  }

  /** @returns a handle from 1, or a negative errno value. */
  open(path: string, mode: number): number {
    let index = this.#table.indexOf(undefined, 1);
    if (index < 0) index = this.#table.length;
    if (index > MOST_HANDLES) return -Errno.EMFILE;
    const handle: Handle = { kind: 'file', path, mode, position: 0, file: undefined };
    const special = specialKind(path, mode);
    if (typeof special === 'number') return special;
    if (special) handle.kind = special;
    else {
      const file = this.#files.open(path, openMode(mode));
      if (typeof file === 'number') return file;
      handle.file = file;
    }
    this.#table[index] = handle;
    return index;
  }

  get(index: number): Handle | undefined {
    return this.#table[index];
  }

  /** @returns 0 or a negative errno value; the handle is free again in any case. */
  close(index: number): number {
    const handle = this.#table[index];
    if (!handle) return -Errno.EBADF;
    this.#table[index] = undefined;
    return handle.file?.close() ?? 0;
  }

  closeAll(): void {
    for (const index of this.#table.keys()) this.close(index);
    this.#table = [undefined];
  }

  /** Reads at the handle's position without moving it. Not for console streams. @returns a count or a negative errno value. */
  read(handle: Handle, into: Uint8Array): number {
    if (handle.kind === 'features') {
      const part = FEATURES.subarray(handle.position, handle.position + into.length);
      into.set(part);
      return part.length;
    }
    if (!openMode(handle.mode).read) return -Errno.EBADF;
    return handle.file?.read(handle.position, into) ?? -Errno.EIO;
  }

  /** Writes and moves the position. Not for console streams. @returns a count or a negative errno value. */
  write(handle: Handle, bytes: Uint8Array): number {
    const mode = openMode(handle.mode);
    if (handle.kind === 'features' || !mode.write) return -Errno.EBADF;
    if (!handle.file) return -Errno.EIO;
    if (mode.append) {
      const length = handle.file.length();
      if (length < 0) return length;
      handle.position = length;
    }
    if (handle.position + bytes.length > LONGEST_FILE) return -Errno.EFBIG;
    const count = handle.file.write(handle.position, bytes);
    if (count > 0) handle.position += count;
    return count;
  }

  /** @returns the length in bytes or a negative errno value. */
  length(handle: Handle): number {
    if (handle.kind === 'features') return FEATURES.length;
    if (handle.kind !== 'file') return -Errno.ESPIPE;
    const length = handle.file?.length() ?? -Errno.EIO;
    return length > LONGEST_FILE ? -Errno.EOVERFLOW : length;
  }

  snapshot(): StateValue[] {
    const open: StateValue[] = [];
    for (const [index, handle] of this.#table.entries()) {
      if (handle) open.push({ index, path: handle.path, mode: handle.mode, position: handle.position });
    }
    return open;
  }

  /**
   * Opens the same files again, at the same positions and without emptying them. What the files hold is the
   * host's and not part of the state; a file that is gone fails with EIO from then on.
   */
  restore(state: StateValue[]): void {
    this.closeAll();
    for (const entry of state as State[]) {
      const { index, path, mode, position } = entry as {
        index: number;
        path: string;
        mode: number;
        position: number;
      };
      while (this.#table.length <= index) this.#table.push(undefined);
      const handle: Handle = { kind: 'file', path, mode, position, file: undefined };
      this.#table[index] = handle;
      const special = specialKind(path, mode);
      if (typeof special === 'string') handle.kind = special;
      else {
        const file = this.#files.open(path, { ...openMode(mode), create: false, truncate: false });
        if (typeof file !== 'number') handle.file = file;
      }
    }
  }
}
