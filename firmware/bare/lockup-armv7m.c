/* expect:
 * lockup
 * | dividing 7 by 0
 * | HardFault: FORCED DIVBYZERO
 * | the handler reads a log that is not there
 */

/*
 * A HardFault handler with a bug of its own: the load from nothing faults at the priority of HardFault, nothing can
 * take precedence over that, and the core locks up until a reset (ARMv7-M B1.5.15 "Unrecoverable exception cases").
 */
#include "board.h"
#include "exception.h"
#include "print.h"
#include "scb.h"
#include "special.h"

static void hard_fault(void) {
  fault_print(special_read(ipsr), CFSR, HFSR);
  print("the handler reads a log that is not there\n");
  const uint32_t entries = *(const volatile uint32_t *)NOTHING_ADDRESS;
  print("%u entries\n", (unsigned)entries);
}

__attribute__((noinline)) static int divide(int left, int right) {
  print("dividing %d by %d\n", left, right);
  return left / right;
}

int main(void) {
  static volatile int zero;
  exception_install(EXCEPTION_HARD_FAULT, hard_fault);
  CCR |= CCR_DIV_0_TRP;
  barrier();
  return divide(7, zero);
}
