//! Condition variables.

use crate::cell::critical;
use crate::context::Context;
use crate::list::ThreadList;
use crate::scheduler::{self, Wake};
use crate::sync::mutex::MutexGuard;
use crate::time::Instant;
use crate::wait::Timeout;

/// Threads that wait, with a mutex unlocked meanwhile, until another one says that something has changed.
pub struct Condvar {
    waiters: ThreadList,
}

impl Condvar {
    /// Nobody waits.
    pub const fn new() -> Self {
        Self { waiters: ThreadList::new() }
    }

    /// Unlocks the mutex, waits to be notified, and locks it again. What was waited for is to be looked at anew, since
    /// others may have had the mutex in between.
    pub fn wait<T>(&'static self, guard: &mut MutexGuard<T>) {
        self.wait_for(guard, None);
    }

    /// As [`Condvar::wait`], at most until `until`. The mutex is locked again in any case.
    ///
    /// # Errors
    /// [`Timeout`] if that time came first.
    pub fn wait_until<T>(&'static self, guard: &mut MutexGuard<T>, until: Instant) -> Result<(), Timeout> {
        match self.wait_for(guard, Some(until)) {
            Wake::Timeout => Err(Timeout),
            _ => Ok(()),
        }
    }

    fn wait_for<T>(&'static self, guard: &mut MutexGuard<T>, until: Option<Instant>) -> Wake {
        let mutex = guard.core();
        critical(|cs| {
            mutex.release(cs);
            scheduler::block(cs, &self.waiters, until);
        });
        let wake = scheduler::outcome();
        mutex.lock(None);
        wake
    }

    /// Lets the most urgent one that waits go on. Returns whether there was one.
    pub fn notify_one(&self, _: impl Context) -> bool {
        critical(|cs| scheduler::wake_first(cs, &self.waiters).is_some())
    }

    /// Lets all that wait go on. Returns how many.
    pub fn notify_all(&self, context: impl Context) -> usize {
        let mut woken = 0;
        while self.notify_one(context) {
            woken += 1;
        }
        woken
    }
}

impl Default for Condvar {
    fn default() -> Self {
        Self::new()
    }
}
