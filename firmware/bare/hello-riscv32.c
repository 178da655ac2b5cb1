/* expect:
 * exit 0
 * | Hello from RV32IMAC on virt!
 * | misa = 0x40101105
 * | primes below 100: 25
 */

/*
 * The first program to run: text through the serial port, one control register, a little computing, and
 * an end with exit code 0. misa says RV32 with A, C, I, M and U (Privileged ISA, "Machine ISA Register").
 */
#include "csr.h"
#include "primes.h"
#include "print.h"

int main(void) {
  print("Hello from RV32IMAC on virt!\n");
  print("misa = 0x%08x\n", (unsigned)csr_read(misa));
  print("primes below 100: %u\n", count_primes(100));
  return 0;
}
