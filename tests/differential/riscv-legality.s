# Tries encodings one after another and notes which of them raise an illegal-instruction exception.
#
# Each is put into a slot in the middle of 2 MiB of ebreak, so that every branch and jump ends in a trap. All
# registers hold an address in the middle of a scratch area that a locked PMP entry makes not executable, so
# that every load and store with a base register works and every indirect jump traps. An encoding that neither
# traps nor leaves (a jump to itself, wfi) is ended by the second timer interrupt in a row.

        .equ    SCRATCH, 0x80010000     # 8 KiB
        .equ    SLED, 0x80100000        # 2 MiB, the slot in the middle
        .equ    SLOT, 0x80200000
        .equ    COUNT, 0x80400000       # number of words; the words follow
        .equ    RESULTS, 0x81000000     # a byte each: 1 legal, 2 illegal, 3 illegal with another mtval
        .equ    FINISHER, 0x00100000
        .equ    MTIMECMP, 0x02004000
        .equ    MTIME, 0x0200bff8
        .equ    PATIENCE, 1000          # ticks of mtime

        .globl  _start
_start:
        la      t0, trap
        csrw    mtvec, t0
        li      t0, (SCRATCH >> 2) | 0x3ff
        csrw    pmpaddr0, t0
        li      t0, 0x9b                # locked, NAPOT, readable and writable
        csrw    pmpcfg0, t0

        li      t0, SLED
        li      t1, SLED + 0x200010
        li      t2, 0x90029002          # c.ebreak twice
1:      sw      t2, 0(t0)
        addi    t0, t0, 4
        bltu    t0, t1, 1b
        li      t0, SLOT - 4
        li      t1, (SCRATCH + 0x1000) | 0xfb7   # lui t6, (SCRATCH + 4 KiB)
        sw      t1, 0(t0)

        li      t0, MTIMECMP
        sw      zero, 4(t0)
        li      t0, 1 << 7              # MTIE
        csrw    mie, t0
        la      s0, state
        li      t0, COUNT + 4
        sw      t0, 0(s0)
        li      t0, RESULTS
        sw      t0, 4(s0)

# s0: state (next word, next result, timer interrupts during this one)
try:
        li      t0, COUNT
        lw      t1, 0(t0)
        slli    t1, t1, 2
        addi    t0, t0, 4
        add     t1, t1, t0
        lw      t2, 0(s0)
        beq     t2, t1, finish
        lw      a0, 0(t2)
        li      t0, SLOT
        sw      a0, 0(t0)
        fence.i
        li      t0, SLED                # where an mret goes
        csrw    mepc, t0
        li      t0, 0x1888              # MPP = M, MPIE, MIE
        csrw    mstatus, t0
        .irp    n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        lui     x\n, (SCRATCH + 0x1000) >> 12
        .endr
        lui     t6, %hi(SLOT - 4)
        jr      %lo(SLOT - 4)(t6)

        .balign 4
trap:
        la      s0, state
        csrr    t0, mcause
        bltz    t0, timer
        li      t1, 2
        bne     t0, t1, legal
        csrr    t0, mepc
        li      t1, SLOT
        bne     t0, t1, legal
        lw      t2, 0(s0)
        lw      a0, 0(t2)
        andi    t0, a0, 3
        li      t1, 3
        beq     t0, t1, 1f
        slli    a0, a0, 16
        srli    a0, a0, 16
1:      csrr    t0, mtval
        li      a1, 2
        beq     a0, t0, note
        li      a1, 3
        j       note

timer:
        li      t0, MTIME
        lw      t1, 0(t0)
        addi    t1, t1, PATIENCE
        li      t0, MTIMECMP
        sw      t1, 0(t0)
        lw      t0, 8(s0)
        addi    t0, t0, 1
        sw      t0, 8(s0)
        li      t1, 2
        bne     t0, t1, try
legal:
        li      a1, 1
note:
        lw      t0, 0(s0)
        addi    t0, t0, 4
        sw      t0, 0(s0)
        lw      t0, 4(s0)
        sb      a1, 0(t0)
        addi    t0, t0, 1
        sw      t0, 4(s0)
        sw      zero, 8(s0)
        j       try

finish:
        li      t0, FINISHER
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       .

        .bss
        .balign 4
state:  .space  12
