//! Five philosophers around a table, a fork between each two, and two forks to eat with. Forks are mutexes; each
//! philosopher takes the one with the lower number first, so that they never wait in a circle. They are of different
//! urgency, and a fork's holder inherits that of who waits for it, so that nobody starves either.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::sync::{Mutex, Semaphore};
use bluekernel::thread::Thread;
use bluekernel::time::{Duration, sleep};
use bluekernel::{board, entry, print, yield_now};
use bluekernel_apps::{run, spawn};

const SEATS: usize = 5;
const MEALS: u32 = 200;

/// A fork: how many meals it was used for.
static FORKS: [Mutex<u32>; SEATS] = [const { Mutex::new(0) }; SEATS];
static PHILOSOPHERS: [Thread; SEATS] = [
    Thread::new("Aristotle", 5),
    Thread::new("Hypatia", 6),
    Thread::new("Kant", 7),
    Thread::new("Arendt", 8),
    Thread::new("Diogenes", 9),
];
static STACKS: [Stack<768>; SEATS] = [const { Stack::new() }; SEATS];
static EATS: [AtomicBool; SEATS] = [const { AtomicBool::new(false) }; SEATS];
static MEALS_OF: [AtomicU32; SEATS] = [const { AtomicU32::new(0) }; SEATS];
static QUARRELS: AtomicU32 = AtomicU32::new(0);
static FULL: Semaphore = Semaphore::new(0);

fn eat(context: ThreadContext, seat: usize) {
    let neighbours = [(seat + 1) % SEATS, (seat + SEATS - 1) % SEATS];
    EATS[seat].store(true, Ordering::Relaxed);
    if neighbours.iter().any(|&other| EATS[other].load(Ordering::Relaxed)) {
        QUARRELS.store(QUARRELS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
    // With the forks in hand: others become hungry meanwhile.
    sleep(context, Duration::from_micros(20));
    EATS[seat].store(false, Ordering::Relaxed);
    MEALS_OF[seat].store(MEALS_OF[seat].load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

fn philosopher(context: ThreadContext, seat: usize) {
    let (left, right) = (seat, (seat + 1) % SEATS);
    for meal in 0..MEALS {
        {
            let mut first = FORKS[left.min(right)].lock(context);
            if meal % 3 == 0 {
                // Thinks, one fork in hand.
                yield_now(context);
            }
            let mut second = FORKS[left.max(right)].lock(context);
            eat(context, seat);
            *first += 1;
            *second += 1;
        }
        sleep(context, Duration::from_micros(10 + 7 * seat as u32));
    }
    FULL.give(context);
}

fn main(context: ThreadContext, _: usize) {
    for (seat, (thread, stack)) in PHILOSOPHERS.iter().zip(&STACKS).enumerate() {
        spawn(thread, stack, philosopher, seat);
    }
    for _ in 0..SEATS {
        FULL.take(context);
    }
    let mut right = QUARRELS.load(Ordering::Relaxed) == 0;
    for (thread, meals) in PHILOSOPHERS.iter().zip(&MEALS_OF) {
        let meals = meals.load(Ordering::Relaxed);
        print!(thread.name(), " has eaten ", meals, " times\n");
        right &= meals == MEALS && thread.priority() == thread.base_priority();
    }
    for (number, fork) in FORKS.iter().enumerate() {
        let used = *fork.lock(context);
        print!("fork ", number, " was used ", used, " times\n");
        right &= used == 2 * MEALS;
    }
    print!(if right { "and never by two at once\n" } else { "which is wrong\n" });
    board::exit(u16::from(!right));
}

fn start() -> ! {
    run(main)
}

entry!(start);
