/* expect:
 * exit 0
 * | loops with lr.w and sc.w
 * | sc.w that must fail
 * | AMOs on corner values
 * | AMOs and their registers
 * | all 428 checks passed
 */

/*
 * The A extension on one hart: LR/SC loops succeed, SC fails when it must and then writes nothing, and every
 * AMO returns the old value and writes the right new one, signed or unsigned as its name says. (Unprivileged
 * ISA, "Load-Reserved/Store-Conditional Instructions", "Eventual Success of Store-Conditional
 * Instructions", "Atomic Memory Operations".)
 */
#include "check.h"
#include "print.h"

/* Far apart, so that no reservation on one can include the other. */
static volatile uint32_t here __attribute__((aligned(4096)));
static volatile uint32_t there __attribute__((aligned(4096)));

static uint32_t load_reserved(volatile uint32_t *address) {
  uint32_t value;
  __asm__ volatile("lr.w %0, (%1)" : "=r"(value) : "r"(address) : "memory");
  return value;
}

/* 0 if the store was done. */
static uint32_t store_conditional(volatile uint32_t *address, uint32_t value) {
  uint32_t failed;
  __asm__ volatile("sc.w %0, %1, (%2)" : "=r"(failed) : "r"(value), "r"(address) : "memory");
  return failed;
}

static void add_by_loop(volatile uint32_t *address, uint32_t value) {
  uint32_t old, failed;
  __asm__ volatile(
      "1: lr.w %0, (%2)\n"
      "add %0, %0, %3\n"
      "sc.w %1, %0, (%2)\n"
      "bnez %1, 1b"
      : "=&r"(old), "=&r"(failed)
      : "r"(address), "r"(value)
      : "memory");
}

static bool compare_and_swap(volatile uint32_t *address, uint32_t expected, uint32_t value) {
  uint32_t old, failed;
  __asm__ volatile(
      "1: lr.w.aq %0, (%2)\n"
      "bne %0, %3, 2f\n"
      "sc.w.rl %1, %4, (%2)\n"
      "bnez %1, 1b\n"
      "2:"
      : "=&r"(old), "=&r"(failed)
      : "r"(address), "r"(expected), "r"(value)
      : "memory");
  return old == expected;
}

static void loops(void) {
  print("loops with lr.w and sc.w\n");
  here = 0;
  for (uint32_t i = 1; i <= 1000; i++) add_by_loop(&here, i);
  check_equal(here, 500500, "sum by loop");
  check(compare_and_swap(&here, 500500, 7), "compare-and-swap of the right value");
  check_equal(here, 7, "value after compare-and-swap");
  check(!compare_and_swap(&here, 8, 9), "compare-and-swap of a wrong value");
  check_equal(here, 7, "value after a compare-and-swap that failed");
}

static void must_fail(void) {
  print("sc.w that must fail\n");
  here = 1;
  there = 2;
  check_equal(load_reserved(&here), 1, "lr.w");
  check_equal(store_conditional(&here, 3), 0, "sc.w with its reservation");
  check_equal(here, 3, "value after sc.w");
  check(store_conditional(&here, 4), "second sc.w");
  check(store_conditional(&here, 5), "third sc.w");
  check_equal(here, 3, "a failing sc.w does not write");

  check_equal(load_reserved(&here), 3, "lr.w here");
  check(store_conditional(&there, 6), "sc.w there");
  check_equal(there, 2, "a failing sc.w does not write there");
  check(store_conditional(&here, 7), "a failing sc.w ends the reservation too");
  check_equal(here, 3, "nor here");

  check_equal(load_reserved(&here), 3, "lr.w here, first");
  check_equal(load_reserved(&there), 2, "lr.w there, second");
  check(store_conditional(&here, 8), "sc.w to the first");
  check_equal(here, 3, "only the last lr.w counts");
  check_equal(load_reserved(&here), 3, "lr.w here, again");
  check_equal(load_reserved(&there), 2, "lr.w there, last");
  check_equal(store_conditional(&there, 9), 0, "sc.w to the second");
  check_equal(there, 9, "value there");
}

#define DEFINE_AMO(operation)                                                              \
  static uint32_t amo_##operation(volatile uint32_t *address, uint32_t value) {            \
    uint32_t old;                                                                          \
    __asm__ volatile("amo" #operation ".w %0, %1, (%2)"                                    \
                     : "=r"(old)                                                           \
                     : "r"(value), "r"(address)                                            \
                     : "memory");                                                          \
    return old;                                                                            \
  }                                                                                        \
  static uint32_t amo_##operation##_aqrl(volatile uint32_t *address, uint32_t value) {     \
    uint32_t old;                                                                          \
    __asm__ volatile("amo" #operation ".w.aqrl %0, %1, (%2)"                               \
                     : "=r"(old)                                                           \
                     : "r"(value), "r"(address)                                            \
                     : "memory");                                                          \
    return old;                                                                            \
  }
DEFINE_AMO(swap)
DEFINE_AMO(add)
DEFINE_AMO(and)
DEFINE_AMO(or)
DEFINE_AMO(xor)
DEFINE_AMO(min)
DEFINE_AMO(max)
DEFINE_AMO(minu)
DEFINE_AMO(maxu)

#define OPERATIONS 9

static const struct {
  const char *name;
  uint32_t (*relaxed)(volatile uint32_t *address, uint32_t value);
  uint32_t (*ordered)(volatile uint32_t *address, uint32_t value);
} amos[OPERATIONS] = {
    {"amoswap.w", amo_swap, amo_swap_aqrl}, {"amoadd.w", amo_add, amo_add_aqrl},
    {"amoand.w", amo_and, amo_and_aqrl},    {"amoor.w", amo_or, amo_or_aqrl},
    {"amoxor.w", amo_xor, amo_xor_aqrl},    {"amomin.w", amo_min, amo_min_aqrl},
    {"amomax.w", amo_max, amo_max_aqrl},    {"amominu.w", amo_minu, amo_minu_aqrl},
    {"amomaxu.w", amo_maxu, amo_maxu_aqrl},
};

#define INT_MIN 0x80000000u
#define INT_MAX 0x7fffffffu
#define MINUS_1 0xffffffffu

/* What is in memory, what is in the register, and what must be in memory then. */
static const struct {
  uint32_t memory, value, results[OPERATIONS];
} cases[] = {
    /* memory, value: swap, add, and, or, xor, min, max, minu, maxu */
    {0, 0, {0, 0, 0, 0, 0, 0, 0, 0, 0}},
    {0, MINUS_1, {MINUS_1, MINUS_1, 0, MINUS_1, MINUS_1, MINUS_1, 0, 0, MINUS_1}},
    {MINUS_1, 0, {0, MINUS_1, 0, MINUS_1, MINUS_1, MINUS_1, 0, 0, MINUS_1}},
    {MINUS_1, 1, {1, 0, 1, MINUS_1, 0xfffffffe, MINUS_1, 1, 1, MINUS_1}},
    {MINUS_1, MINUS_1, {MINUS_1, 0xfffffffe, MINUS_1, MINUS_1, 0, MINUS_1, MINUS_1, MINUS_1, MINUS_1}},
    {INT_MAX, 1, {1, INT_MIN, 1, INT_MAX, 0x7ffffffe, 1, INT_MAX, 1, INT_MAX}},
    {INT_MIN, MINUS_1, {MINUS_1, INT_MAX, INT_MIN, MINUS_1, INT_MAX, INT_MIN, MINUS_1, INT_MIN, MINUS_1}},
    {INT_MIN, INT_MAX, {INT_MAX, MINUS_1, 0, MINUS_1, MINUS_1, INT_MIN, INT_MAX, INT_MAX, INT_MIN}},
    {INT_MAX, INT_MIN, {INT_MIN, MINUS_1, 0, MINUS_1, MINUS_1, INT_MIN, INT_MAX, INT_MAX, INT_MIN}},
    {INT_MIN, INT_MIN, {INT_MIN, 0, INT_MIN, INT_MIN, 0, INT_MIN, INT_MIN, INT_MIN, INT_MIN}},
    {0xff00ff00,
     0x0ff00ff0,
     {0x0ff00ff0, 0x0ef10ef0, 0x0f000f00, 0xfff0fff0, 0xf0f0f0f0, 0xff00ff00, 0x0ff00ff0, 0x0ff00ff0,
      0xff00ff00}},
};

static void corner_values(void) {
  print("AMOs on corner values\n");
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    for (unsigned operation = 0; operation < OPERATIONS; operation++) {
      const char *name = amos[operation].name;
      const uint32_t expected = cases[i].results[operation];
      here = cases[i].memory;
      check_equal(amos[operation].relaxed(&here, cases[i].value), cases[i].memory, name);
      check_equal(here, expected, name);
      here = cases[i].memory;
      check_equal(amos[operation].ordered(&here, cases[i].value), cases[i].memory, name);
      check_equal(here, expected, name);
    }
  }
}

/* The same register as source, address or destination; a result that nobody wants. */
static void registers(void) {
  uint32_t value;
  print("AMOs and their registers\n");
  here = 40;
  value = 2;
  __asm__ volatile("amoadd.w %0, %0, (%1)" : "+r"(value) : "r"(&here) : "memory");
  check_equal(value, 40, "rd is rs2: old value");
  check_equal(here, 42, "rd is rs2: memory");

  value = (uintptr_t)&here;
  __asm__ volatile("amoswap.w %0, %1, (%0)" : "+&r"(value) : "r"(7) : "memory");
  check_equal(value, 42, "rd is rs1: old value");
  check_equal(here, 7, "rd is rs1: memory");

  __asm__ volatile("amoor.w zero, %0, (%1)" : : "r"(8), "r"(&here) : "memory");
  check_equal(here, 15, "rd is x0: memory");

  value = (uintptr_t)&here;
  __asm__ volatile("amoswap.w %0, %0, (%0)" : "+r"(value) : : "memory");
  check_equal(value, 15, "all registers the same: old value");
  check_equal(here, (uintptr_t)&here, "all registers the same: memory");

  __asm__ volatile("lr.w %0, (%1)\nsc.w zero, zero, (%1)" : "=&r"(value) : "r"(&here) : "memory");
  check_equal(here, 0, "sc.w of x0 into memory, result to x0");
}

int main(void) {
  loops();
  must_fail();
  corner_values();
  registers();
  return check_result();
}
