/* expect:
 * exit 0
 * | 10 periods of 10000000 cycles, asleep and awake
 * | all 23 checks passed
 */

/*
 * SysTick over 10^8 cycles of the core's clock: a period is SYST_RVR + 1 cycles (ARMv7-M B3.3.1), no more and no less,
 * which adds up to 4 s exactly. Timer 0 of the board, which counts the same clock, is what it is compared with, behind
 * every tick that ends a sleep and some time later.
 */
#include "check.h"
#include "exception.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "systick.h"
#include "timer.h"

#define PERIOD 10000000u
#define PERIODS 10u

/* Cycles that it stays awake behind each tick. */
#define AWAKE 10000u

/* How long reading both counters may take: an interruption by the host of an emulator would be longer. */
#define READING 500u

static volatile unsigned ticks;

static void tick(void) { ticks++; }

struct instant {
  uint32_t systick, timer; /* cycles since the start */
};

/* Reads both counters close together: SysTick in front of and behind the timer. */
static struct instant now(void) {
  for (;;) {
    const unsigned before = ticks;
    const uint32_t first = SYST_CVR;
    const uint32_t timer = TIMER0.value;
    const uint32_t second = SYST_CVR;
    if (ticks == before && !(ICSR & ICSR_PENDSTSET) && first >= second && first - second < READING)
      return (struct instant){before * PERIOD + (PERIOD - 1 - second), 0xffffffffu - timer};
  }
}

static struct instant origin;

/* Both counters have gone on by the same number of cycles, as exactly as they can be read. */
static void compare(const char *what) {
  const struct instant at = now();
  const uint32_t difference = (at.systick - origin.systick) - (at.timer - origin.timer);
  check(difference + READING < 2 * READING, what);
  if (difference + READING >= 2 * READING) print("  differs by %d cycles\n", (int)difference);
}

int main(void) {
  exception_install(EXCEPTION_SYSTICK, tick);
  TIMER0.reload = 0xffffffff;
  TIMER0.value = 0xffffffff;
  SYST_RVR = PERIOD - 1;
  SYST_CVR = 0;
  TIMER0.ctrl = TIMER_CTRL_EN;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE;
  while (SYST_CVR == 0) continue;
  origin = now();
  print("%u periods of %u cycles, asleep and awake\n", PERIODS, PERIOD);
  while (ticks < PERIODS) {
    const unsigned before = ticks;
    while (ticks == before) {
      interrupts_disable();
      if (ticks == before) wait_for_interrupt();
      interrupts_enable();
    }
    compare("behind a tick");
    const uint32_t later = TIMER0.value - AWAKE;
    while ((int32_t)(TIMER0.value - later) > 0) continue;
    compare("awake");
  }
  check_equal(ticks, PERIODS, "ticks");
  const struct instant end = now();
  SYST_CSR = 0;
  check(end.timer - origin.timer > (PERIODS - 1) * PERIOD, "10^8 cycles less the first reading");
  check(end.systick >= PERIODS * PERIOD, "ten whole periods");
  return check_result();
}
