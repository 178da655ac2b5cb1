//! Barriers: threads that wait for each other.

use crate::cell::{Cs, critical};
use crate::context::ThreadContext;
use crate::list::ThreadList;
use crate::scheduler::{self, Wake};
use crate::time::Instant;
use crate::wait::Timeout;

/// A place at which `parties` threads wait until all have come; then it can be used anew.
pub struct Barrier {
    parties: usize,
    waiters: ThreadList,
}

impl Barrier {
    /// A barrier for so many threads, at least one.
    pub const fn new(parties: usize) -> Self {
        assert!(parties > 0, "somebody comes to a barrier");
        Self { parties, waiters: ThreadList::new() }
    }

    /// Waits until all have come. Returns whether the caller was the last one.
    pub fn wait(&'static self, _: ThreadContext) -> bool {
        self.arrive(None).unwrap_or(false)
    }

    /// As [`Barrier::wait`], at most until `until`. Who gives up has not come.
    ///
    /// # Errors
    /// [`Timeout`] if that time came first.
    pub fn wait_until(&'static self, _: ThreadContext, until: Instant) -> Result<bool, Timeout> {
        self.arrive(Some(until))
    }

    /// As [`Barrier::wait`], if the caller is the last one. Returns whether it is.
    pub fn try_wait(&'static self, _: ThreadContext) -> bool {
        critical(|cs| {
            let last = self.is_last(cs);
            if last {
                self.open(cs);
            }
            last
        })
    }

    /// Whether the caller is all that is missing.
    fn is_last(&self, cs: Cs) -> bool {
        let mut arrived = 1;
        let mut waiter = self.waiters.first(cs);
        while let Some(thread) = waiter {
            arrived += 1;
            waiter = self.waiters.after(cs, thread);
        }
        arrived == self.parties
    }

    fn open(&self, cs: Cs) {
        while scheduler::wake_first(cs, &self.waiters).is_some() {}
    }

    fn arrive(&'static self, until: Option<Instant>) -> Result<bool, Timeout> {
        let last = critical(|cs| {
            let last = self.is_last(cs);
            if last {
                self.open(cs);
            } else {
                scheduler::block(cs, &self.waiters, until);
            }
            last
        });
        if !last && scheduler::outcome() == Wake::Timeout { Err(Timeout) } else { Ok(last) }
    }
}
