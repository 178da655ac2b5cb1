//! Event flags: 32 bits that threads wait for.

use crate::cell::{Cs, CsCell, critical};
use crate::context::{Context, ThreadContext};
use crate::list::ThreadList;
use crate::scheduler::{self, Wake};
use crate::thread::Thread;
use crate::time::Instant;
use crate::wait::Timeout;

/// What a thread waits for, of the flags that it names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// One of them; they stay set.
    Any,
    /// All of them; they stay set.
    All,
    /// One of them; those of the named ones that are set are cleared.
    AnyAndClear,
    /// All of them; they are cleared.
    AllAndClear,
}

impl Wanted {
    /// The flags that satisfy, if they do.
    #[inline]
    fn of(self, flags: u32, wanted: u32) -> Option<u32> {
        let there = flags & wanted;
        let all = matches!(self, Self::All | Self::AllAndClear);
        if if all { there == wanted } else { there != 0 } { Some(there) } else { None }
    }

    fn clears(self) -> bool {
        matches!(self, Self::AnyAndClear | Self::AllAndClear)
    }
}

/// 32 flags.
pub struct EventFlags {
    flags: CsCell<u32>,
    waiters: ThreadList,
}

impl EventFlags {
    /// Flags that are clear.
    pub const fn new() -> Self {
        Self { flags: CsCell::new(0), waiters: ThreadList::new() }
    }

    /// Sets flags, and lets those go on who wanted them, the most urgent first.
    pub fn set(&self, _: impl Context, flags: u32) {
        critical(|cs| {
            self.flags.set(cs, self.flags.get(cs) | flags);
            let mut waiter = self.waiters.first(cs);
            while let Some(thread) = waiter {
                waiter = self.waiters.after(cs, thread);
                let (wanted, how) = wish(cs, thread);
                if let Some(there) = self.consume(cs, wanted, how) {
                    thread.note.set(cs, there as usize);
                    scheduler::wake(cs, thread, Wake::Normal);
                }
            }
        });
    }

    /// Clears flags.
    pub fn clear(&self, _: impl Context, flags: u32) {
        critical(|cs| self.flags.set(cs, self.flags.get(cs) & !flags));
    }

    /// The flags that are set.
    pub fn get(&self, _: impl Context) -> u32 {
        critical(|cs| self.flags.get(cs))
    }

    fn consume(&self, cs: Cs, wanted: u32, how: Wanted) -> Option<u32> {
        let flags = self.flags.get(cs);
        let there = how.of(flags, wanted)?;
        if how.clears() {
            self.flags.set(cs, flags & !there);
        }
        Some(there)
    }

    /// Waits for flags. Returns those of the wanted ones that were set.
    pub fn wait(&'static self, _: ThreadContext, wanted: u32, how: Wanted) -> u32 {
        self.get_wanted(wanted, how, None).unwrap_or(0)
    }

    /// As [`EventFlags::wait`], at most until `until`.
    ///
    /// # Errors
    /// [`Timeout`] if that time came first.
    pub fn wait_until(
        &'static self,
        _: ThreadContext,
        wanted: u32,
        how: Wanted,
        until: Instant,
    ) -> Result<u32, Timeout> {
        self.get_wanted(wanted, how, Some(until)).ok_or(Timeout)
    }

    /// As [`EventFlags::wait`], if they are set already.
    pub fn try_wait(&self, _: impl Context, wanted: u32, how: Wanted) -> Option<u32> {
        critical(|cs| self.consume(cs, wanted, how))
    }

    fn get_wanted(&'static self, wanted: u32, how: Wanted, until: Option<Instant>) -> Option<u32> {
        let there = critical(|cs| {
            let there = self.consume(cs, wanted, how);
            if there.is_none() {
                let thread = scheduler::current();
                thread.note.set(cs, wanted as usize);
                thread.how.set(cs, how);
                scheduler::block(cs, &self.waiters, until);
            }
            there
        });
        if there.is_some() {
            return there;
        }
        if scheduler::outcome() == Wake::Timeout {
            return None;
        }
        Some(critical(|cs| scheduler::current().note.get(cs) as u32))
    }
}

fn wish(cs: Cs, thread: &Thread) -> (u32, Wanted) {
    (thread.note.get(cs) as u32, thread.how.get(cs))
}

impl Default for EventFlags {
    fn default() -> Self {
        Self::new()
    }
}
