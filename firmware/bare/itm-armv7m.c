/* expect:
 * exit 0
 * not on QEMU: it has no ITM: the stimulus ports are never ready (ARMv7-M C1.7.3)
 * | off at reset
 * | locked
 * | text through port 0
 * | one port at a time
 * | all 15 checks passed
 */

/*
 * Instrumentation trace: text and data that firmware sends to its developer through 32 stimulus ports, beside its
 * console. (ARMv7-M C1.7 "The Instrumentation Trace Macrocell"; Cortex-M3 TRM, DDI 0337, on the lock.)
 */
#include "check.h"
#include "debug.h"
#include "print.h"

static bool ready(unsigned port) { return ITM_STIM[port] & ITM_STIM_FIFOREADY; }

static void send(unsigned port, const char *text) {
  for (; *text; text++) {
    while (!ready(port)) continue;
    ITM_STIM_BYTE(port) = (uint8_t)*text;
  }
}

static void off(void) {
  print("off at reset\n");
  check_equal(DEMCR & DEMCR_TRCENA, 0, "TRCENA");
  DEMCR |= DEMCR_TRCENA;
  check_equal(ITM_TCR & ITM_TCR_ITMENA, 0, "ITMENA");
  check_equal(ITM_TER, 0, "ports");
  check(!ready(0), "a port that is off is not ready");
  ITM_STIM[0] = 0x21212121; /* is lost */
}

static void locked(void) {
  print("locked\n");
  ITM_TER = 0xffffffff;
  check_equal(ITM_TER, 0, "ports while the registers are locked");
  ITM_LAR = ITM_LAR_KEY;
  ITM_TER = 0x80000003;
  check_equal(ITM_TER, 0x80000003, "ports once they are unlocked");
  check(!ready(0), "a port is not ready without ITMENA");
  ITM_TCR = ITM_TCR_ITMENA;
  check_equal(ITM_TCR & ITM_TCR_ITMENA, ITM_TCR_ITMENA, "ITMENA");
  check(ready(0), "port 0");
  check(ready(31), "port 31");
  check(!ready(2), "port 2, which is off");
}

static void text(void) {
  print("text through port 0\n");
  send(0, "traced: by bytes, ");
  ITM_STIM_HALF(0) = 'b' | 'y' << 8;
  ITM_STIM[0] = ' ' | 'w' << 8 | 'o' << 16 | (uint32_t)'r' << 24;
  ITM_STIM_HALF(0) = 'd' | '\n' << 8;
}

static void ports(void) {
  print("one port at a time\n");
  send(1, "data of port 1\n");
  ITM_STIM[2] = 0x21212121; /* is lost */
  ITM_TER = 1u << 5;
  check(!ready(0), "port 0 off");
  check(ready(5), "port 5 on");
  ITM_TCR = 0;
  check(!ready(5), "without ITMENA");
  ITM_TCR = ITM_TCR_ITMENA;
  DEMCR &= ~DEMCR_TRCENA;
  check(!ready(5), "without TRCENA");
}

int main(void) {
  off();
  locked();
  text();
  ports();
  return check_result();
}
