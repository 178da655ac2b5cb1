//! Interrupts in interrupts: on ARM a more urgent line interrupts the handler of a less urgent one; on RISC-V one waits for
//! the other's end. Either way all of them may call the kernel, and threads run behind the last one, most urgent first.
#![no_std]
#![no_main]

use bluekernel::cell::{CsCell, critical};
use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::interrupt::Interrupt;
use bluekernel::stack::Stack;
use bluekernel::sync::{Queue, Semaphore};
use bluekernel::thread::Thread;
use bluekernel::time::Instant;
use bluekernel::timer::Timer;
use bluekernel::{board, entry};
use bluekernel_apps::{Log, check, end, run, spawn};

static LOG: Log = Log::new();
static STACKS: [Stack<512>; 2] = [const { Stack::new() }; 2];
static URGENT: Thread = Thread::new("urgent", 5);
static CALM: Thread = Thread::new("calm", 9);
static FOR_URGENT: Semaphore = Semaphore::new(0);
static FOR_CALM: Semaphore = Semaphore::new(0);
/// 1 from the outer handler, 2 from the inner one.
static MESSAGES: Queue<u32, 8> = Queue::new();
static HOLDS_BACK: CsCell<bool> = CsCell::new(false);

static INNER: Interrupt = Interrupt::new(board::SOFTWARE_LINE, inner, 0);
/// Expires in the clock's interrupt, which is as urgent as any that may call the kernel.
static TIMER: Timer = Timer::new(outer, 0);

fn inner(context: InterruptContext, _: usize) {
    LOG.add(2);
    FOR_URGENT.give(context);
    if MESSAGES.try_send(context, 2).is_err() {
        LOG.add(9);
    }
}

fn outer(context: InterruptContext, _: usize) {
    LOG.add(1);
    FOR_CALM.give(context);
    if critical(|cs| HOLDS_BACK.get(cs)) {
        critical(|_| {
            INNER.pend();
            LOG.add(3);
        });
    } else {
        INNER.pend();
        LOG.add(3);
    }
    if MESSAGES.try_send(context, 1).is_err() {
        LOG.add(9);
    }
    LOG.add(4);
}

fn waits(context: ThreadContext, number: usize) {
    let semaphore = if number == 5 { &FOR_URGENT } else { &FOR_CALM };
    loop {
        semaphore.take(context);
        LOG.add(number as u64);
    }
}

/// What has happened, and the messages in their order.
fn take(context: ThreadContext) -> (u64, u32, u32) {
    let message = || MESSAGES.try_receive(context).unwrap_or(0);
    (LOG.take(), message(), message())
}

/// Lets the timer expire, and what follows from it happen.
fn expire(context: ThreadContext) {
    TIMER.start_at(context, Instant::now());
    while TIMER.is_running() || MESSAGES.len(context) < 2 {}
}

fn main(context: ThreadContext, _: usize) {
    spawn(&URGENT, &STACKS[0], waits, 5);
    spawn(&CALM, &STACKS[1], waits, 6);
    check("handlers", INNER.install().is_ok());

    expire(context);
    check("a handler as urgent waits for the other's end", take(context) == (134_256, 1, 2));
    critical(|cs| HOLDS_BACK.set(cs, true));
    expire(context);
    check("and if it is held back, too", take(context) == (134_256, 1, 2));
    critical(|cs| HOLDS_BACK.set(cs, false));

    lines::run(context);
    end();
}

/// Two lines that software can raise, so that one may be more urgent.
#[cfg(target_arch = "arm")]
mod lines {
    use super::*;

    const SECOND_LINE: usize = board::SOFTWARE_LINE - 3;
    static OUTER: Interrupt = Interrupt::new(SECOND_LINE, outer, 0);

    pub fn run(context: ThreadContext) {
        check("a second line", OUTER.install().is_ok());
        OUTER.pend();
        check("equals do not interrupt each other", take(context) == (134_256, 1, 2));
        INNER.set_urgency(0);
        OUTER.pend();
        check("a more urgent handler comes in between", take(context) == (123_456, 2, 1));
        critical(|cs| HOLDS_BACK.set(cs, true));
        OUTER.pend();
        check("behind the section that holds it back", take(context) == (132_456, 2, 1));
        critical(|cs| HOLDS_BACK.set(cs, false));
        INNER.set_urgency(0x80);
        OUTER.pend();
        check("a less urgent one behind", take(context) == (134_256, 1, 2));
        INNER.set_urgency(0);
        let mut right = true;
        for round in 0..1_000 {
            OUTER.set_urgency(if round % 3 == 0 { 0x80 } else { 0x20 });
            OUTER.pend();
            right &= take(context) == (123_456, 2, 1);
        }
        check("a thousand times", right);
    }
}

#[cfg(not(target_arch = "arm"))]
mod lines {
    use super::*;

    pub fn run(context: ThreadContext) {
        let mut right = true;
        for _ in 0..1_000 {
            INNER.pend();
            right &= take(context) == (25, 2, 0);
        }
        check("a thousand times", right);
    }
}

fn start() -> ! {
    run(main)
}

entry!(start);
