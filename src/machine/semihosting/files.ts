/**
 * The files that a guest may open, as semihosting sees them. Failures are values, never exceptions: they are
 * the guest's business and end as its errno.
 */
import { Errno, type OpenMode } from './operations.ts';

/** An open file. Reads and writes name their position, so that it belongs to the guest's state. */
export interface HostFile {
  /** @returns the count of bytes read, 0 at the end of the file, or a negative errno value. */
  read(position: number, into: Uint8Array): number;
  /** @returns the count of bytes written, less than all when the disk fills up, or a negative errno value. */
  write(position: number, bytes: Uint8Array): number;
  /** @returns its length in bytes or a negative errno value. */
  length(): number;
  /** @returns 0 or a negative errno value. */
  close(): number;
}

/** A tree of files. Paths are the guest's: `/` separates, and a leading one means the tree's root. */
export interface HostFiles {
  /** @returns the open file or a negative errno value. */
  open(path: string, mode: OpenMode): HostFile | number;
  /** @returns 0 or a negative errno value. */
  remove(path: string): number;
  /** @returns 0 or a negative errno value. */
  rename(from: string, to: string): number;
}

/** No files at all: what a guest has unless its user grants it a directory. */
export const NO_FILES: HostFiles = {
  open: () => -Errno.EACCES,
  remove: () => -Errno.EACCES,
  rename: () => -Errno.EACCES,
};

/**
 * The parts of a guest's path, without `.` and with `..` resolved by the text alone.
 * @returns a negative errno value for a path that leaves the root or has an impossible character.
 */
export function pathParts(path: string): string[] | number {
  if (path.includes('\0')) return -Errno.EINVAL;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return -Errno.EACCES;
  }
  return parts.length === 0 ? -Errno.EISDIR : parts;
}
