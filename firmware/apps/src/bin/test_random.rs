//! Millions of random operations of the kernel, by seven threads and a timer, and what must hold all along: no more threads
//! in a section than it has units, one holder of a mutex, messages in order and none lost, blocks that belong to one,
//! inherited priorities that go back, and the most urgent ready thread running.
//!
//! Each thread's choices come from a generator with a seed of its own. Nothing waits for ever that is not sure to come.
#![no_std]
#![no_main]

use bluekernel::cell::{CsCell, critical};
use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::memory::Pool;
use bluekernel::stack::{Stack, StackSpace};
use bluekernel::sync::event_flags::Wanted;
use bluekernel::sync::{EventFlags, Mutex, Queue, Semaphore};
use bluekernel::thread::{State, Thread, park_until};
use bluekernel::time::{Duration, Instant, sleep_until};
use bluekernel::timer::Timer;
use bluekernel::{board, entry, print, scheduler, yield_now};
use bluekernel_apps::{run, spawn};

/// Over three boards they are more than ten million. ARM has less, since QEMU takes longer for SysTick.
const OPERATIONS: u32 = if cfg!(target_arch = "arm") { 1_100_000 } else { 8_000_000 };
const WORKERS: usize = 7;
/// In counts of the clock: some 15,000 cycles, long enough that the least urgent thread has its turns.
const LONGEST_WAIT: u32 = if cfg!(target_arch = "arm") { 15_000 } else { 1_500 };
const UNITS: u32 = 3;
const MUTEXES: usize = 3;
const BLOCKS: usize = 5;
const PRIORITIES: [u8; WORKERS] = [4, 6, 8, 8, 8, 10, 12];

static THREADS: [Thread; WORKERS] = [
    Thread::new("0", PRIORITIES[0]),
    Thread::new("1", PRIORITIES[1]),
    Thread::new("2", PRIORITIES[2]),
    Thread::new("3", PRIORITIES[3]),
    Thread::new("4", PRIORITIES[4]),
    Thread::new("5", PRIORITIES[5]),
    Thread::new("6", PRIORITIES[6]),
];
static STACKS: [Stack<1024>; WORKERS] = [const { Stack::new() }; WORKERS];
static CHILDREN: [Thread; WORKERS] = [const { Thread::new("child", 9) }; WORKERS];
static CHILDREN_STACKS: [Stack<256>; WORKERS] = [const { Stack::new() }; WORKERS];
static BORN: [CsCell<u32>; WORKERS] = [const { CsCell::new(0) }; WORKERS];

static DONE: CsCell<u32> = CsCell::new(0);
static SECTION: Semaphore = Semaphore::new(UNITS);
static INSIDE: CsCell<u32> = CsCell::new(0);
/// Each holds the number of who holds it, or `NOBODY`, and how often it was held.
static OWNED: [Mutex<(usize, u32)>; MUTEXES] = [const { Mutex::new((NOBODY, 0)) }; MUTEXES];
const NOBODY: usize = 99;
/// Sender and number, counted from 1.
static MESSAGES: Queue<(usize, u32), 4> = Queue::new();
static SENT: [CsCell<u32>; WORKERS + 1] = [const { CsCell::new(0) }; WORKERS + 1];
static RECEIVED: [CsCell<u32>; WORKERS + 1] = [const { CsCell::new(0) }; WORKERS + 1];
static FLAGS: EventFlags = EventFlags::new();
static POOL: Pool<16, BLOCKS> = Pool::new();
static TIMER: Timer = Timer::new(expired, 0);
static FAILED: CsCell<Option<&'static str>> = CsCell::new(None);

fn must(holds: bool, what: &'static str) {
    if !holds {
        critical(|cs| FAILED.set(cs, FAILED.get(cs).or(Some(what))));
    }
}

fn count(cell: &CsCell<u32>) -> u32 {
    critical(|cs| {
        cell.set(cs, cell.get(cs) + 1);
        cell.get(cs)
    })
}

/// xorshift
struct Random(u32);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 3) % limit
    }

    fn soon(&mut self) -> Instant {
        let counts = self.below(LONGEST_WAIT);
        Instant::now() + Duration::from_counts(u64::from(counts))
    }
}

/// In the clock's interrupt: what may be called there.
fn expired(context: InterruptContext, _: usize) {
    let number = count(&SENT[WORKERS]);
    if MESSAGES.try_send(context, (WORKERS, number)).is_err() {
        critical(|cs| SENT[WORKERS].set(cs, number - 1));
    }
    FLAGS.set(context, 1 << (number % 8));
    if SECTION.try_take(context) {
        must(critical(|cs| INSIDE.get(cs)) < UNITS, "a unit for the timer");
        SECTION.give(context);
    }
    THREADS[number as usize % WORKERS].unpark(context);
    drop(POOL.allocate(context));
}

struct Worker {
    context: ThreadContext,
    number: usize,
    random: Random,
    /// The latest message of each sender.
    latest: [u32; WORKERS + 1],
    /// Its child's stack, while that does not live.
    stack: Option<StackSpace>,
}

impl Worker {
    fn section(&mut self) {
        let taken = match self.random.below(3) {
            0 => SECTION.try_take(self.context),
            1 => {
                let until = self.random.soon();
                SECTION.take_until(self.context, until).is_ok()
            }
            _ => {
                SECTION.take(self.context);
                true
            }
        };
        if !taken {
            return;
        }
        must(count(&INSIDE) <= UNITS, "no more threads in a section than units");
        if self.random.below(2) == 0 {
            yield_now(self.context);
        }
        critical(|cs| INSIDE.set(cs, INSIDE.get(cs) - 1));
        SECTION.give(self.context);
    }

    /// One or two mutexes, the lower number first, so that nobody waits in a circle.
    fn own(&mut self) {
        let first = self.random.below(MUTEXES as u32) as usize;
        let guard = match self.random.below(3) {
            0 => OWNED[first].try_lock(self.context),
            1 => {
                let until = self.random.soon();
                OWNED[first].lock_until(self.context, until).ok()
            }
            _ => Some(OWNED[first].lock(self.context)),
        };
        let Some(mut guard) = guard else { return };
        must(guard.0 == NOBODY, "a mutex that nobody holds");
        *guard = (self.number, guard.1 + 1);
        if self.random.below(2) == 0 {
            yield_now(self.context);
        }
        if first + 1 < MUTEXES && self.random.below(2) == 0 {
            let mut second = OWNED[first + 1].lock(self.context);
            must(second.0 == NOBODY, "a second mutex that nobody holds");
            *second = (self.number, second.1 + 1);
            if self.random.below(4) == 0 {
                let until = self.random.soon();
                sleep_until(self.context, until);
            }
            must(second.0 == self.number, "a second mutex is one's own");
            second.0 = NOBODY;
        }
        must(guard.0 == self.number, "a mutex is one's own");
        let this = Thread::current(self.context);
        must(this.priority() <= this.base_priority(), "a holder is as urgent as it is, or more");
        guard.0 = NOBODY;
        drop(guard);
        must(this.priority() == this.base_priority(), "what was inherited goes back");
    }

    fn send(&mut self) {
        // The number counts only if it is sent; nobody else sends in its name.
        let sent = &SENT[self.number];
        let message = (self.number, critical(|cs| sent.get(cs)) + 1);
        let result = if self.random.below(2) == 0 {
            MESSAGES.try_send(self.context, message)
        } else {
            let until = self.random.soon();
            MESSAGES.send_until(self.context, message, until)
        };
        match result {
            Ok(()) => critical(|cs| sent.set(cs, message.1)),
            Err(back) => must(back == message, "a message comes back as it was"),
        }
    }

    fn take_note(&mut self, message: (usize, u32)) {
        must(message.1 > self.latest[message.0], "a sender's messages in their order");
        self.latest[message.0] = message.1;
        count(&RECEIVED[message.0]);
    }

    fn receive(&mut self) {
        let message = if self.random.below(2) == 0 {
            MESSAGES.try_receive(self.context)
        } else {
            let until = self.random.soon();
            MESSAGES.receive_until(self.context, until).ok()
        };
        if let Some(message) = message {
            self.take_note(message);
        }
    }

    fn flags(&mut self) {
        let wanted = 1 + self.random.below(255);
        match self.random.below(4) {
            0 => FLAGS.set(self.context, wanted),
            1 => FLAGS.clear(self.context, wanted),
            2 => {
                let there = FLAGS.try_wait(self.context, wanted, Wanted::AllAndClear);
                must(there.is_none_or(|there| there == wanted), "all flags are all");
            }
            _ => {
                let until = self.random.soon();
                if let Ok(there) = FLAGS.wait_until(self.context, wanted, Wanted::AnyAndClear, until) {
                    must(there != 0 && there & !wanted == 0, "flags that were wanted");
                }
            }
        }
    }

    fn block(&mut self) {
        if let Some(mut block) = POOL.allocate(self.context) {
            let mark = self.number as u8 + 1;
            block.fill(mark);
            if self.random.below(2) == 0 {
                yield_now(self.context);
            }
            must(block.iter().all(|byte| *byte == mark), "a block is one's own");
        }
    }

    fn park(&mut self) {
        let until = self.random.soon();
        // It may have been given a permit, or be given one in time.
        let _ = park_until(self.context, until);
        let other = self.random.below(WORKERS as u32) as usize;
        THREADS[other].unpark(self.context);
    }

    fn change_priority(&mut self) {
        let this = Thread::current(self.context);
        let priority = 4 + self.random.below(10) as u8;
        this.set_priority(priority);
        must(this.priority() == priority, "a priority that was set");
        yield_now(self.context);
        this.set_priority(PRIORITIES[self.number]);
    }

    /// A short life of another thread.
    fn child(&mut self) {
        let before = critical(|cs| BORN[self.number].get(cs));
        let Some(stack) = self.stack.take() else { return };
        let started = CHILDREN[self.number].spawn(stack, child, self.number);
        must(started.is_ok(), "a thread that has been joined starts again");
        self.stack = CHILDREN[self.number].join(self.context, None);
        must(self.stack.is_some(), "a thread that has ended gives its stack back");
        must(critical(|cs| BORN[self.number].get(cs)) == before + 1, "a child lives once");
    }

    /// Nobody who is ready is more urgent than who runs.
    fn look_around(&self) {
        critical(|_| {
            let priority = Thread::current(self.context).priority();
            scheduler::for_each_thread(|thread| {
                must(
                    thread.state() != State::Ready || thread.priority() >= priority,
                    "the most urgent ready thread runs",
                );
            });
        });
    }
}

fn child(context: ThreadContext, number: usize) {
    yield_now(context);
    count(&BORN[number]);
}

fn worker(context: ThreadContext, number: usize) {
    let mut worker = Worker {
        context,
        number,
        random: Random(0x9e37_79b9_u32.wrapping_mul(number as u32 + 1)),
        latest: [0; WORKERS + 1],
        stack: CHILDREN_STACKS[number].take(),
    };
    while count(&DONE) <= OPERATIONS && critical(|cs| FAILED.get(cs).is_none()) {
        match worker.random.below(64) {
            0..=10 => worker.section(),
            11..=23 => worker.own(),
            24..=32 => worker.send(),
            33..=41 => worker.receive(),
            42..=48 => worker.flags(),
            49..=53 => worker.block(),
            54..=56 => worker.park(),
            57..=58 => worker.change_priority(),
            59 => worker.look_around(),
            60 => worker.child(),
            61 => {
                let until = worker.random.soon();
                sleep_until(context, until);
            }
            _ => yield_now(context),
        }
    }
}

fn main(context: ThreadContext, _: usize) {
    TIMER.start_periodic(context, Duration::from_micros(500));
    for (number, (thread, stack)) in THREADS.iter().zip(&STACKS).enumerate() {
        spawn(thread, stack, worker, number);
    }
    for thread in &THREADS {
        thread.join(context, None);
    }
    TIMER.stop(context);
    while let Some((sender, _)) = MESSAGES.try_receive(context) {
        count(&RECEIVED[sender]);
    }
    critical(|cs| {
        for (sent, received) in SENT.iter().zip(&RECEIVED) {
            must(sent.get(cs) == received.get(cs) && sent.get(cs) > 100, "no message is lost");
        }
    });
    must(SECTION.count(context) == UNITS && critical(|cs| INSIDE.get(cs)) == 0, "no unit is lost");
    must(POOL.free() == BLOCKS, "no block is lost");
    must(OWNED.iter().all(|mutex| mutex.try_lock(context).is_some_and(|held| held.1 > 100)), "each mutex was used");
    if let Some(what) = critical(|cs| FAILED.get(cs)) {
        print!("FAILED ", what, "\n");
        board::exit(1);
    }
    print!(OPERATIONS, " operations\n");
    board::exit(0);
}

fn start() -> ! {
    run(main)
}

entry!(start);
