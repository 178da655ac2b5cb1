//! Stacks, and who owns them.
//!
//! A [`Stack`] is memory that can be taken once. What is taken is a [`StackSpace`], which cannot be copied: it moves
//! into the thread that is started with it and comes back out of [`crate::thread::Thread::join`]. So a stack belongs
//! to exactly one thread, and no thread outlives it.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use crate::cell::{CsCell, critical};

/// Lowest word of each stack; a thread that has changed it has overflowed.
pub const CANARY: u32 = 0x5afe_c0de;
/// What fills a stack before its thread runs, so that [`StackSpace::high_water`] sees how deep it went.
const FILL: u32 = 0xa5a5_a5a5;

/// Memory for the stack of a thread: `BYTES` of it, which must be a multiple of 16.
#[repr(C, align(16))]
pub struct Stack<const BYTES: usize> {
    memory: UnsafeCell<MaybeUninit<[u8; BYTES]>>,
    taken: CsCell<bool>,
}

// SAFETY: the memory is reached only through the one `StackSpace` that `take` gives out.
unsafe impl<const BYTES: usize> Sync for Stack<BYTES> {}

impl<const BYTES: usize> Stack<BYTES> {
    const CHECKED: () = assert!(
        BYTES % 16 == 0 && BYTES >= 128,
        "a stack's size is a multiple of 16 of at least 128 bytes"
    );

    /// A stack that nobody has taken yet.
    #[expect(clippy::new_without_default, reason = "a stack is a static, not a value")]
    pub const fn new() -> Self {
        const { Self::CHECKED };
        Self { memory: UnsafeCell::new(MaybeUninit::uninit()), taken: CsCell::new(false) }
    }

    /// Takes the memory, once. Returns none when it has been taken.
    pub fn take(&'static self) -> Option<StackSpace> {
        if critical(|cs| self.taken.replace(cs, true)) {
            return None;
        }
        // SAFETY: a static is not at address 0.
        let bottom = unsafe { NonNull::new_unchecked(self.memory.get().cast::<u32>()) };
        Some(StackSpace { bottom, words: BYTES / 4 })
    }
}

/// The memory of one stack; whoever holds this owns it.
pub struct StackSpace {
    bottom: NonNull<u32>,
    words: usize,
}

// SAFETY: it is the only reference to its memory.
unsafe impl Send for StackSpace {}

impl StackSpace {
    /// # Safety
    /// `words` words from `bottom` on, which is aligned to 16 bytes, must be nobody else's for as long as the
    /// program runs, or until the thread that gets them has been joined.
    pub(crate) const unsafe fn from_raw(bottom: NonNull<u32>, words: usize) -> Self {
        Self { bottom, words }
    }

    /// Lowest address.
    pub(crate) fn bottom(&self) -> *mut u32 {
        self.bottom.as_ptr()
    }

    /// Size in bytes.
    pub fn size(&self) -> usize {
        4 * self.words
    }

    /// Marks all of it as unused.
    pub(crate) fn fill(&mut self) {
        for index in 1..self.words {
            // SAFETY: inside of the memory that `self` owns.
            unsafe { self.bottom.add(index).write(FILL) };
        }
        // SAFETY: the first word of the memory that `self` owns.
        unsafe { self.bottom.write(CANARY) };
    }

    /// Puts words below the top and returns the address of the first.
    pub(crate) fn push(&mut self, words: &[usize]) -> usize {
        let start = self.words - words.len();
        for (index, word) in words.iter().enumerate() {
            // SAFETY: inside of the memory that `self` owns, since a stack has at least 128 bytes.
            unsafe { self.bottom.add(start + index).write(*word as u32) };
        }
        // SAFETY: as above.
        unsafe { self.bottom.add(start).as_ptr() as usize }
    }
}

/// Most bytes that the stack of `words` words at `bottom` has held.
pub(crate) fn high_water(bottom: *const u32, words: usize) -> usize {
    let mut unused = 1;
    // SAFETY: words of a stack that is some thread's; they are only read, one at a time, whatever they hold.
    while unused < words && unsafe { bottom.add(unused).read_volatile() } == FILL {
        unused += 1;
    }
    4 * (words - unused)
}

/// The stack of a thread that has ended, for [`crate::thread::Thread::join`].
pub(crate) fn returned(bottom: NonNull<u32>, words: usize) -> StackSpace {
    // SAFETY: the thread owned it, has ended, and is joined once: its state says so.
    unsafe { StackSpace::from_raw(bottom, words) }
}
