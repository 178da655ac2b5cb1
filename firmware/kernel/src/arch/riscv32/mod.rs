//! RV32IMAC in machine mode. RISC-V Privileged Architecture 1.12, 3.1.
//!
//! All threads run in machine mode. A thread's context, while it does not run, is what the calling convention makes a
//! function keep: `ra` and `s0` to `s11`, on its stack. An interrupt stores the other registers on the stack of whom
//! it interrupts, runs on the interrupt stack, and if a switch is due it makes the same switch at its end, as if the
//! thread had called it. Interrupts do not nest.

mod clock;
mod plic;
mod start;

pub(crate) use clock::Clock;
pub(crate) use plic::Controller;

use core::arch::{asm, naked_asm};
use core::mem::offset_of;

use crate::cell::Cs;
use crate::context::InterruptContext;
use crate::interrupt;
use crate::scheduler::RUNNING;
use crate::thread::{self, Entry, Thread};

const MSTATUS_MIE: usize = 1 << 3;
/// mstatus.MPP = M and MPIE: what `mret` needs to go on in a thread.
const MSTATUS_THREAD: usize = 0x1880;
const CAUSE_SOFTWARE: usize = 3;
const CAUSE_TIMER: usize = 7;

/// The idle thread has the frame of an interrupt (80 bytes), one of a switch (64) and its own.
pub(crate) const IDLE_STACK_BYTES: usize = 192;

/// Whether interrupts were enabled.
#[derive(Clone, Copy)]
pub(crate) struct Masked(pub(crate) usize);

#[inline(always)]
pub(crate) fn mask() -> Masked {
    let before: usize;
    // SAFETY: only mstatus.MIE is written. It is no `nomem`: memory is not accessed across it.
    unsafe {
        asm!(
            crate::trace_line!("critical begin"),
            "csrrci {}, mstatus, 8",
            out(reg) before,
            options(nostack)
        );
    }
    Masked(before)
}

#[inline(always)]
pub(crate) fn restore(before: Masked) {
    if before.0 & MSTATUS_MIE != 0 {
        if crate::arch::switch_is_due(&RUNNING) {
            // SAFETY: the outermost section of a thread ends here, with interrupts masked.
            unsafe { bluekernel_switch() };
        }
        // SAFETY: as it was before the section. It is no `nomem`: memory is not accessed across it.
        unsafe { asm!("csrsi mstatus, 8", crate::trace_line!("critical end"), options(nostack)) };
    }
}

/// As [`restore`], for a section in which no switch was asked for.
#[inline(always)]
pub(crate) fn restore_mask(before: Masked) {
    // SAFETY: as it was before the section. It is no `nomem`: memory is not accessed across it.
    unsafe {
        asm!(
            "csrs mstatus, {}",
            crate::trace_line!("critical end"),
            in(reg) before.0 & MSTATUS_MIE,
            options(nostack)
        );
    }
}

/// The switch comes at the end of the critical section or interrupt, since `next` is not `current`.
#[inline(always)]
pub(crate) fn request_switch(_: Cs) {}

/// The switch has happened when the critical section has ended.
#[inline(always)]
pub(crate) fn switch_now() {}

/// The running thread.
#[inline(always)]
pub(crate) fn current_thread() -> &'static Thread {
    crate::arch::peek_volatile(&RUNNING)
}

/// Whether a handler runs: those have a stack of their own, on which only the start runs besides.
#[cfg(feature = "ffi")]
pub(crate) fn in_interrupt() -> bool {
    let (sp, bottom, top): (usize, usize, usize);
    // SAFETY: reads the stack pointer and two symbols of the linker script.
    unsafe {
        asm!(
            "mv {}, sp",
            "la {}, __interrupt_stack_bottom",
            "la {}, __interrupt_stack_top",
            out(reg) sp,
            out(reg) bottom,
            out(reg) top,
            options(nomem, nostack)
        );
    }
    (bottom..=top).contains(&sp)
}

#[inline(always)]
pub(crate) fn cycles() -> u32 {
    let cycles: u32;
    // SAFETY: reads mcycle.
    unsafe { asm!("csrr {}, mcycle", out(reg) cycles, options(nomem, nostack, preserves_flags)) };
    cycles
}

#[inline(always)]
pub(crate) fn wait_for_interrupt() {
    // SAFETY: it waits.
    unsafe { asm!("wfi", options(nomem, nostack)) };
}

/// Words of a new thread's stack, from the lowest address on: `ra`, `s0` to `s11`, and three to fill up.
pub(crate) fn initial_frame(entry: Entry, argument: usize) -> [usize; 16] {
    let mut frame = [0; 16];
    frame[0] = begin as *const () as usize;
    frame[1] = entry as usize;
    frame[2] = argument;
    frame
}

#[unsafe(naked)]
extern "C" fn begin() -> ! {
    naked_asm!(
        "csrsi mstatus, 8",
        crate::trace_lines!("critical end"),
        "mv a0, s0",
        "mv a1, s1",
        "tail {begin}",
        begin = sym thread::begin,
    )
}

/// Stores the context of `current` on its stack and goes on with that of `next`. Interrupts are masked.
#[unsafe(naked)]
unsafe extern "C" fn bluekernel_switch() {
    naked_asm!(
        "addi sp, sp, -64",
        "sw ra, 0(sp)",
        "sw s0, 4(sp)",
        "sw s1, 8(sp)",
        "sw s2, 12(sp)",
        "sw s3, 16(sp)",
        "sw s4, 20(sp)",
        "sw s5, 24(sp)",
        "sw s6, 28(sp)",
        "sw s7, 32(sp)",
        "sw s8, 36(sp)",
        "sw s9, 40(sp)",
        "sw s10, 44(sp)",
        "sw s11, 48(sp)",
        "la a2, {running}",
        "lw a0, 0(a2)",
        "lw a3, {stack_bottom}(a0)",
        "lw a3, 0(a3)",
        "li a4, {canary}",
        "bne a3, a4, 2f",
        "sw sp, {sp}(a0)",
        "lw a1, 4(a2)",
        "sw a1, 0(a2)",
        crate::trace_lines!("switch: from=a0 to=a1"),
        "lw sp, {sp}(a1)",
        "lw ra, 0(sp)",
        "lw s0, 4(sp)",
        "lw s1, 8(sp)",
        "lw s2, 12(sp)",
        "lw s3, 16(sp)",
        "lw s4, 20(sp)",
        "lw s5, 24(sp)",
        "lw s6, 28(sp)",
        "lw s7, 32(sp)",
        "lw s8, 36(sp)",
        "lw s9, 40(sp)",
        "lw s10, 44(sp)",
        "lw s11, 48(sp)",
        "addi sp, sp, 64",
        "ret",
        "2: tail {overflow}",
        running = sym RUNNING,
        sp = const offset_of!(Thread, sp),
        stack_bottom = const offset_of!(Thread, stack_bottom),
        canary = const crate::stack::CANARY,
        overflow = sym crate::fault::stack_overflow,
    )
}

/// Goes on with the first thread.
pub(crate) fn start() -> ! {
    // SAFETY: the stack that is left belongs to nobody from now on; interrupts are masked since reset.
    unsafe {
        asm!(
            "la a2, {running}",
            "lw a1, 4(a2)",
            "sw a1, 0(a2)",
            "lw sp, {sp}(a1)",
            "lw ra, 0(sp)",
            "lw s0, 4(sp)",
            "lw s1, 8(sp)",
            "addi sp, sp, 64",
            crate::trace_line!("boot: first thread"),
            "ret",
            running = sym RUNNING,
            sp = const offset_of!(Thread, sp),
            options(noreturn)
        )
    }
}

/// Entry of all traps (mtvec, direct mode).
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn bluekernel_trap() {
    naked_asm!(
        ".balign 4",
        // A fault may have come because of the stack, so nothing is stored before its cause is known.
        "csrw mscratch, t0",
        "csrr t0, mcause",
        "bgez t0, {fault}",
        "addi sp, sp, -80",
        "sw a0, 40(sp)",
        "mv a0, t0",
        "csrr t0, mscratch",
        crate::trace_lines!("interrupt enter: cause=a0"),
        "sw ra, 4(sp)",
        "sw t0, 8(sp)",
        "sw t1, 12(sp)",
        "sw t2, 16(sp)",
        "sw t3, 20(sp)",
        "sw t4, 24(sp)",
        "sw t5, 28(sp)",
        "sw t6, 32(sp)",
        "sw a1, 44(sp)",
        "sw a2, 48(sp)",
        "sw a3, 52(sp)",
        "sw a4, 56(sp)",
        "sw a5, 60(sp)",
        "sw a6, 64(sp)",
        "sw a7, 68(sp)",
        "csrr t1, mepc",
        "sw t1, 72(sp)",
        "la t0, __interrupt_stack_top",
        "sw sp, -4(t0)",
        "addi sp, t0, -16",
        "call {interrupt}",
        "lw sp, 12(sp)",
        "la t0, {running}",
        "lw t1, 0(t0)",
        "lw t2, 4(t0)",
        "beq t1, t2, 3f",
        "call {switch}",
        "3:",
        "lw t1, 72(sp)",
        "csrw mepc, t1",
        "li t0, {thread}",
        "csrs mstatus, t0",
        "lw ra, 4(sp)",
        "lw t0, 8(sp)",
        "lw t1, 12(sp)",
        "lw t2, 16(sp)",
        "lw t3, 20(sp)",
        "lw t4, 24(sp)",
        "lw t5, 28(sp)",
        "lw t6, 32(sp)",
        "lw a0, 40(sp)",
        "lw a1, 44(sp)",
        "lw a2, 48(sp)",
        "lw a3, 52(sp)",
        "lw a4, 56(sp)",
        "lw a5, 60(sp)",
        "lw a6, 64(sp)",
        "lw a7, 68(sp)",
        "addi sp, sp, 80",
        crate::trace_lines!("interrupt exit"),
        "mret",
        fault = sym crate::fault::bluekernel_fault,
        interrupt = sym interrupt_entry,
        running = sym RUNNING,
        switch = sym bluekernel_switch,
        thread = const MSTATUS_THREAD,
    )
}

extern "C" fn interrupt_entry(cause: usize) {
    match cause & 0xff {
        CAUSE_TIMER => crate::time::alarm(InterruptContext::new()),
        CAUSE_SOFTWARE => {
            plic::clear_software_interrupt();
            interrupt::dispatch(0);
        }
        _ => plic::dispatch(),
    }
}
