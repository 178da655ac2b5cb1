//! Semaphores, event flags, queues that move values, barriers, the futex.
#![no_std]
#![no_main]

use bluekernel::cell::{CsCell, critical};
use bluekernel::context::ThreadContext;
use bluekernel::entry;
use bluekernel::stack::Stack;
use bluekernel::sync::event_flags::Wanted;
use bluekernel::sync::{Barrier, EventFlags, Queue, Semaphore};
use bluekernel::thread::{State, Thread, park, park_until};
use bluekernel::time::{Duration, Instant};
use bluekernel::wait::{Futex, WaitError};
use bluekernel_apps::{Log, check, end, run, spawn};

static LOG: Log = Log::new();
static STACKS: [Stack<512>; 3] = [const { Stack::new() }; 3];
static FIRST: Thread = Thread::new("first", 5);
static SECOND: Thread = Thread::new("second", 6);
static THIRD: Thread = Thread::new("third", 7);

static UNITS: Semaphore = Semaphore::new(0);
static FLAGS: EventFlags = EventFlags::new();
static QUEUE: Queue<Token, 2> = Queue::new();
static BARRIER: Barrier = Barrier::new(4);
static WORD: Futex = Futex::new(1);
static PARKED: Thread = Thread::new("parked", 4);
static PARKED_STACK: Stack<512> = Stack::new();
static DROPPED: CsCell<u32> = CsCell::new(0);

/// A value that counts how often one of its kind is dropped.
struct Token(u64);

impl Drop for Token {
    fn drop(&mut self) {
        critical(|cs| DROPPED.set(cs, DROPPED.get(cs) + 1));
    }
}

fn dropped() -> u32 {
    critical(|cs| DROPPED.get(cs))
}

/// One after the other, what this program is about.
fn partner(context: ThreadContext, number: usize) {
    UNITS.take(context);
    LOG.add(number as u64);
    let wanted = 1 << number;
    LOG.add(u64::from(FLAGS.wait(context, wanted | 1, Wanted::AllAndClear) == wanted | 1) * number as u64);
    LOG.add(QUEUE.receive(context).0);
    if BARRIER.wait(context) {
        LOG.add(9);
    }
    LOG.add(if WORD.wait(context, 1, None).is_ok() { number as u64 } else { 9 });
}

/// Parks three times, the last time not for long.
fn parks(context: ThreadContext, _: usize) {
    for turn in 1..=2 {
        park(context);
        LOG.add(turn);
    }
    LOG.add(if park_until(context, Instant::now() + Duration::from_millis(1)).is_err() { 3 } else { 9 });
}

fn main(context: ThreadContext, _: usize) {
    let soon = || Instant::now() + Duration::from_millis(1);
    for (number, thread) in [&FIRST, &SECOND, &THIRD].into_iter().enumerate() {
        spawn(thread, &STACKS[number], partner, number + 1);
    }
    check("nothing yet", LOG.take() == 0);
    for _ in 0..3 {
        UNITS.give(context);
    }
    check("units go to the most urgent", LOG.take() == 123);
    UNITS.give(context);
    check("a unit that nobody waits for stays", UNITS.count(context) == 1 && UNITS.try_take(context));
    check("no unit", !UNITS.try_take(context) && UNITS.take_until(context, soon()).is_err());

    FLAGS.set(context, 0b1000);
    check("not all flags", LOG.take() == 0);
    FLAGS.set(context, 1);
    check("all flags", LOG.take() == 3 && FLAGS.get(context) == 0);
    FLAGS.set(context, 0b111);
    check("who is first clears", LOG.take() == 1 && FLAGS.get(context) == 0b100);
    FLAGS.set(context, 1);
    check("then the next", LOG.take() == 2);
    check("none of them in time", FLAGS.wait_until(context, 6, Wanted::Any, soon()).is_err());

    for number in 4..7 {
        QUEUE.send(context, Token(number));
    }
    check("values go to who has waited longest among the most urgent", LOG.take() == 456);
    check("each was dropped once, by its receiver", dropped() == 3);
    check("room for two", QUEUE.try_send(context, Token(7)).is_ok() && QUEUE.try_send(context, Token(8)).is_ok());
    let back = QUEUE.try_send(context, Token(9));
    check("the third comes back", back.is_err_and(|token| token.0 == 9));
    check("and so in time", QUEUE.send_until(context, Token(1), soon()).is_err_and(|token| token.0 == 1));
    check("first in, first out", QUEUE.receive(context).0 == 7 && QUEUE.receive(context).0 == 8);
    check("empty", QUEUE.try_receive(context).is_none() && QUEUE.receive_until(context, soon()).is_err());
    check("none was lost, none dropped twice", dropped() == 7);

    check("not all at the barrier", LOG.take() == 0);
    check("the last one opens it", BARRIER.wait(context));
    check("and is alone again", BARRIER.wait_until(context, soon()).is_err() && !BARRIER.try_wait(context));
    check("the others wait on the word", LOG.take() == 0);
    check("another value does not wait", WORD.wait(context, 2, None) == Err(WaitError::Changed));
    check("nobody wakes", WORD.wait(context, 1, Some(soon())) == Err(WaitError::Timeout));
    check("two are woken", WORD.wake(context, 2) == 2 && LOG.take() == 12);
    check("then the last one", WORD.wake(context, 9) == 1 && LOG.take() == 3);

    spawn(&PARKED, &PARKED_STACK, parks, 0);
    check("one that parks waits", PARKED.state() == State::Blocked && LOG.take() == 0);
    PARKED.set_priority(20);
    PARKED.unpark(context);
    PARKED.unpark(context);
    check("a permit is not lost", PARKED.state() == State::Ready && LOG.take() == 0);
    let Some(stack) = PARKED.join(context, None) else { panic!("it ends") };
    check("nor counted", LOG.take() == 123);
    check("one ends with a permit", PARKED.spawn(stack, |_, _| (), 0).is_ok());
    PARKED.unpark(context);
    let Some(stack) = PARKED.join(context, None) else { panic!("it ends") };
    PARKED.unpark(context);
    PARKED.set_priority(4);
    check("it starts anew", PARKED.spawn(stack, parks, 0).is_ok());
    check("without a permit", PARKED.state() == State::Blocked && LOG.take() == 0);
    end();
}

fn start() -> ! {
    run(main)
}

entry!(start);
