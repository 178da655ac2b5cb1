//! ARMv7-M. ARMv7-M Architecture Reference Manual, DDI 0403E.e.
//!
//! Threads run in Thread mode on the process stack, handlers on the main stack. A critical section raises BASEPRI to
//! [`KERNEL_PRIORITY`]: interrupts that are more urgent are never held back, and must not call the kernel. PendSV,
//! the least urgent exception, switches: the hardware stacks R0 to R3, R12, LR, PC and xPSR, PendSV R4 to R11.

mod clock;
mod nvic;
mod start;

pub(crate) use clock::Clock;
pub(crate) use nvic::Controller;

use core::arch::{asm, naked_asm};
use core::mem::offset_of;

use crate::cell::{Cs, critical_without_switch};
use crate::driver::Timer;
use crate::driver::mmio::Register;
use crate::scheduler::RUNNING;
use crate::thread::{self, Entry, Thread};

/// Priorities from here on are the kernel's; lower values are never masked.
pub(crate) const KERNEL_PRIORITY: u8 = 0x40;
const LEAST_URGENT: u32 = 0xff;

const ICSR: Register = Register::at(0xe000_ed04);
const ICSR_PENDSVSET: u32 = 1 << 28;
const SHPR2: Register = Register::at(0xe000_ed1c);
const SHPR3: Register = Register::at(0xe000_ed20);
const XPSR_T: usize = 1 << 24;

/// The idle thread has the frames of the hardware (32 bytes, perhaps 4 more) and of PendSV (32), and its own.
pub(crate) const IDLE_STACK_BYTES: usize = 128;

/// BASEPRI before a critical section.
#[derive(Clone, Copy)]
pub(crate) struct Masked(pub(crate) u32);

#[inline(always)]
pub(crate) fn mask() -> Masked {
    let before: u32;
    // SAFETY: only BASEPRI is written, to a more urgent value (BASEPRI_MAX). It is no `nomem`: memory is not accessed
    // across it.
    unsafe {
        asm!(
            "mrs {before}, BASEPRI",
            crate::trace_line!("critical begin"),
            "msr BASEPRI_MAX, {kernel}",
            before = out(reg) before,
            kernel = in(reg) u32::from(KERNEL_PRIORITY),
            options(nostack, preserves_flags)
        );
    }
    Masked(before)
}

#[inline(always)]
pub(crate) fn restore(before: Masked) {
    // SAFETY: as it was before the section.
    unsafe {
        asm!(
            "msr BASEPRI, {}",
            crate::trace_line!("critical end"),
            in(reg) before.0,
            options(nostack, preserves_flags)
        );
    }
}

/// As [`restore`], which does nothing about switches here.
#[inline(always)]
pub(crate) fn restore_mask(before: Masked) {
    restore(before);
}

/// PendSV comes when the section, or the interrupt, ends.
#[inline(always)]
pub(crate) fn request_switch(_: Cs) {
    ICSR.write(ICSR_PENDSVSET);
}

/// The exception is taken here at the latest (B1.5.5: behind an ISB).
#[inline(always)]
pub(crate) fn switch_now() {
    // SAFETY: barriers.
    unsafe { asm!("dsb", "isb", options(nostack, preserves_flags)) };
}

/// The running thread.
#[inline(always)]
pub(crate) fn current_thread() -> &'static Thread {
    crate::arch::peek_volatile(&RUNNING)
}

/// Whether a handler runs.
#[cfg(feature = "ffi")]
pub(crate) fn in_interrupt() -> bool {
    let exception: u32;
    // SAFETY: reads the IPSR.
    unsafe { asm!("mrs {}, IPSR", out(reg) exception, options(nomem, nostack, preserves_flags)) };
    exception != 0
}

/// The clock counts them.
pub(crate) fn cycles() -> u32 {
    critical_without_switch(|cs| Clock.now(cs) as u32)
}

#[inline(always)]
pub(crate) fn wait_for_interrupt() {
    // SAFETY: it waits.
    unsafe { asm!("wfi", options(nomem, nostack, preserves_flags)) };
}

/// Words of a new thread's stack, from the lowest address on: R4 to R11; R0 to R3, R12, LR, PC, xPSR.
pub(crate) fn initial_frame(entry: Entry, argument: usize) -> [usize; 16] {
    let mut frame = [0; 16];
    frame[8] = entry as usize;
    frame[9] = argument;
    frame[14] = thread::begin as *const () as usize;
    frame[15] = XPSR_T;
    frame
}

/// PendSV: stores the context of `current` on its stack and goes on with that of `next`. An interrupt in between that
/// changes `next` pends it anew.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn bluekernel_pend_sv() {
    naked_asm!(
        "ldr r3, ={running}",
        "ldr r0, [r3]",
        "mrs r2, PSP",
        "stmdb r2!, {{r4-r11}}",
        "ldr r1, [r0, #{stack_bottom}]",
        "str r2, [r0, #{sp}]",
        "ldr r1, [r1]",
        "ldr r2, ={canary}",
        "cmp r1, r2",
        "bne 2f",
        "ldr r1, [r3, #4]",
        "str r1, [r3]",
        crate::trace_lines!("switch: from=r0 to=r1"),
        "ldr r2, [r1, #{sp}]",
        "ldmia r2!, {{r4-r11}}",
        "msr PSP, r2",
        "bx lr",
        "2: b {overflow}",
        ".ltorg",
        running = sym RUNNING,
        sp = const offset_of!(Thread, sp),
        stack_bottom = const offset_of!(Thread, stack_bottom),
        canary = const crate::stack::CANARY,
        overflow = sym crate::fault::stack_overflow,
    )
}

/// Goes on with the first thread, in Thread mode on its own stack. The main stack begins anew.
pub(crate) fn start() -> ! {
    // SVCall is as urgent as the kernel; PendSV least, so that it comes behind all other handlers.
    SHPR2.write(u32::from(KERNEL_PRIORITY) << 24);
    SHPR3.write(SHPR3.read() & !0xff_0000 | LEAST_URGENT << 16);
    // SAFETY: the stack that is left belongs to nobody from now on.
    unsafe {
        asm!(
            "ldr r3, ={running}",
            "ldr r1, [r3, #4]",
            "str r1, [r3]",
            "ldr r2, [r1, #{sp}]",
            "adds r2, #32",
            "ldr r0, =__interrupt_stack_top",
            "msr MSP, r0",
            "msr PSP, r2",
            "movs r0, #2",
            "msr CONTROL, r0",
            "isb",
            "movs r0, #0",
            crate::trace_line!("boot: first thread"),
            "msr BASEPRI, r0",
            "cpsie i",
            "pop {{r0-r3}}",
            "add sp, #8",
            "pop {{r4, r5}}",
            "orr r4, #1",
            "bx r4",
            running = sym RUNNING,
            sp = const offset_of!(Thread, sp),
            options(noreturn)
        )
    }
}

/// All interrupt lines: calls the handler of the line that the IPSR names.
#[unsafe(no_mangle)]
extern "C" fn bluekernel_interrupt() {
    let exception: usize;
    // SAFETY: reads the IPSR.
    unsafe { asm!("mrs {}, IPSR", out(reg) exception, options(nomem, nostack, preserves_flags)) };
    crate::trace!("interrupt enter");
    crate::interrupt::dispatch(exception - 16);
    crate::trace!("interrupt exit");
}

/// SysTick.
#[unsafe(no_mangle)]
extern "C" fn bluekernel_clock_interrupt() {
    crate::trace!("clock interrupt enter");
    clock::interrupt();
    crate::trace!("clock interrupt exit");
}
