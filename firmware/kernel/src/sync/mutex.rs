//! Mutexes with transitive priority inheritance.
//!
//! A thread that holds a mutex runs at least as urgently as the most urgent one that waits for it; if it waits for a
//! mutex itself, so does that one's holder, and so on. Ready threads change their queue, waiting ones their place.
//! What was inherited is given back when the mutex is unlocked, and when the one that waits gives up.

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use crate::cell::{Cs, CsCell, critical};
use crate::context::ThreadContext;
use crate::list::{Link, ThreadList};
use crate::scheduler::{self, Wake};
use crate::thread::Thread;
use crate::time::Instant;
use crate::wait::Timeout;

/// A mutex without its data.
pub struct MutexCore {
    owner: CsCell<Link>,
    waiters: ThreadList,
    /// The mutex that its owner locked before.
    held_before: CsCell<Option<&'static MutexCore>>,
}

impl MutexCore {
    /// A mutex that nobody holds.
    pub const fn new() -> Self {
        Self {
            owner: CsCell::new(None),
            waiters: ThreadList::new(),
            held_before: CsCell::new(None),
        }
    }

    /// Locks it. Returns false when `until` came first.
    ///
    /// # Panics
    /// When the calling thread holds it.
    pub(crate) fn lock(&'static self, until: Option<Instant>) -> bool {
        let locked = critical(|cs| {
            let thread = scheduler::current();
            let Some(owner) = self.owner.get(cs) else {
                self.give_to(cs, thread);
                return true;
            };
            assert!(!core::ptr::eq(owner, thread), "a thread locks a mutex that it holds");
            thread.waits_for.set(cs, Some(self));
            scheduler::block(cs, &self.waiters, until);
            raise(cs, owner, thread.priority.get(cs));
            false
        });
        locked || scheduler::outcome() == Wake::Normal
    }

    /// Whether the calling thread holds it.
    #[cfg(feature = "ffi")]
    pub(crate) fn is_held_by_caller(&self) -> bool {
        let owner = critical(|cs| self.owner.get(cs));
        owner.is_some_and(|owner| core::ptr::eq(owner, scheduler::current()))
    }

    pub(crate) fn try_lock(&'static self) -> bool {
        critical(|cs| {
            let free = self.owner.get(cs).is_none();
            if free {
                self.give_to(cs, scheduler::current());
            }
            free
        })
    }

    #[inline(always)]
    fn give_to(&'static self, cs: Cs, thread: &'static Thread) {
        self.owner.set(cs, Some(thread));
        self.held_before.set(cs, thread.held.get(cs));
        thread.held.set(cs, Some(self));
    }

    /// Unlocks it; the most urgent one that waits has it then.
    pub(crate) fn unlock(&'static self) {
        critical(|cs| self.release(cs));
    }

    /// As [`MutexCore::unlock`], for the thread that runs.
    pub(crate) fn release(&'static self, cs: Cs) {
        let thread = scheduler::current();
        self.forget(cs, thread);
        let next = self.waiters.first(cs);
        self.owner.set(cs, None);
        if let Some(next) = next {
            next.waits_for.set(cs, None);
            self.give_to(cs, next);
            scheduler::wake(cs, next, Wake::Normal);
            adjust(cs, next);
            adjust(cs, thread);
        }
    }

    /// Takes it off the list of what `thread` holds; mostly it is the first one.
    #[inline(always)]
    fn forget(&'static self, cs: Cs, thread: &'static Thread) {
        let mut link = &thread.held;
        while let Some(held) = link.get(cs) {
            if core::ptr::eq(held, self) {
                return link.set(cs, self.held_before.get(cs));
            }
            link = &held.held_before;
        }
    }
}

impl Default for MutexCore {
    fn default() -> Self {
        Self::new()
    }
}

/// Makes a thread at least so urgent, and whoever it waits for.
fn raise(cs: Cs, mut thread: &'static Thread, priority: u8) {
    while priority < thread.priority.get(cs) {
        scheduler::change_priority(cs, thread, priority);
        let Some(mutex) = thread.waits_for.get(cs) else { return };
        let Some(owner) = mutex.owner.get(cs) else { return };
        thread = owner;
    }
}

/// The priority that a thread has by itself and by whom it holds up.
fn due_priority(cs: Cs, thread: &'static Thread) -> u8 {
    let mut priority = thread.base(cs);
    let mut held = thread.held.get(cs);
    while let Some(mutex) = held {
        if let Some(waiter) = mutex.waiters.first(cs) {
            priority = priority.min(waiter.priority.get(cs));
        }
        held = mutex.held_before.get(cs);
    }
    priority
}

/// Sets a thread's priority to what is due to it, and so on along whom it waits for.
pub(crate) fn adjust(cs: Cs, mut thread: &'static Thread) {
    loop {
        let priority = due_priority(cs, thread);
        if priority == thread.priority.get(cs) {
            return;
        }
        scheduler::change_priority(cs, thread, priority);
        let Some(mutex) = thread.waits_for.get(cs) else { return };
        let Some(owner) = mutex.owner.get(cs) else { return };
        thread = owner;
    }
}

/// The time of a thread that waits is over. Whoever it waited for loses what was inherited from it.
pub(crate) fn timed_out(cs: Cs, thread: &'static Thread) {
    let mutex = thread.waits_for.replace(cs, None);
    scheduler::wake(cs, thread, Wake::Timeout);
    if let Some(owner) = mutex.and_then(|mutex| mutex.owner.get(cs)) {
        adjust(cs, owner);
    }
}

/// Data that one thread at a time can reach.
pub struct Mutex<T> {
    core: MutexCore,
    data: UnsafeCell<T>,
}

// SAFETY: the data is reached only through a guard, of which there is one at a time, in the thread that holds the mutex.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// A mutex that nobody holds.
    pub const fn new(data: T) -> Self {
        Self { core: MutexCore::new(), data: UnsafeCell::new(data) }
    }

    /// Waits until the mutex is free, and locks it until the guard goes.
    ///
    /// # Panics
    /// When the calling thread holds it.
    pub fn lock(&'static self, _: ThreadContext) -> MutexGuard<T> {
        // Without a deadline there is no time-out.
        self.core.lock(None);
        MutexGuard::of(self)
    }

    /// As [`Mutex::lock`], at most until `until`.
    ///
    /// # Errors
    /// [`Timeout`] if that time came first.
    pub fn lock_until(
        &'static self,
        _: ThreadContext,
        until: Instant,
    ) -> Result<MutexGuard<T>, Timeout> {
        if self.core.lock(Some(until)) { Ok(MutexGuard::of(self)) } else { Err(Timeout) }
    }

    /// Locks the mutex if it is free.
    pub fn try_lock(&'static self, _: ThreadContext) -> Option<MutexGuard<T>> {
        self.core.try_lock().then(|| MutexGuard::of(self))
    }
}

/// Holds a mutex. It cannot leave its thread.
pub struct MutexGuard<T: 'static> {
    mutex: &'static Mutex<T>,
    /// A guard stays in its thread.
    stays: PhantomData<*mut ()>,
}

impl<T> MutexGuard<T> {
    fn of(mutex: &'static Mutex<T>) -> Self {
        Self { mutex, stays: PhantomData }
    }

    pub(crate) fn core(&self) -> &'static MutexCore {
        &self.mutex.core
    }
}

impl<T> Deref for MutexGuard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this thread holds the mutex.
        unsafe { &*self.mutex.data.get() }
    }
}

impl<T> DerefMut for MutexGuard<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this thread holds the mutex, and this is its only guard.
        unsafe { &mut *self.mutex.data.get() }
    }
}

impl<T> Drop for MutexGuard<T> {
    fn drop(&mut self) {
        self.mutex.core.unlock();
    }
}
