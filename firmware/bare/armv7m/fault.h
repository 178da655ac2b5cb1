/* Faults that a program raises on purpose, and unprivileged code (ARMv7-M B1.5.14, B1.3.1). */
#ifndef FAULT_H
#define FAULT_H

#include <stdint.h>

/* What the last fault reported; pc to xpsr are from the frame. */
struct fault_record {
  unsigned count;
  uint32_t number, cfsr, hfsr, mmfar, bfar, shcsr;
  uint32_t pc, xpsr, exc_return;
};
extern volatile struct fault_record fault_record;

/*
 * Enables MemManage, BusFault and UsageFault. They and HardFault record what they report, clear the status and go on
 * behind the instruction, or at the caller (LR) when it was the fetch from there that faulted.
 */
void fault_install(void);

/* Takes the record: which fault it was, in words after `what`, and that it was one. */
void fault_report(const char *what);

/* fault_report(), and checks what was reported: the exception, CFSR and the address of the instruction. */
void fault_check(uint32_t number, uint32_t cfsr, uintptr_t pc, const char *what);

/* The same for a fault that was escalated to HardFault. */
void fault_check_forced(uint32_t cfsr, uintptr_t pc, const char *what);

/*
 * Calls `function` in unprivileged Thread mode on a stack of its own, with `argument0` and `argument1`, until a fault
 * or an SVC comes; that is recorded (an SVC by its number and the address behind it). Returns the r0 it had then.
 */
uint32_t user_call(uintptr_t function, uint32_t argument0, uint32_t argument1);

/* The stack of user_call(), and what SVC does there: tests may change both. */
#define USER_STACK_BYTES 256u
extern uint8_t user_stack[USER_STACK_BYTES];
extern uintptr_t user_stack_top;
extern void (*user_svcall)(void);

#endif
