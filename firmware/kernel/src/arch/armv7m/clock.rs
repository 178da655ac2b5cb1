//! The clock from SysTick (ARMv7-M B3.3): 64 bits kept in software over a counter of 24.
//!
//! SysTick counts down from LOAD and starts anew at 0, with an interrupt. `base` is the time at which the running
//! countdown began, `period` its length; so the time is `base + period - VAL`. A wrap whose interrupt has not come yet
//! shows in ICSR. When an alarm is nearer than the end of the countdown, a shorter one is begun: the counts that this
//! takes are known and added, so that time does not drift. What follows a short countdown is always a full one, for as
//! long as interrupts may be held back; two wraps in that time would be told from none. SysTick is as urgent as the
//! kernel, so between its wrap and its handler no interrupt comes that may ask for the time.

use core::arch::asm;

use super::{ICSR, KERNEL_PRIORITY, SHPR3};
use crate::cell::{Cs, CsCell, critical};
use crate::context::InterruptContext;
use crate::driver::Timer;
use crate::driver::mmio::Register;

/// CSR, LOAD and VAL.
const SYSTICK: usize = 0xe000_e010;
const LOAD: Register = Register::at(SYSTICK + 4);
const VAL: Register = Register::at(SYSTICK + 8);
const SCB: usize = 0xe000_ed00;
/// Core clock, interrupt, enable.
const CSR_RUN: u32 = 7;
const CSR_STOP: u32 = 6;
const ICSR_PENDSTSET: u32 = 1 << 26;
const ICSR_PENDSTCLR: u32 = 1 << 25;
const MAX_PERIOD: u32 = 1 << 24;
/// Shorter alarms than this come late anyway.
const MIN_PERIOD: u32 = 64;
/// Counts that are lost between stopping the counter and its first count: the instructions in between, taken as one count
/// each. Where they are, time is exact.
const RESTART: u64 = 6;

/// What the counter is read with. Valid from the start on.
struct State {
    base: CsCell<u64>,
    period: CsCell<u32>,
    /// Length of the countdown that follows the running one.
    next_period: CsCell<u32>,
}

static STATE: State = State { base: CsCell::new(0), period: CsCell::new(0), next_period: CsCell::new(0) };

#[inline(always)]
fn has_wrapped() -> bool {
    ICSR.read() & ICSR_PENDSTSET != 0
}

/// The time when the counter stands at `left`, after a wrap that `base` does not know, or not.
#[inline(always)]
fn time(cs: Cs, left: u32, wrapped: bool) -> u64 {
    let (mut base, mut period) = (STATE.base.get(cs), STATE.period.get(cs));
    if wrapped {
        base += u64::from(period);
        if left == 0 {
            // For one count, before it is LOAD again.
            return base;
        }
        period = STATE.next_period.get(cs);
    }
    if left > period {
        // Two short ones are over, see `begin`.
        base += u64::from(period);
        period = MAX_PERIOD;
    }
    base + u64::from(period - left)
}

/// The time.
#[inline(never)]
fn count(cs: Cs) -> u64 {
    let mut left = VAL.read();
    let wrapped = has_wrapped();
    if wrapped {
        left = VAL.read();
    }
    time(cs, left, wrapped)
}

/// Starts a countdown of a length, and lets full ones follow. The counter stands meanwhile, so nothing wraps.
#[inline(never)]
fn begin(cs: Cs, period: u32) {
    let (left, icsr): (u32, u32);
    // SAFETY: registers of SysTick and of the SCB. In assembly, so that the instructions in between are known.
    unsafe {
        asm!(
            "str {stop}, [{systick}]",
            "ldr {left}, [{systick}, #8]",
            "ldr {icsr}, [{scb}, #4]",
            "str {clear}, [{scb}, #4]",
            "str {reload}, [{systick}, #4]",
            "str {zero}, [{systick}, #8]",
            "str {run}, [{systick}]",
            stop = in(reg) CSR_STOP,
            systick = in(reg) SYSTICK,
            left = out(reg) left,
            icsr = out(reg) icsr,
            scb = in(reg) SCB,
            clear = in(reg) ICSR_PENDSTCLR,
            reload = in(reg) period - 1,
            zero = in(reg) 0,
            run = in(reg) CSR_RUN,
            options(nostack, preserves_flags)
        );
    }
    STATE.base.set(cs, time(cs, left, icsr & ICSR_PENDSTSET != 0) + RESTART);
    STATE.period.set(cs, period);
    // VAL is 0 until it has been loaded, and only then LOAD may change.
    while VAL.read() == 0 {}
    LOAD.write(MAX_PERIOD - 1);
    // If somebody held us up longer than the countdown took (an NMI, or the host of an emulator), a second short one
    // runs.
    let late = has_wrapped() && VAL.read() < period;
    STATE.next_period.set(cs, if late { period } else { MAX_PERIOD });
}

/// A countdown has ended, and the next one runs.
pub(crate) fn interrupt() {
    critical(|cs| {
        let mut period = STATE.next_period.replace(cs, MAX_PERIOD);
        let mut base = STATE.base.get(cs) + u64::from(STATE.period.get(cs));
        if VAL.read() > period {
            // That one is over, too, and its interrupt was one with this.
            base += u64::from(period);
            period = MAX_PERIOD;
        }
        STATE.base.set(cs, base);
        STATE.period.set(cs, period);
    });
    crate::time::alarm(InterruptContext::new());
}

/// SysTick as a counter of 64 bits.
pub(crate) struct Clock;

impl Timer for Clock {
    fn start(&self, cs: Cs) {
        SHPR3.write(u32::from(KERNEL_PRIORITY) << 24);
        VAL.write(0);
        begin(cs, MAX_PERIOD);
    }

    #[inline(always)]
    fn now(&self, cs: Cs) -> u64 {
        count(cs)
    }

    /// Interrupts at a time, soon if it has passed. A countdown that ends before stays, and its interrupt looks again.
    fn set_alarm(&self, cs: Cs, at: u64) {
        let now = count(cs);
        let span = at.saturating_sub(now).clamp(u64::from(MIN_PERIOD), u64::from(MAX_PERIOD)) as u32;
        let ends = STATE.base.get(cs) + u64::from(STATE.period.get(cs));
        if ends <= now || ends > now + u64::from(span) {
            begin(cs, span);
        }
    }
}
