# Carries out a list of bus accesses and writes down what each one did: value read, trap cause. The list lies at
# 0x84000000, four words an entry (operation, address, value, 0); the answers, two words each, go by semihosting
# to the file "answers.bin" in the emulator's working directory.
#
# Operation: 1, 2, 4 a load of that width; 0x101, 0x102, 0x104 a store; 0x200 reads mip; 0x300 spins `value`
# times; 0 ends the list.

        .option norvc
        .globl _start
_start: la      t0, trap
        csrw    mtvec, t0
        li      s0, 0x84000000
        li      s1, 0x86000000
next:   lw      t0, 0(s0)
        lw      a0, 4(s0)
        lw      a1, 8(s0)
        addi    s0, s0, 16
        li      s2, 0                   # cause, 0 when none
        li      s3, 0                   # value
        beqz    t0, finish
        li      t1, 0x200
        beq     t0, t1, pending
        li      t1, 0x300
        beq     t0, t1, spin
        andi    t1, t0, 0xff
        andi    t2, t0, 0x100
        bnez    t2, store
        li      t2, 1
        beq     t1, t2, load1
        li      t2, 2
        beq     t1, t2, load2
        lw      s3, 0(a0)
        j       done
load1:  lbu     s3, 0(a0)
        j       done
load2:  lhu     s3, 0(a0)
        j       done
store:  li      t2, 1
        beq     t1, t2, store1
        li      t2, 2
        beq     t1, t2, store2
        sw      a1, 0(a0)
        j       done
store1: sb      a1, 0(a0)
        j       done
store2: sh      a1, 0(a0)
        j       done
pending:
        csrr    s3, mip
        j       done
spin:   addi    a1, a1, -1
        bnez    a1, spin
done:   sw      s3, 0(s1)
        sw      s2, 4(s1)
        addi    s1, s1, 8
        j       next

        .balign 4
trap:   csrr    s2, mcause
        csrr    t3, mepc
        addi    t3, t3, 4
        csrw    mepc, t3
        mret

finish: la      a1, file
        li      a0, 0x01                # SYS_OPEN, "wb"
        call    semihost
        la      a1, block
        sw      a0, 0(a1)
        li      t0, 0x86000000
        sw      t0, 4(a1)
        sub     t0, s1, t0
        sw      t0, 8(a1)
        li      a0, 0x05                # SYS_WRITE
        call    semihost
        la      a1, block
        li      a0, 0x02                # SYS_CLOSE
        call    semihost
        li      a1, 0x20026             # ADP_Stopped_ApplicationExit
        li      a0, 0x18                # SYS_EXIT
        call    semihost
hang:   j       hang

        .balign 16
semihost:
        slli    x0, x0, 0x1f
        ebreak
        srai    x0, x0, 7
        ret

        .balign 4
file:   .word   name, 5, 11
block:  .word   0, 0, 0
name:   .asciz  "answers.bin"
