//! Lists of threads: the ready queues, and those who wait for something.
//!
//! A thread is in at most one list at a time, so its two links lie in the thread, and entering, leaving and rotating
//! take a bounded number of instructions. The lists are circular: the last one's `next` is the head.

use crate::cell::{Cs, CsCell};
use crate::thread::Thread;

/// Reference to a thread, or none.
pub(crate) type Link = Option<&'static Thread>;

/// A list of threads.
pub struct ThreadList {
    head: CsCell<Link>,
}

/// A link of a thread that is in a list.
#[inline(always)]
fn linked(link: Link) -> &'static Thread {
    debug_assert!(link.is_some());
    // SAFETY: `push_back` and `insert` set both links before a thread can be reached through a list, and only
    // these functions read them.
    unsafe { link.unwrap_unchecked() }
}

impl ThreadList {
    /// An empty list.
    pub const fn new() -> Self {
        Self { head: CsCell::new(None) }
    }

    /// The first thread: of a waiting list, the most urgent one that has waited longest.
    #[inline(always)]
    pub(crate) fn first(&self, cs: Cs) -> Link {
        self.head.get(cs)
    }

    /// The thread behind `thread`, or none at the end of the list.
    pub(crate) fn after(&self, cs: Cs, thread: &'static Thread) -> Link {
        let next = linked(thread.next.get(cs));
        if self.is_first(cs, next) { None } else { Some(next) }
    }

    #[inline(always)]
    fn is_first(&self, cs: Cs, thread: &Thread) -> bool {
        self.head.get(cs).is_some_and(|head| core::ptr::eq(head, thread))
    }

    /// Whether there are two threads or more.
    pub(crate) fn has_several(&self, cs: Cs) -> bool {
        self.head.get(cs).is_some_and(|head| !core::ptr::eq(linked(head.next.get(cs)), head))
    }

    #[inline]
    pub(crate) fn push_back(&self, cs: Cs, thread: &'static Thread) {
        match self.head.get(cs) {
            None => {
                thread.next.set(cs, Some(thread));
                thread.prev.set(cs, Some(thread));
                self.head.set(cs, Some(thread));
            }
            Some(head) => Self::link_before(cs, thread, head),
        }
    }

    #[inline(always)]
    fn link_before(cs: Cs, thread: &'static Thread, next: &'static Thread) {
        let prev = linked(next.prev.get(cs));
        thread.next.set(cs, Some(next));
        thread.prev.set(cs, Some(prev));
        prev.next.set(cs, Some(thread));
        next.prev.set(cs, Some(thread));
    }

    /// Behind all that are at least as urgent. Takes time in proportion to those.
    pub(crate) fn insert(&self, cs: Cs, thread: &'static Thread) {
        let Some(head) = self.head.get(cs) else {
            return self.push_back(cs, thread);
        };
        let priority = thread.priority.get(cs);
        let mut next = head;
        while next.priority.get(cs) <= priority {
            next = linked(next.next.get(cs));
            if core::ptr::eq(next, head) {
                return Self::link_before(cs, thread, head);
            }
        }
        Self::link_before(cs, thread, next);
        if core::ptr::eq(next, head) {
            self.head.set(cs, Some(thread));
        }
    }

    /// Takes out a thread that is in this list. Returns whether the list is empty now.
    #[inline]
    pub(crate) fn remove(&self, cs: Cs, thread: &'static Thread) -> bool {
        let next = linked(thread.next.get(cs));
        if core::ptr::eq(next, thread) {
            self.head.set(cs, None);
            return true;
        }
        let prev = linked(thread.prev.get(cs));
        prev.next.set(cs, Some(next));
        next.prev.set(cs, Some(prev));
        if self.is_first(cs, thread) {
            self.head.set(cs, Some(next));
        }
        false
    }

    /// Makes the first one the last.
    #[inline(always)]
    pub(crate) fn rotate(&self, cs: Cs, first: &'static Thread) {
        self.head.set(cs, first.next.get(cs));
    }
}

impl Default for ThreadList {
    fn default() -> Self {
        Self::new()
    }
}
