//! Pools of blocks of one size, in constant time.
//!
//! What a pool knows about its blocks lies beside them, not in them: whoever writes beyond the end of a block damages
//! a neighbour, but never the pool.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use super::FreeError;
use crate::cell::{CsCell, critical_without_switch as critical};
use crate::context::Context;

/// The link of a block that is given out.
const TAKEN: u16 = 1;
/// What a link to the block of index 0 is. Those to others count on from it; 0 is a link to none.
const LINK: usize = 2;

/// What of a pool does not depend on its numbers. All zero at first, so that a pool costs no flash.
///
/// Blocks that came back are given out first. So a block is given out for the first time only when all before it are
/// taken, and the number of those is the most that were ever taken at once: nothing needs to be counted.
#[repr(C)]
struct Core {
    /// The link to the first block that came back.
    first: CsCell<u16>,
    /// Blocks from this index on have never been given out.
    fresh: CsCell<u16>,
}

impl Core {
    /// The index of a free block, which is now taken.
    #[inline(never)]
    fn take(&self, links: &[CsCell<u16>]) -> Option<usize> {
        critical(|cs| {
            let first = usize::from(self.first.get(cs));
            if first != 0 {
                // SAFETY: links are written only by `give`, which has checked the index that it links to.
                let link = unsafe { links.get_unchecked(first - LINK) };
                self.first.set(cs, link.replace(cs, TAKEN));
                return Some(first - LINK);
            }
            let fresh = self.fresh.get(cs);
            // Behind the last one there is no link.
            links.get(usize::from(fresh))?.set(cs, TAKEN);
            self.fresh.set(cs, fresh + 1);
            Some(usize::from(fresh))
        })
    }

    /// Takes the block back that begins `offset` bytes behind the first one.
    #[inline(never)]
    fn give(&self, links: &[CsCell<u16>], offset: usize, size: usize) -> Result<(), FreeError> {
        let index = offset / size;
        let Some(link) = links.get(index) else { return Err(FreeError::Foreign) };
        if index * size != offset {
            return Err(FreeError::Foreign);
        }
        critical(|cs| {
            if link.get(cs) != TAKEN {
                return Err(FreeError::AlreadyFree);
            }
            link.set(cs, self.first.replace(cs, (index + LINK) as u16));
            Ok(())
        })
    }
}

#[repr(C, align(8))]
struct Memory<const SIZE: usize, const COUNT: usize>([[u8; SIZE]; COUNT]);

/// `COUNT` blocks of `SIZE` bytes, aligned to 8 bytes.
#[repr(C)]
pub struct Pool<const SIZE: usize, const COUNT: usize> {
    core: Core,
    /// Of a block that is taken [`TAKEN`], of one that came back the link to the next one.
    links: [CsCell<u16>; COUNT],
    memory: UnsafeCell<Memory<SIZE, COUNT>>,
}

// SAFETY: a block is reached only by who has taken it, and everything else in critical sections.
unsafe impl<const SIZE: usize, const COUNT: usize> Sync for Pool<SIZE, COUNT> {}

impl<const SIZE: usize, const COUNT: usize> Pool<SIZE, COUNT> {
    /// A pool whose blocks are all free.
    #[expect(clippy::new_without_default, reason = "a pool is a static, not a value")]
    pub const fn new() -> Self {
        const {
            assert!(SIZE > 0 && SIZE.is_multiple_of(8), "blocks stay aligned");
            assert!(COUNT > 0 && COUNT <= u16::MAX as usize - LINK, "indices fit in their links");
        }
        Self {
            core: Core { first: CsCell::new(0), fresh: CsCell::new(0) },
            links: [const { CsCell::new(0) }; COUNT],
            memory: UnsafeCell::new(Memory([[0; SIZE]; COUNT])),
        }
    }

    #[inline(always)]
    fn base(&self) -> *mut u8 {
        self.memory.get().cast()
    }

    /// Takes a block, or none if all are taken. It comes back when it is dropped. Its contents are what was left there.
    #[inline]
    pub fn allocate(&'static self, context: impl Context) -> Option<Block<SIZE, COUNT>> {
        self.allocate_raw(context).map(|memory| Block { pool: self, memory })
    }

    /// As [`Pool::allocate`], for who keeps the pointer and calls [`Pool::free_raw`].
    #[inline]
    pub fn allocate_raw(&'static self, _: impl Context) -> Option<NonNull<u8>> {
        let index = self.core.take(&self.links)?;
        // SAFETY: the index is below `COUNT`, so that this lies inside of the memory, which is not at address 0.
        Some(unsafe { NonNull::new_unchecked(self.base().add(index * SIZE)) })
    }

    /// Takes back what [`Pool::allocate_raw`] has given out.
    ///
    /// # Errors
    /// [`FreeError`] if `memory` is no block of this pool that is given out.
    ///
    /// # Safety
    /// If it is one, then it is not a [`Block`]'s, all its bytes are initialised, and nobody uses it from now on.
    #[inline]
    pub unsafe fn free_raw(&'static self, _: impl Context, memory: *mut u8) -> Result<(), FreeError> {
        self.give(memory)
    }

    #[inline(always)]
    fn give(&self, memory: *mut u8) -> Result<(), FreeError> {
        // Below the first block the difference wraps to an offset behind the last one.
        self.core.give(&self.links, memory.addr().wrapping_sub(self.base().addr()), SIZE)
    }

    /// Blocks that are free. Looks at each, so this takes time in proportion to their number.
    pub fn free(&self) -> usize {
        self.links.iter().filter(|link| critical(|cs| link.get(cs)) != TAKEN).count()
    }

    /// The fewest blocks that were ever free.
    pub fn low_water(&self) -> usize {
        COUNT - usize::from(critical(|cs| self.core.fresh.get(cs)))
    }
}

/// A block of a pool, whose bytes belong to who has it.
pub struct Block<const SIZE: usize, const COUNT: usize> {
    pool: &'static Pool<SIZE, COUNT>,
    memory: NonNull<u8>,
}

// SAFETY: its memory is only its own, and a pool takes blocks back from everywhere.
unsafe impl<const SIZE: usize, const COUNT: usize> Send for Block<SIZE, COUNT> {}
// SAFETY: what a shared one gives is a shared reference to bytes.
unsafe impl<const SIZE: usize, const COUNT: usize> Sync for Block<SIZE, COUNT> {}

impl<const SIZE: usize, const COUNT: usize> Deref for Block<SIZE, COUNT> {
    type Target = [u8; SIZE];

    #[inline(always)]
    fn deref(&self) -> &[u8; SIZE] {
        // SAFETY: `SIZE` bytes, initialised ever since the pool was made, and borrowed from who owns them.
        unsafe { self.memory.cast().as_ref() }
    }
}

impl<const SIZE: usize, const COUNT: usize> DerefMut for Block<SIZE, COUNT> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [u8; SIZE] {
        // SAFETY: as above, and borrowed by one only.
        unsafe { self.memory.cast().as_mut() }
    }
}

impl<const SIZE: usize, const COUNT: usize> Drop for Block<SIZE, COUNT> {
    #[inline]
    fn drop(&mut self) {
        // It was taken from this pool, and only dropping gives it back.
        let _ = self.pool.give(self.memory.as_ptr());
    }
}
