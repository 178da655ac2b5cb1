/**
 * What SYS_HEAPINFO tells. The guest's heap is the largest room that the image leaves in the board's largest
 * writable memory, from below, and its stack the same room from above: as QEMU answers.
 */
import type { GuestMemory } from '../../kernel/memory/guest-memory.ts';
import type { ImageSegment } from '../loader/image.ts';
import type { SemihostingOptions } from './semihosting.ts';

export interface HeapBounds {
  readonly start: number;
  readonly end: number;
}

/** @param segments what of the image is loaded. */
export function heapBounds(
  memory: GuestMemory,
  segments: readonly Pick<ImageSegment, 'address' | 'sizeInMemory'>[],
): HeapBounds {
  const [ram] = memory.memories
    .filter(({ permissions }) => permissions.write)
    .sort((a, b) => b.sizeBytes - a.sizeBytes || a.address - b.address);
  if (ram === undefined) return { start: 0, end: 0 };
  const inside = segments
    .filter(({ address }) => ram.contains(address))
    .sort((a, b) => a.address - b.address);
  let largest = { start: 0, end: 0 };
  let start = ram.address;
  for (const { address, sizeInMemory } of [...inside, { address: ram.end, sizeInMemory: 0 }]) {
    if (address - start > largest.end - largest.start) largest = { start, end: address };
    start = Math.max(start, Math.ceil((address + sizeInMemory) / 16) * 16);
  }
  return largest;
}

/** The four bounds, found out when they are asked for: the image comes after the machine. */
export function heapInfoOf(free: () => HeapBounds): SemihostingOptions['heapInfo'] {
  return {
    get heapBase() {
      return free().start;
    },
    get heapLimit() {
      return free().end;
    },
    get stackBase() {
      return free().end;
    },
    get stackLimit() {
      return free().start;
    },
  };
}
