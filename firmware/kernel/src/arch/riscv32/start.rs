//! From reset to the program's `main`.

use core::arch::naked_asm;

#[unsafe(naked)]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".text.start")]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        crate::trace_lines!("boot: reset"),
        ".option push",
        ".option norelax",
        "la gp, __global_pointer$",
        ".option pop",
        "csrw mie, zero",
        "la sp, __interrupt_stack_top",
        "la t0, {trap}",
        "csrw mtvec, t0",
        // Initial values of .data.
        "la t0, __data_load",
        "la t1, __data_start",
        "la t2, __data_end",
        "beq t0, t1, 2f",
        "1: bgeu t1, t2, 2f",
        "lw t3, 0(t0)",
        "sw t3, 0(t1)",
        "addi t0, t0, 4",
        "addi t1, t1, 4",
        "j 1b",
        "2: la t1, __bss_start",
        "la t2, __bss_end",
        "3: bgeu t1, t2, 4f",
        "sw zero, 0(t1)",
        "addi t1, t1, 4",
        "j 3b",
        "4:",
        crate::trace_lines!("boot: main"),
        "tail bluekernel_main",
        trap = sym super::bluekernel_trap,
    )
}
