/*
 * Entry to and return from trap handlers. mscratch holds zero while M mode runs, and the M mode stack
 * pointer while U mode runs.
 */
#define FRAME_SIZE 144
#define FRAME_MEPC 128
#define FRAME_MSTATUS 132
#define FRAME_MCAUSE 136
#define FRAME_MTVAL 140

#define MSTATUS_MPP 0x1800

  .macro for_saved_registers operation
  \operation x1, 4(sp)
  .irp number, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
  \operation x\number, 4 * \number(sp)
  .endr
  .irp number, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  \operation x\number, 4 * \number(sp)
  .endr
  .endm

  .section .text.trap_entry, "ax", @progbits
  .globl trap_entry
  .type trap_entry, @function
  .balign 4
trap_entry:
  csrrw sp, mscratch, sp
  bnez sp, 1f
  csrr sp, mscratch
1:
  addi sp, sp, -FRAME_SIZE
  for_saved_registers sw
  csrrw t0, mscratch, zero
  sw t0, 8(sp)
  csrr t0, mepc
  sw t0, FRAME_MEPC(sp)
  csrr t0, mstatus
  sw t0, FRAME_MSTATUS(sp)
  csrr t0, mcause
  sw t0, FRAME_MCAUSE(sp)
  csrr t0, mtval
  sw t0, FRAME_MTVAL(sp)

  mv a0, sp
  lw t0, trap_handler
  jalr t0

  lw t0, FRAME_MEPC(sp)
  csrw mepc, t0
  lw t0, FRAME_MSTATUS(sp)
  csrw mstatus, t0
  li t1, MSTATUS_MPP
  and t0, t0, t1
  bnez t0, 2f
  addi t0, sp, FRAME_SIZE
  csrw mscratch, t0
2:
  for_saved_registers lw
  lw sp, 8(sp)
  mret
  .size trap_entry, . - trap_entry

  .section .text.user_enter, "ax", @progbits
  .globl user_enter
  .type user_enter, @function
/* user_enter(argument 0, argument 1, function, user stack): saves what C expects to find again */
user_enter:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw s0, 4(sp)
  sw s1, 8(sp)
  sw s2, 12(sp)
  sw s3, 16(sp)
  sw s4, 20(sp)
  sw s5, 24(sp)
  sw s6, 28(sp)
  sw s7, 32(sp)
  sw s8, 36(sp)
  sw s9, 40(sp)
  sw s10, 44(sp)
  sw s11, 48(sp)
  csrw mscratch, sp
  la t0, user_leave_stack
  sw sp, 0(t0)
  li t0, MSTATUS_MPP
  csrc mstatus, t0
  csrw mepc, a2
  mv sp, a3
  mret

/* The handler of a trap from U mode returns here, in M mode. */
  .globl user_leave
user_leave:
  lw ra, 0(sp)
  lw s0, 4(sp)
  lw s1, 8(sp)
  lw s2, 12(sp)
  lw s3, 16(sp)
  lw s4, 20(sp)
  lw s5, 24(sp)
  lw s6, 28(sp)
  lw s7, 32(sp)
  lw s8, 36(sp)
  lw s9, 40(sp)
  lw s10, 44(sp)
  lw s11, 48(sp)
  addi sp, sp, 64
  ret
  .size user_enter, . - user_enter
