//! Two threads: one counts, the other one prints what it has counted.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::sync::Queue;
use bluekernel::thread::Thread;
use bluekernel::time::{Duration, sleep};
use bluekernel::{board, entry, print};
use bluekernel_apps::spawn;

static COUNTS: Thread = Thread::new("counts", 5); // 0 is the most urgent, 30 the least
static PRINTS: Thread = Thread::new("prints", 6);
static STACKS: [Stack<512>; 2] = [const { Stack::new() }; 2];
static NUMBERS: Queue<u32, 4> = Queue::new();

fn counts(context: ThreadContext, _: usize) {
    for number in 1..=3 {
        sleep(context, Duration::from_millis(500));
        NUMBERS.send(context, number);
    }
    NUMBERS.send(context, 0);
}

fn prints(context: ThreadContext, _: usize) {
    loop {
        match NUMBERS.receive(context) {
            0 => board::exit(0),
            number => print!("number ", number, "\n"),
        }
    }
}

fn main() -> ! {
    spawn(&COUNTS, &STACKS[0], counts, 0);
    spawn(&PRINTS, &STACKS[1], prints, 0);
    bluekernel::start()
}

entry!(main);
