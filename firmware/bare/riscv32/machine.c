/* Console and end of run on the board `virt`: the NS16550A by polling, and the sifive_test device. */
#include "machine.h"

#include "csr.h"
#include "print.h"
#include "uart.h"

#define TEST_DEVICE 0x00100000u
#define TEST_PASS 0x5555u
#define TEST_FAIL 0x3333u

void unexpected_trap(void);

#ifdef COUNT_INSTRUCTIONS
/* Set by crt0; not in .bss, which crt0 clears afterwards. */
unsigned first_instruction = 1;
#endif

void machine_init(void) {
  const uint32_t divisor = UART_CLOCK / (16 * 115200);
  uart_write(UART_IER, 0);
  uart_write(UART_LCR, UART_LCR_8N1 | UART_LCR_DLAB);
  uart_write(UART_DLL, divisor & 0xff);
  uart_write(UART_DLM, divisor >> 8);
  uart_write(UART_LCR, UART_LCR_8N1);
}

void console_put(uint8_t byte) {
  while (!(uart_read(UART_LSR) & UART_LSR_THRE)) continue;
  uart_write(UART_THR, byte);
}

_Noreturn void finish(int code) {
#ifdef COUNT_INSTRUCTIONS
  print("%u instructions\n", (unsigned)csr_read(minstret) - first_instruction);
#endif
  *(volatile uint32_t *)TEST_DEVICE = code ? ((uint32_t)code << 16 | TEST_FAIL) : TEST_PASS;
  for (;;) continue;
}

/* crt0 points mtvec here, so that a program without traps of its own cannot fail silently. */
__attribute__((aligned(4))) void unexpected_trap(void) {
  print("unexpected trap: mcause 0x%08x, mepc 0x%08x, mtval 0x%08x\n", (unsigned)csr_read(mcause),
        (unsigned)csr_read(mepc), (unsigned)csr_read(mtval));
  finish(99);
}

__attribute__((aligned(4))) static void parked(void) {
  for (;;) continue;
}

void machine_park_on_trap(void) { csr_write(mtvec, (uintptr_t)parked); }

void machine_disable_interrupts(void) { csr_clear(mstatus, MSTATUS_MIE); }

void machine_wait_for_interrupt(void) { __asm__ volatile("wfi"); }
