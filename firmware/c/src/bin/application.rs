//! An application that is in C but for this: `application/application.c`, which uses all that the kernel has for C and
//! checks it.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::entry;
use bluekernel::stack::Stack;
use bluekernel::thread::Thread;
use bluekernel_c::{application, register_uart};

static MAIN: Thread = Thread::new("main", 16);
static STACK: Stack<2048> = Stack::new();

fn run(_: ThreadContext, _: usize) {
    assert!(register_uart().is_ok());
    application();
}

fn main() -> ! {
    if let Some(stack) = STACK.take() {
        assert!(MAIN.spawn(stack, run, 0).is_ok());
    }
    bluekernel::start()
}

entry!(main);
