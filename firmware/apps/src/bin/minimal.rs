//! As little as a program on the kernel has that uses each of its parts once: two threads, a mutex with inheritance, a
//! semaphore, a queue, event flags, a timer, a pool, and text on the UART. Its size is the kernel's footprint.
#![no_std]
#![no_main]

use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::memory::Pool;
use bluekernel::stack::Stack;
use bluekernel::sync::event_flags::Wanted;
use bluekernel::sync::{EventFlags, Mutex, Queue, Semaphore};
use bluekernel::thread::Thread;
use bluekernel::time::Duration;
use bluekernel::timer::Timer;
use bluekernel::{board, entry, print};

/// The stacks of the application are no part of the kernel's footprint; their names say so to who measures.
static APPLICATION_STACKS: [Stack<512>; 2] = [const { Stack::new() }; 2];
static FIRST: Thread = Thread::new("first", 4);
static SECOND: Thread = Thread::new("second", 5);

static SHARED: Mutex<u32> = Mutex::new(1);
static EXPIRED: Semaphore = Semaphore::new(0);
static MESSAGES: Queue<u32, 4> = Queue::new();
static FLAGS: EventFlags = EventFlags::new();
static TIMER: Timer = Timer::new(expired, 0);
static POOL: Pool<16, 4> = Pool::new();

fn expired(context: InterruptContext, _: usize) {
    EXPIRED.give(context);
}

fn first(context: ThreadContext, _: usize) {
    TIMER.start(context, Duration::from_millis(1));
    EXPIRED.take(context);
    *SHARED.lock(context) += 1;
    if let Some(mut block) = POOL.allocate(context) {
        block[0] = 40;
        MESSAGES.send(context, u32::from(block[0]));
    }
    FLAGS.wait(context, 1, Wanted::AllAndClear);
    print!("minimal: ", *SHARED.lock(context), "\n");
    board::exit(0);
}

fn second(context: ThreadContext, _: usize) {
    let message = MESSAGES.receive(context);
    *SHARED.lock(context) += message;
    FLAGS.set(context, 1);
}

fn main() -> ! {
    let threads: [(&Thread, fn(ThreadContext, usize)); 2] = [(&FIRST, first), (&SECOND, second)];
    for ((thread, run), stack) in threads.into_iter().zip(&APPLICATION_STACKS) {
        if let Some(stack) = stack.take() {
            let started = thread.spawn(stack, run, 0);
            assert!(started.is_ok());
        }
    }
    bluekernel::start()
}

entry!(main);
