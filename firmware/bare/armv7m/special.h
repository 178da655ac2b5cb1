/* Special registers and the instructions for them (ARMv7-M B1.4, B5.2). */
#ifndef SPECIAL_H
#define SPECIAL_H

#include <stdint.h>

#define special_read(name)                                               \
  ({                                                                     \
    uint32_t special_value_;                                             \
    __asm__ volatile("mrs %0, " #name : "=r"(special_value_) : : "memory"); \
    special_value_;                                                      \
  })
#define special_write(name, value) \
  __asm__ volatile("msr " #name ", %0\n isb" : : "r"((uint32_t)(value)) : "memory", "cc")

/* xPSR (B1.4.2) */
#define XPSR_EXCEPTION 0x1ffu
#define XPSR_ALIGNED (1u << 9) /* in a stacked xPSR: a word was left out below the frame */
#define XPSR_T (1u << 24)

/* CONTROL (B1.4.4) */
#define CONTROL_UNPRIVILEGED 1u
#define CONTROL_PSP 2u

static inline void interrupts_disable(void) { __asm__ volatile("cpsid i" : : : "memory"); }

static inline void interrupts_enable(void) { __asm__ volatile("cpsie i\n isb" : : : "memory"); }

static inline void barrier(void) { __asm__ volatile("dsb\n isb" : : : "memory"); }

static inline void wait_for_interrupt(void) { __asm__ volatile("dsb\n wfi" : : : "memory"); }

/* Ends at once when an exception has come since the last time, so that none can slip by (ARMv7-M B1.5.18). */
static inline void wait_for_event(void) { __asm__ volatile("dsb\n wfe" : : : "memory"); }

#endif
