//! The console's UART with interrupts. What [`crate::console`] writes goes to the same UART, past the bytes that wait
//! here.

use crate::board::{ConsoleUart, UART, UART_LINES};
use crate::context::InterruptContext;
use crate::driver::Serial;
use crate::driver::serial::SerialPort;
use crate::interrupt::{InstallError, Interrupt};

static PORT: SerialPort<ConsoleUart, 64> = SerialPort::new(UART);

static INTERRUPTS: [Interrupt; UART_LINES.len()] = {
    let mut interrupts = [const { Interrupt::new(0, interrupt, 0) }; UART_LINES.len()];
    let mut index = 0;
    while index < UART_LINES.len() {
        interrupts[index] = Interrupt::new(UART_LINES[index], interrupt, 0);
        index += 1;
    }
    interrupts
};

fn interrupt(context: InterruptContext, _: usize) {
    PORT.interrupt(context);
}

/// Starts it at 115,200 baud.
///
/// # Errors
/// When one of its lines cannot be had, as when it has been started.
pub fn start() -> Result<&'static dyn Serial, InstallError> {
    PORT.start(115_200, &INTERRUPTS)?;
    Ok(&PORT)
}
