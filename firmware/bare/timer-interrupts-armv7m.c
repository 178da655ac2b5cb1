/* expect:
 * exit 0
 * | SysTick registers
 * | SysTick counting
 * | SysTick: 5 ticks
 * | WFI with PRIMASK
 * | timer registers
 * | timer: 5 ticks
 * | dual timer registers
 * | dual timer: 5 periodic and 1 one-shot
 * | order of simultaneous interrupts
 * | all 157 checks passed
 */

/*
 * The timers of the core and of the board mps2-an385: SysTick (ARMv7-M B3.3), a CMSDK APB timer and the two halves of
 * the dual timer (DDI 0479, "APB timer" and "APB dual-input timers"). What their registers do, when their interrupts
 * come and how they are withdrawn, and that WFI ends for an interrupt that PRIMASK keeps from being taken (B1.5.19).
 */
#include "check.h"
#include "exception.h"
#include "nvic.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "systick.h"
#include "timer.h"

#define TICKS 5u
#define INTERVAL TIMER_TICKS_PER_MS

static volatile unsigned ticks;

/* Sleeps until `count` ticks were counted by handlers; with interrupts off between, so that none can slip by. */
static void sleep_until(unsigned count) {
  interrupts_disable();
  while (ticks < count) {
    wait_for_interrupt();
    interrupts_enable();
    interrupts_disable();
  }
  interrupts_enable();
}

static void systick_registers(void) {
  print("SysTick registers\n");
  check_equal(SYST_CSR & ~SYST_CSR_COUNTFLAG, 0, "SYST_CSR at reset");
  check_equal(SYST_CALIB, 0x270f, "SYST_CALIB of the board: 10 ms at 1 MHz");
  SYST_RVR = 0xffffffff;
  check_equal(SYST_RVR, 0x00ffffff, "SYST_RVR has 24 bits");
  SYST_CVR = 0x12345678;
  check_equal(SYST_CVR, 0, "a write clears SYST_CVR, whatever it is");
  SYST_CSR = SYST_CSR_CLKSOURCE;
  check_equal(SYST_CSR, SYST_CSR_CLKSOURCE, "CLKSOURCE");
  SYST_CSR = 0;
}

static void systick_counting(void) {
  print("SysTick counting\n");
  SYST_RVR = 999;
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_CLKSOURCE;
  uint32_t largest = 0;
  for (unsigned periods = 0; periods < 2;) {
    const uint32_t value = SYST_CVR;
    if (value > largest) largest = value;
    if (SYST_CSR & SYST_CSR_COUNTFLAG) periods++;
  }
  check(largest <= 999, "SYST_CVR stays within SYST_RVR");
  check_equal(ICSR & ICSR_PENDSTSET, 0, "no exception without TICKINT");

  /* COUNTFLAG: read clears it, and so does a write of SYST_CVR, which raises nothing. */
  SYST_RVR = 0xffffff;
  SYST_CVR = 0;
  check_equal(SYST_CSR & SYST_CSR_COUNTFLAG, 0, "COUNTFLAG behind a write of SYST_CVR");
  const uint32_t first = SYST_CVR;
  while (SYST_CVR == first) continue;
  check(SYST_CVR < first || first == 0, "it counts down");
  SYST_CSR = 0;
  const uint32_t stopped = SYST_CVR;
  for (unsigned i = 0; i < 100; i++) check_equal(SYST_CVR, stopped, "it stands when disabled");

  /* The reference clock of the board is 1 MHz: 25 times slower. */
  SYST_CSR = SYST_CSR_ENABLE;
  SYST_CVR = 0;
  while (SYST_CVR == 0) continue;
  const uint32_t slow = SYST_CVR;
  TIMER0.reload = 0xffffffff;
  TIMER0.value = 0xffffffff;
  TIMER0.ctrl = TIMER_CTRL_EN;
  while (slow - SYST_CVR < 200) continue;
  check(0xffffffff - TIMER0.value >= 199 * 25, "200 periods of the reference clock");
  TIMER0.ctrl = 0;
  SYST_CSR = 0;
}

static void count_tick(void) {
  check_equal(special_read(ipsr), EXCEPTION_SYSTICK, "IPSR of a tick");
  if (++ticks < TICKS) return;
  SYST_CSR = 0;
  ICSR = ICSR_PENDSTCLR; /* one more may have come while this one was late */
}

static void systick_ticks(void) {
  exception_install(EXCEPTION_SYSTICK, count_tick);
  ticks = 0;
  SYST_RVR = INTERVAL - 1;
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE;
  sleep_until(TICKS);
  print("SysTick: %u ticks\n", ticks);
  check_equal(ICSR & ICSR_PENDSTSET, 0, "no tick is pending");

  /* Pended by software, and withdrawn. */
  interrupts_disable();
  ICSR = ICSR_PENDSTSET;
  check(ICSR & ICSR_PENDSTSET, "PENDSTSET");
  ICSR = ICSR_PENDSTCLR;
  check_equal(ICSR & ICSR_PENDSTSET, 0, "PENDSTCLR");
  interrupts_enable();
  check_equal(ticks, TICKS, "a withdrawn tick does not come");
}

static void wfi_with_primask(void) {
  print("WFI with PRIMASK\n");
  ticks = 0;
  interrupts_disable();
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE;
  while (!(ICSR & ICSR_PENDSTSET)) wait_for_interrupt();
  check_equal(ticks, 0, "it was not taken");
  wait_for_interrupt();
  check_equal(ticks, 0, "WFI while it is pending ends at once");
  SYST_CSR = 0;
  interrupts_enable();
  check_equal(ticks, 1, "taken once PRIMASK is clear");
}

static void timer_registers(void) {
  print("timer registers\n");
  check_equal(TIMER0.ctrl, 0, "CTRL");
  TIMER0.ctrl = 0xffffffff & ~(1u << 1 | 1u << 2);
  check_equal(TIMER0.ctrl, TIMER_CTRL_EN | TIMER_CTRL_INTEN, "CTRL has 4 bits");
  TIMER0.ctrl = 0;
  TIMER0.value = 1000;
  check_equal(TIMER0.value, 1000, "VALUE");
  TIMER0.reload = 2000;
  check_equal(TIMER0.reload, 2000, "RELOAD");
  check_equal(TIMER0.intstatus, 0, "INTSTATUS");
}

static void count_timer(void) {
  check_equal(special_read(ipsr), EXCEPTION_INTERRUPT(TIMER0_IRQ), "IPSR of the timer");
  check_equal(TIMER0.intstatus, 1, "INTSTATUS in the handler");
  if (++ticks == TICKS) TIMER0.ctrl = 0;
  TIMER0.intstatus = 1;
}

static void timer_ticks(void) {
  exception_install(EXCEPTION_INTERRUPT(TIMER0_IRQ), count_timer);
  nvic_enable(TIMER0_IRQ);
  ticks = 0;
  TIMER0.reload = INTERVAL;
  TIMER0.value = INTERVAL;
  TIMER0.ctrl = TIMER_CTRL_EN | TIMER_CTRL_INTEN;
  sleep_until(TICKS);
  nvic_disable(TIMER0_IRQ);
  print("timer: %u ticks\n", ticks);
  check_equal(TIMER0.intstatus, 0, "INTSTATUS cleared");

  /* A reload of zero stops it. */
  TIMER0.reload = 0;
  TIMER0.value = 10;
  TIMER0.ctrl = TIMER_CTRL_EN | TIMER_CTRL_INTEN;
  while (!TIMER0.intstatus) continue;
  TIMER0.ctrl = 0;
  TIMER0.intstatus = 1;
  check_equal(TIMER0.value, 0, "VALUE with a reload of zero");
  nvic_unpend(TIMER0_IRQ);
}

static void dual_registers(void) {
  print("dual timer registers\n");
  check_equal(DUAL_TIMER1.value, 0xffffffff, "VALUE at reset");
  check_equal(DUAL_TIMER1.control, DUAL_TIMER_INTEN, "CONTROL at reset");
  DUAL_TIMER1.load = 0x12345678;
  check_equal(DUAL_TIMER1.load, 0x12345678, "LOAD");
  check_equal(DUAL_TIMER1.bgload, 0x12345678, "BGLOAD is LOAD for readers");
  DUAL_TIMER1.bgload = 0x1000;
  check_equal(DUAL_TIMER1.load, 0x1000, "LOAD behind a write of BGLOAD");
  check_equal(DUAL_TIMER1.ris | DUAL_TIMER1.mis | DUAL_TIMER2.ris | DUAL_TIMER2.mis, 0, "no interrupt");
}

static volatile unsigned halves[2], neither;

/* One line for both halves: MIS says which of them it was. */
static void count_dual(void) {
  const bool first = DUAL_TIMER1.mis, second = DUAL_TIMER2.mis;
  if (first) {
    if (++ticks == TICKS) DUAL_TIMER1.control = 0;
    DUAL_TIMER1.intclr = 1;
    halves[0]++;
  }
  if (second) {
    DUAL_TIMER2.intclr = 1;
    halves[1]++;
  }
  if (!first && !second) neither++;
}

static void dual_ticks(void) {
  exception_install(EXCEPTION_INTERRUPT(DUAL_TIMER_IRQ), count_dual);
  nvic_enable(DUAL_TIMER_IRQ);
  ticks = 0;
  DUAL_TIMER1.load = INTERVAL;
  DUAL_TIMER2.load = INTERVAL / 16;
  DUAL_TIMER2.control =
      DUAL_TIMER_ENABLE | DUAL_TIMER_INTEN | DUAL_TIMER_32_BIT | DUAL_TIMER_ONE_SHOT | DUAL_TIMER_DIVIDE_16;
  DUAL_TIMER1.control = DUAL_TIMER_ENABLE | DUAL_TIMER_INTEN | DUAL_TIMER_32_BIT | DUAL_TIMER_PERIODIC;
  sleep_until(TICKS);
  nvic_disable(DUAL_TIMER_IRQ);
  print("dual timer: %u periodic and %u one-shot\n", halves[0], halves[1]);
  check_equal(neither, 0, "one of them was why the handler was called");
  check_equal(DUAL_TIMER2.value, 0, "VALUE of a one-shot that is over");
  DUAL_TIMER2.control = 0;

  /* Without INTEN the status is raw only. */
  DUAL_TIMER2.load = 10;
  DUAL_TIMER2.control = DUAL_TIMER_ENABLE | DUAL_TIMER_32_BIT | DUAL_TIMER_ONE_SHOT;
  while (!DUAL_TIMER2.ris) continue;
  check_equal(DUAL_TIMER2.mis, 0, "MIS without INTEN");
  DUAL_TIMER2.intclr = 1;
  check_equal(DUAL_TIMER2.ris, 0, "RIS cleared");

  /* 16 bits, free-running: the upper half of VALUE stays. */
  DUAL_TIMER1.control = 0;
  DUAL_TIMER1.load = 0x0000ffff;
  DUAL_TIMER1.control = DUAL_TIMER_ENABLE;
  const uint32_t before = DUAL_TIMER1.value;
  while (DUAL_TIMER1.value == before) continue;
  check(DUAL_TIMER1.value <= 0xffff, "VALUE of 16 bits");
  DUAL_TIMER1.control = 0;
}

static uint32_t order[4];

static void note_exception(void) {
  order[ticks++ % 4] = special_read(ipsr);
  TIMER0.intstatus = 1;
}

/* Both are pending when interrupts are let in: priority decides, then the exception number. */
static void simultaneous(void) {
  print("order of simultaneous interrupts\n");
  exception_install(EXCEPTION_SYSTICK, note_exception);
  exception_install(EXCEPTION_INTERRUPT(TIMER0_IRQ), note_exception);
  nvic_enable(TIMER0_IRQ);
  for (unsigned round = 0; round < 2; round++) {
    SHPR(EXCEPTION_SYSTICK) = round ? 0x80 : 0x40;
    NVIC_IPR[TIMER0_IRQ] = 0x40;
    ticks = 0;
    interrupts_disable();
    TIMER0.reload = 0;
    TIMER0.value = 100;
    TIMER0.ctrl = TIMER_CTRL_EN | TIMER_CTRL_INTEN;
    SYST_RVR = 100;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE;
    while (!(ICSR & ICSR_PENDSTSET) || !nvic_pending(TIMER0_IRQ)) continue;
    SYST_CSR = 0;
    TIMER0.ctrl = 0;
    interrupts_enable();
    check_equal(ticks, 2, "both were taken");
    check_equal(order[round], EXCEPTION_SYSTICK, "SysTick");
    check_equal(order[!round], EXCEPTION_INTERRUPT(TIMER0_IRQ), "timer");
  }
}

int main(void) {
  systick_registers();
  systick_counting();
  systick_ticks();
  wfi_with_primask();
  timer_registers();
  timer_ticks();
  dual_registers();
  dual_ticks();
  simultaneous();
  return check_result();
}
