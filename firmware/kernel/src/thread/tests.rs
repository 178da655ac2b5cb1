//! On the host a test plays all threads: what it calls is called by whoever is current, and a wait only changes who that
//! is.

use super::{State, Thread, park, take_permit_or_park};
use crate::arch::play;
use crate::cell::critical;
use crate::context::{InterruptContext, ThreadContext};
use crate::list::ThreadList;
use crate::scheduler::{self, Wake};
use crate::stack::Stack;
use crate::time::{self, Instant};

const CX: ThreadContext = ThreadContext::new();

fn runs(thread: &Thread) -> bool {
    scheduler::running().is_some_and(|running| core::ptr::eq(running, thread))
}

#[test]
fn a_parked_thread_goes_on_when_it_gets_a_permit_or_its_time_is_over() {
    play(permits);
}

fn permits() {
    static PARKS: Thread = Thread::new("parks", 5);
    static OTHER: Thread = Thread::new("other", 9);
    static STACKS: [Stack<256>; 2] = [const { Stack::new() }; 2];
    static LIST: ThreadList = ThreadList::new();

    PARKS.unpark(CX);
    for (thread, stack) in [&PARKS, &OTHER].into_iter().zip(&STACKS) {
        assert!(thread.spawn(stack.take().unwrap(), |_, _| (), 0).is_ok());
    }
    critical(scheduler::reschedule);
    assert!(runs(&PARKS));

    // The permit of before it was started is none.
    assert!(!take_permit_or_park(None));
    assert!(PARKS.state() == State::Blocked && runs(&OTHER));
    // A thread that lies in no list can change its priority.
    PARKS.set_priority(12);
    PARKS.unpark(CX);
    assert!(PARKS.state() == State::Ready && runs(&OTHER));
    PARKS.set_priority(5);
    assert!(runs(&PARKS) && scheduler::outcome() == Wake::Normal);

    // Two permits are as one.
    PARKS.unpark(CX);
    PARKS.unpark(InterruptContext::new());
    park(CX);
    assert!(runs(&PARKS) && !take_permit_or_park(None) && runs(&OTHER));
    PARKS.unpark(CX);
    assert!(runs(&PARKS));

    // Who waits for something else goes on waiting, and has the permit afterwards.
    critical(|cs| scheduler::block(cs, &LIST, None));
    PARKS.unpark(CX);
    assert!(PARKS.state() == State::Blocked && runs(&OTHER));
    critical(|cs| assert!(scheduler::wake_first(cs, &LIST).is_some() && LIST.first(cs).is_none()));
    assert!(runs(&PARKS) && take_permit_or_park(None) && runs(&PARKS));

    // The time of one that is woken before is over for nobody.
    let due = Some(Instant::from_counts(0));
    assert!(!take_permit_or_park(due) && runs(&OTHER));
    time::alarm(InterruptContext::new());
    assert!(runs(&PARKS) && scheduler::outcome() == Wake::Timeout);
    assert!(!take_permit_or_park(due));
    PARKS.unpark(CX);
    time::alarm(InterruptContext::new());
    assert!(runs(&PARKS) && scheduler::outcome() == Wake::Normal);
    assert!(!take_permit_or_park(None) && runs(&OTHER));
}
