/* expect:
 * exit 0
 * | bench-branch: checksum c328ae19
 */

/*
 * Branches that depend on data: a bytecode interpreter (a dense switch), the lengths of Collatz sequences,
 * a sieve, and a binary search.
 *
 * Executes 1,213.4 million instructions on RV32IMAC and 1,363.3 million on ARMv7-M (GCC 12.2).
 */
#include <stdbool.h>

#include "bench.h"
#include "print.h"

#define ROUNDS 70u

/* A stack machine. Operands follow their instruction. */
enum opcode {
  PUSH,
  LOAD,
  STORE,
  ADD,
  SUBTRACT,
  MULTIPLY,
  XOR,
  SHIFT,
  MODULO,
  LESS,
  JUMP,
  JUMP_IF_ZERO,
  HALT
};

#define SLOTS 8

/* s = 0; for (i = n; i != 0; i--) { s = s * 5 + i; if (s % 3 < 1) s ^= i; else s = s - (i >> 1); } */
enum { LOOP = 4, ELSE = 37, NEXT = 47, END = 56 };
static const uint8_t program[] = {
    /*  0 */ PUSH, 0, STORE, 1,
    /*  4 */ LOAD, 0, JUMP_IF_ZERO, END,
    /*  8 */ LOAD, 1, PUSH, 5, MULTIPLY, LOAD, 0, ADD, STORE, 1,
    /* 18 */ LOAD, 1, PUSH, 3, MODULO, PUSH, 1, LESS, JUMP_IF_ZERO, ELSE,
    /* 28 */ LOAD, 1, LOAD, 0, XOR, STORE, 1, JUMP, NEXT,
    /* 37 */ LOAD, 1, LOAD, 0, PUSH, 1, SHIFT, SUBTRACT, STORE, 1,
    /* 47 */ LOAD, 0, PUSH, 1, SUBTRACT, STORE, 0, JUMP, LOOP,
    /* 56 */ HALT,
};

static uint32_t interpret(uint32_t n) {
  uint32_t stack[16], slots[SLOTS] = {n};
  uint32_t *top = stack;
  const uint8_t *at = program;
  for (;;) {
    switch ((enum opcode)*at++) {
      case PUSH:
        *top++ = *at++;
        break;
      case LOAD:
        *top++ = slots[*at++];
        break;
      case STORE:
        slots[*at++] = *--top;
        break;
      case ADD:
        top--;
        top[-1] += *top;
        break;
      case SUBTRACT:
        top--;
        top[-1] -= *top;
        break;
      case MULTIPLY:
        top--;
        top[-1] *= *top;
        break;
      case XOR:
        top--;
        top[-1] ^= *top;
        break;
      case SHIFT:
        top--;
        top[-1] >>= *top;
        break;
      case MODULO:
        top--;
        top[-1] %= *top;
        break;
      case LESS:
        top--;
        top[-1] = top[-1] < *top;
        break;
      case JUMP:
        at = program + *at;
        break;
      case JUMP_IF_ZERO:
        at = *--top ? at + 1 : program + *at;
        break;
      case HALT:
        return slots[1];
    }
  }
}

static uint32_t collatz(uint32_t from, uint32_t to) {
  uint32_t steps = 0;
  for (uint32_t start = from; start < to; start++) {
    for (uint32_t value = start; value > 1; steps++) value = value & 1 ? 3 * value + 1 : value / 2;
  }
  return steps;
}

#define SIEVE_SIZE 8192u

static bool composite[SIEVE_SIZE];

static uint32_t sieve(void) {
  uint32_t primes = 0;
  for (unsigned i = 2; i < SIEVE_SIZE; i++) composite[i] = false;
  for (unsigned i = 2; i < SIEVE_SIZE; i++) {
    if (composite[i]) continue;
    primes++;
    for (unsigned j = i * i; j < SIEVE_SIZE && i < 91; j += i) composite[j] = true;
  }
  return primes;
}

#define KEYS 1024u

/* How many of the random numbers are among the keys, which are multiples of 3. */
static uint32_t search(uint32_t seed) {
  static uint32_t keys[KEYS];
  for (unsigned i = 0; i < KEYS; i++) keys[i] = 3 * i;
  uint32_t found = 0;
  for (unsigned i = 0; i < 20000; i++) {
    const uint32_t wanted = next_random(&seed) % (3 * KEYS);
    unsigned low = 0, high = KEYS;
    while (low < high) {
      const unsigned middle = (low + high) / 2;
      if (keys[middle] < wanted) {
        low = middle + 1;
      } else if (keys[middle] > wanted) {
        high = middle;
      } else {
        found++;
        break;
      }
    }
  }
  return found;
}

int main(void) {
  uint32_t checksum = CHECKSUM_START;
  for (unsigned round = 0; round < ROUNDS; round++) {
    checksum = add_to_checksum(checksum, interpret(20000 + round));
    checksum = add_to_checksum(checksum, collatz(1 + 10000 * round, 1 + 10000 * (round + 1)));
    for (unsigned i = 0; i < 10; i++) checksum = add_to_checksum(checksum, sieve());
    checksum = add_to_checksum(checksum, search(checksum | 1));
  }
  print("bench-branch: checksum %08x\n", (unsigned)checksum);
  return 0;
}
