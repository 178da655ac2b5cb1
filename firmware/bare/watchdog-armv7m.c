/* expect:
 * exit 0
 * | first start: reset by request
 * | all 12 checks passed
 * | second start: reset by the watchdog
 * | two NMIs served
 * | all 27 checks passed
 * | third start
 * | all 15 checks passed
 */

/*
 * Resets: one that the program asks for (AIRCR.SYSRESETREQ), and one by the watchdog, which first raises NMI, and then
 * resets when nobody has cleared that by the next time-out. What lies in .noinit tells how often the program has
 * started. (ARMv7-M B1.5.16, B3.2.6, B1.5.2; DDI 0479, "APB watchdog".)
 */
#include "check.h"
#include "exception.h"
#include "mpu.h"
#include "nvic.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "systick.h"
#include "timer.h"
#include "watchdog.h"

#define MARK 0x6d61726bu
/* 300 ms, so that on QEMU even a busy host leaves room for an NMI before the next time-out. */
#define TIMEOUT 7500000u

/* Survives a reset; at power-on it has no value, of which MARK is not one. */
static volatile struct {
  uint32_t mark, starts, nmis, failures;
} kept __attribute__((section(".noinit")));

static void nmi(void) {
  kept.nmis++;
  check_equal(special_read(ipsr), EXCEPTION_NMI, "IPSR");
  check_equal(WDOGMIS, 1, "WDOGMIS");
  check_equal(special_read(primask), 1, "NMI comes in spite of PRIMASK");
  WDOGINTCLR = 1;
  check_equal(WDOGRIS, 1, "WDOGINTCLR cannot be written while locked");
  if (kept.nmis == 3) return;
  WDOGLOCK = WDOGLOCK_KEY;
  WDOGINTCLR = 1;
  WDOGLOCK = 0;
  check_equal(WDOGRIS, 0, "WDOGRIS cleared");
}

static void set_timeout(uint32_t cycles, uint32_t control) {
  WDOGLOCK = WDOGLOCK_KEY;
  WDOGLOAD = cycles;
  WDOGCONTROL = control;
  WDOGLOCK = 0;
}

static void check_reset_state(void) {
  check_equal(VTOR, 0, "VTOR");
  check_equal(CCR, CCR_STKALIGN, "CCR");
  check_equal(SHCSR, 0, "SHCSR");
  check_equal(special_read(primask), 0, "PRIMASK");
  check_equal(special_read(basepri), 0, "BASEPRI");
  check_equal(special_read(control), 0, "CONTROL");
  check_equal(NVIC_ISER[0] | NVIC_ISPR[0], 0, "NVIC");
  check_equal(SYST_CSR & ~SYST_CSR_COUNTFLAG, 0, "SYST_CSR");
  check_equal(MPU_CTRL, 0, "MPU_CTRL");
  check_equal(TIMER1.ctrl, 0, "timer 1");
  check_equal(TIMER1.reload, 0, "its RELOAD");
  check_equal(WDOGCONTROL, 0, "WDOGCONTROL");
}

/* Something to be reset. */
static void change_state(void) {
  exception_install(EXCEPTION_NMI, nmi);
  CCR |= CCR_DIV_0_TRP | CCR_UNALIGN_TRP;
  SHCSR = SHCSR_USGFAULTENA | SHCSR_BUSFAULTENA;
  nvic_enable(20);
  interrupts_disable();
  nvic_pend(20);
  special_write(basepri, 0x40);
  special_write(psp, 0x20001000);
  SYST_RVR = 0xffffff;
  SYST_CSR = SYST_CSR_ENABLE;
  mpu_control(MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA);
  TIMER1.reload = 12345;
  TIMER1.ctrl = TIMER_CTRL_EN;
}

static void by_request(void) {
  print("first start: reset by request\n");
  check_reset_state();
  change_state();
  kept.failures += (uint32_t)check_result();
  AIRCR = AIRCR_SYSRESETREQ;
  check_equal(AIRCR & AIRCR_SYSRESETREQ, 0, "AIRCR needs its key");
  AIRCR = AIRCR_VECTKEY | AIRCR_SYSRESETREQ;
  barrier();
  for (;;) continue;
}

static void by_watchdog(void) {
  print("second start: reset by the watchdog\n");
  check_reset_state();
  change_state();

  check_equal(WDOGLOCK, 0, "WDOGLOCK at reset: unlocked");
  WDOGLOCK = 0;
  check_equal(WDOGLOCK, 1, "locked");
  WDOGLOAD = 1000;
  check_equal(WDOGLOAD, 0xffffffff, "WDOGLOAD cannot be written while locked");
  set_timeout(TIMEOUT, WDOGCONTROL_INTEN);
  check_equal(WDOGLOAD, TIMEOUT, "WDOGLOAD");
  check_equal(WDOGCONTROL, WDOGCONTROL_INTEN, "WDOGCONTROL");

  /* Two time-outs that are served in time: the count begins again with each. */
  while (kept.nmis < 2) wait_for_event();
  print("two NMIs served\n");
  kept.failures += (uint32_t)check_result();

  set_timeout(TIMEOUT, WDOGCONTROL_INTEN | WDOGCONTROL_RESEN);
  for (;;) wait_for_event();
}

int main(void) {
  if (kept.mark != MARK) {
    kept.mark = MARK;
    kept.starts = kept.nmis = kept.failures = 0;
  }
  kept.starts++;
  if (kept.starts == 1) by_request();
  if (kept.starts == 2) by_watchdog();
  print("third start\n");
  check_reset_state();
  check_equal(kept.starts, 3, "starts");
  check_equal(kept.nmis, 3, "NMIs, of which the last was not served");
  check_equal(kept.failures, 0, "no check failed before");
  return check_result();
}
