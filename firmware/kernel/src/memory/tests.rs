use std::vec::Vec;

use super::{FreeError, Heap, Pool};
use crate::context::ThreadContext;
use crate::random::Random;

const CX: ThreadContext = ThreadContext::new();

#[test]
fn pool_gives_each_block_once_and_tells_misuse() {
    static POOL: Pool<24, 9> = Pool::new();
    let mut random = Random(0x1234_5678);
    let mut taken: Vec<(*mut u8, u8)> = Vec::new();
    let mut low_water = 9;
    for step in 0..20_000 {
        match random.below(8) {
            0..=3 => match POOL.allocate_raw(CX) {
                Some(block) => {
                    let block = block.as_ptr();
                    assert!(taken.len() < 9 && block.addr().is_multiple_of(8));
                    assert!(taken.iter().all(|&(other, _)| other.addr().abs_diff(block.addr()) >= 24));
                    let mark = step as u8;
                    // SAFETY: 24 bytes that were just taken.
                    unsafe { block.write_bytes(mark, 24) };
                    taken.push((block, mark));
                }
                None => assert_eq!(taken.len(), 9),
            },
            4..=6 if !taken.is_empty() => {
                let (block, mark) = taken.swap_remove(random.below(taken.len()));
                // SAFETY: it is taken, and freed once; the second time it is an error that changes nothing.
                unsafe {
                    assert!((0..24).all(|at| block.add(at).read() == mark));
                    assert_eq!(POOL.free_raw(CX, block), Ok(()));
                    assert_eq!(POOL.free_raw(CX, block), Err(FreeError::AlreadyFree));
                }
            }
            _ => {
                let mut outside = 0_u64;
                let inside = taken.first().map_or(core::ptr::null_mut(), |&(block, _)| block.wrapping_add(8));
                // SAFETY: none of these is a block.
                unsafe {
                    assert_eq!(POOL.free_raw(CX, inside), Err(FreeError::Foreign));
                    assert_eq!(POOL.free_raw(CX, (&raw mut outside).cast()), Err(FreeError::Foreign));
                }
            }
        }
        low_water = low_water.min(9 - taken.len());
        assert_eq!((POOL.free(), POOL.low_water()), (9 - taken.len(), low_water));
    }
}

#[test]
fn pool_block_comes_back_when_dropped() {
    static POOL: Pool<8, 2> = Pool::new();
    let mut first = POOL.allocate(CX).unwrap();
    let second = POOL.allocate(CX).unwrap();
    first[7] = 3;
    assert!(POOL.allocate(CX).is_none());
    assert_eq!(first[7], 3);
    drop(first);
    assert_eq!(POOL.free(), 1);
    drop(second);
    assert_eq!((POOL.free(), POOL.low_water()), (2, 0));
}

#[test]
fn heap_gives_memory_once_joins_it_again_and_tells_misuse() {
    static HEAP: Heap = Heap::new();
    const BYTES: usize = 16 * 1024;
    assert_eq!(HEAP.allocate(1, 1), None);
    assert!(HEAP.start(std::vec![core::mem::MaybeUninit::uninit(); BYTES].leak()));
    let start = HEAP.statistics().unwrap();
    assert_eq!((start.used, start.free), (0, start.largest));
    let mut random = Random(0x8765_4321);
    let mut taken: Vec<(*mut u8, usize, u8)> = Vec::new();
    let mut refused = 0;
    for step in 0..60_000 {
        if random.below(100) < 55 {
            let size = if random.below(4) == 0 { random.below(2000) } else { random.below(100) };
            let alignment = 1 << random.below(8);
            let before = HEAP.statistics().unwrap();
            match HEAP.allocate(size, alignment) {
                Some(memory) => {
                    let memory = memory.as_ptr();
                    assert!(memory.addr().is_multiple_of(alignment));
                    for &(other, length, _) in &taken {
                        assert!(memory.addr() + size <= other.addr() || other.addr() + length <= memory.addr());
                    }
                    // SAFETY: so many bytes that were just taken.
                    unsafe { memory.write_bytes(step as u8, size) };
                    taken.push((memory, size, step as u8));
                }
                None => {
                    refused += 1;
                    // A quarter more than what is needed at most is always enough.
                    assert!(before.largest <= (size + alignment + 80) * 5 / 4 + 16);
                    assert_eq!(HEAP.statistics().unwrap(), before);
                }
            }
        } else if !taken.is_empty() {
            let (memory, size, mark) = taken.swap_remove(random.below(taken.len()));
            // SAFETY: it is taken, and freed once; what is freed again or never was a block is an error.
            unsafe {
                assert!((0..size).all(|at| memory.add(at).read() == mark));
                assert!(HEAP.free(memory.wrapping_add(1)).is_err());
                assert_eq!(HEAP.free(memory), Ok(()));
                assert_eq!(HEAP.free(memory), Err(FreeError::AlreadyFree));
            }
        }
        assert!(HEAP.check());
    }
    assert!(refused > 100);
    for (memory, ..) in taken {
        // SAFETY: as above.
        assert_eq!(unsafe { HEAP.free(memory) }, Ok(()));
    }
    let end = HEAP.statistics().unwrap();
    assert_eq!((end.used, end.free, end.largest), (0, start.free, start.largest));
    assert!(end.low_water < start.free / 4);
    let mut outside = 0_u64;
    // SAFETY: it is no block.
    assert_eq!(unsafe { HEAP.free((&raw mut outside).cast()) }, Err(FreeError::Foreign));
    assert_eq!(HEAP.allocate(usize::MAX, 8), None);
    assert_eq!(HEAP.allocate(8, 1 << (usize::BITS - 1)), None);
}

#[test]
fn heap_tells_headers_that_were_overwritten() {
    static HEAP: Heap = Heap::new();
    assert!(HEAP.start(std::vec![core::mem::MaybeUninit::uninit(); 1024].leak()));
    assert!(!HEAP.start(std::vec![core::mem::MaybeUninit::uninit(); 1024].leak()));
    let first = HEAP.allocate(32, 8).unwrap().as_ptr();
    let second = HEAP.allocate(32, 8).unwrap().as_ptr();
    // SAFETY: on purpose one word beyond the block, inside of the heap's region.
    unsafe {
        let header = first.add(32).cast::<usize>();
        let kept = header.read();
        header.write(0x5555);
        assert!(!HEAP.check());
        assert_eq!(HEAP.free(first), Err(FreeError::Corrupted));
        assert_eq!(HEAP.free(second), Err(FreeError::Corrupted));
        header.write(kept);
        assert_eq!((HEAP.free(second), HEAP.free(first)), (Ok(()), Ok(())));
    }
    assert!(HEAP.check());
}
