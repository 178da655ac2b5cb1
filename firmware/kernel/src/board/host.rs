//! The host that the kernel is tested on.

/// Name.
pub const NAME: &str = "host";
/// Counts of the simulated clock a second.
pub const CLOCK_HZ: u32 = 1_000_000;
/// Simulated interrupt lines.
pub const LINES: usize = 8;

/// The kind of the console's UART.
pub type ConsoleUart = NoUart;
/// The console's UART.
pub const UART: ConsoleUart = NoUart;
/// Its interrupt lines.
pub const UART_LINES: [usize; 1] = [1];

/// A line that no device drives.
pub const SOFTWARE_LINE: usize = 7;

/// A UART that nothing comes from, and that takes everything.
pub struct NoUart;

impl crate::driver::Uart for NoUart {
    fn start(&self, _: u32) {}

    fn receive(&self) -> Option<u8> {
        None
    }

    fn can_transmit(&self) -> bool {
        true
    }

    fn transmit(&self, _: u8) {}

    fn enable_receive_interrupt(&self) {}

    fn set_transmit_interrupt(&self, _: bool) {}

    fn acknowledge(&self) {}
}

/// Writes a byte to the console: nowhere.
pub fn console_write(_: u8) {}

/// Ends the program.
pub fn exit(code: u16) -> ! {
    std::process::exit(i32::from(code))
}
