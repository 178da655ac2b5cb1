/* expect:
 * lockup
 * | an undefined instruction, and a vector table that is not there
 */

/*
 * VTOR points at an address where nothing is. The undefined instruction is a HardFault, the read of its vector is a bus
 * error, which can only be a HardFault again: the core locks up (ARMv7-M B1.5.14, B1.5.15).
 */
#include "board.h"
#include "print.h"
#include "scb.h"
#include "special.h"

int main(void) {
  print("an undefined instruction, and a vector table that is not there\n");
  VTOR = NOTHING_ADDRESS;
  barrier();
  __asm__ volatile("udf #0");
  return 1;
}
