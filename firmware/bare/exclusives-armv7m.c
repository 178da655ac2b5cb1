/* expect:
 * exit 0
 * | loops
 * | stores that must fail
 * | bytes and halfwords
 * | an exception between load and store
 * | all 46 checks passed
 */

/*
 * Exclusive accesses with the local monitor: loops succeed, a store fails when it must and then writes nothing, and an
 * exception between the two makes it fail. (ARMv7-M A3.4 "Synchronization and semaphores", B1.5.6, B1.5.8;
 * A7.7.52 to A7.7.54, A7.7.167 to A7.7.169, A7.7.23.)
 *
 * Not tested, because the manual leaves it open: a store to another address than the load's, a plain store between.
 */
#include "check.h"
#include "exception.h"
#include "nvic.h"
#include "print.h"
#include "scb.h"
#include "special.h"

static volatile uint32_t here;

#define DEFINE_EXCLUSIVES(suffix)                                                              \
  static uint32_t load##suffix(volatile void *address) {                                       \
    uint32_t value;                                                                            \
    __asm__ volatile("ldrex" #suffix " %0, [%1]" : "=r"(value) : "r"(address) : "memory");     \
    return value;                                                                              \
  }                                                                                            \
  /* 0 if the store was done. */                                                               \
  static uint32_t store##suffix(volatile void *address, uint32_t value) {                      \
    uint32_t failed;                                                                           \
    __asm__ volatile("strex" #suffix " %0, %1, [%2]"                                           \
                     : "=&r"(failed)                                                           \
                     : "r"(value), "r"(address)                                                \
                     : "memory");                                                              \
    return failed;                                                                             \
  }
DEFINE_EXCLUSIVES()
DEFINE_EXCLUSIVES(h)
DEFINE_EXCLUSIVES(b)

static void clear_exclusive(void) { __asm__ volatile("clrex" : : : "memory"); }

static void add_by_loop(volatile uint32_t *address, uint32_t value) {
  while (store(address, load(address) + value)) continue;
}

static bool compare_and_swap(volatile uint32_t *address, uint32_t expected, uint32_t value) {
  do {
    if (load(address) != expected) {
      clear_exclusive();
      return false;
    }
  } while (store(address, value));
  return true;
}

static void loops(void) {
  print("loops\n");
  here = 0;
  for (uint32_t i = 1; i <= 1000; i++) add_by_loop(&here, i);
  check_equal(here, 500500, "sum by loop");
  check(compare_and_swap(&here, 500500, 7), "compare-and-swap of the right value");
  check_equal(here, 7, "value after compare-and-swap");
  check(!compare_and_swap(&here, 8, 9), "compare-and-swap of a wrong value");
  check_equal(here, 7, "value after a compare-and-swap that failed");
}

static void must_fail(void) {
  print("stores that must fail\n");
  here = 1;
  check_equal(load(&here), 1, "ldrex");
  check_equal(store(&here, 3), 0, "strex behind ldrex");
  check_equal(here, 3, "value after strex");
  check_equal(store(&here, 4), 1, "second strex");
  check_equal(store(&here, 5), 1, "third strex");
  check_equal(here, 3, "a failing strex does not write");
  check_equal(load(&here), 3, "ldrex before clrex");
  clear_exclusive();
  check_equal(store(&here, 6), 1, "strex behind clrex");
  check_equal(here, 3, "nor here");
}

static void sizes(void) {
  volatile uint8_t *const bytes = (volatile uint8_t *)&here;
  volatile uint16_t *const halves = (volatile uint16_t *)&here;
  print("bytes and halfwords\n");
  here = 0x11223344;
  check_equal(loadb(bytes + 1), 0x33, "ldrexb");
  check_equal(storeb(bytes + 1, 0xffffff55), 0, "strexb");
  check_equal(here, 0x11225544, "value after strexb");
  check_equal(storeb(bytes + 1, 0), 1, "second strexb");
  check_equal(loadh(halves + 1), 0x1122, "ldrexh");
  check_equal(storeh(halves + 1, 0xffff6677), 0, "strexh");
  check_equal(here, 0x66775544, "value after strexh");
  check_equal(storeh(halves + 1, 0), 1, "second strexh");

  uint32_t value, failed;
  volatile uint32_t words[2] = {1, 2};
  __asm__ volatile("ldrex %0, [%2, #4]\n add %0, #40\n strex %1, %0, [%2, #4]"
                   : "=&r"(value), "=&r"(failed)
                   : "r"(words)
                   : "memory");
  check_equal(failed, 0, "strex with an offset");
  check_equal(words[1], 42, "value after strex with an offset");
}

static volatile unsigned served;

static void serve(void) { served++; }

/* A loop whose first try is interrupted. */
static uint32_t tries;

static void add_interrupted(volatile uint32_t *address, uint32_t value, void (*interrupt)(void)) {
  tries = 0;
  uint32_t sum;
  do {
    sum = load(address) + value;
    if (tries++ == 0) interrupt();
  } while (store(address, sum));
}

static void call_supervisor(void) { __asm__ volatile("svc #0" : : : "memory"); }

static void pend_pendsv(void) {
  ICSR = ICSR_PENDSVSET;
  barrier();
}

static void pend_interrupt(void) {
  NVIC_STIR = 7;
  barrier();
}

/* The handler makes an exclusive access of its own, which must not let the interrupted one succeed. */
static void serve_exclusively(void) {
  static volatile uint32_t other;
  served++;
  add_by_loop(&other, 1);
  load(&here);
}

static void across_exceptions(void) {
  static void (*const interrupts[])(void) = {call_supervisor, pend_pendsv, pend_interrupt};
  print("an exception between load and store\n");
  nvic_enable(7);
  for (unsigned kind = 0; kind < 2; kind++) {
    void (*const handler)(void) = kind ? serve_exclusively : serve;
    exception_install(EXCEPTION_SVCALL, handler);
    exception_install(EXCEPTION_PENDSV, handler);
    exception_install(EXCEPTION_INTERRUPT(7), handler);
    for (unsigned i = 0; i < 3; i++) {
      here = 10;
      served = 0;
      add_interrupted(&here, 5, interrupts[i]);
      check_equal(served, 1, "the exception was taken");
      check_equal(tries, 2, "the first store failed");
      check_equal(here, 15, "value after both tries");
    }
  }
  nvic_disable(7);

  /* An interrupt that is only pending changes nothing. */
  interrupts_disable();
  nvic_enable(7);
  served = 0;
  add_interrupted(&here, 5, pend_interrupt);
  check_equal(tries, 1, "store while an interrupt is pending");
  check_equal(here, 20, "its value");
  check_equal(served, 0, "not yet served");
  interrupts_enable();
  check_equal(served, 1, "served");
}

int main(void) {
  loops();
  must_fail();
  sizes();
  across_exceptions();
  return check_result();
}
