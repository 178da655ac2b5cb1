//! A heap: two-level segregated fit, so that each call takes constant time (M. Masmano and others, "TLSF: a new dynamic
//! memory allocator for real-time systems", 2004).
//!
//! A block's class has two levels: the power of two below its size, and which quarter above that. One word of bits
//! tells which classes have free blocks. Neighbours that are free are joined at once.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::{NonNull, null_mut};

use super::FreeError;
use crate::cell::{Cs, critical_without_switch as critical};

/// Blocks are multiples of this, and begin at multiples of it; so long is what stands in front of each.
const UNIT: usize = 2 * size_of::<usize>();
const CLASSES: usize = 64;
/// A block of the last class begins before this many units.
const MOST_UNITS: usize = 1 << 17;
/// The lowest bit of a length: the block is given out.
const USED: usize = 1;

/// What stands in front of a block; the links only while it is free, in its memory.
#[repr(C)]
struct Header {
    /// The block in front of this one in memory; null for the first.
    before: *mut Header,
    /// Bytes from this header to the next, and [`USED`].
    length: usize,
    next_free: *mut Header,
    previous_free: *mut Header,
}

struct State {
    /// Bit N: class N has free blocks.
    occupied: u64,
    free: [*mut Header; CLASSES],
    first: *mut Header,
    /// A header without a block, used, behind the last one.
    end: *mut Header,
    free_bytes: usize,
    least_free: usize,
}

/// What a heap has given out, and what it has left. In bytes, with the headers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Statistics {
    /// Given out.
    pub used: usize,
    /// Not given out.
    pub free: usize,
    /// The longest free block.
    pub largest: usize,
    /// The least that was ever free.
    pub low_water: usize,
}

/// A heap in a region of memory. All calls are legal from interrupts too.
pub struct Heap(UnsafeCell<State>);

// SAFETY: the state is reached only in critical sections.
unsafe impl Sync for Heap {}

/// The class of blocks of this many units.
#[inline(always)]
fn class(units: usize) -> usize {
    if units < 4 {
        return units;
    }
    let power = units.ilog2() as usize;
    // Classes 0 to 3 are those of 0 to 3 units, 4 to 7 those of 4 to 7, then each is twice as wide.
    (power - 1) * 4 + (units >> (power - 2) & 3)
}

#[inline(always)]
unsafe fn behind(block: *mut Header) -> *mut Header {
    // SAFETY: the caller has a block of the heap: it ends where the next header begins.
    unsafe { block.byte_add((*block).length & !USED) }
}

impl State {
    #[inline(never)]
    unsafe fn insert(&mut self, block: *mut Header) {
        // SAFETY: the caller gives a free block of the heap, which is in no list; those in lists are such blocks too.
        unsafe {
            let length = (*block).length;
            self.free_bytes += length;
            let class = class(length / UNIT) & (CLASSES - 1);
            let next = self.free[class];
            (*block).next_free = next;
            (*block).previous_free = null_mut();
            if !next.is_null() {
                (*next).previous_free = block;
            }
            self.free[class] = block;
            self.occupied |= 1 << class;
            (*behind(block)).before = block;
        }
    }

    #[inline(never)]
    unsafe fn remove(&mut self, block: *mut Header) {
        // SAFETY: the caller gives a block that is in the list of its class, with the neighbours it names.
        unsafe {
            let length = (*block).length;
            self.free_bytes -= length;
            let (next, previous) = ((*block).next_free, (*block).previous_free);
            if !next.is_null() {
                (*next).previous_free = previous;
            }
            if previous.is_null() {
                let class = class(length / UNIT) & (CLASSES - 1);
                self.free[class] = next;
                if next.is_null() {
                    self.occupied &= !(1 << class);
                }
            } else {
                (*previous).next_free = next;
            }
        }
    }

    /// Cuts what is behind `length` bytes off a block that is in no list, and puts it into one.
    unsafe fn trim(&mut self, block: *mut Header, length: usize) {
        // SAFETY: the caller gives a block of the heap of at least that length, a multiple of `UNIT`.
        unsafe {
            let rest = (*block).length - length;
            if rest >= 2 * UNIT {
                (*block).length = length;
                let second = behind(block);
                (*second).before = block;
                (*second).length = rest;
                self.insert(second);
            }
        }
    }

    fn allocate(&mut self, size: usize, alignment: usize) -> *mut u8 {
        if size > MOST_UNITS * UNIT || alignment > MOST_UNITS * UNIT {
            return null_mut();
        }
        let length = (size.max(1) + 2 * UNIT - 1) & !(UNIT - 1);
        // Room to begin later, behind a free block that is long enough to be one.
        let search = if alignment > UNIT { length + alignment + UNIT } else { length };
        let mut units = search / UNIT;
        if units >= 4 {
            // Up to the next class: all its blocks are long enough.
            units += (1 << (units.ilog2() - 2)) - 1;
        }
        let lowest = class(units);
        if lowest >= CLASSES {
            return null_mut();
        }
        let candidates = self.occupied >> lowest;
        if candidates == 0 {
            return null_mut();
        }
        let mut block = self.free[(lowest + candidates.trailing_zeros() as usize) & (CLASSES - 1)];
        // SAFETY: lists hold only free blocks, here one of at least `search` bytes.
        unsafe {
            self.remove(block);
            if alignment > UNIT {
                let mut gap = block.addr().wrapping_add(UNIT).wrapping_neg() & (alignment - 1);
                if gap == UNIT {
                    gap += alignment;
                }
                if gap != 0 {
                    let front = block;
                    block = front.byte_add(gap);
                    (*block).length = (*front).length - gap;
                    (*front).length = gap;
                    (*behind(block)).before = block;
                    self.insert(front);
                }
            }
            self.trim(block, length);
            (*block).length |= USED;
            self.least_free = self.least_free.min(self.free_bytes);
            block.byte_add(UNIT).cast()
        }
    }

    /// Whether a header may lie at this address.
    #[inline(always)]
    fn inside(&self, block: *mut Header) -> bool {
        block >= self.first && block < self.end && block.addr().is_multiple_of(UNIT)
    }

    /// Whether a header and the ones of its neighbours in memory agree.
    #[inline(never)]
    fn agrees(&self, block: *mut Header) -> bool {
        // SAFETY: every address that is read has been checked to lie in the heap, before the end or at it.
        unsafe {
            let length = (*block).length & !USED;
            let before = (*block).before;
            if !length.is_multiple_of(UNIT) || length < 2 * UNIT || length > self.end.addr() - block.addr() {
                return false;
            }
            if (*behind(block)).before != block {
                return false;
            }
            if before.is_null() {
                return block == self.first;
            }
            self.inside(before) && before.addr() + ((*before).length & !USED) == block.addr()
        }
    }

    fn give(&mut self, memory: *mut u8) -> Result<(), FreeError> {
        let mut block = memory.wrapping_sub(UNIT).cast::<Header>();
        if !self.inside(block) {
            return Err(FreeError::Foreign);
        }
        // SAFETY: the address is one of the heap, and what is read there is believed only if its neighbours agree.
        unsafe {
            if (*block).length & USED == 0 {
                return Err(FreeError::AlreadyFree);
            }
            if !self.agrees(block) {
                return Err(FreeError::Corrupted);
            }
            let after = behind(block);
            let before = (*block).before;
            if after != self.end && !self.agrees(after) || !before.is_null() && !self.agrees(before) {
                return Err(FreeError::Corrupted);
            }
            (*block).length &= !USED;
            if (*after).length & USED == 0 {
                self.remove(after);
                (*block).length += (*after).length;
            }
            if !before.is_null() && (*before).length & USED == 0 {
                self.remove(before);
                (*before).length += (*block).length;
                block = before;
            }
            self.insert(block);
        }
        Ok(())
    }

    /// The longest free block, if everything is as it should be.
    fn walk(&self) -> Option<usize> {
        if self.first.is_null() {
            return Some(0);
        }
        let (mut block, mut before) = (self.first, null_mut());
        let (mut largest, mut free, mut blocks) = (0, 0, 0_usize);
        let mut free_before = false;
        // SAFETY: every header has been reached by lengths that agree; links are followed only inside of the heap.
        unsafe {
            while block != self.end {
                if !self.agrees(block) || (*block).before != before {
                    return None;
                }
                let length = (*block).length;
                let is_free = length & USED == 0;
                if is_free {
                    if free_before {
                        return None;
                    }
                    free += length;
                    blocks += 1;
                    largest = largest.max(length);
                }
                free_before = is_free;
                before = block;
                block = behind(block);
            }
            for (number, &first) in self.free.iter().enumerate() {
                if first.is_null() == (self.occupied >> number & 1 != 0) {
                    return None;
                }
                let (mut block, mut previous) = (first, null_mut());
                while !block.is_null() {
                    if !self.inside(block) || blocks == 0 || !self.agrees(block) {
                        return None;
                    }
                    let length = (*block).length;
                    if length & USED != 0 || class(length / UNIT) != number || (*block).previous_free != previous {
                        return None;
                    }
                    blocks -= 1;
                    previous = block;
                    block = (*block).next_free;
                }
            }
        }
        (blocks == 0 && free == self.free_bytes).then_some(largest)
    }
}

impl Heap {
    /// A heap without memory.
    #[expect(clippy::new_without_default, reason = "a heap is a static, not a value")]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(State {
            occupied: 0,
            free: [null_mut(); CLASSES],
            first: null_mut(),
            end: null_mut(),
            free_bytes: 0,
            least_free: 0,
        }))
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(Cs, &mut State) -> R) -> R {
        // SAFETY: in a critical section nobody else reaches the state, and no body calls this again.
        critical(|cs| body(cs, unsafe { &mut *self.0.get() }))
    }

    /// Gives the heap its memory, the first mebibyte of it (on 32 bits). Only the first call does.
    pub fn start(&self, region: &'static mut [MaybeUninit<u8>]) -> bool {
        let skipped = region.as_ptr().align_offset(UNIT);
        let bytes = region.len().saturating_sub(skipped).min((MOST_UNITS - 1) * UNIT) & !(UNIT - 1);
        self.with(|_, state| {
            if !state.first.is_null() || bytes < 3 * UNIT {
                return false;
            }
            // SAFETY: the region is this heap's own, and has room for one block and the end behind it.
            unsafe {
                let first = region.as_mut_ptr().add(skipped).cast::<Header>();
                state.first = first;
                state.end = first.byte_add(bytes - UNIT);
                (*first).before = null_mut();
                (*first).length = bytes - UNIT;
                (*state.end).length = USED;
                state.insert(first);
            }
            state.least_free = state.free_bytes;
            true
        })
    }

    /// Memory of a size and an alignment, which is a power of two; or none.
    pub fn allocate(&self, size: usize, alignment: usize) -> Option<NonNull<u8>> {
        NonNull::new(self.with(|_, state| state.allocate(size, alignment)))
    }

    /// Takes memory back.
    ///
    /// # Errors
    /// [`FreeError`] if it was not given out, or if what stands in front of it or behind it was overwritten.
    ///
    /// # Safety
    /// If this heap has given `memory` out, then nobody uses it from now on.
    pub unsafe fn free(&self, memory: *mut u8) -> Result<(), FreeError> {
        self.with(|_, state| state.give(memory))
    }

    /// Whether all that the heap knows about its blocks agrees. It takes time in proportion to their number, with
    /// interrupts held back.
    pub fn check(&self) -> bool {
        self.with(|_, state| state.walk().is_some())
    }

    /// Bytes that are free.
    pub fn free_bytes(&self) -> usize {
        self.with(|_, state| state.free_bytes)
    }

    /// What is given out and left. As long as [`Heap::check`]; none if that fails.
    pub fn statistics(&self) -> Option<Statistics> {
        self.with(|_, state| {
            let largest = state.walk()?;
            let all = state.end.addr() - state.first.addr();
            Some(Statistics {
                used: all - state.free_bytes,
                free: state.free_bytes,
                largest,
                low_water: state.least_free,
            })
        })
    }
}

/// The heap of `alloc`. The program gives it memory with [`Heap::start`].
#[cfg(feature = "heap")]
#[cfg_attr(target_os = "none", global_allocator)]
pub static HEAP: Heap = Heap::new();

// SAFETY: blocks do not overlap, are as long and aligned as asked for, and stay until they are freed. What cannot be
// taken back is left as it is.
#[cfg(feature = "heap")]
unsafe impl core::alloc::GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: core::alloc::Layout) -> *mut u8 {
        self.with(|_, state| state.allocate(layout.size(), layout.align()))
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: core::alloc::Layout) {
        // SAFETY: as the caller promises. A damaged heap loses the block.
        let _ = unsafe { self.free(memory) };
    }
}
