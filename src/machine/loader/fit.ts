/** Whether an image fits into a board's memories, and what of it is loaded. */
import { hex32, UserError } from '../../errors.ts';
import type { GuestMemory } from '../../kernel/memory/guest-memory.ts';
import type { Image, ImageSegment } from './image.ts';

/** What the message says of a board. */
interface BoardFacts {
  readonly name: string;
  /** There when its size can be chosen. */
  readonly ram?: unknown;
}

/**
 * The segments as they are loaded. Linked without further care (`-Ttext=0x80000000`), a first segment begins a
 * page earlier than its code, with the ELF file's own headers, where a board has no memory: that part, which
 * belongs to no section, is left out.
 * @throws UserError when a segment lies outside the memories.
 */
export function fitSegments(image: Image, memory: GuestMemory, board: BoardFacts): ImageSegment[] {
  return image.segments.map((segment) => {
    const shaped = fitted(image, segment, memory.regions);
    if (shaped !== undefined) return shaped;
    const memories = memory.regions.filter(({ mirrorOf }) => mirrorOf === undefined);
    const list = memories.map((r) => `${r.name} ${hex32(r.address)}–${hex32(r.end - 1)}`).join(', ');
    throw new UserError(
      `${image.name}: ${segment.name} at ${hex32(segment.address)} (${segment.sizeInMemory} bytes) is not in one of the memories of ${board.name}`,
      `It has ${list}. Link for one of these, or choose another --board${board.ram === undefined ? '' : ', or enlarge RAM with --ram'}.`,
    );
  });
}

/** Whether all of an image fits into memories. */
export function fitsMemories(image: Image, memories: readonly MemoryRange[]): boolean {
  return image.segments.every((segment) => fitted(image, segment, memories) !== undefined);
}

interface MemoryRange {
  readonly address: number;
  readonly sizeBytes: number;
}

/** The segment, or what is left of it without the file's headers, if that is within a memory. */
function fitted(
  image: Image,
  segment: ImageSegment,
  memories: readonly MemoryRange[],
): ImageSegment | undefined {
  if (isWithin(segment, memories)) return segment;
  const shortened = withoutHeaders(image, segment);
  return shortened !== undefined && isWithin(shortened, memories) ? shortened : undefined;
}

function isWithin({ address, sizeInMemory }: ImageSegment, memories: readonly MemoryRange[]): boolean {
  return memories.some(
    (memory) => address >= memory.address && address + sizeInMemory <= memory.address + memory.sizeBytes,
  );
}

/** The segment from its first section on; undefined when it has none. */
function withoutHeaders(image: Image, segment: ImageSegment): ImageSegment | undefined {
  const { virtualAddress, sizeInMemory } = segment;
  const inside = image.sections.filter(
    (s) => s.allocated && s.address >= virtualAddress && s.address < virtualAddress + sizeInMemory,
  );
  if (inside.length === 0) return undefined;
  const skipped = Math.min(...inside.map((section) => section.address)) - virtualAddress;
  return {
    ...segment,
    address: segment.address + skipped,
    virtualAddress: virtualAddress + skipped,
    bytes: segment.bytes.subarray(Math.min(skipped, segment.bytes.length)),
    sizeInMemory: sizeInMemory - skipped,
  };
}
