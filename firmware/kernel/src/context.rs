//! Who calls: a thread, which may wait, or an interrupt, which may not.
//!
//! A call that may block takes a [`ThreadContext`], which only threads are given. A call that is legal from an
//! interrupt too says so by taking `impl` [`Context`]. The tokens have no size, so they cost nothing.

use core::marker::PhantomData;

/// A thread calls. Passed to a thread's entry; it can be copied, but not sent to another place of execution.
#[derive(Clone, Copy)]
pub struct ThreadContext(PhantomData<*mut ()>);

/// An interrupt's handler calls.
#[derive(Clone, Copy)]
pub struct InterruptContext<'handler>(PhantomData<(&'handler (), *mut ())>);

impl ThreadContext {
    /// For the kernel's entries to threads, and for [`crate::ffi`], which checks at run time.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl InterruptContext<'_> {
    /// For the dispatch of interrupts.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::ThreadContext {}
    impl Sealed for super::InterruptContext<'_> {}
}

/// A thread or an interrupt.
pub trait Context: Copy + sealed::Sealed {}

impl Context for ThreadContext {}
impl Context for InterruptContext<'_> {}
