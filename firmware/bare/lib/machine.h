/* What every instruction set's support folder provides (see riscv32/machine.c). */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

/* Called by crt0 before main(): puts the console into a known state. */
void machine_init(void);

/* Sends one byte to the console, waiting until it can be taken. */
void console_put(uint8_t byte);

/* Ends the run; the emulator exits with `code` (0 to 255). */
_Noreturn void finish(int code);

/* Makes every trap from now on enter an endless loop. */
void machine_park_on_trap(void);

void machine_disable_interrupts(void);

/* Sleeps until an interrupt that is enabled becomes pending. */
void machine_wait_for_interrupt(void);

#endif
