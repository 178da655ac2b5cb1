//! Cooperative scheduling: five threads of one priority, each of which counts and yields to the next. An event is one
//! such turn.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::thread::Thread;
use bluekernel::{entry, trace, yield_now};
use bluekernel_thread_metric::{Counter, ROUNDS, end, run};

static STACKS: [Stack<512>; 5] = [const { Stack::new() }; 5];
static THREADS: [Thread; 5] = [const { Thread::new("turn", 3) }; 5];
static COUNTERS: [Counter; 5] = [const { Counter::new() }; 5];

fn first(context: ThreadContext) -> ! {
    yield_now(context);
    trace!("thread-metric: begin");
    for _ in 0..ROUNDS {
        yield_now(context);
        COUNTERS[0].count();
    }
    trace!("thread-metric: end");
    end(context, 5 * ROUNDS, &COUNTERS.each_ref(), ROUNDS);
}

fn turn(context: ThreadContext, number: usize) {
    if number == 0 {
        first(context);
    }
    let counter = &COUNTERS[number];
    loop {
        yield_now(context);
        counter.count();
    }
}

fn main() -> ! {
    run(&THREADS, &STACKS, turn)
}

entry!(main);
