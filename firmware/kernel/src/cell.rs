//! Critical sections, and cells that only they open.
//!
//! All state that threads and interrupts share lies in [`CsCell`]s. They are read and written with a [`Cs`], which
//! exists only inside [`critical`]: so every access is free of races, and nothing outside of this module needs
//! `unsafe` for it.

use core::cell::Cell;
use core::marker::PhantomData;

use crate::arch;

/// Proof that the interrupts which may call the kernel are held back. It costs nothing at run time.
#[derive(Clone, Copy)]
pub struct Cs<'section>(PhantomData<(&'section (), *mut ())>);

impl Cs<'_> {
    /// # Safety
    /// Until the end of its lifetime no interrupt that calls the kernel may come, and no other thread may run.
    #[inline(always)]
    pub(crate) const unsafe fn new() -> Self {
        Self(PhantomData)
    }
}

/// Runs `body` with interrupts held back, and then as they were. Sections may lie inside each other. A thread switch
/// that `body` asks for happens when the outermost one ends.
#[inline(always)]
pub fn critical<R>(body: impl FnOnce(Cs) -> R) -> R {
    let before = arch::mask();
    // SAFETY: interrupts are masked until `restore`, and `body` cannot keep the token.
    let result = body(unsafe { Cs::new() });
    arch::restore(before);
    result
}

/// As [`critical`], for a `body` that asks for no thread switch: so its end need not look for one.
#[inline(always)]
pub(crate) fn critical_without_switch<R>(body: impl FnOnce(Cs) -> R) -> R {
    let before = arch::mask();
    // SAFETY: interrupts are masked until `restore_mask`, and `body` cannot keep the token.
    let result = body(unsafe { Cs::new() });
    arch::restore_mask(before);
    result
}

/// A value that only a critical section can see.
#[repr(transparent)]
pub struct CsCell<T>(Cell<T>);

// SAFETY: the contents are reached only with a `Cs`, so never by two at once; there is one core.
unsafe impl<T: Send> Sync for CsCell<T> {}

impl<T> CsCell<T> {
    /// A cell with a value.
    pub const fn new(value: T) -> Self {
        Self(Cell::new(value))
    }

    /// Sets the value.
    #[inline(always)]
    pub fn set(&self, _: Cs, value: T) {
        self.0.set(value);
    }

    /// Sets the value and returns the one before.
    #[inline(always)]
    pub fn replace(&self, _: Cs, value: T) -> T {
        self.0.replace(value)
    }
}

impl<T: Copy> CsCell<T> {
    /// The value.
    #[inline(always)]
    pub fn get(&self, _: Cs) -> T {
        self.0.get()
    }
}
