//! How long an interrupt takes until its handler runs, and until the thread that it wakes does. The program measures
//! itself by the core's cycles, 1,000 times, and leaves the figures in [`IRQ_LATENCY`]: they depend on the machine, so
//! the console does not say them.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::interrupt::Interrupt;
use bluekernel::stack::Stack;
use bluekernel::sync::Semaphore;
use bluekernel::thread::Thread;
use bluekernel::time::cycles;
use bluekernel::{board, entry, print, trace};
use bluekernel_apps::{run, spawn};

const ROUNDS: u32 = 1_000;

/// Least, most, and sum of cycles: from raising the line to the handler, then from there to the thread.
#[allow(unsafe_code)]
// SAFETY: the one symbol of this name, for who reads it from outside.
#[unsafe(no_mangle)]
static IRQ_LATENCY: [Figures; 2] = [const { Figures::new() }; 2];

#[repr(C)]
struct Figures {
    least: AtomicU32,
    most: AtomicU32,
    sum: AtomicU32,
}

impl Figures {
    const fn new() -> Self {
        Self { least: AtomicU32::new(u32::MAX), most: AtomicU32::new(0), sum: AtomicU32::new(0) }
    }

    fn add(&self, cycles: u32) {
        self.least.store(self.least.load(Ordering::Relaxed).min(cycles), Ordering::Relaxed);
        self.most.store(self.most.load(Ordering::Relaxed).max(cycles), Ordering::Relaxed);
        self.sum.store(self.sum.load(Ordering::Relaxed).wrapping_add(cycles), Ordering::Relaxed);
    }
}

static INTERRUPT: Interrupt = Interrupt::new(board::SOFTWARE_LINE, handler, 0);
static RAISED: Semaphore = Semaphore::new(0);
static DONE: Semaphore = Semaphore::new(0);
static WAITS: Thread = Thread::new("waits", 4);
static STACK: Stack<512> = Stack::new();
/// When the line was raised, and when the handler ran.
static RAISED_AT: AtomicU32 = AtomicU32::new(0);
static HANDLED_AT: AtomicU32 = AtomicU32::new(0);

fn handler(context: InterruptContext, _: usize) {
    trace!("irq-latency: handler");
    HANDLED_AT.store(cycles(), Ordering::Relaxed);
    RAISED.give(context);
}

fn waits(context: ThreadContext, _: usize) {
    for _ in 0..ROUNDS {
        RAISED.take(context);
        trace!("irq-latency: thread");
        let now = cycles();
        let handled = HANDLED_AT.load(Ordering::Relaxed);
        IRQ_LATENCY[0].add(handled.wrapping_sub(RAISED_AT.load(Ordering::Relaxed)));
        IRQ_LATENCY[1].add(now.wrapping_sub(handled));
        DONE.give(context);
    }
}

fn main(context: ThreadContext, _: usize) {
    assert!(INTERRUPT.install().is_ok());
    spawn(&WAITS, &STACK, waits, 0);
    for _ in 0..ROUNDS {
        RAISED_AT.store(cycles(), Ordering::Relaxed);
        trace!("irq-latency: raise");
        INTERRUPT.pend();
        DONE.take(context);
    }
    print!(ROUNDS, " interrupts\n");
    board::exit(0);
}

fn start() -> ! {
    run(main)
}

entry!(start);
