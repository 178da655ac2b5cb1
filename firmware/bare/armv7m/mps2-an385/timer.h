/* Timers of the board mps2-an385, all of which count down at the core's 25 MHz (DDI 0479 4.4, 4.5). */
#ifndef TIMER_H
#define TIMER_H

#include <stdint.h>

#define TIMER_HZ 25000000u
#define TIMER_TICKS_PER_MS (TIMER_HZ / 1000u)

/* Timers 0 and 1 (CMSDK APB timer) */
struct timer {
  volatile uint32_t ctrl, value, reload, intstatus; /* intstatus: write one to clear */
};
#define TIMER0 (*(struct timer *)0x40000000u)
#define TIMER1 (*(struct timer *)0x40001000u)
#define TIMER0_IRQ 8u
#define TIMER1_IRQ 9u
#define TIMER_CTRL_EN (1u << 0)
#define TIMER_CTRL_INTEN (1u << 3)

/* The two halves of the dual timer (CMSDK APB dual-input timer), whose interrupts are one line */
struct dual_timer {
  volatile uint32_t load, value, control, intclr, ris, mis, bgload;
};
#define DUAL_TIMER1 (*(struct dual_timer *)0x40002000u)
#define DUAL_TIMER2 (*(struct dual_timer *)0x40002020u)
#define DUAL_TIMER_IRQ 10u
#define DUAL_TIMER_ONE_SHOT (1u << 0)
#define DUAL_TIMER_32_BIT (1u << 1)
#define DUAL_TIMER_DIVIDE_16 (1u << 2)
#define DUAL_TIMER_INTEN (1u << 5)
#define DUAL_TIMER_PERIODIC (1u << 6)
#define DUAL_TIMER_ENABLE (1u << 7)

#endif
