//! Timers: functions that are called at a time, once or periodically.

use crate::cell::{CsCell, critical};
use crate::context::{Context, InterruptContext};
use crate::time::{Deadline, Due, Duration, Instant};

/// What a timer calls, with the argument that it was made with.
pub type Callback = fn(InterruptContext, usize);

/// A timer. Its callback runs in the clock's interrupt.
pub struct Timer {
    deadline: Deadline,
    at: CsCell<u64>,
    period: CsCell<u64>,
    callback: Callback,
    argument: usize,
}

impl Timer {
    /// A timer that is stopped.
    pub const fn new(callback: Callback, argument: usize) -> Self {
        Self {
            deadline: Deadline::new(),
            at: CsCell::new(0),
            period: CsCell::new(0),
            callback,
            argument,
        }
    }

    /// Calls back once, at `at`, or as soon as possible when that has passed. What was started before is forgotten.
    pub fn start_at(&'static self, _: impl Context, at: Instant) {
        self.begin(at, Duration::from_counts(0));
    }

    /// Calls back once, after `span`.
    pub fn start(&'static self, context: impl Context, span: Duration) {
        self.start_at(context, Instant::now() + span);
    }

    /// Calls back every `period` from now on, without drift: late calls do not move later ones. `period` is not 0.
    pub fn start_periodic(&'static self, _: impl Context, period: Duration) {
        assert!(period.counts() > 0, "a period is longer than nothing");
        self.begin(Instant::now() + period, period);
    }

    fn begin(&'static self, at: Instant, period: Duration) {
        critical(|cs| {
            self.deadline.cancel(cs);
            self.at.set(cs, at.counts());
            self.period.set(cs, period.counts());
            self.deadline.enqueue(cs, at, Due::Timer(self));
        });
    }

    /// Stops it. Returns whether it was running.
    pub fn stop(&self, _: impl Context) -> bool {
        critical(|cs| {
            let running = self.deadline.is_queued(cs);
            self.deadline.cancel(cs);
            running
        })
    }

    /// Whether it will call back.
    pub fn is_running(&self) -> bool {
        critical(|cs| self.deadline.is_queued(cs))
    }

    /// It is due, and no longer in the queue. Queued anew before the callback, which may stop it.
    pub(crate) fn expire(&'static self, context: InterruptContext) {
        critical(|cs| {
            let period = self.period.get(cs);
            if period > 0 {
                let at = self.at.get(cs).saturating_add(period);
                self.at.set(cs, at);
                self.deadline.enqueue(cs, Instant::from_counts(at), Due::Timer(self));
            }
        });
        (self.callback)(context, self.argument);
    }
}

#[cfg(all(test, not(target_os = "none")))]
mod tests;
