//! Arm's MPS2 with the image AN385, a Cortex-M3.

use crate::driver::Uart;
use crate::driver::cmsdk_uart::CmsdkUart;
use crate::driver::fpga_io::FpgaIo;

pub use super::semihosting::exit;

/// Name.
pub const NAME: &str = "mps2-an385";
/// Core clock, which SysTick counts.
pub const CLOCK_HZ: u32 = 25_000_000;
/// Interrupt lines of the NVIC.
pub const LINES: usize = 32;
/// The kind of the console's UART.
pub type ConsoleUart = CmsdkUart;
/// The console's UART, number 0.
pub const UART: ConsoleUart = CmsdkUart::at(0x4000_4000, CLOCK_HZ);
/// Its interrupt lines: for receiving and for sending.
pub const UART_LINES: [usize; 2] = [0, 1];
/// LEDs and buttons.
pub const GPIO: FpgaIo = FpgaIo::at(0x4002_8000);
/// A line that no device drives.
pub const SOFTWARE_LINE: usize = 31;

/// Writes a byte to the console and waits until it is taken.
pub fn console_write(byte: u8) {
    UART.start_transmitter(115_200);
    while !UART.can_transmit() {}
    UART.transmit(byte);
}
