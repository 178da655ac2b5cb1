//! A thread that needs more stack than it has is caught at its next switch, and named.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::thread::Thread;
use bluekernel::{entry, print, yield_now};
use bluekernel_apps::{run, spawn};

static STACK: Stack<256> = Stack::new();
static DEEP: Thread = Thread::new("deep", 5);

#[inline(never)]
fn descend(context: ThreadContext, levels: usize) -> usize {
    let words = core::hint::black_box([levels; 8]);
    let below = if levels == 0 { 0 } else { descend(context, levels - 1) };
    if levels == 0 {
        print!("at the bottom\n");
        // A switch, since main is as urgent for the moment.
        yield_now(context);
    }
    below + words[0]
}

fn deep(context: ThreadContext, levels: usize) {
    DEEP.set_priority(16);
    yield_now(context);
    core::hint::black_box(descend(context, levels));
}

fn main(context: ThreadContext, _: usize) {
    spawn(&DEEP, &STACK, deep, 2);
    loop {
        yield_now(context);
    }
}

fn start() -> ! {
    run(main)
}

entry!(start);
