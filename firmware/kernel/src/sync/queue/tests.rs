//! A queue, compared with that of the standard library; no value is lost or dropped twice.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Queue;
use crate::context::{InterruptContext, ThreadContext};
use crate::random::Random;

const CX: ThreadContext = ThreadContext::new();

#[test]
fn values_move_through_it_in_their_order() {
    static QUEUE: Queue<Arc<usize>, 3> = Queue::new();
    let mut random = Random(0x0dd5_eed5);
    let mut model = VecDeque::new();
    let mut refused = 0;
    for number in 0..20_000 {
        if random.below(2) == 0 {
            let value = Arc::new(number);
            let result = if random.below(2) == 0 {
                QUEUE.try_send(CX, value.clone())
            } else {
                QUEUE.try_send(InterruptContext::new(), value.clone())
            };
            match result {
                Ok(()) => model.push_back(value),
                Err(back) => {
                    assert!(model.len() == 3 && Arc::ptr_eq(&back, &value));
                    refused += 1;
                }
            }
        } else {
            let value = QUEUE.try_receive(CX);
            assert_eq!(value, model.pop_front());
            // Ours is the last one: the queue keeps none that it has given.
            assert!(value.is_none_or(|value| Arc::strong_count(&value) == 1));
        }
        assert_eq!((QUEUE.len(CX), QUEUE.is_empty(CX)), (model.len(), model.is_empty()));
        assert!(model.iter().all(|value| Arc::strong_count(value) == 2));
    }
    assert!(refused > 1_000);
    while QUEUE.try_receive(CX).is_some() {}
}
