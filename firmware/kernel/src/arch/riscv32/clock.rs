//! The machine timer: mtime counts, and interrupts when it has reached mtimecmp. Privileged Architecture 3.2.1.

use crate::board::CLINT;
use crate::cell::Cs;
use crate::driver::Timer;
use crate::driver::mmio::Register;

const MTIMECMP: Register = Register::at(CLINT + 0x4000);
const MTIMECMP_HIGH: Register = Register::at(CLINT + 0x4004);
const MTIME: Register = Register::at(CLINT + 0xbff8);
const MTIME_HIGH: Register = Register::at(CLINT + 0xbffc);
const MIE_MTIE: usize = 1 << 7;

/// The machine timer.
pub(crate) struct Clock;

impl Timer for Clock {
    fn start(&self, cs: Cs) {
        self.set_alarm(cs, u64::MAX);
        // SAFETY: mtvec is set, and interrupts are masked until the first thread runs.
        unsafe { core::arch::asm!("csrs mie, {}", in(reg) MIE_MTIE, options(nostack)) };
    }

    /// Counts of mtime. Read again while the upper half changes, so that a carry in between does no harm.
    fn now(&self, _: Cs) -> u64 {
        loop {
            let high = MTIME_HIGH.read();
            let low = MTIME.read();
            if MTIME_HIGH.read() == high {
                return u64::from(high) << 32 | u64::from(low);
            }
        }
    }

    /// Interrupts at a time, at once if it has passed. In between no earlier one can come.
    fn set_alarm(&self, _: Cs, at: u64) {
        MTIMECMP.write(u32::MAX);
        MTIMECMP_HIGH.write((at >> 32) as u32);
        MTIMECMP.write(at as u32);
    }
}
