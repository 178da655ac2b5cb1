/*
 * The request is recognised by the instructions around the ebreak, which must not be compressed and must
 * be in one page, hence the alignment (RISC-V Semihosting Specification).
 */
  .section .text.semihost, "ax", @progbits
  .globl semihost
  .type semihost, @function
  .balign 16
  .option push
  .option norvc
semihost:
  slli x0, x0, 0x1f
  ebreak
  srai x0, x0, 7
  ret
  .option pop
  .size semihost, . - semihost
