/**
 * The trace points of an image: places whose meaning its kernel tells, without an instruction. Section
 * `.bluekernel.trace`, which is not loaded, has an entry for each: the address as a little-endian word, then the meaning as text
 * that ends with a zero byte, filled up to a multiple of four bytes (firmware/kernel/src/trace.rs).
 */
import type { Target } from '../../debug/target.ts';

const SECTION = '.bluekernel.trace';

/** @returns the addresses of each meaning, in the order of the section; empty for an image that has none. */
export function tracePointsOf(target: Target): Map<string, number[]> {
  const points = new Map<string, number[]>();
  const bytes = target.section(SECTION) ?? new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 < bytes.length; ) {
    const end = bytes.indexOf(0, at + 4);
    if (end < 0) break;
    const meaning = String.fromCharCode(...bytes.subarray(at + 4, Math.min(end, at + 4 + 200)));
    points.set(meaning, [...(points.get(meaning) ?? []), view.getUint32(at, true)]);
    at += (end + 1 - at + 3) & ~3;
  }
  return points;
}
