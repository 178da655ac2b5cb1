//! The FPGA's I/O of Arm's MPS2 (DDI 0525, AN385): pins 0 and 1 are the user LEDs, 2 and 3 the buttons.

use crate::driver::Gpio;
use crate::driver::mmio::Register;

const BUTTONS: u8 = 2;

/// The block.
pub struct FpgaIo {
    base: usize,
}

impl FpgaIo {
    /// The block whose registers begin at an address.
    pub(crate) const fn at(base: usize) -> Self {
        Self { base }
    }
}

impl Gpio for FpgaIo {
    /// Nothing: the direction of each is fixed.
    fn set_output(&self, _: u8, _: bool) {}

    fn write(&self, pin: u8, high: bool) {
        let leds = Register::at(self.base);
        if pin < BUTTONS {
            let others = leds.read() & !(1 << pin);
            leds.write(others | u32::from(high) << pin);
        }
    }

    fn read(&self, pin: u8) -> bool {
        let (offset, bit) = if pin < BUTTONS { (0, pin) } else { (8, pin - BUTTONS) };
        Register::at(self.base + offset).read() >> bit & 1 != 0
    }
}
