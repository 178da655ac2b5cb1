/* expect:
 * board lm3s6965evb
 * exit 0
 * | Hello from ARMv7-M on lm3s6965evb!
 * | DID1 = 0x1073402e: 256 KiB of flash, 64 KiB of SRAM
 * | primes below 100: 25
 */

/*
 * The first program for the other board, whose image fits mps2-an385 too: on the wrong board it touches a serial
 * port that is not there. Its code is in flash and its data in SRAM, and system control says how large these are
 * (LM3S6965 data sheet, "System Control", DID1 and DC0).
 */
#include "board.h"
#include "primes.h"
#include "print.h"

#define DC0 (*(volatile uint32_t *)0x400fe008u)
#define DID1 (*(volatile uint32_t *)0x400fe004u)

int main(void) {
  print("Hello from ARMv7-M on " BOARD_NAME "!\n");
  const uint32_t sizes = DC0; /* SRAM in the upper half, in 256 bytes; flash in the lower, in 2 KiB; both less one */
  print("DID1 = 0x%08x: %u KiB of flash, %u KiB of SRAM\n", (unsigned)DID1,
        (unsigned)((sizes & 0xffff) + 1) * 2, (unsigned)((sizes >> 16) + 1) / 4);
  print("primes below 100: %u\n", count_primes(100));
  return 0;
}
