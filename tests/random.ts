/** Seeded random numbers for tests: the same words on every machine, so that a failure can be repeated. */

/** @returns a generator of signed 32-bit integers (mulberry32, Tommy Ettinger, public domain). */
export function seededWords(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return mixed ^ (mixed >>> 14);
  };
}
