//! What the target tests share: checks that print a line each, and threads by number.
#![no_std]

use bluekernel::cell::{CsCell, critical};
use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::thread::{Entry, Thread};
use bluekernel::{board, print};

static FAILED: CsCell<u32> = CsCell::new(0);

/// Prints `ok WHAT` or `FAILED WHAT`.
pub fn check(what: &str, holds: bool) {
    if holds {
        print!("ok ", what, "\n");
    } else {
        critical(|cs| FAILED.set(cs, FAILED.get(cs) + 1));
        print!("FAILED ", what, "\n");
    }
}

/// Ends the program: with 0 if all checks held.
pub fn end() -> ! {
    let failed = critical(|cs| FAILED.get(cs));
    print!(if failed == 0 { "passed\n" } else { "failed\n" });
    board::exit(u16::from(failed != 0))
}

/// The order in which things happen, a digit each.
pub struct Log(CsCell<u64>);

impl Log {
    /// Nothing has happened.
    #[expect(clippy::new_without_default, reason = "a log is a static, not a value")]
    pub const fn new() -> Self {
        Self(CsCell::new(0))
    }

    /// `digit`, 1 to 9, happens.
    pub fn add(&self, digit: u64) {
        critical(|cs| self.0.set(cs, self.0.get(cs) * 10 + digit));
    }

    /// All digits as a number, in their order; nothing has happened since.
    pub fn take(&self) -> u64 {
        critical(|cs| self.0.replace(cs, 0))
    }
}

/// Starts a thread on a stack that nobody has taken.
///
/// # Panics
/// When somebody has, or the thread runs.
pub fn spawn<const BYTES: usize>(
    thread: &'static Thread,
    stack: &'static Stack<BYTES>,
    entry: Entry,
    argument: usize,
) {
    let Some(stack) = stack.take() else { panic!("the stack is taken") };
    assert!(thread.spawn(stack, entry, argument).is_ok());
}

static MAIN: Thread = Thread::new("main", 16);
static MAIN_STACK: Stack<1024> = Stack::new();

/// Starts the kernel with a thread `main` of priority 16.
pub fn run(main: fn(ThreadContext, usize)) -> ! {
    spawn(&MAIN, &MAIN_STACK, main, 0);
    bluekernel::start()
}
