/* Exception handlers and frames (ARMv7-M B1.5). */
#ifndef EXCEPTION_H
#define EXCEPTION_H

#include <stdint.h>

/* What exception entry pushes (B1.5.6). */
struct exception_frame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

/* EXC_RETURN values (B1.5.8) */
#define EXC_RETURN_HANDLER 0xfffffff1u
#define EXC_RETURN_THREAD_MSP 0xfffffff9u
#define EXC_RETURN_THREAD_PSP 0xfffffffdu

/* From now on the exception calls `handler`; the vector table moves to RAM for that. An ordinary function will do. */
void exception_install(uint32_t number, void (*handler)(void));

/*
 * The body of a handler that calls `function(frame, exc_return)`, which C cannot write without help: the frame is on
 * the stack that the exception found, and EXC_RETURN is in LR at entry. What it returns is the EXC_RETURN to leave by.
 */
#define EXCEPTION_ENTRY(function)  \
  __asm__ volatile(                \
      "tst lr, #4\n"               \
      "ite eq\n"                   \
      "mrseq r0, msp\n"            \
      "mrsne r0, psp\n"            \
      "mov r1, lr\n"               \
      "push {r4, lr}\n"            \
      "bl " #function "\n"         \
      "pop {r4, lr}\n"             \
      "bx r0")

/* Prints which faults the status registers report, in words, such as "UsageFault: DIVBYZERO". */
void fault_print(uint32_t number, uint32_t cfsr, uint32_t hfsr);

#endif
