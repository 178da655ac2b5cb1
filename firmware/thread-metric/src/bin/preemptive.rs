//! Preemptive scheduling: five threads of rising urgency. Each lets the next more urgent one go on, which runs at once,
//! and then waits; only the least urgent one never does. An event is one thread's turn.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::thread::{Thread, park};
use bluekernel::{entry, trace};
use bluekernel_thread_metric::{Counter, ROUNDS, end, run};

static STACKS: [Stack<512>; 5] = [const { Stack::new() }; 5];
static THREADS: [Thread; 5] = [
    Thread::new("0", 10),
    Thread::new("1", 9),
    Thread::new("2", 8),
    Thread::new("3", 7),
    Thread::new("4", 6),
];
static COUNTERS: [Counter; 5] = [const { Counter::new() }; 5];

fn least_urgent(context: ThreadContext) -> ! {
    trace!("thread-metric: begin");
    for _ in 0..ROUNDS {
        THREADS[1].unpark(context);
        COUNTERS[0].count();
    }
    trace!("thread-metric: end");
    end(context, 5 * ROUNDS, &COUNTERS.each_ref(), ROUNDS);
}

fn turn(context: ThreadContext, number: usize) {
    if number == 0 {
        least_urgent(context);
    }
    let counter = &COUNTERS[number];
    let next = THREADS.get(number + 1);
    loop {
        park(context);
        if let Some(next) = next {
            next.unpark(context);
        }
        counter.count();
    }
}

fn main() -> ! {
    run(&THREADS, &STACKS, turn)
}

entry!(main);
