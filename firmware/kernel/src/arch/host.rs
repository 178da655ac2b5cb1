//! The host, for `cargo test`: a machine that executes no threads.
//!
//! A switch only changes which thread counts as running, so that a test can play all threads: it calls the kernel for
//! whoever is current. The clock stands still until a test moves it, and nothing interrupts. Tests run side by side, so a
//! critical section keeps those of the others out, and a test that plays threads or moves the clock does so in [`play`].

use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread_local;

use crate::cell::Cs;
use crate::driver::{InterruptController, Timer};
use crate::scheduler::{self, RUNNING};
use crate::thread::{Entry, Thread};

/// As much as a thread needs at least.
pub(crate) const IDLE_STACK_BYTES: usize = 128;

static SECTION: Mutex<()> = Mutex::new(());

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static HELD: Cell<Option<MutexGuard<'static, ()>>> = const { Cell::new(None) };
}

#[cfg(test)]
static STAGE: Mutex<()> = Mutex::new(());
static NOW: AtomicU64 = AtomicU64::new(0);

/// Lets one test play threads; there are none before.
#[cfg(test)]
pub(crate) fn play(test: impl FnOnce()) {
    let _stage = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    NOW.store(0, Ordering::Relaxed);
    crate::cell::critical(|cs| {
        scheduler::forget_all(cs);
        crate::time::forget_all(cs);
    });
    test();
}

/// Sets the clock.
#[cfg(test)]
pub(crate) fn set_clock(counts: u64) {
    NOW.store(counts, Ordering::Relaxed);
}

/// How many sections this one lies in.
#[derive(Clone, Copy)]
pub(crate) struct Masked(pub(crate) u32);

pub(crate) fn mask() -> Masked {
    let before = DEPTH.replace(DEPTH.get() + 1);
    if before == 0 {
        // A test that failed inside of a section leaves it; the others go on.
        HELD.set(Some(SECTION.lock().unwrap_or_else(PoisonError::into_inner)));
    }
    Masked(before)
}

pub(crate) fn restore(before: Masked) {
    if before.0 == 0 {
        // SAFETY: the outermost section ends only below.
        RUNNING.switch(unsafe { Cs::new() });
    }
    restore_mask(before);
}

pub(crate) fn restore_mask(before: Masked) {
    DEPTH.set(before.0);
    if before.0 == 0 {
        HELD.set(None);
    }
}

pub(crate) fn request_switch(_: Cs) {}

pub(crate) fn switch_now() {}

/// # Panics
/// Before a thread was started.
pub(crate) fn current_thread() -> &'static Thread {
    scheduler::running().expect("a thread runs")
}

#[cfg(feature = "ffi")]
pub(crate) fn in_interrupt() -> bool {
    false
}

pub(crate) fn cycles() -> u32 {
    0
}

pub(crate) fn wait_for_interrupt() {}

pub(crate) fn initial_frame(_: Entry, _: usize) -> [usize; 16] {
    [0; 16]
}

pub(crate) fn start() -> ! {
    panic!("the host executes no threads")
}

/// A clock that stands still.
pub(crate) struct Clock;

impl Timer for Clock {
    fn start(&self, _: Cs) {}

    fn now(&self, _: Cs) -> u64 {
        NOW.load(Ordering::Relaxed)
    }

    fn set_alarm(&self, _: Cs, _: u64) {}
}

/// A controller whose lines nothing raises.
pub(crate) struct Controller;

impl InterruptController for Controller {
    fn enable(&self, _: usize) {}

    fn disable(&self, _: usize) {}

    fn set_urgency(&self, _: usize, _: u8) {}

    fn pend(&self, _: usize) {}
}
