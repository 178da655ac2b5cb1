//! The NVIC. ARMv7-M B3.4.

use super::KERNEL_PRIORITY;
use crate::driver::InterruptController;
use crate::driver::mmio::{ByteRegister, Register};

const ISER: usize = 0xe000_e100;
const ICER: usize = 0xe000_e180;
const ICPR: usize = 0xe000_e280;
const IPR: usize = 0xe000_e400;
const STIR: Register = Register::at(0xe000_ef00);

const fn bit_of(bank: usize, line: usize) -> (Register, u32) {
    (Register::at(bank + (line / 32) * 4), 1 << (line % 32))
}

/// The NVIC.
pub(crate) struct Controller;

impl InterruptController for Controller {
    fn enable(&self, line: usize) {
        self.set_urgency(line, 0x40);
        let (clear, bit) = bit_of(ICPR, line);
        clear.write(bit);
        bit_of(ISER, line).0.write(bit);
    }

    fn disable(&self, line: usize) {
        let (register, bit) = bit_of(ICER, line);
        register.write(bit);
    }

    /// 0 is the most urgent at which the kernel may be called. PendSV stays less urgent than all.
    fn set_urgency(&self, line: usize, urgency: u8) {
        ByteRegister::at(IPR + line).write(KERNEL_PRIORITY.saturating_add(urgency).min(0xe0));
    }

    #[inline(always)]
    fn pend(&self, line: usize) {
        STIR.write(line as u32);
        super::switch_now();
    }
}
