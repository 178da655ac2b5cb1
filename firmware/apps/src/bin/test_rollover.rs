//! Time across the rollover of the counters that it is made of: SysTick's 24 bits, the lower 32 of mtime. Nothing here
//! depends on how fast the machine is.
#![no_std]
#![no_main]

use bluekernel::cell::{CsCell, critical};
use bluekernel::context::{InterruptContext, ThreadContext};
use bluekernel::entry;
use bluekernel::stack::Stack;
use bluekernel::sync::Semaphore;
use bluekernel::thread::Thread;
use bluekernel::time::{Duration, Instant, sleep_until};
use bluekernel::timer::Timer;
use bluekernel_apps::{check, end, run, spawn};

/// Counts after which a counter is at its beginning again.
const ROLLOVER: u64 = if cfg!(target_arch = "arm") { 1 << 24 } else { 1 << 32 };
/// Time before the rollover at which the tests begin.
const BEFORE: u64 = 20_000;

static TIMER: Timer = Timer::new(expired, 0);
static OFTEN: Timer = Timer::new(expired, 1);
static EXPIRED: Semaphore = Semaphore::new(0);
static NEVER: Semaphore = Semaphore::new(0);
static OTHER: Thread = Thread::new("other", 10);
static STACK: Stack<512> = Stack::new();
static OTHERS_END: CsCell<u64> = CsCell::new(0);
static OTHERS_TURNS: CsCell<u32> = CsCell::new(0);
/// The latest time that anybody has read, and whether one that was read later was ever earlier.
static LATEST: CsCell<u64> = CsCell::new(0);
static WENT_BACK: CsCell<bool> = CsCell::new(false);

/// The kernel's time at the end, for who compares it with another clock.
#[allow(unsafe_code)]
// SAFETY: the one symbol of this name.
#[unsafe(no_mangle)]
static TIME_AT_END: CsCell<u64> = CsCell::new(0);

fn now() -> Instant {
    critical(|cs| {
        let now = Instant::now();
        if now.counts() < LATEST.get(cs) {
            WENT_BACK.set(cs, true);
        }
        LATEST.set(cs, now.counts());
        now
    })
}

fn went_back() -> bool {
    critical(|cs| WENT_BACK.get(cs))
}

fn expired(context: InterruptContext, number: usize) {
    now();
    if number == 0 {
        EXPIRED.give(context);
    }
}

fn other(_: ThreadContext, _: usize) {
    while now().counts() < critical(|cs| OTHERS_END.get(cs)) {
        critical(|cs| OTHERS_TURNS.set(cs, OTHERS_TURNS.get(cs) + 1));
    }
}

/// A small generator of numbers (xorshift).
fn random(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

fn main(context: ThreadContext, _: usize) {
    // Waits of each kind, which begin before a rollover and end behind it.
    let first = ahead(context);
    let behind = |rollover: u64, counts: u64| Instant::from_counts(rollover + counts);
    check("a time-out", NEVER.take_until(context, behind(first, 10_000)).is_err() && now() >= behind(first, 10_000));
    let second = ahead(context);
    sleep_until(context, behind(second, 5_000));
    check("a sleep", now() >= behind(second, 5_000));
    let third = ahead(context);
    TIMER.start_at(context, behind(third, 7_000));
    EXPIRED.take(context);
    check("a timer", now() >= behind(third, 7_000));
    let fourth = ahead(context);
    OFTEN.start_periodic(context, Duration::from_counts(1_000));
    sleep_until(context, behind(fourth, 20_000));
    check("a period", OFTEN.stop(context) && now() >= behind(fourth, 20_000));

    // The counter itself rolls over, again and again, while nothing is due.
    let last = ahead(context) + BEFORE;
    while now().counts() < last {}
    check("a rollover that is watched", !went_back());
    critical(|_| {
        let begin = now();
        while now().since(begin) < Duration::from_counts(3_000) {}
    });
    check("time goes on while interrupts are held back", !went_back());

    // Alarms that come while time is read, and while interrupts are held back.
    let mut state = 0x1234_5678;
    for _ in 0..2_000 {
        TIMER.start(context, Duration::from_counts(u64::from(random(&mut state) % 400)));
        critical(|_| {
            for _ in 0..random(&mut state) % 40 {
                now();
            }
        });
        for _ in 0..random(&mut state) % 10 {
            now();
        }
        EXPIRED.take(context);
    }
    check("alarms all the time", !went_back());
    let until = now() + Duration::from_counts(50_000);
    critical(|cs| OTHERS_END.set(cs, until.counts()));
    spawn(&OTHER, &STACK, other, 0);
    check("another thread reads it", OTHER.join(context, None).is_some() && critical(|cs| OTHERS_TURNS.get(cs)) > 0);
    check("and it never went back", !went_back());
    critical(|cs| TIME_AT_END.set(cs, Instant::now().counts()));
    end();
}

/// Lets it become shortly before a rollover, and returns when that will be.
#[cfg(target_arch = "arm")]
fn ahead(context: ThreadContext) -> u64 {
    let rollover = (now().counts() / ROLLOVER + 1) * ROLLOVER;
    sleep_until(context, Instant::from_counts(rollover - BEFORE));
    rollover
}

/// As above, by setting mtime: nobody waits for 7 minutes.
#[cfg(not(target_arch = "arm"))]
#[allow(unsafe_code)]
fn ahead(_: ThreadContext) -> u64 {
    let rollover = (now().counts() / ROLLOVER + 1) * ROLLOVER;
    let mtime = core::ptr::without_provenance_mut::<u32>(0x0200_bff8);
    critical(|_| {
        let at = rollover - BEFORE;
        // SAFETY: the two words of the board's mtime; time only goes on by that.
        unsafe {
            mtime.write_volatile(0);
            mtime.add(1).write_volatile((at >> 32) as u32);
            mtime.write_volatile(at as u32);
        }
    });
    rollover
}

fn start() -> ! {
    run(main)
}

entry!(start);
