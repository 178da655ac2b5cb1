/* expect:
 * exit 0
 * | Hello from ARMv7-M on mps2-an385!
 * | CPUID = 0x410fc231
 * | primes below 100: 25
 */

/*
 * The first program to run: text through the serial port, one control register, a little computing, and
 * an end with exit code 0. CPUID says Cortex-M3 (ARMv7-M B3.2.3).
 */
#include "board.h"
#include "primes.h"
#include "print.h"
#include "scb.h"

int main(void) {
  print("Hello from ARMv7-M on " BOARD_NAME "!\n");
  print("CPUID = 0x%08x\n", (unsigned)CPUID);
  print("primes below 100: %u\n", count_primes(100));
  return 0;
}
