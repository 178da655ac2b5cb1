# Makes the semihosting calls of a table and keeps their results. The table, its blocks and its strings are
# put behind this file by semihosting.test.ts; the last call of the table ends the run.
  .option norelax
  .section .text
  .globl _start
_start:
  la s0, calls
  la s1, results
next:
  lw a0, 0(s0)
  lw a1, 4(s0)
  addi s0, s0, 8
  .option push
  .option norvc
  .balign 16
  slli x0, x0, 0x1f
  ebreak
  srai x0, x0, 7
  .option pop
  sw a0, 0(s1)
  addi s1, s1, 4
  j next
