//! Memory that is given out and comes back: pools of equal blocks, and a heap.
//!
//! Both find out when something is freed that they did not give out, or that was freed before, and say so.

#[allow(unsafe_code)]
pub mod pool;
#[allow(unsafe_code)]
pub mod tlsf;

pub use pool::{Block, Pool};
pub use tlsf::Heap;

/// Why memory was not taken back. Nothing has changed then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FreeError {
    /// It is no block of this pool or heap.
    Foreign,
    /// It is free already.
    AlreadyFree,
    /// What the heap keeps in front of the block or behind it has been overwritten.
    Corrupted,
}

#[cfg(all(test, not(target_os = "none")))]
#[allow(unsafe_code)]
mod tests;
