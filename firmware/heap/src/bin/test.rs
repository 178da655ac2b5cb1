//! Collections of `alloc` on the kernel's heap, in several threads, until there is no memory left.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

use bluekernel::context::ThreadContext;
use bluekernel::memory::tlsf::HEAP;
use bluekernel::stack::Stack;
use bluekernel::sync::Queue;
use bluekernel::thread::Thread;
use bluekernel::{board, entry, print, yield_now};

const HEAP_BYTES: usize = 8192;

static MAIN: Thread = Thread::new("main", 10);
static WORKERS: [Thread; 2] = [const { Thread::new("worker", 10) }; 2];
static STACKS: [Stack<2048>; 3] = [const { Stack::new() }; 3];
static WORDS: Queue<Box<str>, 4> = Queue::new();

/// Memory for the heap, which is given away once.
#[allow(unsafe_code)]
fn region() -> &'static mut [MaybeUninit<u8>] {
    struct Region(UnsafeCell<[MaybeUninit<u8>; HEAP_BYTES]>);
    // SAFETY: only `main` asks for it, once.
    unsafe impl Sync for Region {}
    static REGION: Region = Region(UnsafeCell::new([MaybeUninit::uninit(); HEAP_BYTES]));
    // SAFETY: as above.
    unsafe { &mut *REGION.0.get() }
}

fn check(what: &str, holds: bool) {
    print!(if holds { "ok " } else { "FAILED " }, what, "\n");
    if !holds {
        board::exit(1);
    }
}

/// Sends words that it has put together.
fn worker(context: ThreadContext, number: usize) {
    for round in 0..50_u32 {
        let mut word = String::new();
        for _ in 0..=round % 7 {
            word.push(char::from(b'a' + (round % 26) as u8));
            yield_now(context);
        }
        word.push(if number == 0 { '0' } else { '1' });
        WORDS.send(context, word.into_boxed_str());
    }
}

fn main(context: ThreadContext, _: usize) {
    check("the heap has memory", HEAP.start(region()));
    let all = HEAP.free_bytes();
    for (number, (thread, stack)) in WORKERS.iter().zip(&STACKS[1..]).enumerate() {
        if let Some(stack) = stack.take() {
            assert!(thread.spawn(stack, worker, number).is_ok());
        }
    }
    let mut words: BTreeMap<Box<str>, u32> = BTreeMap::new();
    for _ in 0..100 {
        *words.entry(WORDS.receive(context)).or_insert(0) += 1;
    }
    for thread in &WORKERS {
        thread.join(context, None);
    }
    let letters: usize = words.iter().map(|(word, count)| (word.len() - 1) * *count as usize).sum();
    // 50 rounds of 1 to 7 letters: 7 times 28, and 1; from two workers.
    check("all words came", words.values().sum::<u32>() == 100 && letters == 2 * (7 * 28 + 1));
    drop(words);
    check("and all memory is back", HEAP.free_bytes() == all && HEAP.check());

    let mut pieces: Vec<Vec<u8>> = Vec::new();
    loop {
        let mut piece = Vec::new();
        if pieces.try_reserve(1).is_err() || piece.try_reserve_exact(256).is_err() {
            break;
        }
        piece.resize(256, pieces.len() as u8);
        pieces.push(piece);
    }
    check("until there is none", pieces.len() > 20 && HEAP.free_bytes() < 1024);
    check("and nothing overlaps", pieces.iter().enumerate().all(|(at, piece)| piece.iter().all(|byte| *byte == at as u8)));
    drop(pieces);
    check("which ends, too", HEAP.free_bytes() == all && HEAP.check());
    print!("passed\n");
    board::exit(0);
}

fn start() -> ! {
    if let Some(stack) = STACKS[0].take() {
        assert!(MAIN.spawn(stack, main, 0).is_ok());
    }
    bluekernel::start()
}

entry!(start);
