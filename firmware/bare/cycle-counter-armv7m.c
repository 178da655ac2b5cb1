/* expect:
 * exit 0
 * not on QEMU: it has no DWT: CYCCNT reads as zero (ARMv7-M C1.8.8)
 * | off at reset, and without TRCENA
 * | counting
 * | SysTick and CYCCNT count the same clock
 * | asleep
 * | profiling counters
 * | all 26 checks passed
 */

/*
 * DWT's cycle counter, with which firmware measures, and its profiling counters. (ARMv7-M C1.8.3 "The cycle counter",
 * C1.8.4 "Profiling counter support", C1.8.7 to C1.8.13; C1.6.5 for DEMCR.TRCENA.) How many cycles an instruction takes
 * is not fixed by the architecture, so no count is printed: what is checked holds on any core.
 */
#include "check.h"
#include "debug.h"
#include "exception.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "systick.h"

static void off(void) {
  print("off at reset, and without TRCENA\n");
  check_equal(DEMCR & DEMCR_TRCENA, 0, "TRCENA at reset");
  DEMCR |= DEMCR_TRCENA;
  check_equal(DWT_CTRL & DWT_CTRL_NOCYCCNT, 0, "NOCYCCNT: there is a counter");
  check_equal(DWT_CTRL & DWT_CTRL_CYCCNTENA, 0, "CYCCNTENA at reset");
  DWT_CYCCNT = 1234;
  check_equal(DWT_CYCCNT, 1234, "it stands while it is not enabled");
  DWT_CTRL |= DWT_CTRL_CYCCNTENA;
  check(DWT_CTRL & DWT_CTRL_CYCCNTENA, "CYCCNTENA");
  DEMCR &= ~DEMCR_TRCENA;
  const uint32_t first = DWT_CYCCNT;
  check_equal(DWT_CYCCNT, first, "it stands without TRCENA");
  DEMCR |= DEMCR_TRCENA;
}

static void counting(void) {
  print("counting\n");
  DWT_CYCCNT = 0;
  const uint32_t first = DWT_CYCCNT;
  const uint32_t second = DWT_CYCCNT;
  check(first < 100, "it begins where it is set");
  check(second > first, "it counts");

  /* Twice the work takes twice the time; every pass through a loop takes at least a cycle. */
  uint32_t passed[2];
  for (unsigned i = 0; i < 2; i++) {
    uint32_t rounds = 1000u << i;
    const uint32_t start = DWT_CYCCNT;
    __asm__ volatile("1: subs %0, #1\n bne 1b" : "+r"(rounds) : : "cc");
    passed[i] = DWT_CYCCNT - start;
  }
  check(passed[0] >= 2000, "1000 rounds of two instructions");
  check(passed[1] > 2 * passed[0] - 100 && passed[1] < 2 * passed[0] + 100, "2000 rounds");

  DWT_CYCCNT = 0xffffff00;
  while (DWT_CYCCNT >= 0xffffff00) continue;
  check(DWT_CYCCNT < 1000, "it wraps");
  DWT_CTRL &= ~DWT_CTRL_CYCCNTENA;
  const uint32_t stopped = DWT_CYCCNT;
  for (unsigned i = 0; i < 4; i++) check_equal(DWT_CYCCNT, stopped, "it stands when it is disabled");
  DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}

static void beside_systick(void) {
  print("SysTick and CYCCNT count the same clock\n");
  SYST_RVR = 0xffffff;
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_CLKSOURCE;
  while (SYST_CVR == 0) continue;
  const uint32_t ticks = SYST_CVR;
  const uint32_t cycles = DWT_CYCCNT;
  for (volatile unsigned i = 0; i < 10000; i++) continue;
  const uint32_t ticks_passed = ticks - SYST_CVR;
  const uint32_t cycles_passed = DWT_CYCCNT - cycles;
  check(cycles_passed >= 30000, "the loop takes its time");
  check(ticks_passed - cycles_passed + 50 < 100, "both say the same");
}

static volatile bool woken;

static void wake(void) {
  woken = true;
  SYST_CSR = 0;
}

/* CYCCNT counts a sleeping core's cycles, too, and SLEEPCNT only those. */
static void asleep(void) {
  print("asleep\n");
  exception_install(EXCEPTION_SYSTICK, wake);
  interrupts_disable();
  SYST_RVR = 99999;
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT;
  const uint32_t start = DWT_CYCCNT;
  while (!(ICSR & ICSR_PENDSTSET)) wait_for_interrupt();
  const uint32_t passed = DWT_CYCCNT - start;
  interrupts_enable();
  check(woken, "the interrupt came");
  check(passed >= 99900 && passed < 100200, "CYCCNT over a sleep of 100000 cycles");
}

/* They have 8 bits, count from zero when they are enabled, and wrap. */
static void profiling(void) {
  print("profiling counters\n");
  check_equal(DWT_CTRL & DWT_CTRL_NOPRFCNT, 0, "NOPRFCNT: there are counters");
  DWT_CTRL |= DWT_CTRL_SLEEPEVTENA | DWT_CTRL_EXCEVTENA;
  check_equal(DWT_SLEEPCNT, 0, "SLEEPCNT begins at zero");
  for (volatile unsigned i = 0; i < 1000; i++) continue;
  check_equal(DWT_SLEEPCNT, 0, "SLEEPCNT of a core that is awake");
  DWT_SLEEPCNT = 0x1ff;
  check_equal(DWT_SLEEPCNT, 0xff, "SLEEPCNT has 8 bits");
  DWT_CTRL &= ~(DWT_CTRL_SLEEPEVTENA | DWT_CTRL_EXCEVTENA);
  DWT_CTRL |= DWT_CTRL_SLEEPEVTENA;
  check_equal(DWT_SLEEPCNT, 0, "SLEEPCNT begins again when it is enabled again");
  woken = false;
  interrupts_disable();
  SYST_RVR = 99;
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT;
  while (!(ICSR & ICSR_PENDSTSET)) wait_for_interrupt();
  const uint32_t asleep = DWT_SLEEPCNT;
  interrupts_enable();
  check(woken, "the interrupt came");
  check(asleep > 0 && asleep < 100, "SLEEPCNT over a sleep within 100 cycles");
}

int main(void) {
  off();
  counting();
  beside_systick();
  asleep();
  profiling();
  return check_result();
}
