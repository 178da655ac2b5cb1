//! Time: a 64-bit clock that never goes back, and one queue of deadlines. There is no tick: the clock interrupts when
//! the first deadline is due, or the running thread's slice is over.

use crate::arch::Clock;
use crate::board::CLOCK_HZ;
use crate::cell::{Cs, CsCell, critical};
use crate::context::{Context, InterruptContext, ThreadContext};
use crate::driver::Timer as _;
use crate::list::ThreadList;
use crate::scheduler::{self, Wake};
use crate::thread::Thread;
use crate::timer::Timer;

/// A span of time, in counts of the board's clock ([`CLOCK_HZ`] a second).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Duration(u64);

impl Duration {
    /// So many counts of the clock.
    pub const fn from_counts(counts: u64) -> Self {
        Self(counts)
    }

    /// Rounded up to whole counts.
    pub const fn from_micros(micros: u32) -> Self {
        Self((micros as u64 * CLOCK_HZ as u64).div_ceil(1_000_000))
    }

    /// Rounded up to whole counts.
    pub const fn from_millis(millis: u32) -> Self {
        Self((millis as u64 * CLOCK_HZ as u64).div_ceil(1_000))
    }

    /// So many seconds.
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds as u64 * CLOCK_HZ as u64)
    }

    /// In counts of the clock.
    pub const fn counts(self) -> u64 {
        self.0
    }

    /// In whole microseconds, rounded down.
    pub const fn as_micros(self) -> u64 {
        self.0 / CLOCK_HZ as u64 * 1_000_000 + self.0 % CLOCK_HZ as u64 * 1_000_000 / CLOCK_HZ as u64
    }

    /// In whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.as_micros() / 1_000
    }
}

/// A point in time: counts of the clock since the kernel was started.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Instant(u64);

impl Instant {
    /// Now.
    pub fn now() -> Self {
        Self(critical(|cs| Clock.now(cs)))
    }

    /// So many counts after the start.
    pub const fn from_counts(counts: u64) -> Self {
        Self(counts)
    }

    /// Counts since the start.
    pub const fn counts(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to this one; none if it is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl core::ops::Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

/// Whom a deadline is for.
#[derive(Clone, Copy)]
pub(crate) enum Due {
    Nobody,
    Thread(&'static Thread),
    Timer(&'static Timer),
}

/// A place in the queue of deadlines.
pub(crate) struct Deadline {
    at: CsCell<u64>,
    due: CsCell<Due>,
    next: CsCell<Option<&'static Deadline>>,
}

static FIRST: CsCell<Option<&'static Deadline>> = CsCell::new(None);
/// When the slice is over; `NEVER` while there is none.
static SLICE_END: CsCell<u64> = CsCell::new(NEVER);
const NEVER: u64 = u64::MAX;

impl Deadline {
    pub(crate) const fn new() -> Self {
        Self { at: CsCell::new(0), due: CsCell::new(Due::Nobody), next: CsCell::new(None) }
    }

    pub(crate) fn is_queued(&self, cs: Cs) -> bool {
        !matches!(self.due.get(cs), Due::Nobody)
    }

    /// Queues it behind those that are due at the same time or before.
    pub(crate) fn enqueue(&'static self, cs: Cs, at: Instant, due: Due) {
        self.at.set(cs, at.0);
        self.due.set(cs, due);
        let mut link = &FIRST;
        while let Some(queued) = link.get(cs) {
            if queued.at.get(cs) > at.0 {
                break;
            }
            link = &queued.next;
        }
        self.next.set(cs, link.get(cs));
        link.set(cs, Some(self));
        if core::ptr::eq(link, &FIRST) {
            set_alarm(cs);
        }
    }

    /// Takes it out of the queue, if it is there.
    #[inline]
    pub(crate) fn cancel(&self, cs: Cs) {
        if self.is_queued(cs) {
            self.remove(cs);
        }
    }

    /// An alarm for what was first stays set, and finds nothing.
    #[inline(never)]
    fn remove(&self, cs: Cs) {
        self.due.set(cs, Due::Nobody);
        let mut link = &FIRST;
        while let Some(queued) = link.get(cs) {
            if core::ptr::eq(queued, self) {
                return link.set(cs, self.next.get(cs));
            }
            link = &queued.next;
        }
    }
}

pub(crate) fn enqueue_thread(cs: Cs, thread: &'static Thread, at: Instant) {
    thread.deadline.enqueue(cs, at, Due::Thread(thread));
}

/// As before anything was due.
#[cfg(test)]
pub(crate) fn forget_all(cs: Cs) {
    FIRST.set(cs, None);
    SLICE_END.set(cs, NEVER);
}

fn set_alarm(cs: Cs) {
    let first = FIRST.get(cs).map_or(NEVER, |deadline| deadline.at.get(cs));
    Clock.set_alarm(cs, first.min(SLICE_END.get(cs)));
}

pub(crate) fn slice_runs(cs: Cs) -> bool {
    SLICE_END.get(cs) != NEVER
}

pub(crate) fn set_slice(cs: Cs, slice: Option<Duration>) {
    match slice {
        None => SLICE_END.set(cs, NEVER),
        Some(slice) => {
            SLICE_END.set(cs, Clock.now(cs).saturating_add(slice.0));
            set_alarm(cs);
        }
    }
}

pub(crate) fn start() {
    critical(|cs| {
        Clock.start(cs);
        set_alarm(cs);
    });
}

/// The clock interrupts: what is due goes on. For the architecture.
pub(crate) fn alarm(context: InterruptContext) {
    critical(|cs| {
        if SLICE_END.get(cs) <= Clock.now(cs) {
            scheduler::end_slice(cs);
        }
    });
    loop {
        let due = critical(|cs| {
            let now = Clock.now(cs);
            let first = FIRST.get(cs).filter(|first| first.at.get(cs) <= now);
            let Some(first) = first else {
                set_alarm(cs);
                return Due::Nobody;
            };
            FIRST.set(cs, first.next.get(cs));
            let due = first.due.replace(cs, Due::Nobody);
            if let Due::Thread(thread) = due {
                crate::sync::mutex::timed_out(cs, thread);
            }
            due
        });
        match due {
            Due::Nobody => return,
            Due::Thread(_) => (),
            Due::Timer(timer) => timer.expire(context),
        }
    }
}

/// Where sleeping threads wait.
static SLEEPERS: ThreadList = ThreadList::new();

/// Waits until a point in time; returns at once when it has passed.
pub fn sleep_until(_: ThreadContext, until: Instant) {
    critical(|cs| scheduler::block(cs, &SLEEPERS, Some(until)));
    let wake = scheduler::outcome();
    debug_assert_eq!(wake, Wake::Timeout);
}

/// Waits for so long.
pub fn sleep(context: ThreadContext, span: Duration) {
    sleep_until(context, Instant::now() + span);
}

/// Cycles of the core, which wrap: for measuring short spans. From mcycle on RISC-V, from SysTick on ARM.
#[inline(always)]
pub fn cycles() -> u32 {
    crate::arch::cycles()
}

/// Time since the kernel was started.
pub fn uptime(_: impl Context) -> Duration {
    Duration(Instant::now().0)
}
