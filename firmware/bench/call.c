/* expect:
 * exit 0
 * | bench-call: checksum 2fa75363
 */

/*
 * Calls and returns: recursion of three shapes, deep recursion, calls through a table of function pointers,
 * and a quicksort that compares through a callback.
 *
 * Executes 1,376.4 million instructions on RV32IMAC and 1,043.7 million on ARMv7-M (GCC 12.2).
 */
#include "bench.h"
#include "print.h"

#define ROUNDS 124u

/* Keeps the compiler from unrolling a recursion into its own body. */
#define RECURSIVE __attribute__((noinline))

RECURSIVE static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

RECURSIVE static uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

RECURSIVE static int32_t tak(int32_t x, int32_t y, int32_t z) {
  if (y >= x) return z;
  return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

typedef uint32_t operation(uint32_t value);

static uint32_t add(uint32_t value) { return value + 0x9e3779b9; }
static uint32_t multiply(uint32_t value) { return value * 0x85ebca6b; }
static uint32_t mix(uint32_t value) { return value ^ value >> 13; }
static uint32_t rotate(uint32_t value) { return value << 7 | value >> 25; }
static uint32_t complement(uint32_t value) { return ~value; }
static uint32_t negate(uint32_t value) { return -value; }
static uint32_t swap(uint32_t value) { return value << 16 | value >> 16; }
static uint32_t same(uint32_t value) { return value; }

static uint32_t through_table(uint32_t value, unsigned count) {
  static operation *const operations[8] = {add, multiply, mix, rotate, complement, negate, swap, same};
  uint32_t seed = value | 1;
  for (unsigned i = 0; i < count; i++) value = operations[next_random(&seed) & 7](value);
  return value;
}

#define ITEMS 4096u

struct item {
  uint32_t key;
  uint32_t place;
};

typedef int comparison(const struct item *a, const struct item *b);

static int by_key(const struct item *a, const struct item *b) {
  return (a->key > b->key) - (a->key < b->key);
}

static int by_place(const struct item *a, const struct item *b) {
  return (a->place > b->place) - (a->place < b->place);
}

RECURSIVE static void quicksort(struct item *items, int32_t low, int32_t high, comparison *compare) {
  if (low >= high) return;
  const struct item pivot = items[low + (high - low) / 2];
  int32_t up = low, down = high;
  while (up <= down) {
    while (compare(&items[up], &pivot) < 0) up++;
    while (compare(&items[down], &pivot) > 0) down--;
    if (up > down) break;
    const struct item item = items[up];
    items[up++] = items[down];
    items[down--] = item;
  }
  quicksort(items, low, down, compare);
  quicksort(items, up, high, compare);
}

static uint32_t callbacks(uint32_t seed) {
  static comparison *volatile const orders[2] = {by_key, by_place};
  static struct item items[ITEMS];
  for (uint32_t i = 0; i < ITEMS; i++) items[i] = (struct item){.key = next_random(&seed), .place = i};
  uint32_t sum = 0;
  for (unsigned order = 0; order < 2; order++) {
    quicksort(items, 0, ITEMS - 1, orders[order]);
    for (uint32_t i = 0; i < ITEMS; i++) sum = sum * 5 + items[i].place;
  }
  return sum;
}

int main(void) {
  uint32_t checksum = CHECKSUM_START;
  for (unsigned round = 0; round < ROUNDS; round++) {
    checksum = add_to_checksum(checksum, fibonacci(24 + round % 2));
    checksum = add_to_checksum(checksum, ackermann(2, 200 + round % 8));
    checksum = add_to_checksum(checksum, ackermann(3, 6));
    checksum = add_to_checksum(checksum, (uint32_t)tak(18, 12, 6));
    checksum = add_to_checksum(checksum, through_table(checksum, 200000));
    checksum = add_to_checksum(checksum, callbacks(checksum | 1));
  }
  print("bench-call: checksum %08x\n", (unsigned)checksum);
  return 0;
}
