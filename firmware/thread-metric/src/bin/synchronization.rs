//! Synchronization: a thread takes a semaphore's unit and gives it back. An event is one such pair.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::sync::Semaphore;
use bluekernel::thread::Thread;
use bluekernel::{entry, trace};
use bluekernel_thread_metric::{Counter, ROUNDS, end, run};

static STACKS: [Stack<512>; 1] = [Stack::new()];
static THREADS: [Thread; 1] = [Thread::new("takes", 10)];
static UNIT: Semaphore = Semaphore::new(1);
static PAIRS: Counter = Counter::new();

fn takes(context: ThreadContext, _: usize) {
    trace!("thread-metric: begin");
    for _ in 0..ROUNDS {
        UNIT.take(context);
        UNIT.give(context);
        PAIRS.count();
    }
    trace!("thread-metric: end");
    end(context, ROUNDS, &[&PAIRS], ROUNDS);
}

fn main() -> ! {
    run(&THREADS, &STACKS, takes)
}

entry!(main);
