//! Threads.

use crate::arch;
use crate::cell::{Cs, CsCell, critical};
use crate::context::{Context, ThreadContext};
use crate::list::{Link, ThreadList};
use crate::scheduler::{self, Wake};
use crate::stack::{self, StackSpace};
use crate::sync::event_flags::Wanted;
use crate::sync::mutex::MutexCore;
use crate::time::{Deadline, Instant};
use crate::wait::Timeout;

/// The least urgent priority, which is the idle thread's. 0 is the most urgent.
pub const IDLE_PRIORITY: u8 = 31;

/// What a thread executes, and the argument that it was started with.
pub type Entry = fn(ThreadContext, usize);

/// What a thread does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum State {
    /// It has not been started, or has ended and been joined.
    Dormant,
    /// It runs, or would if nothing more urgent did.
    Ready,
    /// It waits for something.
    Blocked,
    /// Its entry has returned; its stack can be had by [`Thread::join`].
    Ended,
}

/// A thread: a static that is started with a stack.
///
/// The first field is where the context switch keeps the stack pointer, the second the lowest address of the stack.
#[repr(C)]
pub struct Thread {
    pub(crate) sp: CsCell<usize>,
    pub(crate) stack_bottom: CsCell<usize>,
    pub(crate) next: CsCell<Link>,
    pub(crate) prev: CsCell<Link>,
    /// Its own, or that of whom it holds up.
    pub(crate) priority: CsCell<u8>,
    base_priority: CsCell<u8>,
    state: CsCell<State>,
    pub(crate) wake: CsCell<Wake>,
    /// The list in which it waits.
    pub(crate) waits_in: CsCell<Option<&'static ThreadList>>,
    /// The mutex that it waits for.
    pub(crate) waits_for: CsCell<Option<&'static MutexCore>>,
    /// The mutexes that it holds.
    pub(crate) held: CsCell<Option<&'static MutexCore>>,
    pub(crate) deadline: Deadline,
    /// Event flags that it waits for, and how; then those that it got.
    pub(crate) note: CsCell<usize>,
    pub(crate) how: CsCell<Wanted>,
    /// It need not wait when it parks next.
    permit: CsCell<bool>,
    stack_words: CsCell<usize>,
    joiners: ThreadList,
    name: &'static str,
    /// The one that was started before it: all threads are listed so.
    pub(crate) started_before: CsCell<Link>,
}

/// Why a thread was not started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpawnError {
    /// It runs, or has ended and not been joined.
    Busy,
}

impl Thread {
    /// A thread that is dormant. `priority` is 0, the most urgent, to 30.
    pub const fn new(name: &'static str, priority: u8) -> Self {
        assert!(priority < IDLE_PRIORITY, "priorities are 0 to 30");
        Self::with_any_priority(name, priority)
    }

    pub(crate) const fn with_any_priority(name: &'static str, priority: u8) -> Self {
        Self {
            sp: CsCell::new(0),
            stack_bottom: CsCell::new(0),
            next: CsCell::new(None),
            prev: CsCell::new(None),
            priority: CsCell::new(priority),
            base_priority: CsCell::new(priority),
            state: CsCell::new(State::Dormant),
            wake: CsCell::new(Wake::Normal),
            waits_in: CsCell::new(None),
            waits_for: CsCell::new(None),
            held: CsCell::new(None),
            deadline: Deadline::new(),
            note: CsCell::new(0),
            how: CsCell::new(Wanted::Any),
            permit: CsCell::new(false),
            stack_words: CsCell::new(0),
            joiners: ThreadList::new(),
            name,
            started_before: CsCell::new(None),
        }
    }

    /// Starts the thread: `entry` runs with `argument` on `stack`, at once if it is more urgent than the caller.
    ///
    /// # Errors
    /// [`SpawnError::Busy`] if it runs, or its stack has not been joined; `stack` comes back.
    pub fn spawn(
        &'static self,
        mut stack: StackSpace,
        entry: Entry,
        argument: usize,
    ) -> Result<(), (SpawnError, StackSpace)> {
        if self.state() != State::Dormant {
            return Err((SpawnError::Busy, stack));
        }
        stack.fill();
        let frame = arch::initial_frame(entry, argument);
        let sp = stack.push(&frame);
        critical(|cs| {
            self.sp.set(cs, sp);
            self.stack_bottom.set(cs, stack.bottom() as usize);
            self.stack_words.set(cs, stack.size() / 4);
            self.priority.set(cs, self.base_priority.get(cs));
            scheduler::list_thread(cs, self);
            scheduler::ready(cs, self);
        });
        Ok(())
    }

    /// Waits until the thread has ended, and takes its stack. `until` is when to stop waiting; none means never.
    ///
    /// Returns none when that time came first, when it was not started, or when another thread joined it.
    pub fn join(&'static self, _: ThreadContext, until: Option<Instant>) -> Option<StackSpace> {
        loop {
            let waits = critical(|cs| match self.state.get(cs) {
                State::Ended => {
                    self.state.set(cs, State::Dormant);
                    self.permit.set(cs, false);
                    scheduler::unlist_thread(cs, self);
                    Some(false)
                }
                State::Dormant => None,
                _ => {
                    scheduler::block(cs, &self.joiners, until);
                    Some(true)
                }
            })?;
            if !waits {
                return critical(|cs| {
                    let bottom = core::ptr::NonNull::new(self.stack_bottom.get(cs) as *mut u32)?;
                    Some(stack::returned(bottom, self.stack_words.get(cs)))
                });
            }
            if scheduler::outcome() == Wake::Timeout {
                return None;
            }
        }
    }

    /// Lets the thread go on behind its [`park`]; when it is not parked, its next one does not wait. A thread that does
    /// not live is left as it is.
    pub fn unpark(&'static self, _: impl Context) {
        critical(|cs| {
            if scheduler::is_parked(cs, self) {
                scheduler::wake(cs, self, Wake::Normal);
            } else if !matches!(self.state_in(cs), State::Dormant | State::Ended) {
                self.permit.set(cs, true);
            }
        });
    }

    /// The calling thread.
    pub fn current(_: ThreadContext) -> &'static Thread {
        scheduler::current()
    }

    /// The name that it was made with.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it does.
    pub fn state(&self) -> State {
        critical(|cs| self.state.get(cs))
    }

    /// The priority at which it runs: its own, or a more urgent one that it has inherited.
    pub fn priority(&self) -> u8 {
        critical(|cs| self.priority.get(cs))
    }

    /// The priority that it was given.
    pub fn base_priority(&self) -> u8 {
        critical(|cs| self.base_priority.get(cs))
    }

    /// Gives it another priority, 0 to 30, at once. What it has inherited stays.
    pub fn set_priority(&'static self, priority: u8) {
        assert!(priority < IDLE_PRIORITY, "priorities are 0 to 30");
        critical(|cs| {
            self.base_priority.set(cs, priority);
            crate::sync::mutex::adjust(cs, self);
        });
    }

    /// Most bytes of its stack that have been in use, and the stack's size.
    pub fn stack_use(&self) -> (usize, usize) {
        let (bottom, words) = critical(|cs| (self.stack_bottom.get(cs), self.stack_words.get(cs)));
        (stack::high_water(bottom as *const u32, words), 4 * words)
    }

    pub(crate) fn base(&self, cs: Cs) -> u8 {
        self.base_priority.get(cs)
    }

    #[inline(always)]
    pub(crate) fn state_in(&self, cs: Cs) -> State {
        self.state.get(cs)
    }

    #[inline(always)]
    pub(crate) fn set_state(&self, cs: Cs, state: State) {
        self.state.set(cs, state);
    }

    /// Ends the calling thread. Never returns.
    pub(crate) fn end() -> ! {
        critical(|cs| {
            let thread = scheduler::current();
            scheduler::leave(cs, thread);
            thread.state.set(cs, State::Ended);
            while let Some(joiner) = thread.joiners.first(cs) {
                scheduler::wake(cs, joiner, Wake::Normal);
            }
            scheduler::reschedule(cs);
        });
        loop {
            arch::wait_for_interrupt();
        }
    }
}

/// Waits until another thread, or an interrupt, calls [`Thread::unpark`] for the calling thread. Returns at once if one
/// has since it parked last.
pub fn park(_: ThreadContext) {
    wait_for_permit(None);
}

/// As [`park`], at most until `until`.
///
/// # Errors
/// [`Timeout`] if that time came first.
pub fn park_until(_: ThreadContext, until: Instant) -> Result<(), Timeout> {
    if wait_for_permit(Some(until)) { Ok(()) } else { Err(Timeout) }
}

#[inline(always)]
fn wait_for_permit(until: Option<Instant>) -> bool {
    take_permit_or_park(until) || scheduler::outcome() == Wake::Normal
}

/// Returns whether there was a permit.
#[inline(always)]
fn take_permit_or_park(until: Option<Instant>) -> bool {
    critical(|cs| {
        let permitted = scheduler::current().permit.replace(cs, false);
        if !permitted {
            scheduler::park(cs, until);
        }
        permitted
    })
}

/// Where a new thread begins: runs the entry, then ends the thread.
#[allow(improper_ctypes_definitions, reason = "a function's address is a word, whoever calls it")]
pub(crate) extern "C" fn begin(entry: Entry, argument: usize) -> ! {
    entry(ThreadContext::new(), argument);
    Thread::end()
}

#[cfg(all(test, not(target_os = "none")))]
mod tests;
