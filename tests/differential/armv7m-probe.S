// Carries out a list of bus accesses on a Cortex-M3 board and writes down what each one did and when. The list is
// the file "list.bin" in the emulator's working directory, the answers go to "answers.bin", both by semihosting.
//
// An entry of the list has three words (operation, address, value), an answer three (value, status, time). Bits 15
// to 8 of the operation are the phase of a store, 0 to 23 instructions, in its tick.
// A time is the value of SysTick's counter, which counts the core clock down, 24 bits.
//
//   0 nothing            1 2 3 a load of 1, 2, 4 bytes         4 5 6 a store
//   7 lets `value` ticks pass, at least 3
//   8 interrupt lines 32 × `value` and up that are high; status has those, too, that rose since the last time
//   9 how often NMI was taken
//   10 11 12 a load of 1, 2, 4 bytes with unprivileged rights     13 14 15 a store
//
// The status of an access is CFSR, 0 when it did not fault.
//
// Time is exact where the emulator takes the same time for each instruction (QEMU with -icount shift=0: 1 ns) and
// a tick is TICK instructions: each operation without exceptions takes 3 ticks, and loads happen late in a tick,
// after a store of any phase. After anything else `synchronise` finds the tick's beginning again.

        .syntax unified
        .cpu    cortex-m3
        .thumb

        .equ    SYSTICK, 0xe000e010
        .equ    CURRENT, 8              // SYST_CVR in it
        .equ    ENTRIES, 1024           // of a chunk of the list
        .equ    LIST, 0x20001000
        .equ    ANSWERS, 0x20005000
        .equ    STACK, 0x20001000

        .equ    PHASES, 24

        .macro  pad count
        .rept   \count
        nop
        .endr
        .endm

        .section .text
vectors:
        .word   STACK
        .word   start + 1
        .word   nmi + 1
        .word   fault + 1
        .rept   12
        .word   fault + 1
        .endr

        // r5 NMIs; r8 list, r9 answers, r10 entries left, r11 SysTick
        .globl  start
        .thumb_func
start:  cpsid   i
        ldr     r11, =SYSTICK
        mvn     r0, #0
        str     r0, [r11, #4]
        str     r0, [r11, #CURRENT]
        movs    r0, #5                  // ENABLE, CLKSOURCE: the core clock
        pad     TICK - 7                // Ticks begin at multiples of themselves from power-on.
        str     r0, [r11]
        movs    r5, #0
        ldr     r4, =handles
        ldr     r1, =open_list
        movs    r0, #1
        bkpt    0xab
        str     r0, [r4]
        ldr     r1, =open_answers
        movs    r0, #1
        bkpt    0xab
        str     r0, [r4, #4]

chunk:  ldr     r4, =handles            // SYS_READ gives the number of bytes that are missing
        ldr     r1, =block
        ldr     r0, [r4]
        str     r0, [r1]
        ldr     r8, =LIST
        str     r8, [r1, #4]
        ldr     r2, =ENTRIES * 12
        str     r2, [r1, #8]
        movs    r0, #6
        bkpt    0xab
        ldr     r2, =ENTRIES * 12
        subs    r2, r2, r0
        movs    r0, #12
        udiv    r10, r2, r0
        ldr     r9, =ANSWERS
        cmp     r10, #0
        beq     finish

// Finds the beginning of a tick: a loop that is one instruction longer than a tick sees the counter change by one
// each time, and by two when it has slipped over the border.
synchronise:
        ldr     r0, [r11, #CURRENT]
1:      pad     TICK - 5
        mov     r1, r0
        ldr     r0, [r11, #CURRENT]
        subs    r1, r1, r0
        and     r1, r1, #0xff
        cmp     r1, #2
        bne     1b
        pad     TICK - 12

next:   ldr     r0, [r8], #4
        ldr     r1, [r8], #4
        ldr     r2, [r8], #4
        movs    r3, #0
        movs    r4, #0
        lsr     r12, r0, #8
        lsl     r12, r12, #1
        uxtb    r0, r0
        ldr     r6, =operations
        ldr     r6, [r6, r0, lsl #2]
        bx      r6                      // from here to `done` PHASES + 9 instructions, but for `delay`

        .macro  load instruction
        .thumb_func
        ldr     r7, [r11, #CURRENT]
        pad     PHASES + 6
        \instruction
        b       done
        .endm

        // Both sleds together are PHASES instructions.
        .macro  store instruction
        .thumb_func
        ldr     r7, [r11, #CURRENT]
        ldr     r6, =1f + 1
        sub     r6, r6, r12
        bx      r6
        pad     PHASES
1:      \instruction
        ldr     r6, =2f + 1 - 2 * PHASES
        add     r6, r6, r12
        bx      r6
        pad     PHASES
2:      b       done
        .endm

nothing:
        load    "nop"
load1:  load    "ldrb r3, [r1]"
load2:  load    "ldrh r3, [r1]"
load4:  load    "ldr r3, [r1]"
store1: store   "strb r2, [r1]"
store2: store   "strh r2, [r1]"
store4: store   "str r2, [r1]"
count:  load    "mov r3, r5"
// When one of these faults it is passed over by half; the other half is an instruction that does no harm.
uload1: load    "ldrbt r3, [r1]"
uload2: load    "ldrht r3, [r1]"
uload4: load    "ldrt r3, [r1]"
ustore1: store  "strbt r2, [r1]"
ustore2: store  "strht r2, [r1]"
ustore4: store  "strt r2, [r1]"

        .thumb_func
delay:  ldr     r7, [r11, #CURRENT]
        subs    r2, r2, #2              // Two of them pass anyway.
        b       2f
1:      pad     TICK - 2
2:      subs    r2, r2, #1
        bne     1b
        pad     PHASES + 3
        b       done

        .thumb_func
lines:  ldr     r7, [r11, #CURRENT]
        pad     PHASES + 3
        ldr     r6, =0xe000e200         // ISPR; ICPR at +0x80
        add     r6, r6, r2, lsl #2
        mvn     r0, #0
        ldr     r4, [r6]
        str     r0, [r6, #0x80]         // Leaves those pending whose line is high.
        ldr     r3, [r6]
        b       keep

done:   cmp     r4, #0                  // 8 instructions and the padding until `next`, and 11 there
        bne     slow
keep:   str     r3, [r9]
        str     r4, [r9, #4]
        str     r7, [r9, #8]
        adds    r9, r9, #12
        pad     3 * TICK - (PHASES + 9) - 8 - 11
        subs    r10, r10, #1
        bne     next
        b       flush

slow:   str     r3, [r9]
        str     r4, [r9, #4]
        str     r7, [r9, #8]
        adds    r9, r9, #12
        subs    r10, r10, #1
        bne     synchronise

flush:  ldr     r4, =handles
        ldr     r1, =block
        ldr     r0, [r4, #4]
        str     r0, [r1]
        ldr     r0, =ANSWERS
        str     r0, [r1, #4]
        sub     r0, r9, r0
        str     r0, [r1, #8]
        movs    r0, #5                  // SYS_WRITE
        bkpt    0xab
        b       chunk

finish: ldr     r4, =handles
        adds    r1, r4, #4
        movs    r0, #2                  // SYS_CLOSE
        bkpt    0xab
        ldr     r1, =0x20026            // ADP_Stopped_ApplicationExit
        movs    r0, #0x18
        bkpt    0xab
        b       .

// An access that faulted is passed over: its instruction has two bytes, and its status is CFSR.
        .thumb_func
fault:  ldr     r0, =0xe000ed28
        ldr     r4, [r0]
        str     r4, [r0]
        ldr     r0, [sp, #0x18]
        adds    r0, r0, #2
        str     r0, [sp, #0x18]
        bx      lr

// Three ticks, so that the part of a tick stays.
        .thumb_func
nmi:    adds    r5, r5, #1
        pad     3 * TICK - 2
        bx      lr

        .align  2
operations:
        .word   nothing + 1, load1 + 1, load2 + 1, load4 + 1, store1 + 1, store2 + 1, store4 + 1
        .word   delay + 1, lines + 1, count + 1
        .word   uload1 + 1, uload2 + 1, uload4 + 1, ustore1 + 1, ustore2 + 1, ustore4 + 1
open_list:
        .word   list_name, 1, 8         // SYS_OPEN, "rb"
open_answers:
        .word   answers_name, 5, 11     // SYS_OPEN, "wb"
list_name:
        .asciz  "list.bin"
answers_name:
        .asciz  "answers.bin"
        .ltorg

        .section .bss
handles:
        .space  8
block:  .space  12
