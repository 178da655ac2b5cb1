/** The guest's memory as semihosting reads and writes it. */
import { Errno } from './operations.ts';

/**
 * The guest's memory with the rights that the guest has at the call. Addresses are unsigned, of any
 * alignment; words are little-endian. Only memory answers, never a device.
 */
export interface GuestAccess {
  /** @returns 0 to 255, or undefined where the guest may not read. */
  readByte(address: number): number | undefined;
  /** @returns the word, signed or unsigned, or undefined where the guest may not read. */
  readWord(address: number): number | undefined;
  /** @returns false where the guest may not write. */
  writeByte(address: number, value: number): boolean;
  /** @returns false where the guest may not write. */
  writeWord(address: number, value: number): boolean;
}

/** A pointer that leads nowhere: the guest gets -1 and a guest error. */
export const BAD_POINTER = Symbol('bad pointer');

const LONGEST_PATH = 1024;

/** A block of words, unsigned; undefined when the guest may not read all of it. */
export function readWords(address: number, count: number, memory: GuestAccess): number[] | undefined {
  const block: number[] = [];
  for (let index = 0; index < count; index++) {
    const value = memory.readWord((address + 4 * index) >>> 0);
    if (value === undefined) return undefined;
    block.push(value >>> 0);
  }
  return block;
}

export function readBytes(address: number, count: number, memory: GuestAccess): Uint8Array | undefined {
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const byte = memory.readByte((address + index) >>> 0);
    if (byte === undefined) return undefined;
    bytes[index] = byte;
  }
  return bytes;
}

export function writeBytes(address: number, bytes: Uint8Array, memory: GuestAccess): boolean {
  for (const [index, byte] of bytes.entries()) {
    if (!memory.writeByte((address + index) >>> 0, byte)) return false;
  }
  return true;
}

/** A path of a stated length; a negative errno value when it is too long or is no UTF-8. */
export function readPath(
  address: number,
  length: number,
  memory: GuestAccess,
): string | number | typeof BAD_POINTER {
  if (length > LONGEST_PATH) return -Errno.ENAMETOOLONG;
  const bytes = readBytes(address, length, memory);
  if (!bytes) return BAD_POINTER;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return -Errno.EINVAL;
  }
}
