//! QEMU's board `virt` with one hart of RV32IMAC.

use crate::driver::Uart;
use crate::driver::mmio::Register;
use crate::driver::ns16550::Ns16550;

/// Name.
pub const NAME: &str = "virt";
/// Counts of mtime a second.
pub const CLOCK_HZ: u32 = 10_000_000;
/// Sources of the PLIC that can have handlers; 0 is the software interrupt.
pub const LINES: usize = 32;
/// The core-local interruptor.
pub(crate) const CLINT: usize = 0x0200_0000;
/// The platform-level interrupt controller.
pub(crate) const PLIC: usize = 0x0c00_0000;
/// The kind of the console's UART.
pub type ConsoleUart = Ns16550;
/// The console's UART.
pub const UART: ConsoleUart = Ns16550::at(0x1000_0000, 3_686_400);
/// Its interrupt lines.
pub const UART_LINES: [usize; 1] = [10];
/// A line that software can raise.
pub const SOFTWARE_LINE: usize = 0;

const TEST: Register = Register::at(0x0010_0000);

/// Writes a byte to the console and waits until it is taken.
pub fn console_write(byte: u8) {
    while !UART.can_transmit() {}
    UART.transmit(byte);
}

/// Ends the run: on an emulator with a code, on hardware by waiting for ever.
pub fn exit(code: u16) -> ! {
    TEST.write(if code == 0 { 0x5555 } else { u32::from(code) << 16 | 0x3333 });
    loop {
        core::hint::spin_loop();
    }
}
