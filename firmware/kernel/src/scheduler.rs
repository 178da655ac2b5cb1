//! Who runs: 32 priorities, the most urgent ready thread first, equals in turn.
//!
//! Each priority has a circular list of its ready threads, whose first one runs when no more urgent list has any; a
//! bitmap says which lists are not empty. The running thread stays in its list. `next` is the thread that should
//! run; when it is not `current`, a switch is due, which the architecture makes at the end of the outermost critical
//! section or interrupt.

use crate::arch;
use crate::cell::{Cs, CsCell, critical};
use crate::context::ThreadContext;
use crate::list::{Link, ThreadList};
use crate::stack::Stack;
use crate::thread::{IDLE_PRIORITY, State, Thread};
use crate::time::{self, Duration, Instant};

const PRIORITIES: usize = IDLE_PRIORITY as usize + 1;

/// Why a thread that waited goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Wake {
    /// It still waits.
    Waiting,
    /// It got what it waited for, or should look again.
    Normal,
    /// Its time was over.
    Timeout,
}

/// What the context switch reads and writes: `current` first, then `next`.
#[repr(C)]
pub(crate) struct Running {
    current: CsCell<Link>,
    next: CsCell<Link>,
}

pub(crate) static RUNNING: Running = Running { current: CsCell::new(None), next: CsCell::new(None) };
static READY: [ThreadList; PRIORITIES] = [const { ThreadList::new() }; PRIORITIES];
/// Bit N: priority N has ready threads.
static OCCUPIED: CsCell<u32> = CsCell::new(0);
/// The thread that was started last.
static STARTED: CsCell<Link> = CsCell::new(None);
static SLICE: CsCell<u32> = CsCell::new(Duration::from_millis(10).counts() as u32);
/// Who ran when the slice began.
static SLICED: CsCell<Link> = CsCell::new(None);

static IDLE: Thread = Thread::with_any_priority("idle", IDLE_PRIORITY);
static IDLE_STACK: Stack<{ arch::IDLE_STACK_BYTES }> = Stack::new();

#[inline(always)]
fn ready_list(priority: u8) -> &'static ThreadList {
    // The mask is what every priority fits in; it saves the check of the bound.
    &READY[usize::from(priority) & (PRIORITIES - 1)]
}

/// Starts the kernel: the most urgent thread that was spawned runs. Interrupts are enabled from here on.
pub fn start() -> ! {
    if let Some(stack) = IDLE_STACK.take() {
        // Its own stack, taken for the first time: it cannot be busy.
        let _ = IDLE.spawn(stack, idle, 0);
    }
    time::start();
    critical(reschedule);
    crate::trace!("boot: scheduler");
    arch::start()
}

fn idle(_: ThreadContext, _: usize) {
    loop {
        arch::wait_for_interrupt();
    }
}

/// The running thread, in a thread.
#[inline(always)]
pub(crate) fn current() -> &'static Thread {
    // A thread is always its own current thread, so that no critical section is needed for that.
    arch::current_thread()
}

/// The thread that runs, or that an interrupt has interrupted; none before the start.
pub(crate) fn running() -> Link {
    critical(|cs| RUNNING.current.get(cs))
}

impl Running {
    #[cfg_attr(target_os = "none", expect(dead_code, reason = "the context switch is in assembly there"))]
    pub(crate) fn switch(&self, cs: Cs) -> (Link, Link) {
        let (from, to) = (self.current.get(cs), self.next.get(cs));
        self.current.set(cs, to);
        (from, to)
    }
}

/// Lets the most urgent ready thread run, when it is another one than should run now.
#[inline]
pub(crate) fn reschedule(cs: Cs) {
    let occupied = OCCUPIED.get(cs);
    let top = READY[occupied.trailing_zeros() as usize & (PRIORITIES - 1)].first(cs);
    if !same(top, RUNNING.next.get(cs)) {
        RUNNING.next.set(cs, top);
        arch::request_switch(cs);
    }
}

#[inline(always)]
fn same(a: Link, b: Link) -> bool {
    a.map_or(0, |thread| core::ptr::from_ref(thread) as usize)
        == b.map_or(0, |thread| core::ptr::from_ref(thread) as usize)
}

/// Puts a thread that is in no list behind the ready ones of its priority, and lets it run if it is more urgent.
pub(crate) fn ready(cs: Cs, thread: &'static Thread) {
    thread.set_state(cs, State::Ready);
    let priority = thread.priority.get(cs);
    ready_list(priority).push_back(cs, thread);
    OCCUPIED.set(cs, OCCUPIED.get(cs) | 1 << (priority & IDLE_PRIORITY));
    if let Some(running) = RUNNING.next.get(cs) {
        let before = running.priority.get(cs);
        if priority < before {
            RUNNING.next.set(cs, Some(thread));
            arch::request_switch(cs);
        } else if priority == before {
            begin_slice(cs);
        }
    }
}

/// Takes a ready thread out of its list.
#[inline]
pub(crate) fn leave(cs: Cs, thread: &'static Thread) {
    let priority = thread.priority.get(cs);
    if ready_list(priority).remove(cs, thread) {
        OCCUPIED.set(cs, OCCUPIED.get(cs) & !(1 << (priority & IDLE_PRIORITY)));
    }
}

/// Lets the calling thread wait in `list`, at most until `until`; the switch comes at the end of the critical section,
/// behind which [`outcome`] tells why it goes on.
pub(crate) fn block(cs: Cs, list: &'static ThreadList, until: Option<Instant>) {
    let thread = stop(cs);
    thread.waits_in.set(cs, Some(list));
    list.insert(cs, thread);
    give_way(cs, thread, until);
}

/// As [`block`], in no list: only who knows the thread can wake it.
pub(crate) fn park(cs: Cs, until: Option<Instant>) {
    give_way(cs, stop(cs), until);
}

/// Whether a thread waits in no list.
pub(crate) fn is_parked(cs: Cs, thread: &Thread) -> bool {
    thread.state_in(cs) == State::Blocked && thread.waits_in.get(cs).is_none()
}

/// The calling thread is ready no more.
#[inline(always)]
fn stop(cs: Cs) -> &'static Thread {
    let thread = current();
    crate::trace!("block");
    leave(cs, thread);
    thread.set_state(cs, State::Blocked);
    thread.wake.set(cs, Wake::Waiting);
    thread
}

#[inline(always)]
fn give_way(cs: Cs, thread: &'static Thread, until: Option<Instant>) {
    if let Some(until) = until {
        time::enqueue_thread(cs, thread, until);
    }
    reschedule(cs);
}

/// Why the calling thread goes on after [`block`].
#[inline]
pub(crate) fn outcome() -> Wake {
    let thread = current();
    loop {
        let wake = critical(|cs| thread.wake.get(cs));
        if wake != Wake::Waiting {
            return wake;
        }
        // The switch is due: it comes here at the latest. Only who blocks inside of a critical section stays here.
        arch::switch_now();
    }
}

/// Lets a thread that waits go on.
pub(crate) fn wake(cs: Cs, thread: &'static Thread, why: Wake) {
    crate::trace!("wake");
    if let Some(list) = thread.waits_in.replace(cs, None) {
        list.remove(cs, thread);
    }
    thread.deadline.cancel(cs);
    thread.wake.set(cs, why);
    ready(cs, thread);
}

/// Lets the first one of a list go on. Returns it, or none if nobody waits.
#[inline]
pub(crate) fn wake_first(cs: Cs, list: &ThreadList) -> Link {
    let first = list.first(cs)?;
    wake(cs, first, Wake::Normal);
    Some(first)
}

/// Gives a thread the priority at which it runs now, in whatever list it is.
pub(crate) fn change_priority(cs: Cs, thread: &'static Thread, priority: u8) {
    match thread.state_in(cs) {
        State::Ready => {
            leave(cs, thread);
            thread.priority.set(cs, priority);
            ready_list(priority).push_back(cs, thread);
            OCCUPIED.set(cs, OCCUPIED.get(cs) | 1 << (priority & IDLE_PRIORITY));
            reschedule(cs);
        }
        State::Blocked => {
            let list = thread.waits_in.get(cs);
            if let Some(list) = list {
                list.remove(cs, thread);
            }
            thread.priority.set(cs, priority);
            if let Some(list) = list {
                list.insert(cs, thread);
            }
        }
        _ => thread.priority.set(cs, priority),
    }
}

/// Lets the other ready threads of the caller's priority run first.
#[inline]
pub fn yield_now(_: ThreadContext) {
    critical(|cs| {
        let thread = current();
        ready_list(thread.priority.get(cs)).rotate(cs, thread);
        reschedule(cs);
    });
}

/// How long a thread runs before others of its priority get their turn; 10 ms unless set. Time is kept for slices only
/// while the running thread has equals that are ready; a slice that has begun begins anew.
pub fn set_time_slice(slice: Duration) {
    critical(|cs| {
        SLICE.set(cs, u32::try_from(slice.counts()).unwrap_or(u32::MAX));
        if time::slice_runs(cs) {
            start_slice(cs);
        }
    });
}

#[inline(always)]
fn begin_slice(cs: Cs) {
    if !time::slice_runs(cs) {
        start_slice(cs);
    }
}

#[inline(never)]
fn start_slice(cs: Cs) {
    SLICED.set(cs, RUNNING.next.get(cs));
    time::set_slice(cs, Some(Duration::from_counts(u64::from(SLICE.get(cs)))));
}

/// The slice is over: the running thread's equals get their turn, if it ran when the slice began.
pub(crate) fn end_slice(cs: Cs) {
    time::set_slice(cs, None);
    let Some(running) = RUNNING.next.get(cs) else { return };
    let list = ready_list(running.priority.get(cs));
    if !list.has_several(cs) {
        return;
    }
    if same(SLICED.get(cs), Some(running)) {
        list.rotate(cs, running);
        reschedule(cs);
    }
    start_slice(cs);
}

/// As before the first thread.
#[cfg(test)]
pub(crate) fn forget_all(cs: Cs) {
    for list in &READY {
        while let Some(thread) = list.first(cs) {
            list.remove(cs, thread);
        }
    }
    OCCUPIED.set(cs, 0);
    RUNNING.current.set(cs, None);
    RUNNING.next.set(cs, None);
    STARTED.set(cs, None);
    SLICED.set(cs, None);
}

pub(crate) fn list_thread(cs: Cs, thread: &'static Thread) {
    thread.started_before.set(cs, STARTED.get(cs));
    STARTED.set(cs, Some(thread));
}

pub(crate) fn unlist_thread(cs: Cs, thread: &'static Thread) {
    let mut link = &STARTED;
    while let Some(listed) = link.get(cs) {
        if core::ptr::eq(listed, thread) {
            return link.set(cs, thread.started_before.get(cs));
        }
        link = &listed.started_before;
    }
}

/// Calls `visit` with each thread that has been started and not been joined, the latest first.
pub fn for_each_thread(mut visit: impl FnMut(&'static Thread)) {
    let mut thread = critical(|cs| STARTED.get(cs));
    while let Some(listed) = thread {
        visit(listed);
        thread = critical(|cs| listed.started_before.get(cs));
    }
}

#[cfg(all(test, not(target_os = "none")))]
mod tests;
