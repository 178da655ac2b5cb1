//! What the seven tests share. They are those of Thread-Metric, a public suite for real-time kernels, written anew. Where
//! the suite counts events for 30 seconds, each here makes a fixed number of rounds between two trace points, so that a
//! run is the same every time and a simulator can count instructions.
//!
//! What the suite reports, and what counts as an event here:
//!
//! | test                   | the suite's total                                      | events a round |
//! | ---------------------- | ------------------------------------------------------ | -------------: |
//! | `cooperative`          | the sum of the five threads' counters                  |              5 |
//! | `preemptive`           | the sum of the five threads' counters                  |              5 |
//! | `interrupt`            | the handler's counter; the thread's must agree         |              1 |
//! | `interrupt-preemption` | the handler's counter; both threads' must agree        |              1 |
//! | `message`              | the thread's counter: one for a message sent and got   |              1 |
//! | `synchronization`      | the thread's counter: one for a unit taken and given   |              1 |
//! | `memory`               | the thread's counter: one for a block taken and freed  |              1 |
//!
//! The suite calls a counter wrong that is more than one away from the average of all; so does [`end`], and the average
//! is known. Priorities, sizes and who does what are the suite's; `suspend` and `resume` are the kernel's `park` and
//! `unpark`.
#![no_std]

use core::sync::atomic::{AtomicU32, Ordering};

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::thread::{Entry, Thread};
use bluekernel::{board, print};

/// Rounds of a test.
pub const ROUNDS: u32 = 10_000;

/// A count that one thread or handler writes.
pub struct Counter(AtomicU32);

impl Counter {
    /// Nothing counted.
    #[expect(clippy::new_without_default, reason = "a counter is a static, not a value")]
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Counts one.
    #[inline(always)]
    pub fn count(&self) {
        self.0.store(self.get().wrapping_add(1), Ordering::Relaxed);
    }

    /// How many.
    #[inline(always)]
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Starts threads, the first one with argument 0, and the kernel.
pub fn run<const COUNT: usize>(
    threads: &'static [Thread; COUNT],
    stacks: &'static [Stack<512>; COUNT],
    entry: Entry,
) -> ! {
    for (number, (thread, stack)) in threads.iter().zip(stacks).enumerate() {
        let Some(stack) = stack.take() else { panic!("the stack is taken") };
        assert!(thread.spawn(stack, entry, number).is_ok());
    }
    bluekernel::start()
}

/// Ends the test: what was counted, and whether that is right, within one round. `expected` is how often each counter
/// has counted.
pub fn end(_: ThreadContext, events: u32, counters: &[&Counter], expected: u32) -> ! {
    let right = counters.iter().all(|counter| counter.get().abs_diff(expected) <= 1);
    print!(events, if right { " events\n" } else { " events, counted wrongly\n" });
    board::exit(u16::from(!right))
}
