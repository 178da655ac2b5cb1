//! Random timers, compared with a list of what is due.

use std::boxed::Box;
use std::sync::Mutex;
use std::vec::Vec;

use super::Timer;
use crate::arch::{play, set_clock};
use crate::context::{InterruptContext, ThreadContext};
use crate::random::Random;
use crate::time::{self, Duration, Instant};

const CX: ThreadContext = ThreadContext::new();
const TIMERS: usize = 5;

static EXPIRED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

fn expired(_: InterruptContext, number: usize) {
    EXPIRED.lock().unwrap().push(number);
}

#[derive(Clone, Copy)]
struct Due {
    at: u64,
    /// Of those that are due at the same time, who was queued first.
    queued: u64,
    period: u64,
}

#[test]
fn timers_expire_in_the_order_of_their_times() {
    play(|| {
        let timers: [&Timer; TIMERS] = core::array::from_fn(|number| &*Box::leak(Box::new(Timer::new(expired, number))));
        let mut random = Random(0xb1e5_1e55);
        let mut due: [Option<Due>; TIMERS] = [None; TIMERS];
        let (mut now, mut queued, mut expirations) = (0, 0, 0);
        for _ in 0..20_000 {
            let number = random.below(TIMERS);
            queued += 1;
            match random.below(5) {
                0 => {
                    let at = (now + random.below(100) as u64).saturating_sub(20);
                    timers[number].start_at(CX, Instant::from_counts(at));
                    due[number] = Some(Due { at, queued, period: 0 });
                }
                1 => {
                    let period = 1 + random.below(30) as u64;
                    timers[number].start_periodic(CX, Duration::from_counts(period));
                    due[number] = Some(Due { at: now + period, queued, period });
                }
                2 => assert_eq!(timers[number].stop(CX), due[number].take().is_some()),
                _ => {
                    now += random.below(40) as u64;
                    set_clock(now);
                    let mut expected = Vec::new();
                    loop {
                        let next = (0..TIMERS)
                            .filter_map(|number| due[number].map(|due| (due.at, due.queued, number)))
                            .min()
                            .filter(|next| next.0 <= now);
                        let Some((at, _, number)) = next else { break };
                        expected.push(number);
                        queued += 1;
                        due[number] = due[number]
                            .filter(|due| due.period > 0)
                            .map(|due| Due { at: at + due.period, queued, ..due });
                    }
                    EXPIRED.lock().unwrap().clear();
                    time::alarm(InterruptContext::new());
                    assert_eq!(*EXPIRED.lock().unwrap(), expected);
                    expirations += expected.len();
                }
            }
            for (timer, due) in timers.iter().zip(&due) {
                assert_eq!(timer.is_running(), due.is_some());
            }
        }
        assert!(expirations > 10_000, "{expirations}");
    });
}
