//! What depends on the instruction set: critical sections, the context switch, interrupts, the clock.

#[cfg(all(target_os = "none", target_arch = "riscv32"))]
#[path = "riscv32/mod.rs"]
mod isa;
#[cfg(all(target_os = "none", target_arch = "arm"))]
#[path = "armv7m/mod.rs"]
mod isa;
#[cfg(not(target_os = "none"))]
#[path = "host.rs"]
mod isa;

pub(crate) use isa::*;

use crate::cell::{Cs, CsCell};

/// Reads a word where no critical section is needed, since nothing writes it meanwhile.
#[inline(always)]
pub(crate) fn peek<T: Copy>(cell: &CsCell<Option<T>>) -> Option<T> {
    // SAFETY: the token is used for one load of one word.
    cell.get(unsafe { Cs::new() })
}

/// The running thread, read anew each time: a switch may lie between two calls.
#[cfg(target_os = "none")]
#[allow(dead_code)]
#[inline(always)]
pub(crate) fn peek_volatile(running: &'static crate::scheduler::Running) -> &'static crate::thread::Thread {
    let first = core::ptr::from_ref(running).cast::<*const crate::thread::Thread>();
    // SAFETY: `current` is the first field. Threads are statics, and it is none only before the start, when no thread
    // runs.
    unsafe { &*first.read_volatile() }
}

/// Whether `next` is another thread than `current`.
#[cfg(target_os = "none")]
#[allow(dead_code)]
#[inline(always)]
pub(crate) fn switch_is_due(running: &'static crate::scheduler::Running) -> bool {
    let words = core::ptr::from_ref(running).cast::<usize>();
    // SAFETY: `current` and `next` are its two fields, a word each.
    unsafe { words.read_volatile() != words.add(1).read_volatile() }
}
