/*
 * Vector table and start of every program (ARMv7-M B1.5.3, B1.5.5): the core loads SP and PC from the first two
 * words. Copies .data to RAM, clears .bss, and ends the run with the value main() returns.
 */
  .syntax unified
  .thumb

#define EXCEPTIONS 16
#define INTERRUPTS 64

  .section .vectors, "a", %progbits
  .globl vectors
  .type vectors, %object
vectors:
  .word __stack_top
  .word _start
  .rept EXCEPTIONS - 2 + INTERRUPTS
  .word unexpected_exception
  .endr
  .size vectors, . - vectors

  .section .text.start, "ax", %progbits
  .globl _start
  .type _start, %function
_start:
#ifdef COUNT_INSTRUCTIONS
  /* SysTick counts the microseconds of the board's reference clock: see finish(). */
  ldr r0, =0xe000e010
  ldr r1, =0x00ffffff
  str r1, [r0, #4]
  str r1, [r0, #8]
  movs r1, #1
  str r1, [r0]
#endif
  ldr r0, =__data_start
  ldr r1, =__data_end
  ldr r2, =__data_load
1:
  cmp r0, r1
  bhs 2f
  ldr r3, [r2], #4
  str r3, [r0], #4
  b 1b
2:
  ldr r0, =__bss_start
  ldr r1, =__bss_end
  movs r3, #0
3:
  cmp r0, r1
  bhs 4f
  str r3, [r0], #4
  b 3b
4:
  bl machine_init
  bl main
  bl finish
  .ltorg
  .size _start, . - _start
