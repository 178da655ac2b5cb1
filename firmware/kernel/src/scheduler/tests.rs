//! Random schedules, compared step by step with a model that is simple because it need not be fast: ready threads are
//! sorted by priority and by when they came, and what a thread inherits follows from its definition, from scratch.

use std::boxed::Box;
use std::vec::Vec;

use super::{reschedule, running, set_time_slice, yield_now};
use crate::arch::play;
use crate::cell::critical;
use crate::context::{InterruptContext, ThreadContext};
use crate::random::Random;
use crate::stack::Stack;
use crate::sync::Semaphore;
use crate::sync::mutex::MutexCore;
use crate::thread::{State, Thread};
use crate::time::{self, Duration, Instant};

const CX: ThreadContext = ThreadContext::new();
const THREADS: usize = 6;
const MUTEXES: usize = 4;
/// It never waits, so that somebody always runs.
const IDLE: usize = THREADS - 1;
/// Counts of the clock that nothing takes: a deadline at once, for the next alarm.
const AT_ONCE: Instant = Instant::from_counts(0);

#[derive(Clone, Copy, PartialEq, Debug)]
enum Waits {
    No,
    Semaphore,
    Mutex(usize),
}

#[derive(Clone)]
struct ModelThread {
    base: u8,
    priority: u8,
    waits: Waits,
    /// When it came to where it is.
    came: u64,
    /// When it began to wait, if it does not wait for ever.
    deadline: Option<u64>,
}

struct Model {
    threads: Vec<ModelThread>,
    owners: [Option<usize>; MUTEXES],
    count: u32,
    now: u64,
}

impl Model {
    fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    fn first(&self, waits: Waits) -> Option<usize> {
        let those = (0..THREADS).filter(|&thread| self.threads[thread].waits == waits);
        those.min_by_key(|&thread| (self.threads[thread].priority, self.threads[thread].came))
    }

    fn running(&self) -> usize {
        self.first(Waits::No).expect("one never waits")
    }

    fn held(&self, thread: usize) -> impl Iterator<Item = usize> {
        (0..MUTEXES).filter(move |&mutex| self.owners[mutex] == Some(thread))
    }

    fn due(&self, thread: usize) -> u8 {
        let waiting = (0..THREADS)
            .filter(|&other| matches!(self.threads[other].waits, Waits::Mutex(mutex) if self.owners[mutex] == Some(thread)));
        waiting.map(|other| self.due(other)).fold(self.threads[thread].base, u8::min)
    }

    /// Whose priority changes comes anew to where it is: those of `order` first.
    fn settle(&mut self, order: &[usize]) {
        for thread in order.iter().copied().chain(0..THREADS) {
            let due = self.due(thread);
            if due != self.threads[thread].priority {
                self.threads[thread].priority = due;
                self.threads[thread].came = self.tick();
            }
        }
    }

    fn wait(&mut self, thread: usize, waits: Waits, timed: bool) {
        let now = self.tick();
        let one = &mut self.threads[thread];
        (one.waits, one.came, one.deadline) = (waits, now, timed.then_some(now));
        self.settle(&[]);
    }

    fn wake(&mut self, thread: usize) {
        let now = self.tick();
        let one = &mut self.threads[thread];
        (one.waits, one.came, one.deadline) = (Waits::No, now, None);
    }

    fn unlock(&mut self, mutex: usize) {
        let owner = self.owners[mutex];
        let next = self.first(Waits::Mutex(mutex));
        self.owners[mutex] = next;
        if let Some(next) = next {
            self.wake(next);
            let order: Vec<usize> = [Some(next), owner].into_iter().flatten().collect();
            self.settle(&order);
        }
    }

    fn time_out(&mut self) {
        while let Some(thread) = (0..THREADS)
            .filter(|&thread| self.threads[thread].deadline.is_some())
            .min_by_key(|&thread| self.threads[thread].deadline)
        {
            self.wake(thread);
            self.settle(&[]);
        }
    }
}

struct Play {
    threads: [&'static Thread; THREADS],
    semaphore: &'static Semaphore,
    mutexes: [&'static MutexCore; MUTEXES],
    model: Model,
    random: Random,
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

impl Play {
    fn new(seed: u32) -> Self {
        let mut random = Random(seed);
        let bases: [u8; THREADS] =
            core::array::from_fn(|number| if number == IDLE { 30 } else { 2 + random.below(5) as u8 });
        let threads = bases.map(|base| leak(Thread::new("played", base)));
        let mut model = Model { threads: Vec::new(), owners: [None; MUTEXES], count: 0, now: 0 };
        for (thread, base) in threads.iter().zip(bases) {
            let stack = leak(Stack::<128>::new()).take().expect("it is new");
            assert!(thread.spawn(stack, |_, _| (), 0).is_ok());
            let came = model.tick();
            model.threads.push(ModelThread { base, priority: base, waits: Waits::No, came, deadline: None });
        }
        critical(reschedule);
        Self {
            threads,
            semaphore: leak(Semaphore::new(0)),
            mutexes: core::array::from_fn(|_| leak(MutexCore::new())),
            model,
            random,
        }
    }

    /// The running thread does something, or something happens to it.
    fn step(&mut self) -> &'static str {
        let runs = self.model.running();
        let timed = self.random.below(2) == 0;
        let until = timed.then_some(AT_ONCE);
        match self.random.below(12) {
            0 => {
                yield_now(CX);
                self.model.threads[runs].came = self.model.tick();
                "yields"
            }
            1 | 2 => {
                if self.random.below(2) == 0 {
                    self.semaphore.give(CX);
                } else {
                    self.semaphore.give(InterruptContext::new());
                }
                match self.model.first(Waits::Semaphore) {
                    Some(first) => self.model.wake(first),
                    None => self.model.count += 1,
                }
                "gives"
            }
            3 | 4 if runs != IDLE => {
                // What it returns to a thread that waited, it returns to nobody here.
                match until {
                    None => self.semaphore.take(CX),
                    Some(until) => _ = self.semaphore.take_until(CX, until),
                }
                if self.model.count > 0 {
                    self.model.count -= 1;
                } else {
                    self.model.wait(runs, Waits::Semaphore, timed);
                }
                "takes"
            }
            5 => {
                let taken = self.semaphore.try_take(CX);
                assert_eq!(taken, self.model.count > 0);
                self.model.count -= u32::from(taken);
                "tries to take"
            }
            6..=8 if runs != IDLE => {
                // Later ones only, so that nobody waits in a circle.
                let first = self.model.held(runs).max().map_or(0, |held| held + 1);
                if first == MUTEXES {
                    return "holds the last one";
                }
                let mutex = first + self.random.below(MUTEXES - first);
                let tries = self.random.below(3) == 0;
                if tries {
                    assert_eq!(self.mutexes[mutex].try_lock(), self.model.owners[mutex].is_none());
                } else {
                    self.mutexes[mutex].lock(until);
                }
                match self.model.owners[mutex] {
                    None => self.model.owners[mutex] = Some(runs),
                    Some(_) if !tries => self.model.wait(runs, Waits::Mutex(mutex), timed),
                    Some(_) => (),
                }
                "locks"
            }
            9 => {
                let held: Vec<usize> = self.model.held(runs).collect();
                if held.is_empty() {
                    return "holds nothing";
                }
                let mutex = held[self.random.below(held.len())];
                self.mutexes[mutex].unlock();
                self.model.unlock(mutex);
                "unlocks"
            }
            10 => {
                let number = self.random.below(IDLE);
                let priority = 2 + self.random.below(6) as u8;
                self.threads[number].set_priority(priority);
                self.model.threads[number].base = priority;
                self.model.settle(&[number]);
                "changes a priority"
            }
            _ => {
                time::alarm(InterruptContext::new());
                self.model.time_out();
                "times out"
            }
        }
    }

    fn compare(&self, step: &str) {
        for (number, (thread, model)) in self.threads.iter().zip(&self.model.threads).enumerate() {
            assert_eq!(thread.priority(), model.priority, "priority of {number} after {step}");
            assert_eq!(thread.base_priority(), model.base, "own priority of {number} after {step}");
            let waits = model.waits != Waits::No;
            assert_eq!(thread.state() == State::Blocked, waits, "whether {number} waits after {step}");
        }
        let runs = running().and_then(|runs| self.threads.iter().position(|thread| core::ptr::eq(*thread, runs)));
        assert_eq!(runs, Some(self.model.running()), "who runs after {step}");
        assert_eq!(self.semaphore.count(CX), self.model.count, "units after {step}");
    }
}

#[test]
fn schedules_are_those_of_the_model() {
    let mut steps = std::collections::BTreeMap::new();
    for seed in 1..=400 {
        play(|| {
            // Nobody's turn ends by time here: the clock stands still.
            set_time_slice(Duration::from_secs(1));
            let mut play = Play::new(0x9e37_79b9_u32.wrapping_mul(seed));
            play.compare("the start");
            for _ in 0..400 {
                let step = play.step();
                play.compare(step);
                *steps.entry(step).or_insert(0) += 1;
            }
        });
    }
    // Each kind of step has been made.
    assert_eq!(steps.len(), 10, "{steps:?}");
    assert!(steps.values().all(|count| *count > 1_000), "{steps:?}");
}
