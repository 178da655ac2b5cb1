/* Traps into C. Handlers run in M mode with interrupts off and may change the frame they get. */
#ifndef TRAP_H
#define TRAP_H

#include <stdint.h>

struct trap_frame {
  uint32_t x[32]; /* x[0] is unused */
  uint32_t mepc;
  uint32_t mstatus;
  uint32_t mcause;
  uint32_t mtval;
};

#define REGISTER_RA 1
#define REGISTER_SP 2
#define REGISTER_A0 10

/* Sends all traps to `handler`, with mtvec in direct mode. */
void trap_install(void (*handler)(struct trap_frame *frame));

/* The value of mtvec that trap_install() writes. */
void trap_entry(void);

/*
 * For exceptions that are raised on purpose: trap_record_and_skip() is a handler that counts the trap,
 * keeps what it reported and goes on behind the instruction; after a fetch that faulted, at the caller.
 */
struct trap_record {
  unsigned count;
  uint32_t cause, epc, value, status;
};
extern volatile struct trap_record trap_record;

void trap_record_and_skip(struct trap_frame *frame);

/* Checks that exactly one trap was recorded since the last call, and what it reported. */
void trap_check(uint32_t cause, uintptr_t epc, uint32_t value, const char *what);

/*
 * Calls `function` in U mode with `argument0` and `argument1` until it traps; the trap is recorded.
 * Returns the a0 that it had then.
 */
uint32_t user_call(uintptr_t function, uint32_t argument0, uint32_t argument1);

#endif
