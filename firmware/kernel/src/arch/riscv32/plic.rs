//! The platform-level interrupt controller, for machine mode of hart 0, and the software interrupt, which counts as
//! its line 0. RISC-V PLIC Specification 1.0.

use crate::board::{CLINT, LINES, PLIC};
use crate::driver::InterruptController;
use crate::driver::mmio::Register;
use crate::interrupt;

const CLAIM: Register = Register::at(PLIC + 0x20_0004);
const MSIP: Register = Register::at(CLINT);
const MIE_MSIE: usize = 1 << 3;
const MIE_MEIE: usize = 1 << 11;
/// The most urgent priority of a source.
const MOST_URGENT: u32 = 7;

fn enable_bits(line: usize) -> (Register, u32) {
    (Register::at(PLIC + 0x2000 + (line / 32) * 4), 1 << (line % 32))
}

fn set_mie(bits: usize) {
    // SAFETY: mtvec is set; the handlers of what is enabled here are installed.
    unsafe { core::arch::asm!("csrs mie, {}", in(reg) bits, options(nostack)) };
}

#[inline(always)]
pub(crate) fn clear_software_interrupt() {
    MSIP.write(0);
}

/// Serves all lines that are pending.
#[inline(always)]
pub(crate) fn dispatch() {
    loop {
        let line = CLAIM.read();
        if line == 0 {
            return;
        }
        interrupt::dispatch(line as usize);
        CLAIM.write(line);
    }
}

/// The PLIC, and the software interrupt.
pub(crate) struct Controller;

impl InterruptController for Controller {
    fn enable(&self, line: usize) {
        if line == 0 {
            return set_mie(MIE_MSIE);
        }
        self.set_urgency(line, 128);
        let (register, bit) = enable_bits(line);
        register.write(register.read() | bit);
        set_mie(MIE_MEIE);
    }

    fn disable(&self, line: usize) {
        if line == 0 {
            // SAFETY: masks an interrupt.
            unsafe { core::arch::asm!("csrc mie, {}", in(reg) MIE_MSIE, options(nostack)) };
            return;
        }
        let (register, bit) = enable_bits(line);
        register.write(register.read() & !bit);
    }

    /// Eight levels of urgency become the seven that a source has.
    fn set_urgency(&self, line: usize, urgency: u8) {
        if line != 0 {
            let priority = MOST_URGENT - u32::from(urgency >> 5).min(MOST_URGENT - 1);
            Register::at(PLIC + 4 * line).write(priority);
        }
    }

    #[inline(always)]
    fn pend(&self, line: usize) {
        debug_assert!(line == 0 && LINES > 0);
        MSIP.write(1);
    }
}
