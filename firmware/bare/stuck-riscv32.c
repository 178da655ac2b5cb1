/* expect:
 * stuck
 * | an illegal instruction, and a trap vector that faults
 */

/*
 * mtvec points at an address where nothing is. The illegal instruction traps there, the fetch from there
 * raises an instruction access fault, which traps there again, for ever (Privileged ISA, "Machine Trap-Vector
 * Base-Address Register").
 */
#include "csr.h"
#include "print.h"

int main(void) {
  print("an illegal instruction, and a trap vector that faults\n");
  csr_write(mtvec, 0x08000000);
  __asm__ volatile("unimp");
  return 1;
}
