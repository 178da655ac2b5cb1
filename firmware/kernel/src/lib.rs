//! A small real-time kernel for RISC-V (RV32IMAC) and ARMv7-M microcontrollers.
//!
//! - Threads with 32 priorities, preemptive, equals in turn; statics all the way, no allocator needed.
//! - Ownership carries what the types of other kernels leave to discipline: a stack belongs to one thread
//!   ([`stack`]), a message belongs to who received it ([`sync::Queue`]), data behind a mutex to who holds it
//!   ([`sync::Mutex`]), and calls that may block need what only threads have ([`context`]).
//! - Tickless: the clock interrupts when something is due ([`time`]).
#![no_std]
#![deny(unsafe_code)]
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(missing_docs)]
#![cfg_attr(not(target_os = "none"), allow(dead_code, reason = "what only a target's interrupts call"))]

#[cfg(not(target_os = "none"))]
extern crate std;

#[allow(unsafe_code)]
pub(crate) mod arch;
pub mod board;
#[allow(unsafe_code)]
pub mod cell;
pub mod console;
pub mod context;
pub mod driver;
#[allow(unsafe_code)]
pub mod fault;
pub mod interrupt;
#[cfg(feature = "ffi")]
#[allow(unsafe_code)]
pub mod ffi;
#[allow(unsafe_code)]
pub mod list;
pub mod memory;
#[cfg(target_os = "none")]
mod panic;
#[cfg(test)]
mod random;
pub mod scheduler;
#[allow(unsafe_code)]
pub mod stack;
pub mod sync;
pub mod thread;
pub mod time;
pub mod timer;
pub mod trace;
pub mod wait;

pub use scheduler::{start, yield_now};

/// Names the program's first function, `fn() -> !`, which runs on the interrupt stack before any thread; it starts
/// threads and ends with [`start`].
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[allow(unsafe_code)]
        // SAFETY: the one symbol of this name that a program has.
        #[unsafe(export_name = "bluekernel_main")]
        extern "C" fn bluekernel_main() -> ! {
            let main: fn() -> ! = $main;
            main()
        }
    };
}
