//! Arm's GPIO PL061 (DDI 0190): eight pins. Address bits 2 to 9 say which of them an access to the data is for.

use crate::driver::Gpio;
use crate::driver::mmio::Register;

/// One port.
pub struct Pl061 {
    base: usize,
}

impl Pl061 {
    /// The port whose registers begin at an address.
    pub(crate) const fn at(base: usize) -> Self {
        Self { base }
    }

    const fn data(&self, pin: u8) -> Register {
        Register::at(self.base + (4 << (pin & 7)))
    }
}

impl Gpio for Pl061 {
    fn set_output(&self, pin: u8, output: bool) {
        let direction = Register::at(self.base + 0x400);
        // Stellaris: a pin does nothing before its digital function is enabled.
        let enabled = Register::at(self.base + 0x51c);
        let bit = 1 << (pin & 7);
        let others = direction.read() & !bit;
        direction.write(if output { others | bit } else { others });
        enabled.write(enabled.read() | bit);
    }

    fn write(&self, pin: u8, high: bool) {
        self.data(pin).write(if high { 0xff } else { 0 });
    }

    fn read(&self, pin: u8) -> bool {
        self.data(pin).read() != 0
    }
}
