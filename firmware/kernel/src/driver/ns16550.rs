//! The UART NS16550A (TI, PC16550D data sheet), with registers a byte apart.

use crate::driver::Uart;
use crate::driver::mmio::ByteRegister;

const IER_RECEIVED: u8 = 1;
const IER_ROOM: u8 = 1 << 1;
/// FIFOs on and emptied; an interrupt for each byte.
const FCR_FIFO: u8 = 7;
const LCR_8_BITS: u8 = 3;
const LCR_DIVISOR: u8 = 1 << 7;
const LSR_RECEIVED: u8 = 1;
const LSR_ROOM: u8 = 1 << 5;

/// One UART.
pub struct Ns16550 {
    base: usize,
    /// Its clock, in hertz.
    clock: u32,
}

impl Ns16550 {
    /// The UART whose registers begin at an address.
    pub(crate) const fn at(base: usize, clock: u32) -> Self {
        Self { base, clock }
    }

    #[inline(always)]
    const fn register(&self, index: usize) -> ByteRegister {
        ByteRegister::at(self.base + index)
    }

    const fn ier(&self) -> ByteRegister {
        self.register(1)
    }
}

impl Uart for Ns16550 {
    fn start(&self, baud: u32) {
        let divisor = self.clock / (16 * baud);
        let lcr = self.register(3);
        lcr.write(LCR_DIVISOR | LCR_8_BITS);
        self.register(0).write(divisor as u8);
        self.register(1).write((divisor >> 8) as u8);
        lcr.write(LCR_8_BITS);
        self.register(2).write(FCR_FIFO);
    }

    fn receive(&self) -> Option<u8> {
        (self.register(5).read() & LSR_RECEIVED != 0).then(|| self.register(0).read())
    }

    #[inline(always)]
    fn can_transmit(&self) -> bool {
        self.register(5).read() & LSR_ROOM != 0
    }

    #[inline(always)]
    fn transmit(&self, byte: u8) {
        self.register(0).write(byte);
    }

    fn enable_receive_interrupt(&self) {
        self.ier().write(self.ier().read() | IER_RECEIVED);
    }

    fn set_transmit_interrupt(&self, enabled: bool) {
        let others = self.ier().read() & !IER_ROOM;
        self.ier().write(if enabled { others | IER_ROOM } else { others });
    }

    /// Its interrupts go with their reasons.
    fn acknowledge(&self) {}
}
