/* What the benchmarks share: numbers that look random, and a checksum of results. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

/* xorshift32 */
static inline uint32_t next_random(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

/* FNV-1a, a word at a time */
static inline uint32_t add_to_checksum(uint32_t checksum, uint32_t value) {
  return (checksum ^ value) * 16777619u;
}

#define CHECKSUM_START 2166136261u

#endif
