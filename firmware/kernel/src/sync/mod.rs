//! What threads share: mutexes, semaphores, event flags, queues, condition variables, barriers.

pub mod barrier;
pub mod condvar;
pub mod event_flags;
#[allow(unsafe_code)]
pub mod mutex;
#[allow(unsafe_code)]
pub mod queue;
pub mod semaphore;

pub use barrier::Barrier;
pub use condvar::Condvar;
pub use event_flags::EventFlags;
pub use mutex::{Mutex, MutexGuard};
pub use queue::Queue;
pub use semaphore::Semaphore;
