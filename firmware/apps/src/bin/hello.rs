//! One thread that says hello and ends the run.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::thread::Thread;
use bluekernel::{board, entry, print};

static STACK: Stack<512> = Stack::new();
static HELLO: Thread = Thread::new("hello", 4);

fn hello(_: ThreadContext, _: usize) {
    print!("Hello from bluekernel on ", board::NAME, "\n");
    board::exit(0);
}

fn main() -> ! {
    if let Some(stack) = STACK.take() {
        let started = HELLO.spawn(stack, hello, 0);
        assert!(started.is_ok());
    }
    bluekernel::start()
}

entry!(main);
