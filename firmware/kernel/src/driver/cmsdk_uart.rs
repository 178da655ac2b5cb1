//! The UART of Arm's Cortex-M System Design Kit (DDI 0479), 4.3.

use crate::driver::Uart;
use crate::driver::mmio::Register;

const STATE_TRANSMIT_FULL: u32 = 1;
const STATE_RECEIVE_FULL: u32 = 1 << 1;
const CTRL_TRANSMIT: u32 = 1;
const CTRL_RECEIVE: u32 = 1 << 1;
const CTRL_TRANSMIT_INTERRUPT: u32 = 1 << 2;
const CTRL_RECEIVE_INTERRUPT: u32 = 1 << 3;

/// One UART.
pub struct CmsdkUart {
    base: usize,
    /// Its clock, in hertz.
    clock: u32,
}

impl CmsdkUart {
    /// The UART whose registers begin at an address.
    pub(crate) const fn at(base: usize, clock: u32) -> Self {
        Self { base, clock }
    }

    #[inline(always)]
    const fn register(&self, offset: usize) -> Register {
        Register::at(self.base + offset)
    }

    const fn ctrl(&self) -> Register {
        self.register(8)
    }

    /// Enables the transmitter, unless it is, and leaves the rest.
    pub(crate) fn start_transmitter(&self, baud: u32) {
        if self.ctrl().read() & CTRL_TRANSMIT == 0 {
            self.register(0x10).write(self.clock / baud);
            self.ctrl().write(self.ctrl().read() | CTRL_TRANSMIT);
        }
    }
}

impl Uart for CmsdkUart {
    fn start(&self, baud: u32) {
        self.register(0x10).write(self.clock / baud);
        self.ctrl().write(self.ctrl().read() | CTRL_TRANSMIT | CTRL_RECEIVE);
    }

    fn receive(&self) -> Option<u8> {
        (self.register(4).read() & STATE_RECEIVE_FULL != 0).then(|| self.register(0).read() as u8)
    }

    #[inline(always)]
    fn can_transmit(&self) -> bool {
        self.register(4).read() & STATE_TRANSMIT_FULL == 0
    }

    #[inline(always)]
    fn transmit(&self, byte: u8) {
        self.register(0).write(u32::from(byte));
    }

    fn enable_receive_interrupt(&self) {
        self.ctrl().write(self.ctrl().read() | CTRL_RECEIVE_INTERRUPT);
    }

    fn set_transmit_interrupt(&self, enabled: bool) {
        let others = self.ctrl().read() & !CTRL_TRANSMIT_INTERRUPT;
        self.ctrl().write(if enabled { others | CTRL_TRANSMIT_INTERRUPT } else { others });
    }

    fn acknowledge(&self) {
        let status = self.register(0xc);
        status.write(status.read());
    }
}
