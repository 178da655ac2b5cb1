//! The vector table, and from reset to the program's `main`. ARMv7-M B1.5.2, B1.5.5.

use core::arch::{global_asm, naked_asm};

use crate::board::LINES;

global_asm!(
    ".pushsection .vectors,\"a\"",
    ".word __interrupt_stack_top",
    ".word _start",
    // NMI, HardFault, MemManage, BusFault, UsageFault
    ".rept 5",
    ".word bluekernel_fault",
    ".endr",
    ".word 0, 0, 0, 0",
    // SVCall, DebugMonitor
    ".word bluekernel_fault",
    ".word bluekernel_fault",
    ".word 0",
    ".word bluekernel_pend_sv",
    ".word bluekernel_clock_interrupt",
    ".rept {lines}",
    ".word bluekernel_interrupt",
    ".endr",
    ".popsection",
    lines = const LINES,
);

#[unsafe(naked)]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".text.start")]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        crate::trace_lines!("boot: reset"),
        "cpsid i",
        // Initial values of .data.
        "ldr r0, =__data_load",
        "ldr r1, =__data_start",
        "ldr r2, =__data_end",
        "1: cmp r1, r2",
        "bhs 2f",
        "ldr r3, [r0], #4",
        "str r3, [r1], #4",
        "b 1b",
        "2: ldr r1, =__bss_start",
        "ldr r2, =__bss_end",
        "movs r3, #0",
        "3: cmp r1, r2",
        "bhs 4f",
        "str r3, [r1], #4",
        "b 3b",
        "4:",
        crate::trace_lines!("boot: main"),
        "b bluekernel_main",
        ".ltorg",
    )
}
