//! Interrupt preemption: a thread raises an interrupt, whose handler lets a more urgent thread go on, which waits anew.
//! An event is one interrupt.
#![no_std]
#![no_main]

use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::interrupt::Interrupt;
use bluekernel::stack::Stack;
use bluekernel::thread::{Thread, park};
use bluekernel::{board, entry, trace};
use bluekernel_thread_metric::{Counter, ROUNDS, end, run};

static STACKS: [Stack<512>; 2] = [const { Stack::new() }; 2];
static THREADS: [Thread; 2] = [Thread::new("raises", 10), Thread::new("urgent", 3)];
static INTERRUPT: Interrupt = Interrupt::new(board::SOFTWARE_LINE, handler, 0);
static HANDLED: Counter = Counter::new();
static RAISED: Counter = Counter::new();
static WOKEN: Counter = Counter::new();

fn handler(context: InterruptContext, _: usize) {
    HANDLED.count();
    THREADS[1].unpark(context);
}

fn turn(context: ThreadContext, number: usize) {
    if number == 1 {
        loop {
            park(context);
            WOKEN.count();
        }
    }
    assert!(INTERRUPT.install().is_ok());
    trace!("thread-metric: begin");
    for _ in 0..ROUNDS {
        INTERRUPT.pend();
        RAISED.count();
    }
    trace!("thread-metric: end");
    end(context, ROUNDS, &[&HANDLED, &RAISED, &WOKEN], ROUNDS);
}

fn main() -> ! {
    run(&THREADS, &STACKS, turn)
}

entry!(main);
