/* CLINT of the board `virt`: software interrupts and the machine timer, which counts at 10 MHz. */
#ifndef CLINT_H
#define CLINT_H

#include <stdint.h>

#define CLINT_BASE 0x02000000u
#define CLINT_MSIP (*(volatile uint32_t *)(CLINT_BASE + 0x0000u))
#define CLINT_MTIMECMP ((volatile uint32_t *)(CLINT_BASE + 0x4000u))
#define CLINT_MTIME ((volatile uint32_t *)(CLINT_BASE + 0xbff8u))
#define CLINT_TICKS_PER_MS 10000u

static inline uint64_t clint_time(void) {
  uint32_t high, low;
  do {
    high = CLINT_MTIME[1];
    low = CLINT_MTIME[0];
  } while (CLINT_MTIME[1] != high);
  return (uint64_t)high << 32 | low;
}

/* The order of the Privileged ISA, "Machine Timer Registers", which never shows an earlier deadline. */
static inline void clint_set_deadline(uint64_t time) {
  CLINT_MTIMECMP[0] = 0xffffffffu;
  CLINT_MTIMECMP[1] = (uint32_t)(time >> 32);
  CLINT_MTIMECMP[0] = (uint32_t)time;
}

#define CLINT_NEVER UINT64_MAX

#endif
