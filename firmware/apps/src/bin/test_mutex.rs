//! Mutexes: exclusion, transitive inheritance, time-outs that give back what was inherited, condition variables.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::sync::{Condvar, Mutex, Semaphore};
use bluekernel::thread::Thread;
use bluekernel::time::{Duration, Instant};
use bluekernel::{entry, time};
use bluekernel_apps::{Log, check, end, run, spawn};

static LOG: Log = Log::new();
static STACKS: [Stack<512>; 5] = [const { Stack::new() }; 5];
static A: Mutex<u32> = Mutex::new(0);
static B: Mutex<u32> = Mutex::new(0);
static GO: Semaphore = Semaphore::new(0);
static CHANGED: Condvar = Condvar::new();

static LOW: Thread = Thread::new("low", 25);
static MIDDLE: Thread = Thread::new("middle", 22);
static HIGH: Thread = Thread::new("high", 5);
static WAITER: Thread = Thread::new("waiter", 10);
static OTHER: Thread = Thread::new("other", 11);

/// Holds A until GO.
fn low(context: ThreadContext, _: usize) {
    let mut a = A.lock(context);
    GO.take(context);
    *a += 1;
    LOG.add(1);
    drop(a);
    LOG.add(6);
}

/// Holds B and waits for A.
fn middle(context: ThreadContext, _: usize) {
    let mut b = B.lock(context);
    let a = A.lock(context);
    *b += *a;
    LOG.add(2);
    drop(a);
    drop(b);
    LOG.add(5);
}

/// Waits for B, for ever or for 2 ms.
fn high(context: ThreadContext, patience: usize) {
    if patience == 0 {
        let b = B.lock(context);
        LOG.add(3 + u64::from(*b) - 1);
        drop(b);
        LOG.add(4);
    } else {
        let until = Instant::now() + Duration::from_millis(2);
        LOG.add(if B.lock_until(context, until).is_err() { 9 } else { 8 });
    }
}

fn wait_for(context: ThreadContext, value: usize) {
    let mut a = A.lock(context);
    while *a != value as u32 {
        CHANGED.wait(&mut a);
    }
    LOG.add(*a as u64);
}

fn main(context: ThreadContext, _: usize) {
    let nap = |millis| time::sleep(context, Duration::from_millis(millis));
    spawn(&LOW, &STACKS[0], low, 0);
    nap(1);
    check("try_lock of a mutex that is held", A.try_lock(context).is_none());
    spawn(&MIDDLE, &STACKS[1], middle, 0);
    nap(1);
    check("the holder inherits", LOW.priority() == 22 && LOW.base_priority() == 25);
    spawn(&HIGH, &STACKS[2], high, 1);
    check("and whom it waits for", (MIDDLE.priority(), LOW.priority()) == (5, 5));
    nap(3);
    check("a time-out", LOG.take() == 9);
    check("gives back what was inherited", (MIDDLE.priority(), LOW.priority()) == (22, 22));
    let Some(stack) = HIGH.join(context, None) else { end() };
    check("again", HIGH.spawn(stack, high, 0).is_ok());
    check("along the chain", (MIDDLE.priority(), LOW.priority()) == (5, 5));
    LOW.set_priority(3);
    check("an own priority that is more urgent holds", LOW.priority() == 3);
    LOW.set_priority(25);
    check("and not any longer", LOW.priority() == 5);
    GO.give(context);
    check("ready owners run ahead of who is more urgent by itself", LOG.take() == 1234);
    check("all is given back", (MIDDLE.priority(), LOW.priority()) == (22, 25));
    nap(1);
    check("and they go on in their order", LOG.take() == 56);

    spawn(&WAITER, &STACKS[3], wait_for, 7);
    spawn(&OTHER, &STACKS[4], wait_for, 8);
    *A.lock(context) = 7;
    check("one is notified", CHANGED.notify_one(context) && LOG.take() == 7);
    *A.lock(context) = 8;
    check("the rest, too", CHANGED.notify_all(context) == 1 && LOG.take() == 8);
    let mut a = A.lock(context);
    let until = Instant::now() + Duration::from_millis(1);
    check("nobody notifies", CHANGED.wait_until(&mut a, until).is_err());
    check("the mutex is held again", A.try_lock(context).is_none() && *a == 8);
    end();
}

fn start() -> ! {
    run(main)
}

entry!(start);
