/* expect:
 * exit 0
 * | registers
 * | levels
 * | a level that stays
 * | two sources in the order of their priorities:
 * |
 * |
 * |
 * | masking:
 * |
 * | a timer wakes WFI
 * | all 72 checks passed
 */

/*
 * The NVIC with two sources whose levels the program controls: the serial port's transmission (1), which asks for more
 * when a byte has gone out, and timer 0 (8), which has run down. Enable, pending and active bits, priorities, and what
 * becomes of a level that stays. (ARMv7-M B3.4, "Nested Vectored Interrupt Controller".)
 *
 * Not tested, because QEMU 7.2 and the manual's figure B3-4 differ: clearing the pending bit while the level is high.
 */
#include "check.h"
#include "exception.h"
#include "nvic.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "timer.h"
#include "uart.h"

/* A line feed is sent, because a source that can be raised by software alone would be no source. */
static void uart_raise(void) {
  UART_CTRL = UART_CTRL_TX_EN | UART_CTRL_TX_INTEN;
  UART_DATA = '\n';
  while (!(UART_INTSTATUS & UART_INT_TX)) continue;
}

static void uart_lower(void) {
  UART_CTRL = UART_CTRL_TX_EN;
  UART_INTSTATUS = UART_INT_TX;
}

static void timer_raise(void) {
  TIMER0.reload = 0;
  TIMER0.value = 1;
  TIMER0.ctrl = TIMER_CTRL_EN | TIMER_CTRL_INTEN;
  while (!TIMER0.intstatus) continue;
}

static void timer_lower(void) {
  TIMER0.ctrl = 0;
  TIMER0.intstatus = 1;
}

static void registers(void) {
  print("registers\n");
  check_equal(ICTR & 15, 0, "ICTR: up to 32 interrupts");
  check_equal(NVIC_ISER[0] | NVIC_ISPR[0] | NVIC_IABR[0], 0, "enable, pending and active bits at reset");
  check_equal(NVIC_ISER[1], 0, "enable bits that are not there");
  NVIC_ISER[1] = 0xffffffff;
  check_equal(NVIC_ISER[1], 0, "stay zero");
  NVIC_ISER[0] = 1u << 31 | 1u << 5;
  NVIC_ISER[0] = 1u << 6;
  check_equal(NVIC_ISER[0], 1u << 31 | 3u << 5, "enable bits are set by ones");
  check_equal(NVIC_ICER[0], 1u << 31 | 3u << 5, "and read the same in the clearing register");
  NVIC_ICER[0] = 1u << 5;
  check_equal(NVIC_ISER[0], 1u << 31 | 1u << 6, "enable bits are cleared by ones");
  NVIC_ICER[0] = 0xffffffff;
  check_equal(NVIC_ISER[0], 0, "all cleared");
  NVIC_ISPR[0] = 3u << 9;
  check_equal(NVIC_ICPR[0], 3u << 9, "pending bits");
  NVIC_ICPR[0] = 1u << 9;
  check_equal(NVIC_ISPR[0], 1u << 10, "one pending bit cleared");
  NVIC_ICPR[0] = 1u << 10;
  NVIC_STIR = 31;
  check_equal(NVIC_ISPR[0], 1u << 31, "STIR");
  NVIC_ICPR[0] = 1u << 31;
  NVIC_IABR[0] = 0xffffffff;
  check_equal(NVIC_IABR[0], 0, "active bits are read-only");
  NVIC_IPR[13] = 0xff;
  check((NVIC_IPR[13] & 0xe0) == 0xe0, "a priority has at least 3 bits");
  check_equal(*(volatile uint32_t *)&NVIC_IPR[12], (uint32_t)NVIC_IPR[13] << 8, "four priorities in a word");
  NVIC_IPR[13] = 0;
}

static void levels(void) {
  print("levels\n");
  nvic_enable(TIMER0_IRQ);
  interrupts_disable();
  check(!nvic_pending(TIMER0_IRQ), "nothing is pending at first");
  timer_raise();
  check(nvic_pending(TIMER0_IRQ), "a source that is raised is pending");
  check(!nvic_pending(UART_TX_IRQ), "the other one is not");
  check_equal(ICSR >> 12 & 0x1ff, EXCEPTION_INTERRUPT(TIMER0_IRQ), "VECTPENDING");
  timer_lower();
  check(nvic_pending(TIMER0_IRQ), "it stays pending when the level falls");
  nvic_unpend(TIMER0_IRQ);
  check(!nvic_pending(TIMER0_IRQ), "until that is cleared");
  nvic_disable(TIMER0_IRQ);
  timer_raise();
  check(nvic_pending(TIMER0_IRQ), "a disabled source is pending, too");
  check_equal(ICSR & ICSR_VECTPENDING, 0, "but not in VECTPENDING");
  timer_lower();
  nvic_unpend(TIMER0_IRQ);
  interrupts_enable();
}

static volatile unsigned served, still_raised;
static uint32_t order[8];

static void serve(void) {
  const uint32_t number = special_read(ipsr);
  order[served++ % 8] = number;
  check(nvic_active(number - 16), "active in its handler");
  check(!nvic_pending(number - 16), "not pending in its handler");
  if (still_raised) {
    still_raised--;
  } else if (number == EXCEPTION_INTERRUPT(UART_TX_IRQ)) {
    uart_lower();
  } else {
    timer_lower();
  }
}

static void level_that_stays(void) {
  print("a level that stays\n");
  served = 0;
  still_raised = 3;
  nvic_enable(TIMER0_IRQ);
  interrupts_disable();
  timer_raise();
  interrupts_enable();
  check_equal(served, 4, "the handler runs until it lowers it");
  check(!nvic_active(TIMER0_IRQ), "no longer active");
  check(!nvic_pending(TIMER0_IRQ), "no longer pending");

  /* Pended by software it runs once; the source is low. */
  served = 0;
  nvic_pend(TIMER0_IRQ);
  barrier();
  check_equal(served, 1, "an interrupt by software");
  nvic_disable(TIMER0_IRQ);
}

/* Both are pending at once, and served in the order of their priorities. */
static void both(uint8_t uart_priority, uint8_t timer_priority, uint32_t first, const char *what) {
  NVIC_IPR[UART_TX_IRQ] = uart_priority;
  NVIC_IPR[TIMER0_IRQ] = timer_priority;
  served = 0;
  interrupts_disable();
  timer_raise();
  uart_raise();
  check_equal(ICSR >> 12 & 0x1ff, EXCEPTION_INTERRUPT(first), what);
  interrupts_enable();
  check_equal(served, 2, "both were served");
  check_equal(order[0], EXCEPTION_INTERRUPT(first), what);
  check_equal(order[1], EXCEPTION_INTERRUPT(UART_TX_IRQ + TIMER0_IRQ - first), "then the other");
}

static void two_sources(void) {
  print("two sources in the order of their priorities:\n");
  nvic_enable(UART_TX_IRQ);
  nvic_enable(TIMER0_IRQ);
  both(0x40, 0x40, UART_TX_IRQ, "equal priorities: the lower number first");
  both(0x40, 0x20, TIMER0_IRQ, "the lower value first");
  both(0x20, 0xe0, UART_TX_IRQ, "the lower value first, whichever it is");
}

static void masking(void) {
  print("masking:\n");
  NVIC_IPR[UART_TX_IRQ] = 0x60;
  NVIC_IPR[TIMER0_IRQ] = 0x40;
  served = 0;
  special_write(basepri, 0x60);
  interrupts_disable();
  uart_raise();
  timer_raise();
  interrupts_enable();
  check_equal(served, 1, "BASEPRI keeps one");
  check_equal(order[0], EXCEPTION_INTERRUPT(TIMER0_IRQ), "the other is served");
  nvic_disable(UART_TX_IRQ);
  special_write(basepri, 0);
  check_equal(served, 1, "disabled while it is pending");
  nvic_enable(UART_TX_IRQ);
  barrier();
  check_equal(served, 2, "enabled while it is pending");
}

static void timer_wakes(void) {
  print("a timer wakes WFI\n");
  served = 0;
  interrupts_disable();
  TIMER0.value = 25000;
  TIMER0.ctrl = TIMER_CTRL_EN | TIMER_CTRL_INTEN;
  while (!served) {
    wait_for_interrupt();
    interrupts_enable();
    interrupts_disable();
  }
  interrupts_enable();
  check_equal(order[0], EXCEPTION_INTERRUPT(TIMER0_IRQ), "it was the timer");
  check_equal(served, 1, "once");
}

int main(void) {
  exception_install(EXCEPTION_INTERRUPT(UART_TX_IRQ), serve);
  exception_install(EXCEPTION_INTERRUPT(TIMER0_IRQ), serve);
  registers();
  levels();
  level_that_stays();
  two_sources();
  masking();
  timer_wakes();
  return check_result();
}
