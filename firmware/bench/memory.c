/* expect:
 * exit 0
 * | bench-memory: checksum b33cbd9d
 */

/*
 * Loads and stores in 512 KiB: copies by word and by byte, sums with growing strides, a chase through a random
 * cycle, and a merge sort. It is more than the first-level cache of a host holds, but few enough pages for any
 * emulator's table of recently used ones: what is measured is the access, not the refill of that table.
 *
 * Executes 1,211.3 million instructions on RV32IMAC and 1,175.6 million on ARMv7-M (GCC 12.2).
 */
#include "bench.h"
#include "print.h"

#define ROUNDS 42u
#define WORDS (1u << 16)

static uint32_t first[WORDS], second[WORDS];

static void fill(uint32_t *words, uint32_t count, uint32_t seed) {
  for (uint32_t i = 0; i < count; i++) words[i] = next_random(&seed);
}

static void copy_words(uint32_t *restrict to, const uint32_t *restrict from, uint32_t count) {
  for (uint32_t i = 0; i < count; i += 4) {
    to[i] = from[i];
    to[i + 1] = from[i + 1];
    to[i + 2] = from[i + 2];
    to[i + 3] = from[i + 3];
  }
}

static void copy_bytes(uint8_t *restrict to, const uint8_t *restrict from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = from[i];
}

static uint32_t copies(void) {
  for (unsigned i = 0; i < 8; i++) {
    copy_words(second, first, WORDS);
    second[i * 1000] ^= i;
    copy_words(first, second, WORDS);
  }
  copy_bytes((uint8_t *)second + 1, (const uint8_t *)first, 4 * WORDS - 1);
  return second[WORDS - 1] ^ second[WORDS / 2];
}

/* Strides of 4 bytes to 16 KiB; every word is summed once for each stride. */
static uint32_t strided_sums(void) {
  uint32_t sum = 0;
  for (uint32_t stride = 1; stride <= 1u << 12; stride *= 4) {
    for (uint32_t start = 0; start < stride; start++) {
      for (uint32_t i = start; i < WORDS; i += stride) sum += first[i];
    }
    sum = sum << 1 | sum >> 31;
  }
  return sum;
}

/* first[i] is the index of the successor of i: one random cycle through all words (Sattolo's algorithm). */
static uint32_t chase(uint32_t seed) {
  for (uint32_t i = 0; i < WORDS; i++) first[i] = i;
  for (uint32_t i = WORDS - 1; i > 0; i--) {
    const uint32_t j = next_random(&seed) % i;
    const uint32_t word = first[i];
    first[i] = first[j];
    first[j] = word;
  }
  uint32_t at = 0, sum = 0;
  for (uint32_t i = 0; i < 8 * WORDS; i++) {
    at = first[at];
    sum = sum * 3 + at;
  }
  return sum;
}

static void merge_sort(uint32_t *words, uint32_t *room, uint32_t count) {
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t start = 0; start < count; start += 2 * width) {
      uint32_t a = start, b = start + width;
      const uint32_t a_end = b, b_end = b + width;
      for (uint32_t out = start; out < b_end; out++) {
        room[out] = b == b_end || (a < a_end && words[a] <= words[b]) ? words[a++] : words[b++];
      }
    }
    uint32_t *const other = words;
    words = room;
    room = other;
  }
}

/* The number of passes is even, so that the result is where the input was. */
static uint32_t sorted(uint32_t seed) {
  fill(first, WORDS, seed);
  merge_sort(first, second, WORDS);
  uint32_t sum = 0;
  for (uint32_t i = 1; i < WORDS; i++) {
    if (first[i - 1] > first[i]) return 0;
    sum = sum * 5 + first[i];
  }
  return sum;
}

int main(void) {
  uint32_t checksum = CHECKSUM_START;
  for (unsigned round = 0; round < ROUNDS; round++) {
    fill(first, WORDS, checksum | 1);
    checksum = add_to_checksum(checksum, copies());
    checksum = add_to_checksum(checksum, strided_sums());
    checksum = add_to_checksum(checksum, chase(checksum | 1));
    checksum = add_to_checksum(checksum, sorted(checksum | 1));
  }
  print("bench-memory: checksum %08x\n", (unsigned)checksum);
  return 0;
}
