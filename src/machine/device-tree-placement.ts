/** Puts the device tree where QEMU does: near the end of RAM, at a multiple of 2 MiB, out of the image's way. */
import type { Region } from '../kernel/memory/guest-memory.ts';
import { writeDeviceTree } from './device-tree.ts';
import type { ImageSegment } from './loader/image.ts';
import { virtDeviceTree } from './virt-device-tree.ts';

const ALIGNMENT = 2 << 20;
/** Where RAM is too small for that, or the image is there. */
const SMALL_ALIGNMENT = 4096;

/**
 * @param isa as the property `riscv,isa` has it.
 * @returns the address of the tree, or 0 when there is no room for it beside the image.
 */
export function placeDeviceTree(ram: Region, segments: readonly ImageSegment[], isa: string): number {
  const tree = writeDeviceTree(virtDeviceTree({ isa, memoryBytes: ram.sizeBytes }));
  for (const alignment of [ALIGNMENT, SMALL_ALIGNMENT]) {
    const address = Math.floor((ram.end - tree.length) / alignment) * alignment;
    const isFree = segments.every(
      (s) => s.address + s.sizeInMemory <= address || s.address >= address + tree.length,
    );
    if (address < ram.address || !isFree) continue;
    ram.load(address - ram.address, tree);
    return address;
  }
  return 0;
}
