/* expect:
 * exit 0
 * not on QEMU: WFE does not sleep there, and SLEEPONEXIT does nothing (ARMv7-M B1.5.18, B3.2.7)
 * | WFI: what ends it
 * | WFE: what ends it
 * | SEVONPEND
 * | SLEEPONEXIT
 * | all 25 checks passed
 */

/*
 * How a core sleeps and what wakes it: WFI by what it would take if PRIMASK were clear, WFE by the event register,
 * which SEV, exceptions and, with SEVONPEND, interrupts that become pending set; and the sleep at the end of a handler.
 * (ARMv7-M B1.5.18 "Wait For Event and Send Event", B1.5.19 "Wait For Interrupt", B3.2.7 "System Control Register".)
 * Timer 0 tells for how long it slept.
 */
#include "check.h"
#include "exception.h"
#include "nvic.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "systick.h"
#include "timer.h"

/* When SysTick ends a sleep that nothing else does, in cycles; less than half of it is no such sleep. */
#define ALARM 20000u
#define SHORT (ALARM / 2)

/* An interrupt that nothing raises but software. */
#define QUIET 25u

static volatile unsigned alarms, served;

static void alarm(void) {
  alarms++;
  SYST_CSR = 0;
}

static void serve(void) { served++; }

static void set_alarm(void) {
  alarms = 0;
  SYST_RVR = ALARM - 1;
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE;
}

static void cancel_alarm(void) {
  SYST_CSR = 0;
  ICSR = ICSR_PENDSTCLR;
}

/* Cycles that the function takes; the alarm goes off during it or not at all. */
static uint32_t time_of(void (*function)(void)) {
  set_alarm();
  const uint32_t start = TIMER0.value;
  function();
  const uint32_t passed = start - TIMER0.value;
  cancel_alarm();
  return passed;
}

static void wfi(void) { __asm__ volatile("wfi" : : : "memory"); }
static void wfe(void) { __asm__ volatile("wfe" : : : "memory"); }

static void sev_and_wfe(void) { __asm__ volatile("sev\n wfe" : : : "memory"); }

/* The first takes what event there may still be. */
static void wfe_without_event(void) { __asm__ volatile("sev\n wfe\n wfe" : : : "memory"); }

static void wfe_behind_exception(void) { __asm__ volatile("sev\n wfe\n svc #0\n wfe" : : : "memory"); }

static void sleeps(void (*function)(void), const char *what) {
  const uint32_t passed = time_of(function);
  check(passed >= ALARM - 10 && passed < ALARM + SHORT, what);
}

static void does_not_sleep(void (*function)(void), const char *what) { check(time_of(function) < SHORT, what); }

static void interrupt_wakes(void) {
  print("WFI: what ends it\n");
  sleeps(wfi, "the alarm");
  check_equal(alarms, 1, "it was taken");
  interrupts_disable();
  sleeps(wfi, "the alarm with PRIMASK");
  check_equal(alarms, 0, "it was not taken");
  nvic_pend(QUIET);
  sleeps(wfi, "an interrupt that is disabled does not end it");
  nvic_enable(QUIET);
  does_not_sleep(wfi, "an interrupt that is enabled");
  check_equal(served, 0, "it was not taken");
  interrupts_enable();
  check_equal(served, 1, "until PRIMASK is clear");

  /* BASEPRI counts, as it does for taking it. */
  NVIC_IPR[QUIET] = 0x80;
  special_write(basepri, 0x80);
  nvic_pend(QUIET);
  interrupts_disable();
  sleeps(wfi, "an interrupt below BASEPRI does not end it");
  special_write(basepri, 0xa0);
  does_not_sleep(wfi, "an interrupt above BASEPRI");
  interrupts_enable();
  check_equal(served, 2, "taken afterwards");
  special_write(basepri, 0);
  nvic_disable(QUIET);
}

static void pend_quiet_and_wfe(void) {
  __asm__ volatile("sev\n wfe" : : : "memory");
  nvic_pend(QUIET);
  wfe();
}

static void event_wakes(void) {
  print("WFE: what ends it\n");
  sleeps(wfe_without_event, "the alarm");
  check_equal(alarms, 1, "it was taken");
  does_not_sleep(sev_and_wfe, "SEV before it");
  does_not_sleep(wfe_behind_exception, "an exception before it");
}

static void send_event_on_pend(void) {
  print("SEVONPEND\n");
  served = 0;
  nvic_unpend(QUIET);
  sleeps(pend_quiet_and_wfe, "an interrupt that is disabled, without SEVONPEND");
  nvic_unpend(QUIET);
  SCR = SCR_SEVONPEND;
  check_equal(SCR, SCR_SEVONPEND, "SCR");
  does_not_sleep(pend_quiet_and_wfe, "an interrupt that becomes pending");
  sleeps(pend_quiet_and_wfe, "one that is pending already is no event");
  nvic_unpend(QUIET);
  interrupts_disable();
  sleeps(wfe_without_event, "the alarm with PRIMASK, because it becomes pending");
  check_equal(alarms, 0, "it was not taken");
  interrupts_enable();
  SCR = 0;
  check_equal(served, 0, "nor was the other");
}

static volatile unsigned ticks, wakes;

static void tick(void) {
  if (++ticks == 5) {
    SCR = 0;
    SYST_CSR = 0;
  }
}

/* The thread does not get to run between ticks; the handler decides when it shall. */
static void sleep_on_exit(void) {
  print("SLEEPONEXIT\n");
  exception_install(EXCEPTION_SYSTICK, tick);
  SCR = SCR_SLEEPONEXIT;
  SYST_RVR = 999;
  SYST_CVR = 0;
  const uint32_t start = TIMER0.value;
  SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE;
  while (ticks < 5) {
    wfi();
    wakes++;
  }
  const uint32_t passed = start - TIMER0.value;
  check_equal(ticks, 5, "ticks");
  check_equal(wakes, 1, "the thread ran once");
  check(passed >= 5000 && passed < 6000, "five periods");
}

int main(void) {
  exception_install(EXCEPTION_SYSTICK, alarm);
  exception_install(EXCEPTION_SVCALL, serve);
  exception_install(EXCEPTION_INTERRUPT(QUIET), serve);
  TIMER0.reload = TIMER0.value = 0xffffffff;
  TIMER0.ctrl = TIMER_CTRL_EN;
  interrupt_wakes();
  event_wakes();
  send_event_on_pend();
  sleep_on_exit();
  return check_result();
}
