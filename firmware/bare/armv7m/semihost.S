/* A request is a breakpoint with this number (Arm, "Semihosting for AArch32 and AArch64", "The semihosting interface"). */
  .syntax unified
  .thumb
  .section .text.semihost, "ax", %progbits
  .globl semihost
  .type semihost, %function
  .thumb_func
semihost:
  bkpt 0xab
  bx lr
  .size semihost, . - semihost
