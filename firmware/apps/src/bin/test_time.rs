//! Sleep, timers, interrupts that wake threads, and time that does not drift.
#![no_std]
#![no_main]

use bluekernel::cell::{CsCell, critical};
use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::interrupt::{InstallError, Interrupt};
use bluekernel::stack::Stack;
use bluekernel::sync::{Queue, Semaphore};
use bluekernel::thread::Thread;
use bluekernel::time::{Duration, Instant};
use bluekernel::timer::Timer;
use bluekernel::{board, entry, time};
use bluekernel_apps::{Log, check, end, run, spawn};

static LOG: Log = Log::new();
static STACKS: [Stack<512>; 3] = [const { Stack::new() }; 3];
static SLEEPERS: [Thread; 3] = [Thread::new("a", 5), Thread::new("b", 6), Thread::new("c", 7)];
static ONCE: Timer = Timer::new(expired, 4);
static OFTEN: Timer = Timer::new(ticked, 0);
static TICKS: Queue<Instant, 8> = Queue::new();
static CAME: Semaphore = Semaphore::new(0);
static SOFTWARE: Interrupt = Interrupt::new(board::SOFTWARE_LINE, interrupted, 5);
static NOWHERE: Interrupt = Interrupt::new(board::LINES, interrupted, 0);
static CALLS: CsCell<usize> = CsCell::new(0);

fn expired(_: InterruptContext, digit: usize) {
    LOG.add(digit as u64);
}

/// A thread runs sooner than this after the time it waits for: 750 cycles of the slowest core.
const LATENESS: Duration = Duration::from_micros(60);

fn ticked(context: InterruptContext, _: usize) {
    if TICKS.try_send(context, Instant::now()).is_err() {
        LOG.add(9);
    }
}

fn interrupted(context: InterruptContext, argument: usize) {
    critical(|cs| CALLS.set(cs, CALLS.get(cs) + argument));
    CAME.give(context);
}

fn sleeper(context: ThreadContext, millis: usize) {
    time::sleep(context, Duration::from_millis(millis as u32));
    LOG.add(millis as u64);
}

fn main(context: ThreadContext, _: usize) {
    let millis = Duration::from_millis;
    let begin = Instant::now();
    for (index, (thread, stack)) in SLEEPERS.iter().zip(&STACKS).enumerate() {
        spawn(thread, stack, sleeper, 3 - index);
    }
    ONCE.start(context, Duration::from_micros(2500));
    time::sleep_until(context, begin + millis(5));
    let now = Instant::now();
    check("who sleeps less wakes first", LOG.take() == 1243);
    let late = now.since(begin + millis(5));
    check("never early, hardly late", now >= begin + millis(5) && late < LATENESS);
    check("a timer that has expired is stopped", !ONCE.is_running() && !ONCE.stop(context));
    ONCE.start(context, millis(1));
    check("one that runs can be stopped", ONCE.is_running() && ONCE.stop(context));
    time::sleep(context, millis(2));
    check("and does not expire", LOG.take() == 0);

    let begin = Instant::now();
    OFTEN.start_periodic(context, millis(2));
    let mut worst = Duration::from_counts(0);
    for tick in 1..=100 {
        let at = TICKS.receive(context);
        let due = begin + millis(2 * tick);
        check_quietly(at >= due);
        worst = worst.max(at.since(due));
    }
    check("a hundred periods", OFTEN.stop(context));
    check("without drift", worst < LATENESS);

    check("no such line", NOWHERE.install() == Err(InstallError::NoSuchLine));
    check("a handler", SOFTWARE.install().is_ok());
    check("one handler for a line", SOFTWARE.install() == Err(InstallError::Taken));
    for _ in 0..3 {
        SOFTWARE.pend();
        CAME.take(context);
    }
    check("interrupts wake threads", critical(|cs| CALLS.get(cs)) == 15);

    let begin = Instant::now();
    let mut before = begin;
    while before.since(begin) < millis(1500) {
        let now = Instant::now();
        check_quietly(now >= before);
        before = now;
    }
    check("time never goes back", true);
    end();
}

/// A check that says something only when it fails.
fn check_quietly(holds: bool) {
    if !holds {
        check("quietly", false);
    }
}

fn start() -> ! {
    run(main)
}

entry!(start);
