//! Memory: a thread allocates a block of 128 bytes and frees it. An event is one such pair.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::memory::Pool;
use bluekernel::stack::Stack;
use bluekernel::thread::Thread;
use bluekernel::{entry, trace};
use bluekernel_thread_metric::{Counter, ROUNDS, end, run};

static STACKS: [Stack<512>; 1] = [Stack::new()];
static THREADS: [Thread; 1] = [Thread::new("allocates", 10)];
static POOL: Pool<128, 16> = Pool::new();
static PAIRS: Counter = Counter::new();

fn allocates(context: ThreadContext, _: usize) {
    trace!("thread-metric: begin");
    for _ in 0..ROUNDS {
        if let Some(block) = POOL.allocate(context) {
            PAIRS.count();
            drop(block);
        }
    }
    trace!("thread-metric: end");
    assert!(POOL.low_water() == 15);
    end(context, ROUNDS, &[&PAIRS], ROUNDS);
}

fn main() -> ! {
    run(&THREADS, &STACKS, allocates)
}

entry!(main);
