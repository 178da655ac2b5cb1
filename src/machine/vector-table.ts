/**
 * The vector table with which an ARMv7-M image begins: the initial SP, and the addresses of the handlers by
 * exception number. ARMv7-M ARM DDI 0403E, B1.5.3 and B1.5.5.
 */
import { ExceptionNumber } from '../cpu/armv7m/faults.ts';
import { hex32 } from '../errors.ts';
import type { GuestMemory } from '../kernel/memory/guest-memory.ts';
import { SegmentFlag } from './loader/elf.ts';
import type { Image } from './loader/image.ts';

const FIRST_INTERRUPT: number = ExceptionNumber.FirstInterrupt;

export interface VectorTable {
  readonly address: number;
  readonly initialSp: number;
  /** As in the table: bit 0 is set where the handler is Thumb code, as all must be. */
  readonly reset: number;
}

/** A word of an image where it is loaded; undefined where the image has no bytes. */
export function imageWord(image: Image, address: number): number | undefined {
  for (const { address: start, bytes } of image.segments) {
    const offset = address - start;
    if (offset < 0 || offset + 4 > bytes.length) continue;
    return new DataView(bytes.buffer, bytes.byteOffset + offset, 4).getUint32(0, true);
  }
  return undefined;
}

/** @returns undefined where the image has no table at that address. */
export function vectorTableAt(image: Image, address: number): VectorTable | undefined {
  const [initialSp, reset] = [imageWord(image, address), imageWord(image, address + 4)];
  return initialSp === undefined || reset === undefined ? undefined : { address, initialSp, reset };
}

/** One vector, or several in a row that lead to the same place. */
export interface VectorRange {
  /** Exception numbers. */
  readonly first: number;
  readonly last: number;
  /** As in the table, with bit 0. */
  readonly handler: number;
}

/** How far a table reaches at most. */
const MOST_VECTORS = 16 + 240;

/**
 * The vectors behind the initial SP, as far as they look like vectors: 0, or an odd address where the image is
 * executable.
 */
export function vectorsOf(image: Image, { address }: VectorTable): VectorRange[] {
  const isCode = (handler: number) =>
    (handler & 1) === 1 &&
    image.segments.some(
      ({ virtualAddress, sizeInMemory, flags }) =>
        (flags & SegmentFlag.Execute) !== 0 &&
        handler >= virtualAddress &&
        handler < virtualAddress + sizeInMemory,
    );
  const ranges: { first: number; last: number; handler: number }[] = [];
  for (let number = 1; number < MOST_VECTORS; number++) {
    const handler = imageWord(image, address + 4 * number);
    if (handler === undefined || (handler !== 0 && !isCode(handler))) break;
    const latest = ranges.at(-1);
    if (latest?.handler === handler && number !== FIRST_INTERRUPT) latest.last = number;
    else ranges.push({ first: number, last: number, handler });
  }
  // Zeros at the end are no part of the table, or vectors that nobody has set.
  while (ranges.at(-1)?.handler === 0) ranges.pop();
  return ranges;
}

/** `SysTick`, `IRQ 0`. */
export { exceptionName } from '../cpu/armv7m/faults.ts';

/**
 * What is wrong with the table of an image, in sentences without a full stop. None of it keeps the image from being
 * run: it does then what a board would do.
 * @param address where the board looks for the table.
 */
export function vectorTableWarnings(image: Image, memory: GuestMemory, address: number): string[] {
  const table = vectorTableAt(image, address);
  if (table === undefined) {
    return [
      `the image has no vector table at ${hex32(address)}, where the processor looks for it: link it there`,
    ];
  }
  const { initialSp, reset } = table;
  const warnings: string[] = [];
  // A full descending stack: the first word that it uses is below.
  const stack = initialSp < 4 ? undefined : memory.find(initialSp - 4);
  if (stack?.permissions.write !== true) {
    warnings.push(`the initial stack pointer ${hex32(initialSp)} in the vector table is not in RAM`);
  }
  const target = (reset & ~1) >>> 0;
  if (memory.find(target)?.permissions.execute !== true) {
    warnings.push(`the reset vector ${hex32(reset)} leads to where no code can be`);
  } else if ((reset & 1) === 0) {
    warnings.push(
      `bit 0 of the reset vector ${hex32(reset)} is clear: the first instruction is a UsageFault (INVSTATE)`,
    );
  }
  const { entry } = image;
  // A linker script without ENTRY, or with the table for it, says nothing about where execution begins.
  if (entry !== undefined && entry !== 0 && entry !== address && (entry & ~1) >>> 0 !== target) {
    warnings.push(
      `the image gives ${hex32(entry)} for its entry, but the processor begins at its reset vector ${hex32(reset)}`,
    );
  }
  return warnings;
}
