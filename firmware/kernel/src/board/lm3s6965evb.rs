//! Luminary Micro's evaluation board with the LM3S6965, a Cortex-M3.

use crate::driver::Uart;
use crate::driver::pl011::Pl011;
use crate::driver::pl061::Pl061;

pub use super::semihosting::exit;

/// Name.
pub const NAME: &str = "lm3s6965evb";
/// Core clock after reset, which SysTick counts: the internal oscillator with its divider.
pub const CLOCK_HZ: u32 = 12_500_000;
/// Interrupt lines of the NVIC.
pub const LINES: usize = 44;
/// The kind of the console's UART.
pub type ConsoleUart = Pl011;
/// The console's UART, number 0.
pub const UART: ConsoleUart = Pl011::at(0x4000_c000, CLOCK_HZ);
/// Its interrupt lines.
pub const UART_LINES: [usize; 1] = [5];
/// Port F, whose pin 0 is the user LED and pin 1 the user button.
pub const GPIO: Pl061 = Pl061::at(0x4002_5000);
/// A line that no device drives.
pub const SOFTWARE_LINE: usize = 43;

/// Writes a byte to the console and waits until it is taken.
pub fn console_write(byte: u8) {
    UART.start_transmitter();
    while !UART.can_transmit() {}
    UART.transmit(byte);
}
