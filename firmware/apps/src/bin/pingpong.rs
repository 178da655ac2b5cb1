//! Switches between two threads: by yielding, then by a pair of semaphores. Each phase makes [`SWITCHES`] of them,
//! between two trace points, and the console says when it is over.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::sync::Semaphore;
use bluekernel::thread::Thread;
use bluekernel::{board, entry, print, trace, yield_now};

const SWITCHES: u32 = 10_000;

static STACKS: [Stack<512>; 2] = [const { Stack::new() }; 2];
static PING: Thread = Thread::new("ping", 4);
static PONG: Thread = Thread::new("pong", 4);
static TO_PONG: Semaphore = Semaphore::new(0);
static TO_PING: Semaphore = Semaphore::new(0);

fn ping(context: ThreadContext, _: usize) {
    // Once round, so that both are there.
    yield_now(context);
    trace!("pingpong: yield begin");
    for _ in 0..SWITCHES / 2 {
        yield_now(context);
    }
    trace!("pingpong: yield end");
    print!(SWITCHES, " switches by yielding\n");
    TO_PONG.give(context);
    TO_PING.take(context);
    trace!("pingpong: semaphore begin");
    for _ in 0..SWITCHES / 2 {
        TO_PONG.give(context);
        TO_PING.take(context);
    }
    trace!("pingpong: semaphore end");
    print!(SWITCHES, " switches by semaphores\n");
    board::exit(0);
}

fn pong(context: ThreadContext, _: usize) {
    for _ in 0..=SWITCHES / 2 {
        yield_now(context);
    }
    loop {
        TO_PONG.take(context);
        TO_PING.give(context);
    }
}

fn main() -> ! {
    let threads: [(&Thread, fn(ThreadContext, usize)); 2] = [(&PING, ping), (&PONG, pong)];
    for ((thread, run), stack) in threads.into_iter().zip(&STACKS) {
        if let Some(stack) = stack.take() {
            let started = thread.spawn(stack, run, 0);
            assert!(started.is_ok());
        }
    }
    bluekernel::start()
}

entry!(main);
