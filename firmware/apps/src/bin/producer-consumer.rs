//! Two producers and two consumers. Timers say when to produce; what is produced are blocks of a pool, which move through a
//! queue to whoever receives them and go back to the pool there. A queue shorter than what comes at once makes
//! producers wait, too.
#![no_std]
#![no_main]

use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::memory::{Block, Pool};
use bluekernel::stack::Stack;
use bluekernel::sync::{Mutex, Queue, Semaphore};
use bluekernel::thread::Thread;
use bluekernel::time::Duration;
use bluekernel::timer::Timer;
use bluekernel::{board, entry, print};
use bluekernel_apps::{run, spawn};

const ITEMS: u32 = 500;
const BLOCKS: usize = 6;

static POOL: Pool<16, BLOCKS> = Pool::new();
static QUEUE: Queue<Option<Block<16, BLOCKS>>, 3> = Queue::new();
/// A unit for each block that is free.
static FREE: Semaphore = Semaphore::new(BLOCKS as u32);
static DUE: [Semaphore; 2] = [const { Semaphore::new(0) }; 2];
static CLOCKS: [Timer; 2] = [Timer::new(due, 0), Timer::new(due, 1)];
static PRODUCERS: [Thread; 2] = [Thread::new("producer 0", 6), Thread::new("producer 1", 7)];
static CONSUMERS: [Thread; 2] = [Thread::new("consumer 0", 8), Thread::new("consumer 1", 8)];
static STACKS: [Stack<768>; 4] = [const { Stack::new() }; 4];

/// What the consumers have received.
struct Received {
    items: [u32; 2],
    sum: [u32; 2],
}

static RECEIVED: Mutex<Received> = Mutex::new(Received { items: [0; 2], sum: [0; 2] });
static IN_ORDER: Mutex<bool> = Mutex::new(true);

fn due(context: InterruptContext, number: usize) {
    DUE[number].give(context);
}

/// Each block says who produced it and its number, counted from 1.
fn producer(context: ThreadContext, number: usize) {
    CLOCKS[number].start_periodic(context, Duration::from_micros(if number == 0 { 150 } else { 230 }));
    for item in 1..=ITEMS {
        DUE[number].take(context);
        FREE.take(context);
        let Some(mut block) = POOL.allocate(context) else { panic!("a block was free") };
        block[0] = number as u8;
        block[4..8].copy_from_slice(&item.to_le_bytes());
        QUEUE.send(context, Some(block));
    }
    CLOCKS[number].stop(context);
    // One consumer may go home.
    QUEUE.send(context, None);
}

fn consumer(context: ThreadContext, _: usize) {
    let mut last = [0; 2];
    while let Some(block) = QUEUE.receive(context) {
        let mut word = [0; 4];
        word.copy_from_slice(&block[4..8]);
        let (from, item) = (usize::from(block[0]), u32::from_le_bytes(word));
        drop(block);
        FREE.give(context);
        if item <= last[from] {
            *IN_ORDER.lock(context) = false;
        }
        last[from] = item;
        let mut received = RECEIVED.lock(context);
        received.items[from] += 1;
        received.sum[from] += item;
    }
}

fn main(context: ThreadContext, _: usize) {
    for number in 0..2 {
        spawn(&CONSUMERS[number], &STACKS[number], consumer, number);
        spawn(&PRODUCERS[number], &STACKS[2 + number], producer, number);
    }
    for thread in PRODUCERS.iter().chain(&CONSUMERS) {
        thread.join(context, None);
    }
    let received = RECEIVED.lock(context);
    let mut right = *IN_ORDER.lock(context) && POOL.free() == BLOCKS;
    for number in 0..2 {
        let (items, sum) = (received.items[number], received.sum[number]);
        print!(items, " items of producer ", number, ", sum ", sum, "\n");
        right &= items == ITEMS && sum == ITEMS * (ITEMS + 1) / 2;
    }
    print!(if right { "in their order, and all blocks are back\n" } else { "which is wrong\n" });
    board::exit(u16::from(!right));
}

fn start() -> ! {
    run(main)
}

entry!(start);
