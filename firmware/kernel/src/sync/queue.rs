//! Message queues that move values: the sender gives a value away, the receiver owns it.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

use crate::cell::{Cs, CsCell, critical};
use crate::context::{Context, ThreadContext};
use crate::list::ThreadList;
use crate::scheduler::{self, Wake};
use crate::time::Instant;
use crate::wait::Timeout;

/// What of a queue does not depend on the type of its values.
pub(crate) struct Core {
    /// Index of the oldest value.
    first: CsCell<usize>,
    count: CsCell<usize>,
    pub(crate) senders: ThreadList,
    pub(crate) receivers: ThreadList,
}

impl Core {
    pub(crate) const fn new() -> Self {
        Self {
            first: CsCell::new(0),
            count: CsCell::new(0),
            senders: ThreadList::new(),
            receivers: ThreadList::new(),
        }
    }

    #[inline(always)]
    pub(crate) fn count(&self, cs: Cs) -> usize {
        self.count.get(cs)
    }

    /// The index for one more value, or none if `capacity` is reached.
    #[inline]
    pub(crate) fn push(&self, cs: Cs, capacity: usize) -> Option<usize> {
        let count = self.count.get(cs);
        if count == capacity {
            return None;
        }
        self.count.set(cs, count + 1);
        let index = self.first.get(cs) + count;
        Some(if index >= capacity { index - capacity } else { index })
    }

    /// The index of the oldest value, which is taken, or none if there is none.
    #[inline]
    pub(crate) fn pop(&self, cs: Cs, capacity: usize) -> Option<usize> {
        let count = self.count.get(cs);
        if count == 0 {
            return None;
        }
        self.count.set(cs, count - 1);
        let index = self.first.get(cs);
        self.first.set(cs, if index + 1 == capacity { 0 } else { index + 1 });
        Some(index)
    }
}

/// A queue of up to `N` values, first in, first out.
///
/// A value that is received has left the queue; one that could not be sent comes back.
pub struct Queue<T, const N: usize> {
    core: Core,
    values: UnsafeCell<[MaybeUninit<T>; N]>,
}

// SAFETY: the values are reached only in critical sections, and move from one thread to another.
unsafe impl<T: Send, const N: usize> Sync for Queue<T, N> {}

impl<T, const N: usize> Queue<T, N> {
    /// An empty queue.
    #[expect(clippy::new_without_default, reason = "a queue is a static, not a value")]
    pub const fn new() -> Self {
        const { assert!(N > 0, "a queue has room for something") };
        Self {
            core: Core::new(),
            values: UnsafeCell::new([const { MaybeUninit::uninit() }; N]),
        }
    }

    #[inline(always)]
    fn slot(&self, index: usize) -> *mut T {
        // SAFETY: `Core` gives out indices below `N`.
        unsafe { self.values.get().cast::<T>().add(index) }
    }

    /// Sends a value; waits for room.
    pub fn send(&'static self, _: ThreadContext, value: T) {
        // Without a deadline the value does not come back.
        drop(self.put(value, None));
    }

    /// As [`Queue::send`], at most until `until`.
    ///
    /// # Errors
    /// The value, if that time came first.
    pub fn send_until(&'static self, _: ThreadContext, value: T, until: Instant) -> Result<(), T> {
        self.put(value, Some(until))
    }

    /// Sends a value if there is room.
    ///
    /// # Errors
    /// The value, if there is none.
    pub fn try_send(&self, _: impl Context, value: T) -> Result<(), T> {
        critical(|cs| self.enter(cs, value))
    }

    #[inline(always)]
    fn enter(&self, cs: Cs, value: T) -> Result<(), T> {
        let Some(index) = self.core.push(cs, N) else { return Err(value) };
        // SAFETY: the slot is free, and in this critical section nobody else's.
        unsafe { self.slot(index).write(value) };
        scheduler::wake_first(cs, &self.core.receivers);
        Ok(())
    }

    #[inline(always)]
    fn put(&'static self, mut value: T, until: Option<Instant>) -> Result<(), T> {
        loop {
            let sent = critical(|cs| {
                let sent = self.enter(cs, value);
                if sent.is_err() {
                    scheduler::block(cs, &self.core.senders, until);
                }
                sent
            });
            value = match sent {
                Ok(()) => return Ok(()),
                Err(value) => value,
            };
            if scheduler::outcome() == Wake::Timeout {
                return Err(value);
            }
        }
    }

    /// Receives the oldest value; waits for one.
    pub fn receive(&'static self, _: ThreadContext) -> T {
        loop {
            if let Some(value) = self.get(None) {
                return value;
            }
        }
    }

    /// As [`Queue::receive`], at most until `until`.
    ///
    /// # Errors
    /// [`Timeout`] if that time came first.
    pub fn receive_until(&'static self, _: ThreadContext, until: Instant) -> Result<T, Timeout> {
        self.get(Some(until)).ok_or(Timeout)
    }

    /// Receives the oldest value if there is one.
    pub fn try_receive(&self, _: impl Context) -> Option<T> {
        critical(|cs| self.take_out(cs))
    }

    #[inline(always)]
    fn take_out(&self, cs: Cs) -> Option<T> {
        let index = self.core.pop(cs, N)?;
        // SAFETY: the slot held a value, which moves out; its index is not given out until it is written again.
        let value = unsafe { self.slot(index).read() };
        scheduler::wake_first(cs, &self.core.senders);
        Some(value)
    }

    #[inline(always)]
    fn get(&'static self, until: Option<Instant>) -> Option<T> {
        loop {
            let value = critical(|cs| {
                let value = self.take_out(cs);
                if value.is_none() {
                    scheduler::block(cs, &self.core.receivers, until);
                }
                value
            });
            if value.is_some() {
                return value;
            }
            if scheduler::outcome() == Wake::Timeout {
                return None;
            }
        }
    }

    /// Values that wait to be received.
    pub fn len(&self, _: impl Context) -> usize {
        critical(|cs| self.core.count(cs))
    }

    /// Whether none waits to be received.
    pub fn is_empty(&self, context: impl Context) -> bool {
        self.len(context) == 0
    }
}

#[cfg(all(test, not(target_os = "none")))]
mod tests;
