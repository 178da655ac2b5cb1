//! The base primitive: a word, and threads that wait for it to change.

use crate::cell::{CsCell, critical};
use crate::context::{Context, ThreadContext};
use crate::list::ThreadList;
use crate::scheduler::{self, Wake};
use crate::time::Instant;

/// The time was over before what was waited for came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timeout;

/// Why [`Futex::wait`] did not wait until it was woken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitError {
    /// The value was not the expected one.
    Changed,
    /// The time was over.
    Timeout,
}

/// A word that threads can wait on, in the manner of a futex; the waiting list lies in it, so no table is needed.
pub struct Futex {
    value: CsCell<u32>,
    waiters: ThreadList,
}

impl Futex {
    /// A word with a value.
    pub const fn new(value: u32) -> Self {
        Self { value: CsCell::new(value), waiters: ThreadList::new() }
    }

    /// The value.
    pub fn load(&self, _: impl Context) -> u32 {
        critical(|cs| self.value.get(cs))
    }

    /// Sets the value. Who waits is not woken by that.
    pub fn store(&self, _: impl Context, value: u32) {
        critical(|cs| self.value.set(cs, value));
    }

    /// Replaces the value if it is `expected`. Returns whether it was.
    pub fn compare_exchange(&self, _: impl Context, expected: u32, new: u32) -> bool {
        critical(|cs| {
            let equal = self.value.get(cs) == expected;
            if equal {
                self.value.set(cs, new);
            }
            equal
        })
    }

    /// Waits while the value is `expected`, until woken; at most until `until`, if there is such a time.
    ///
    /// # Errors
    /// [`WaitError::Changed`] if the value is another one, [`WaitError::Timeout`] if the time was over first.
    pub fn wait(
        &'static self,
        _: ThreadContext,
        expected: u32,
        until: Option<Instant>,
    ) -> Result<(), WaitError> {
        let waits = critical(|cs| {
            let waits = self.value.get(cs) == expected;
            if waits {
                scheduler::block(cs, &self.waiters, until);
            }
            waits
        });
        match waits {
            false => Err(WaitError::Changed),
            true if scheduler::outcome() == Wake::Timeout => Err(WaitError::Timeout),
            true => Ok(()),
        }
    }

    /// Wakes up to `count` threads, the most urgent first, of equals the one that has waited longest. Returns how
    /// many were woken.
    pub fn wake(&self, _: impl Context, count: usize) -> usize {
        let mut woken = 0;
        while woken < count && critical(|cs| scheduler::wake_first(cs, &self.waiters).is_some()) {
            woken += 1;
        }
        woken
    }
}
