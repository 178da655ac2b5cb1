//! Interrupt processing: a thread raises an interrupt, whose handler gives a semaphore, which the thread takes. An event
//! is one interrupt.
#![no_std]
#![no_main]

use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::interrupt::Interrupt;
use bluekernel::stack::Stack;
use bluekernel::sync::Semaphore;
use bluekernel::thread::Thread;
use bluekernel::{board, entry, trace};
use bluekernel_thread_metric::{Counter, ROUNDS, end, run};

static STACKS: [Stack<512>; 1] = [Stack::new()];
static THREADS: [Thread; 1] = [Thread::new("raises", 10)];
static RAISED: Semaphore = Semaphore::new(0);
static INTERRUPT: Interrupt = Interrupt::new(board::SOFTWARE_LINE, handler, 0);
static HANDLED: Counter = Counter::new();
static TAKEN: Counter = Counter::new();

fn handler(context: InterruptContext, _: usize) {
    HANDLED.count();
    RAISED.give(context);
}

fn raises(context: ThreadContext, _: usize) {
    assert!(INTERRUPT.install().is_ok());
    trace!("thread-metric: begin");
    for _ in 0..ROUNDS {
        INTERRUPT.pend();
        RAISED.take(context);
        TAKEN.count();
    }
    trace!("thread-metric: end");
    end(context, ROUNDS, &[&HANDLED, &TAKEN], ROUNDS);
}

fn main() -> ! {
    run(&THREADS, &STACKS, raises)
}

entry!(main);
