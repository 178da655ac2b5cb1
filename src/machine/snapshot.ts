/** Guest memory in a snapshot: only pages that hold something, so that a snapshot of a small guest is small. */
import type { State } from '../bus/state.ts';
import { type GuestMemory, PAGE_BYTES } from '../kernel/memory/guest-memory.ts';

/** Contents by region and page offset, of mirrors once; pages of zeros are left out, whether or not they were ever written. */
export function memoryState(memory: GuestMemory): State {
  const state: State = {};
  for (const region of memory.memories) {
    const pages: State = {};
    for (const offset of region.touchedPages()) {
      const words = region.words.subarray(offset >>> 2, (offset + PAGE_BYTES) >>> 2);
      if (words.some((word) => word !== 0)) pages[offset] = words.slice();
    }
    state[region.name] = pages;
  }
  return state;
}

export function restoreMemory(memory: GuestMemory, state: State): void {
  for (const region of memory.memories) {
    region.clear();
    for (const [offset, words] of Object.entries(state[region.name] as State)) {
      region.touchPage(Number(offset));
      region.words.set(words as Int32Array, Number(offset) >>> 2);
    }
  }
}
