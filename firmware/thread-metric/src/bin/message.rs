//! Message passing: a thread sends 16 bytes to a queue and receives them; it looks at the last word, which differs from
//! message to message. An event is one message.
#![no_std]
#![no_main]

use core::hint::black_box;

use bluekernel::context::ThreadContext;
use bluekernel::stack::Stack;
use bluekernel::sync::Queue;
use bluekernel::thread::Thread;
use bluekernel::{entry, trace};
use bluekernel_thread_metric::{Counter, ROUNDS, end, run};

static STACKS: [Stack<512>; 1] = [Stack::new()];
static THREADS: [Thread; 1] = [Thread::new("passes", 10)];
static QUEUE: Queue<[u32; 4], 10> = Queue::new();
static RECEIVED: Counter = Counter::new();

fn passes(context: ThreadContext, _: usize) {
    let mut message = [0x1111_2222, 0x3333_4444, 0x5555_6666, 0];
    trace!("thread-metric: begin");
    for round in 0..ROUNDS {
        message[3] = round;
        QUEUE.send(context, message);
        // All of it, though one word is looked at.
        let received = black_box(QUEUE.receive(context));
        if received[3] == round {
            RECEIVED.count();
        }
    }
    trace!("thread-metric: end");
    end(context, ROUNDS, &[&RECEIVED], ROUNDS);
}

fn main() -> ! {
    run(&THREADS, &STACKS, passes)
}

entry!(main);
