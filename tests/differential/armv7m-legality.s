@ Tries encodings one after another and notes which of them are undefined.
@
@ Each is put into a slot in the middle of 2 MiB of UDF and executed by an unprivileged thread, behind a halfword that
@ the list gives (NOP, or IT so that it stands in an IT block). All registers hold an address in the middle of a
@ scratch area that cannot be executed, so that loads and stores with a base register work and indirect jumps fault.
@ The MPU keeps the thread from everything else. An encoding that neither faults nor leaves (a jump to itself, WFI) is
@ ended by SysTick.

        .syntax unified
        .cpu    cortex-m3
        .thumb

        .equ    SLOT, 0x00300000        @ in the middle of the sled
        .equ    SLED, 0x00200000        @ 2 MiB, read-only
        .equ    MIRROR, 0x00400000      @ of the sled and all else, for the privileged
        .equ    STATE, 0x20000000       @ next word, next result
        .equ    SCRATCH, 0x20180000     @ the middle of 1 MiB
        .equ    STACK, 0x20190000       @ of the thread
        .equ    COUNT, 0x21000000       @ number of words, halfword before the slot; the words follow
        .equ    RESULTS, 0x21c00000     @ a byte each: 1 executes, 2 UNDEFINSTR, 3 NOCP
        .equ    SCS, 0xe000e000

        .section .text
        .word   STATE + 0x10000
        .word   reset + 1
        .rept   14
        .word   fault + 1
        .endr

reset:
        ldr     r0, =SLED               @ through the mirror, although the MPU is still off
        ldr     r1, =SLED + 0x200000
        ldr     r2, =0xde00de00         @ UDF twice
1:      str     r2, [r0], #4
        cmp     r0, r1
        bne     1b
        ldr     r4, =SCS
        ldr     r0, =SLED | 0x10        @ region 0, valid
        str     r0, [r4, #0xd9c]
        ldr     r0, =0x06000000 | (20 << 1) | 1         @ read-only, 2 MiB
        str     r0, [r4, #0xda0]
        ldr     r0, =0x20100000 | 0x11
        str     r0, [r4, #0xd9c]
        ldr     r0, =0x13000000 | (19 << 1) | 1         @ XN, full access, 1 MiB
        str     r0, [r4, #0xda0]
        movs    r0, #5                  @ ENABLE, PRIVDEFENA
        str     r0, [r4, #0xd94]
        dsb
        isb
        ldr     r0, =0x70000            @ UsageFault, BusFault, MemManage enabled
        str     r0, [r4, #0xd24]
        movs    r0, #100
        str     r0, [r4, #0x14]         @ SYST_RVR
        ldr     r0, =COUNT + 8
        ldr     r1, =RESULTS
        ldr     r2, =STATE
        stmia   r2, {r0, r1}
        movs    r0, #1
        msr     control, r0             @ unprivileged, in Thread mode; a handler is privileged
        isb
        svc     #0                      @ whose result is overwritten by the first one

fault:
        ldr     r4, =SCS
        ldr     r5, =STATE
        movs    r0, #1
        mrs     r1, psp
        ldr     r2, [r4, #0xd28]        @ CFSR
        ldr     r3, =0x1010             @ stacking failed: it moved SP, so it was executed
        tst     r2, r3
        bne     note
        tst     r2, #0x000f0000
        beq     note
        ldr     r3, [r1, #24]
        ldr     r6, =SLOT
        cmp     r3, r6
        bne     note
        tst     r2, #0x00010000
        it      ne
        movne   r0, #2
        tst     r2, #0x00080000
        it      ne
        movne   r0, #3
note:
        str     r2, [r4, #0xd28]
        mov     r2, #-1
        str     r2, [r4, #0xd2c]        @ HFSR
        ldr     r2, [r4, #0xd24]        @ SHCSR: nothing pends
        ldr     r3, =0x00000fff
        ands    r2, r3
        orr     r2, #0x70000
        str     r2, [r4, #0xd24]
        ldmia   r5, {r1, r2}
        ldr     r3, =COUNT + 8          @ the SVC of reset is no result
        ldr     r6, [r5, #8]
        cbnz    r6, 1f
        movs    r6, #1
        str     r6, [r5, #8]
        b       2f
1:      strb    r0, [r2], #1
        adds    r1, #4
        stmia   r5, {r1, r2}
2:      ldr     r6, =COUNT
        ldrd    r7, r8, [r6]
        add     r3, r3, r7, lsl #2
        cmp     r1, r3
        beq     finish
        ldr     r1, [r1]
        ldr     r2, =SLOT + MIRROR
        str     r1, [r2]
        strh    r8, [r2, #-2]
        dsb
        isb
        ldr     r0, =SCRATCH
        ldr     r1, =STACK
        mov     r2, r0
        mov     r3, r0
        mov     r6, r0
        mov     r7, r0
        ldr     r8, =SLOT - 2
        mov     r9, #0x41000000         @ T, Z
        stmia   r1!, {r0, r2, r3, r6}
        stmia   r1!, {r0, r7, r8, r9}
        subs    r1, #32
        msr     psp, r1
        movs    r1, #0
        str     r1, [r4, #0x18]         @ SYST_CVR
        mov     r1, #0x02000000         @ PENDSTCLR
        str     r1, [r4, #0xd04]
        movs    r1, #7
        str     r1, [r4, #0x10]         @ SYST_CSR
        mov     r4, r0
        mov     r5, r0
        mov     r8, r0
        mov     r9, r0
        mov     r10, r0
        mov     r11, r0
        mvn     lr, #2                  @ Thread mode, PSP
        bx      lr

finish:
        ldr     r0, =0x05fa0004         @ SYSRESETREQ
        str     r0, [r4, #0xd0c]
        b       .
        .ltorg
