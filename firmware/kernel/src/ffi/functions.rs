//! Threads, time, what threads wait for, interrupts, memory and text.

use core::ffi::{CStr, c_char, c_void};
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::declaration::functions;
use crate::arch;
use crate::cell::critical;
use crate::console;
use crate::context::{InterruptContext, ThreadContext};
use crate::memory::{FreeError, tlsf};
use crate::scheduler::{self, Wake};
use crate::stack::StackSpace;
use crate::sync::event_flags::{EventFlags, Wanted};
use crate::sync::mutex::MutexCore;
use crate::sync::queue::Core as QueueCore;
use crate::sync::Semaphore;
use crate::thread::{self, IDLE_PRIORITY};
use crate::time::{Duration, Instant};
use crate::{board, fault, interrupt, time, timer};

/// What a call returns: `bk_status`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Status(pub i32);

/// `BK_OK`
pub const OK: Status = Status(0);
/// `BK_TIMEOUT`
pub const TIMEOUT: Status = Status(-1);
/// `BK_INVALID`
pub const INVALID: Status = Status(-2);
/// `BK_BUSY`
pub const BUSY: Status = Status(-3);
/// `BK_NOT_ALLOWED`
pub const NOT_ALLOWED: Status = Status(-4);
/// `BK_NO_MEMORY`
pub const NO_MEMORY: Status = Status(-5);
/// `BK_UNSUPPORTED`
pub const UNSUPPORTED: Status = Status(-6);
/// `BK_IO`
pub const IO: Status = Status(-7);

/// `BK_ALL`
pub const ALL: u32 = 1;
/// `BK_CLEAR`
pub const CLEAR: u32 = 2;

/// A function of C that is given a pointer of its own choice.
pub type Callback = Option<extern "C" fn(*mut c_void)>;

/// How long a call waits.
#[derive(Clone, Copy)]
enum Patience {
    Try,
    Until(Option<Instant>),
}

/// What a deadline means here, or that nobody may wait here.
fn patience(deadline: u64) -> Result<Patience, Status> {
    match deadline {
        0 => Ok(Patience::Try),
        _ if !in_thread() => Err(NOT_ALLOWED),
        u64::MAX => Ok(Patience::Until(None)),
        at => Ok(Patience::Until(Some(Instant::from_counts(at)))),
    }
}

fn in_thread() -> bool {
    !arch::in_interrupt() && scheduler::running().is_some()
}

/// A call of the kernel that C makes; what it does was checked by the caller.
const CALL: ThreadContext = ThreadContext::new();

fn when(holds: bool, otherwise: Status) -> Status {
    if holds { OK } else { otherwise }
}

/// `struct bk_thread`: a thread, and what it calls.
#[repr(C)]
pub struct Thread {
    thread: thread::Thread,
    entry: Callback,
    argument: *mut c_void,
}

// SAFETY: the fields are written before the thread is started, and only it reads them.
unsafe impl Sync for Thread {}

fn run(_: ThreadContext, argument: usize) {
    let this = core::ptr::with_exposed_provenance::<Thread>(argument);
    // SAFETY: `bk_thread_start` gives the address of the object, which stays until the thread has been joined.
    let (entry, argument) = unsafe { ((*this).entry, (*this).argument) };
    if let Some(entry) = entry {
        entry(argument);
    }
}

/// Text of C's, which stays; without what is no UTF-8.
///
/// # Safety
/// `text` is null, or ends with a zero byte and stays as it is.
pub(super) unsafe fn text(text: *const c_char) -> &'static str {
    if text.is_null() {
        return "";
    }
    // SAFETY: as the caller promises.
    let bytes = unsafe { CStr::from_ptr(text) };
    match bytes.to_str() {
        Ok(text) => text,
        Err(error) => core::str::from_utf8(&bytes.to_bytes()[..error.valid_up_to()]).unwrap_or(""),
    }
}

/// `struct bk_mutex`
pub type Mutex = MutexCore;
/// `struct bk_events`
pub type Events = EventFlags;

/// `struct bk_queue`: a queue of messages whose size is known at run time.
#[repr(C)]
pub struct Queue {
    core: QueueCore,
    memory: *mut u8,
    size: usize,
    capacity: usize,
}

// SAFETY: the messages are reached only in critical sections.
unsafe impl Sync for Queue {}

impl Queue {
    fn slot(&self, index: usize) -> *mut u8 {
        self.memory.wrapping_add(index * self.size)
    }
}

/// `struct bk_timer`: a timer, and what it calls.
#[repr(C)]
pub struct Timer {
    timer: timer::Timer,
    callback: extern "C" fn(*mut c_void),
    argument: *mut c_void,
}

// SAFETY: the fields never change.
unsafe impl Sync for Timer {}

fn expired(_: InterruptContext, this: usize) {
    let this = core::ptr::with_exposed_provenance::<Timer>(this);
    // SAFETY: `bk_timer_init` gives the address of the object, which stays while it runs.
    let (callback, argument) = unsafe { ((*this).callback, (*this).argument) };
    callback(argument);
}

/// `struct bk_interrupt`: a handler, and what it calls.
#[repr(C)]
pub struct Interrupt {
    interrupt: interrupt::Interrupt,
    handler: extern "C" fn(*mut c_void),
    argument: *mut c_void,
}

// SAFETY: the fields never change.
unsafe impl Sync for Interrupt {}

fn handle(_: InterruptContext, this: usize) {
    let this = core::ptr::with_exposed_provenance::<Interrupt>(this);
    // SAFETY: `bk_interrupt_install` gives the address of the object, which stays while it is installed.
    let (handler, argument) = unsafe { ((*this).handler, (*this).argument) };
    handler(argument);
}

pub(super) fn installed(result: Result<(), interrupt::InstallError>) -> Status {
    match result {
        Ok(()) => OK,
        Err(interrupt::InstallError::NoSuchLine) => INVALID,
        Err(interrupt::InstallError::Taken) => BUSY,
    }
}

#[cfg(feature = "heap")]
use tlsf::HEAP;
#[cfg(not(feature = "heap"))]
static HEAP: tlsf::Heap = tlsf::Heap::new();

/// Makes an object, if there is a place for it.
///
/// # Safety
/// `place` is null or has room for it, and nobody uses what is there.
unsafe fn make<T>(place: *mut T, object: T) -> Status {
    if place.is_null() || !place.is_aligned() {
        return INVALID;
    }
    // SAFETY: as the caller promises.
    unsafe { place.write(object) };
    OK
}

functions! { declarations:
    /// Counts of the clock since the start.
    fn bk_now() -> u64 {
        Instant::now().counts()
    }

    /// Counts of the clock a second.
    fn bk_clock_hz() -> u32 {
        board::CLOCK_HZ
    }

    /// Counts in so many microseconds.
    fn bk_micros(micros: u32) -> u64 {
        Duration::from_micros(micros).counts()
    }

    /// Waits until a time.
    fn bk_sleep_until(until: u64) -> Status {
        if !in_thread() {
            return NOT_ALLOWED;
        }
        time::sleep_until(CALL, Instant::from_counts(until));
        OK
    }

    /// Starts a thread.
    ///
    /// # Safety
    /// `thread` has room for the object, and `stack` for `stack_size` bytes, which are nobody else's until the thread
    /// has been joined; `name` stays.
    fn bk_thread_start(
        thread: *mut Thread,
        name: *const c_char,
        priority: u32,
        stack: *mut c_void,
        stack_size: usize,
        entry: Option<extern "C" fn(*mut c_void)>,
        argument: *mut c_void,
    ) -> Status {
        let skipped = stack.align_offset(16);
        let words = stack_size.saturating_sub(skipped) / 16 * 4;
        let bottom = NonNull::new(stack.cast::<u8>().wrapping_add(skipped).cast::<u32>());
        let Some(bottom) = bottom.filter(|_| !stack.is_null()) else { return INVALID };
        if entry.is_none() || priority >= u32::from(IDLE_PRIORITY) || words < 32 {
            return INVALID;
        }
        let mut busy = false;
        scheduler::for_each_thread(|one| busy |= core::ptr::addr_eq(one, thread));
        if busy {
            return BUSY;
        }
        // SAFETY: as the caller promises, and no thread that was not joined uses the object.
        let object = unsafe {
            let name = text(name);
            let made = make(thread, Thread { thread: thread::Thread::new(name, priority as u8), entry, argument });
            if made != OK {
                return made;
            }
            &*thread
        };
        // SAFETY: as the caller promises; below the stack's size.
        let stack = unsafe { StackSpace::from_raw(bottom, words) };
        when(object.thread.spawn(stack, run, thread.expose_provenance()).is_ok(), BUSY)
    }

    /// Waits until a thread has ended.
    fn bk_thread_join(thread: Option<&'static Thread>, deadline: u64) -> Status {
        let Some(thread) = thread else { return INVALID };
        let until = match patience(deadline) {
            Err(status) => return status,
            Ok(Patience::Try) if thread.thread.state() != thread::State::Ended => return TIMEOUT,
            Ok(Patience::Try) => None,
            Ok(Patience::Until(until)) => until,
        };
        when(thread.thread.join(CALL, until).is_some(), TIMEOUT)
    }

    /// The name of the calling thread.
    ///
    /// # Safety
    /// `buffer` has room for `size` bytes.
    fn bk_thread_name(buffer: *mut c_void, size: usize) -> usize {
        let name = if in_thread() { scheduler::current().name() } else { "" };
        if size > 0 && !buffer.is_null() {
            let length = name.len().min(size - 1);
            // SAFETY: as the caller promises.
            unsafe {
                buffer.cast::<u8>().copy_from_nonoverlapping(name.as_ptr(), length);
                buffer.cast::<u8>().add(length).write(0);
            }
        }
        name.len()
    }

    /// The priority at which a thread runs.
    fn bk_thread_priority(thread: Option<&'static Thread>) -> i32 {
        match thread {
            Some(thread) => i32::from(thread.thread.priority()),
            None if in_thread() => i32::from(scheduler::current().priority()),
            None => NOT_ALLOWED.0,
        }
    }

    /// Gives a thread another priority.
    fn bk_thread_set_priority(thread: Option<&'static Thread>, priority: u32) -> Status {
        let thread = match thread {
            Some(thread) => &thread.thread,
            None if in_thread() => scheduler::current(),
            None => return NOT_ALLOWED,
        };
        if priority >= u32::from(IDLE_PRIORITY) {
            return INVALID;
        }
        thread.set_priority(priority as u8);
        OK
    }

    /// Most bytes of a thread's stack that have been in use.
    fn bk_thread_stack_use(thread: Option<&'static Thread>) -> usize {
        thread.map_or(0, |thread| thread.thread.stack_use().0)
    }

    /// Lets others of the same priority run.
    fn bk_yield() -> Status {
        if !in_thread() {
            return NOT_ALLOWED;
        }
        scheduler::yield_now(CALL);
        OK
    }

    /// Makes a semaphore.
    ///
    /// # Safety
    /// There is room for it.
    fn bk_semaphore_init(semaphore: *mut Semaphore, count: u32) -> Status {
        // SAFETY: as the caller promises.
        unsafe { make(semaphore, Semaphore::new(count)) }
    }

    /// Gives a unit.
    fn bk_semaphore_give(semaphore: Option<&'static Semaphore>) -> Status {
        let Some(semaphore) = semaphore else { return INVALID };
        semaphore.give(CALL);
        OK
    }

    /// Takes a unit.
    fn bk_semaphore_take(semaphore: Option<&'static Semaphore>, deadline: u64) -> Status {
        let Some(semaphore) = semaphore else { return INVALID };
        match patience(deadline) {
            Err(status) => status,
            Ok(Patience::Try) => when(semaphore.try_take(CALL), TIMEOUT),
            Ok(Patience::Until(None)) => {
                semaphore.take(CALL);
                OK
            }
            Ok(Patience::Until(Some(until))) => when(semaphore.take_until(CALL, until).is_ok(), TIMEOUT),
        }
    }

    /// Units that can be taken.
    fn bk_semaphore_count(semaphore: Option<&'static Semaphore>) -> u32 {
        semaphore.map_or(0, |semaphore| semaphore.count(CALL))
    }

    /// Makes a mutex.
    ///
    /// # Safety
    /// There is room for it.
    fn bk_mutex_init(mutex: *mut Mutex) -> Status {
        // SAFETY: as the caller promises.
        unsafe { make(mutex, MutexCore::new()) }
    }

    /// Locks a mutex.
    fn bk_mutex_lock(mutex: Option<&'static Mutex>, deadline: u64) -> Status {
        let Some(mutex) = mutex else { return INVALID };
        if !in_thread() {
            return NOT_ALLOWED;
        }
        if mutex.is_held_by_caller() {
            return BUSY;
        }
        match patience(deadline) {
            Err(status) => status,
            Ok(Patience::Try) => when(mutex.try_lock(), TIMEOUT),
            Ok(Patience::Until(until)) => when(mutex.lock(until), TIMEOUT),
        }
    }

    /// Unlocks a mutex.
    fn bk_mutex_unlock(mutex: Option<&'static Mutex>) -> Status {
        let Some(mutex) = mutex else { return INVALID };
        if !in_thread() || !mutex.is_held_by_caller() {
            return NOT_ALLOWED;
        }
        mutex.unlock();
        OK
    }

    /// Makes event flags.
    ///
    /// # Safety
    /// There is room for them.
    fn bk_events_init(events: *mut Events) -> Status {
        // SAFETY: as the caller promises.
        unsafe { make(events, EventFlags::new()) }
    }

    /// Sets flags.
    fn bk_events_set(events: Option<&'static Events>, flags: u32) -> Status {
        let Some(events) = events else { return INVALID };
        events.set(CALL, flags);
        OK
    }

    /// Clears flags.
    fn bk_events_clear(events: Option<&'static Events>, flags: u32) -> Status {
        let Some(events) = events else { return INVALID };
        events.clear(CALL, flags);
        OK
    }

    /// The flags that are set.
    fn bk_events_get(events: Option<&'static Events>) -> u32 {
        events.map_or(0, |events| events.get(CALL))
    }

    /// Waits for flags.
    ///
    /// # Safety
    /// `got` is null or points to a word.
    fn bk_events_wait(
        events: Option<&'static Events>,
        flags: u32,
        how: u32,
        deadline: u64,
        got: *mut u32,
    ) -> Status {
        let Some(events) = events else { return INVALID };
        let wanted = match how {
            0 => Wanted::Any,
            ALL => Wanted::All,
            CLEAR => Wanted::AnyAndClear,
            3 => Wanted::AllAndClear,
            _ => return INVALID,
        };
        let there = match patience(deadline) {
            Err(status) => return status,
            Ok(Patience::Try) => events.try_wait(CALL, flags, wanted),
            Ok(Patience::Until(None)) => Some(events.wait(CALL, flags, wanted)),
            Ok(Patience::Until(Some(until))) => events.wait_until(CALL, flags, wanted, until).ok(),
        };
        let Some(there) = there else { return TIMEOUT };
        if !got.is_null() {
            // SAFETY: as the caller promises.
            unsafe { got.write(there) };
        }
        OK
    }

    /// Makes a queue.
    ///
    /// # Safety
    /// There is room for it, and in `memory` for its messages.
    fn bk_queue_init(queue: *mut Queue, memory: *mut c_void, message_size: usize, capacity: usize) -> Status {
        if memory.is_null() || capacity == 0 || message_size.checked_mul(capacity).is_none_or(|bytes| bytes == 0) {
            return INVALID;
        }
        let object = Queue { core: QueueCore::new(), memory: memory.cast(), size: message_size, capacity };
        // SAFETY: as the caller promises.
        unsafe { make(queue, object) }
    }

    /// Sends a message.
    ///
    /// # Safety
    /// `message` points to one of the queue's size.
    fn bk_queue_send(queue: Option<&'static Queue>, message: *const c_void, deadline: u64) -> Status {
        let Some(queue) = queue.filter(|_| !message.is_null()) else { return INVALID };
        let patience = match patience(deadline) {
            Err(status) => return status,
            Ok(patience) => patience,
        };
        loop {
            let sent = critical(|cs| {
                if let Some(index) = queue.core.push(cs, queue.capacity) {
                    // SAFETY: the slot is free; as the caller promises.
                    unsafe { queue.slot(index).copy_from_nonoverlapping(message.cast(), queue.size) };
                    scheduler::wake_first(cs, &queue.core.receivers);
                    return true;
                }
                if let Patience::Until(until) = patience {
                    scheduler::block(cs, &queue.core.senders, until);
                }
                false
            });
            if sent {
                return OK;
            }
            if matches!(patience, Patience::Try) || scheduler::outcome() == Wake::Timeout {
                return TIMEOUT;
            }
        }
    }

    /// Receives the oldest message.
    ///
    /// # Safety
    /// `message` has room for one.
    fn bk_queue_receive(queue: Option<&'static Queue>, message: *mut c_void, deadline: u64) -> Status {
        let Some(queue) = queue.filter(|_| !message.is_null()) else { return INVALID };
        let patience = match patience(deadline) {
            Err(status) => return status,
            Ok(patience) => patience,
        };
        loop {
            let received = critical(|cs| {
                if let Some(index) = queue.core.pop(cs, queue.capacity) {
                    // SAFETY: the slot holds a message; as the caller promises.
                    unsafe { queue.slot(index).copy_to_nonoverlapping(message.cast(), queue.size) };
                    scheduler::wake_first(cs, &queue.core.senders);
                    return true;
                }
                if let Patience::Until(until) = patience {
                    scheduler::block(cs, &queue.core.receivers, until);
                }
                false
            });
            if received {
                return OK;
            }
            if matches!(patience, Patience::Try) || scheduler::outcome() == Wake::Timeout {
                return TIMEOUT;
            }
        }
    }

    /// Messages that wait to be received.
    fn bk_queue_count(queue: Option<&'static Queue>) -> usize {
        queue.map_or(0, |queue| critical(|cs| queue.core.count(cs)))
    }

    /// Makes a timer.
    ///
    /// # Safety
    /// There is room for it.
    fn bk_timer_init(
        timer: *mut Timer,
        callback: Option<extern "C" fn(*mut c_void)>,
        argument: *mut c_void,
    ) -> Status {
        let Some(callback) = callback else { return INVALID };
        let object = Timer { timer: timer::Timer::new(expired, timer.expose_provenance()), callback, argument };
        // SAFETY: as the caller promises.
        unsafe { make(timer, object) }
    }

    /// Calls back at a time.
    fn bk_timer_start_at(timer: Option<&'static Timer>, at: u64) -> Status {
        let Some(timer) = timer else { return INVALID };
        timer.timer.start_at(CALL, Instant::from_counts(at));
        OK
    }

    /// Calls back periodically.
    fn bk_timer_start_periodic(timer: Option<&'static Timer>, period: u64) -> Status {
        let Some(timer) = timer.filter(|_| period > 0) else { return INVALID };
        timer.timer.start_periodic(CALL, Duration::from_counts(period));
        OK
    }

    /// Stops a timer.
    fn bk_timer_stop(timer: Option<&'static Timer>) -> Status {
        let Some(timer) = timer else { return INVALID };
        when(timer.timer.stop(CALL), TIMEOUT)
    }

    /// Handles a line.
    ///
    /// # Safety
    /// There is room for the object, which is not installed.
    fn bk_interrupt_install(
        interrupt: *mut Interrupt,
        line: u32,
        handler: Option<extern "C" fn(*mut c_void)>,
        argument: *mut c_void,
    ) -> Status {
        let Some(handler) = handler else { return INVALID };
        let inner = interrupt::Interrupt::new(line as usize, handle, interrupt.expose_provenance());
        // SAFETY: as the caller promises; the object stays while it is installed.
        unsafe {
            let made = make(interrupt, Interrupt { interrupt: inner, handler, argument });
            if made == OK { installed((*interrupt).interrupt.install()) } else { made }
        }
    }

    /// Handles a line no longer.
    fn bk_interrupt_remove(interrupt: Option<&'static Interrupt>) -> Status {
        let Some(interrupt) = interrupt else { return INVALID };
        interrupt.interrupt.remove();
        OK
    }

    /// Sets how urgent a line is.
    fn bk_interrupt_set_urgency(interrupt: Option<&'static Interrupt>, urgency: u32) -> Status {
        let (Some(interrupt), Ok(urgency)) = (interrupt, u8::try_from(urgency)) else { return INVALID };
        interrupt.interrupt.set_urgency(urgency);
        OK
    }

    /// Raises a line by software.
    fn bk_interrupt_pend(interrupt: Option<&'static Interrupt>) -> Status {
        let Some(interrupt) = interrupt else { return INVALID };
        interrupt.interrupt.pend();
        OK
    }

    /// A line that no device drives.
    fn bk_software_line() -> u32 {
        board::SOFTWARE_LINE as u32
    }

    /// Holds interrupts back.
    fn bk_critical_enter() -> u32 {
        arch::mask().0 as u32
    }

    /// Lets them come again.
    fn bk_critical_exit(before: u32) -> () {
        arch::restore(arch::Masked(before as _));
    }

    /// Gives the heap its memory.
    ///
    /// # Safety
    /// It is nobody else's from now on.
    fn bk_heap_start(memory: *mut c_void, size: usize) -> Status {
        let Some(memory) = NonNull::new(memory.cast::<MaybeUninit<u8>>()) else { return INVALID };
        // SAFETY: as the caller promises.
        let region = unsafe { NonNull::slice_from_raw_parts(memory, size).as_mut() };
        when(HEAP.start(region), BUSY)
    }

    /// Memory of a size.
    fn bk_allocate(size: usize) -> *mut c_void {
        HEAP.allocate(size, 8).map_or(core::ptr::null_mut(), |memory| memory.as_ptr().cast())
    }

    /// Takes memory back.
    ///
    /// # Safety
    /// Nobody uses it from now on.
    fn bk_free(memory: *mut c_void) -> Status {
        if memory.is_null() {
            return OK;
        }
        // SAFETY: as the caller promises.
        match unsafe { HEAP.free(memory.cast()) } {
            Ok(()) => OK,
            Err(FreeError::Foreign | FreeError::AlreadyFree | FreeError::Corrupted) => NO_MEMORY,
        }
    }

    /// Bytes of the heap that are free.
    fn bk_heap_free() -> usize {
        HEAP.free_bytes()
    }

    /// Writes text to the console.
    ///
    /// # Safety
    /// `text` is null or ends with a zero byte.
    fn bk_log(text: *const c_char) -> () {
        // SAFETY: as the caller promises.
        console::write(unsafe { self::text(text) });
    }

    /// Writes a number in decimal.
    fn bk_log_number(number: u32) -> () {
        console::write_decimal(number);
    }

    /// Writes a number in hexadecimal digits.
    fn bk_log_hex(number: u32) -> () {
        console::write_hex(number);
    }

    /// Ends the run.
    fn bk_exit(code: u32) -> ! {
        board::exit(u16::try_from(code).unwrap_or(u16::MAX))
    }

    /// Reports what is wrong, and ends the run.
    ///
    /// # Safety
    /// `text` is null or ends with a zero byte.
    fn bk_panic(text: *const c_char) -> ! {
        console::write("panic: ");
        // SAFETY: as the caller promises.
        console::write(unsafe { self::text(text) });
        console::write("\n");
        fault::end()
    }
}
