//! Pools and the heap: what they give out, what is left, and what they say of memory that is not theirs to take back.
#![no_std]
#![no_main]

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::memory::{Block, FreeError, Heap, Pool};
use bluekernel::stack::Stack;
use bluekernel::sync::{Queue, Semaphore};
use bluekernel::thread::Thread;
use bluekernel::time::Duration;
use bluekernel::timer::Timer;
use bluekernel::entry;
use bluekernel_apps::{check, end, run, spawn};

const BLOCKS: usize = 8;
const HEAP_BYTES: usize = 4096;

static POOL: Pool<24, BLOCKS> = Pool::new();
static OTHER_POOL: Pool<24, BLOCKS> = Pool::new();
static HEAP: Heap = Heap::new();
static PASSED: Queue<Block<24, BLOCKS>, 4> = Queue::new();
static STACK: Stack<512> = Stack::new();
static RECEIVER: Thread = Thread::new("receiver", 20);
static TIMER: Timer = Timer::new(allocates, 0);
static EXPIRED: Semaphore = Semaphore::new(0);

fn receive(context: ThreadContext, _: usize) {
    for mark in 1..=100 {
        let block = PASSED.receive(context);
        assert!(block.iter().all(|byte| *byte == mark));
    }
}

/// In an interrupt.
fn allocates(context: InterruptContext, _: usize) {
    if POOL.allocate(context).is_some_and(|block| block.len() == 24) {
        EXPIRED.give(context);
    }
}

/// What the compiler does not vouch for, since it is to go wrong.
#[allow(unsafe_code)]
mod raw {
    use super::*;

    struct Region(UnsafeCell<[MaybeUninit<u8>; HEAP_BYTES]>);
    // SAFETY: only `region` gives it out, once.
    unsafe impl Sync for Region {}
    static REGION: Region = Region(UnsafeCell::new([MaybeUninit::uninit(); HEAP_BYTES]));

    /// Called once.
    pub fn region() -> &'static mut [MaybeUninit<u8>] {
        // SAFETY: nobody else has it.
        unsafe { &mut *REGION.0.get() }
    }

    pub fn pool_free(context: ThreadContext, memory: *mut u8) -> Result<(), FreeError> {
        // SAFETY: what is free, or no block, changes nothing; what is taken is used by nobody afterwards.
        unsafe { POOL.free_raw(context, memory) }
    }

    pub fn heap_free(memory: *mut u8) -> Result<(), FreeError> {
        // SAFETY: as above.
        unsafe { HEAP.free(memory) }
    }

    pub fn fill(memory: NonNull<u8>, byte: u8, size: usize) {
        // SAFETY: so many bytes were given out.
        unsafe { memory.write_bytes(byte, size) };
    }

    pub fn holds(memory: NonNull<u8>, byte: u8, size: usize) -> bool {
        // SAFETY: so many bytes were given out and filled.
        (0..size).all(|at| unsafe { memory.add(at).read() } == byte)
    }
}

fn pools(context: ThreadContext) {
    let blocks: [_; BLOCKS] = core::array::from_fn(|_| POOL.allocate(context));
    check("as many blocks as there are", blocks.iter().all(Option::is_some));
    check("and no more", POOL.allocate(context).is_none() && POOL.free() == 0 && POOL.low_water() == 0);
    drop(blocks);
    check("they come back", POOL.free() == BLOCKS && POOL.low_water() == 0);

    let Some(block) = POOL.allocate_raw(context) else { panic!("a block is free") };
    let block = block.as_ptr();
    check("not inside of a block", raw::pool_free(context, block.wrapping_add(8)) == Err(FreeError::Foreign));
    check("not behind the last", raw::pool_free(context, block.wrapping_add(24 * BLOCKS)) == Err(FreeError::Foreign));
    check("a block", raw::pool_free(context, block) == Ok(()));
    check("is freed once", raw::pool_free(context, block) == Err(FreeError::AlreadyFree));
    let foreign = OTHER_POOL.allocate_raw(context).map_or(core::ptr::null_mut(), NonNull::as_ptr);
    check("another pool's is foreign", raw::pool_free(context, foreign) == Err(FreeError::Foreign));
    check("null, too", raw::pool_free(context, core::ptr::null_mut()) == Err(FreeError::Foreign));
    check("nothing has changed", POOL.free() == BLOCKS);

    spawn(&RECEIVER, &STACK, receive, 0);
    for mark in 1..=100 {
        let mut block = loop {
            match POOL.allocate(context) {
                Some(block) => break block,
                None => bluekernel::time::sleep(context, Duration::from_micros(50)),
            }
        };
        block.fill(mark);
        PASSED.send(context, block);
    }
    RECEIVER.join(context, None);
    check("blocks pass through a queue", POOL.free() == BLOCKS);
    TIMER.start(context, Duration::from_micros(100));
    EXPIRED.take(context);
    check("interrupts can have them", POOL.free() == BLOCKS);
}

fn heap() {
    check("without memory there is none", HEAP.allocate(8, 8).is_none());
    check("memory is given once", HEAP.start(raw::region()));
    let all = HEAP.free_bytes();
    check("most of it can be had", all > HEAP_BYTES - 64);

    let mut taken = [None; 200];
    let mut count = 0;
    while let Some(memory) = HEAP.allocate(48, 8) {
        raw::fill(memory, count as u8, 48);
        taken[count] = Some(memory);
        count += 1;
    }
    check("until it is exhausted", count > 50 && HEAP.free_bytes() < 64 && HEAP.check());
    check("nothing overlaps", (0..count).all(|at| taken[at].is_some_and(|memory| raw::holds(memory, at as u8, 48))));
    check("not a byte more", HEAP.allocate(HEAP_BYTES, 8).is_none());
    let mut right = true;
    // Every other one, then the rest: all is joined again.
    for parity in [0, 1] {
        for at in (parity..count).step_by(2) {
            right &= taken[at].is_some_and(|memory| raw::heap_free(memory.as_ptr()) == Ok(()));
        }
        right &= HEAP.check();
    }
    check("all is taken back", right && HEAP.free_bytes() == all);
    check("in one piece", HEAP.statistics().is_some_and(|now| now.largest == now.free && now.low_water < 64));

    let Some(memory) = HEAP.allocate(100, 64) else { panic!("there is memory") };
    check("aligned as asked for", memory.as_ptr().addr().is_multiple_of(64));
    check("not inside of it", raw::heap_free(memory.as_ptr().wrapping_add(8)).is_err());
    check("it is freed", raw::heap_free(memory.as_ptr()) == Ok(()));
    check("once", raw::heap_free(memory.as_ptr()) == Err(FreeError::AlreadyFree));
    let mut local = 0_u64;
    check("a stack's memory is foreign", raw::heap_free((&raw mut local).cast()) == Err(FreeError::Foreign));
    let Some(memory) = HEAP.allocate(40, 8) else { panic!("there is memory") };
    raw::fill(memory, 0xff, 48);
    check("writing past the end is found out", !HEAP.check() && raw::heap_free(memory.as_ptr()) == Err(FreeError::Corrupted));
}

fn main(context: ThreadContext, _: usize) {
    pools(context);
    heap();
    end();
}

fn start() -> ! {
    run(main)
}

entry!(start);
