/**
 * The directory of the host that a user granted to a guest. Guests are not trusted: a path leaves the
 * directory neither by `..` nor by being absolute nor through a symbolic link, and only regular files open
 * (a pipe would hang the run, a device would not repeat). A guest can make no links, so what was checked
 * stays true until it is used; someone else changing the directory meanwhile is not defended against.
 *
 * Every write goes to the file at once; nothing is kept back. What fails becomes an errno value.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { UserError } from '../../errors.ts';
import { type HostFile, type HostFiles, pathParts } from './files.ts';
import { Errno, type OpenMode } from './operations.ts';

const NEW_FILE_PERMISSIONS = 0o666;

/** A node:fs error as a negative errno value; what newlib has no number for is EIO. */
function failure(error: unknown): number {
  const { code } = error as NodeJS.ErrnoException;
  return -((Errno as Record<string, number>)[code ?? ''] ?? Errno.EIO);
}

function attempt(act: () => void): number {
  try {
    act();
    return 0;
  } catch (error) {
    return failure(error);
  }
}

/** @returns what is at a path, links not followed, or a negative errno value. */
function inspect(path: string): Stats | number {
  try {
    return lstatSync(path);
  } catch (error) {
    return failure(error);
  }
}

/** @returns the path without links, or a negative errno value. */
function realPath(path: string): string | number {
  try {
    return realpathSync(path);
  } catch (error) {
    return failure(error);
  }
}

class DescriptorFile implements HostFile {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  read(position: number, into: Uint8Array): number {
    try {
      return readSync(this.#descriptor, into, 0, into.length, position);
    } catch (error) {
      return failure(error);
    }
  }

  write(position: number, bytes: Uint8Array): number {
    let done = 0;
    try {
      while (done < bytes.length) {
        const count = writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
        if (count === 0) break;
        done += count;
      }
    } catch (error) {
      return done > 0 ? done : failure(error);
    }
    return done;
  }

  length(): number {
    try {
      return fstatSync(this.#descriptor).size;
    } catch (error) {
      return failure(error);
    }
  }

  close(): number {
    return attempt(() => closeSync(this.#descriptor));
  }
}

export class DirectoryFiles implements HostFiles {
  /** Without links, so that real paths can be compared with it. */
  readonly #root: string;

  /**
   * @param root the directory.
   * @throws UserError when it is none or cannot be reached.
   */
  constructor(root: string) {
    try {
      this.#root = realpathSync(root);
      if (lstatSync(this.#root).isDirectory()) return;
    } catch {
      throw new UserError(
        `The semihosting root \`${root}\` does not exist or may not be entered.`,
        'Make the directory first, or give another one with --semihosting-root.',
      );
    }
    throw new UserError(
      `The semihosting root \`${root}\` is not a directory.`,
      'Give a directory with --semihosting-root.',
    );
  }

  open(path: string, mode: OpenMode): HostFile | number {
    const place = this.#place(path);
    if (typeof place === 'number') return place;
    let target = place;
    let status = inspect(place);
    if (typeof status !== 'number' && status.isSymbolicLink()) {
      // A link is followed inside the root; one that leads nowhere must not make its target.
      const real = realPath(place);
      if (typeof real === 'number') return real;
      if (!this.#inside(real)) return -Errno.EACCES;
      target = real;
      status = inspect(real);
    }
    const exists = typeof status !== 'number';
    if (typeof status !== 'number') {
      if (status.isDirectory()) return -Errno.EISDIR;
      if (!status.isFile()) return -Errno.EACCES;
    } else if (status !== -Errno.ENOENT || !mode.create) return status;
    let flags = mode.write ? (mode.read ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;
    flags |= constants.O_NOFOLLOW ?? 0;
    if (!exists) flags |= constants.O_CREAT | constants.O_EXCL;
    else if (mode.truncate) flags |= constants.O_TRUNC;
    try {
      return new DescriptorFile(openSync(target, flags, NEW_FILE_PERMISSIONS));
    } catch (error) {
      return failure(error);
    }
  }

  /** Removes a file or a link itself, never what a link leads to, and no directory. */
  remove(path: string): number {
    const place = this.#place(path);
    return typeof place === 'number' ? place : attempt(() => unlinkSync(place));
  }

  rename(from: string, to: string): number {
    const [source, target] = [this.#place(from), this.#place(to)];
    if (typeof source === 'number') return source;
    if (typeof target === 'number') return target;
    return attempt(() => renameSync(source, target));
  }

  #inside(realPath: string): boolean {
    return realPath.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep);
  }

  /** The host's path for a guest's, its folder without links and inside the root; its last part may still be a link. */
  #place(path: string): string | number {
    const parts = pathParts(path);
    if (typeof parts === 'number') return parts;
    // Where `\` separates, `\` and `:` (drives, streams) would name more than a file in a folder.
    if (sep !== '/' && parts.some((part) => /[\\:]/.test(part))) return -Errno.EINVAL;
    const last = parts.pop()!;
    const folder = realPath(join(this.#root, ...parts));
    if (typeof folder === 'number') return folder;
    return folder === this.#root || this.#inside(folder) ? join(folder, last) : -Errno.EACCES;
  }
}
