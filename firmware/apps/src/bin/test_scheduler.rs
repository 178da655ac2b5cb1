//! Priorities, preemption, turns and time slices, join.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::thread::{State, Thread};
use bluekernel::time::{Duration, Instant};
use bluekernel::{entry, scheduler, time, yield_now};
use bluekernel_apps::{Log, check, end, run, spawn};

static LOG: Log = Log::new();
static STACKS: [Stack<512>; 3] = [const { Stack::new() }; 3];
static URGENT: Thread = Thread::new("urgent", 3);
static EQUAL: Thread = Thread::new("equal", 16);
static LATER: Thread = Thread::new("later", 20);

fn note(_: ThreadContext, digit: usize) {
    LOG.add(digit as u64);
}

/// Notes its digit three times, and yields in between.
fn thrice(context: ThreadContext, digit: usize) {
    for _ in 0..3 {
        LOG.add(digit as u64);
        yield_now(context);
    }
}

/// Runs without ever yielding, until it has been interrupted by its equal.
fn busy(_: ThreadContext, digit: usize) {
    let until = Instant::now() + Duration::from_millis(7);
    LOG.add(digit as u64);
    while Instant::now() < until {}
    LOG.add(digit as u64);
}

fn main(context: ThreadContext, _: usize) {
    LOG.add(1);
    spawn(&URGENT, &STACKS[0], note, 2);
    LOG.add(3);
    check("a more urgent thread runs at once", LOG.take() == 123);
    spawn(&LATER, &STACKS[2], note, 4);
    LOG.add(5);
    check("a less urgent one does not", LOG.take() == 5);
    check("join waits for the end", LATER.join(context, None).is_some_and(|stack| stack.size() == 512));
    check("and it has run", LOG.take() == 4);
    check("what was joined is dormant", LATER.state() == State::Dormant);
    let returned = URGENT.join(context, None);
    check("join of an ended thread returns its stack", returned.is_some());
    let Some(stack) = returned else { end() };
    check("which serves another thread", EQUAL.spawn(stack, thrice, 6).is_ok());
    for _ in 0..3 {
        LOG.add(7);
        yield_now(context);
    }
    check("equals take turns", LOG.take() == 76_76_76);
    check("a deep use of the stack shows", EQUAL.stack_use().0 > 64);
    let Some(stack) = EQUAL.join(context, None) else { end() };

    scheduler::set_time_slice(Duration::from_millis(2));
    check("started again", EQUAL.spawn(stack, busy, 8).is_ok());
    busy(context, 9);
    EQUAL.join(context, None);
    check("time slices interrupt", LOG.take() == 9898);

    let before = Instant::now();
    check("join gives up in time", LATER.join(context, Some(before + Duration::from_millis(1))).is_none());
    let Some(stack) = STACKS[1].take() else { end() };
    check("a sleeper", LATER.spawn(stack, |context, _| time::sleep(context, Duration::from_millis(5)), 0).is_ok());
    check("outlasts a short join", LATER.join(context, Some(Instant::now() + Duration::from_millis(1))).is_none());
    check("but not a long one", LATER.join(context, None).is_some());
    let passed = Instant::now().since(before);
    check("time has passed", passed >= Duration::from_millis(5) && passed < Duration::from_millis(6));

    URGENT.set_priority(30);
    check("priorities can be changed", URGENT.base_priority() == 30);
    end();
}

fn start() -> ! {
    run(main)
}

entry!(start);
