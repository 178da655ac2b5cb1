//! Counting semaphores.

use crate::cell::{CsCell, critical};
use crate::context::{Context, ThreadContext};
use crate::list::ThreadList;
use crate::scheduler::{self, Wake};
use crate::time::Instant;
use crate::wait::Timeout;

/// A counting semaphore.
///
/// A thread that waits is handed its unit by who gives it, so nobody can take it in between.
pub struct Semaphore {
    count: CsCell<u32>,
    waiters: ThreadList,
}

impl Semaphore {
    /// A semaphore with `count` units.
    pub const fn new(count: u32) -> Self {
        Self { count: CsCell::new(count), waiters: ThreadList::new() }
    }

    /// Gives one unit. The count saturates at the greatest `u32`.
    #[inline]
    pub fn give(&self, _: impl Context) {
        self.put();
    }

    fn put(&self) {
        critical(|cs| {
            if scheduler::wake_first(cs, &self.waiters).is_none() {
                self.count.set(cs, self.count.get(cs).saturating_add(1));
            }
        });
    }

    /// Takes one unit; waits for it if there is none.
    #[inline]
    pub fn take(&'static self, _: ThreadContext) {
        // Without a deadline there is no time-out.
        self.get(None);
    }

    /// Takes one unit; waits for it until `until`.
    ///
    /// # Errors
    /// [`Timeout`] if that time came first.
    #[inline]
    pub fn take_until(&'static self, _: ThreadContext, until: Instant) -> Result<(), Timeout> {
        if self.get(Some(until)) { Ok(()) } else { Err(Timeout) }
    }

    fn get(&'static self, until: Option<Instant>) -> bool {
        let taken = critical(|cs| {
            let count = self.count.get(cs);
            if count > 0 {
                self.count.set(cs, count - 1);
                return true;
            }
            scheduler::block(cs, &self.waiters, until);
            false
        });
        taken || scheduler::outcome() == Wake::Normal
    }

    /// Takes one unit if there is one. Returns whether there was.
    pub fn try_take(&self, _: impl Context) -> bool {
        critical(|cs| {
            let count = self.count.get(cs);
            if count > 0 {
                self.count.set(cs, count - 1);
            }
            count > 0
        })
    }

    /// Units that can be taken now.
    pub fn count(&self, _: impl Context) -> u32 {
        critical(|cs| self.count.get(cs))
    }
}
