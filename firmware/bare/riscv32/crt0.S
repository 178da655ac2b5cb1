/*
 * Start of every program: the boot ROM jumps here in M mode with a0 = hart id and a1 = device tree.
 * Sets up gp, sp and the trap vector, clears .bss, and ends the run with the value main() returns.
 */
  .section .text.start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
#ifdef COUNT_INSTRUCTIONS
  csrr t0, minstret
  la t1, first_instruction
  sw t0, 0(t1)
#endif
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack_top
  la t0, unexpected_trap
  csrw mtvec, t0
  csrw mie, zero

  la t0, __bss_start
  la t1, __bss_end
1:
  bgeu t0, t1, 2f
  sw zero, 0(t0)
  addi t0, t0, 4
  j 1b
2:
  call machine_init
  call main
  call finish
  .size _start, . - _start
