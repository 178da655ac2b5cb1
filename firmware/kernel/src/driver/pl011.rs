//! Arm's UART PL011 (DDI 0183), also as Stellaris boards have it.

use crate::driver::Uart;
use crate::driver::mmio::Register;

const FLAGS_RECEIVE_EMPTY: u32 = 1 << 4;
const FLAGS_TRANSMIT_FULL: u32 = 1 << 5;
/// Eight bits; the FIFOs stay off, so that each byte interrupts.
const LINE_8_BITS: u32 = 3 << 5;
/// UARTEN and TXE.
const CONTROL_TRANSMIT: u32 = 0x101;
const CONTROL_RECEIVE: u32 = 0x200;
const INTERRUPT_RECEIVED: u32 = 1 << 4;
const INTERRUPT_ROOM: u32 = 1 << 5;

/// One UART.
pub struct Pl011 {
    base: usize,
    /// Its clock, in hertz.
    clock: u32,
}

impl Pl011 {
    /// The UART whose registers begin at an address.
    pub(crate) const fn at(base: usize, clock: u32) -> Self {
        Self { base, clock }
    }

    #[inline(always)]
    const fn register(&self, offset: usize) -> Register {
        Register::at(self.base + offset)
    }

    const fn control(&self) -> Register {
        self.register(0x30)
    }

    const fn mask(&self) -> Register {
        self.register(0x38)
    }

    /// Enables the transmitter, unless it is, and leaves the rest.
    pub(crate) fn start_transmitter(&self) {
        if self.control().read() & CONTROL_TRANSMIT != CONTROL_TRANSMIT {
            self.control().write(self.control().read() | CONTROL_TRANSMIT);
        }
    }
}

impl Uart for Pl011 {
    fn start(&self, baud: u32) {
        self.control().write(0);
        // The divisor in 64ths: clock / (16 baud) · 64.
        let divisor = 4 * self.clock / baud;
        self.register(0x24).write(divisor >> 6);
        self.register(0x28).write(divisor & 63);
        self.register(0x2c).write(LINE_8_BITS);
        self.control().write(CONTROL_TRANSMIT | CONTROL_RECEIVE);
    }

    fn receive(&self) -> Option<u8> {
        (self.register(0x18).read() & FLAGS_RECEIVE_EMPTY == 0).then(|| self.register(0).read() as u8)
    }

    #[inline(always)]
    fn can_transmit(&self) -> bool {
        self.register(0x18).read() & FLAGS_TRANSMIT_FULL == 0
    }

    #[inline(always)]
    fn transmit(&self, byte: u8) {
        self.register(0).write(u32::from(byte));
    }

    fn enable_receive_interrupt(&self) {
        self.mask().write(self.mask().read() | INTERRUPT_RECEIVED);
    }

    fn set_transmit_interrupt(&self, enabled: bool) {
        let others = self.mask().read() & !INTERRUPT_ROOM;
        self.mask().write(if enabled { others | INTERRUPT_ROOM } else { others });
    }

    fn acknowledge(&self) {
        self.register(0x44).write(INTERRUPT_RECEIVED | INTERRUPT_ROOM);
    }
}
