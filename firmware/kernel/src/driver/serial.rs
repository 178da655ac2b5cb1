//! A UART with interrupts: bytes wait in queues, and threads for them.

use crate::cell::{Cs, CsCell, critical};
use crate::context::{Context, InterruptContext, ThreadContext};
use crate::driver::{Serial, Uart};
use crate::interrupt::{InstallError, Interrupt};
use crate::sync::Queue;
use crate::time::Instant;

/// A UART, and the bytes that have come and that are to be sent, up to `N` of each.
pub struct SerialPort<U, const N: usize> {
    uart: U,
    received: Queue<u8, N>,
    to_send: Queue<u8, N>,
    /// Whether the interrupt for more room is on.
    waits: CsCell<bool>,
    lost: CsCell<u32>,
}

impl<U: Uart, const N: usize> SerialPort<U, N> {
    /// A port that has not been started.
    pub const fn new(uart: U) -> Self {
        Self {
            uart,
            received: Queue::new(),
            to_send: Queue::new(),
            waits: CsCell::new(false),
            lost: CsCell::new(0),
        }
    }

    /// Starts the UART. `interrupts` are its lines, whose handlers call [`SerialPort::interrupt`].
    ///
    /// # Errors
    /// When a line cannot be had.
    pub fn start(&'static self, baud: u32, interrupts: &'static [Interrupt]) -> Result<(), InstallError> {
        self.uart.start(baud);
        for interrupt in interrupts {
            interrupt.install()?;
        }
        self.uart.enable_receive_interrupt();
        Ok(())
    }

    /// One of its lines interrupts. Goes on until the UART has no reason left, since a line that stays raised need not
    /// interrupt again.
    pub fn interrupt(&'static self, context: InterruptContext) {
        loop {
            self.uart.acknowledge();
            let mut received = false;
            while let Some(byte) = self.uart.receive() {
                received = true;
                if self.received.try_send(context, byte).is_err() {
                    critical(|cs| self.lost.set(cs, self.lost.get(cs).saturating_add(1)));
                }
            }
            self.transmit(context);
            if !received {
                return;
            }
        }
    }

    /// Gives the UART what it has room for, a byte in each critical section; the interrupt for more room is on only while
    /// something waits.
    fn transmit(&'static self, context: impl Context) {
        while critical(|cs| self.transmit_one(cs, context)) {}
    }

    /// Returns whether there may be more to do.
    fn transmit_one(&self, cs: Cs, context: impl Context) -> bool {
        if !self.uart.can_transmit() {
            let waited = self.waits.replace(cs, true);
            if !waited {
                // Room that came before this does not interrupt, so it is looked for once more.
                self.uart.set_transmit_interrupt(true);
            }
            return !waited;
        }
        let byte = self.to_send.try_receive(context);
        match byte {
            Some(byte) => self.uart.transmit(byte),
            None if self.waits.replace(cs, false) => self.uart.set_transmit_interrupt(false),
            None => (),
        }
        byte.is_some()
    }

    /// Bytes that came when there was no room for them.
    pub fn lost(&self) -> u32 {
        critical(|cs| self.lost.get(cs))
    }
}

impl<U: Uart, const N: usize> Serial for SerialPort<U, N> {
    fn read(&'static self, context: ThreadContext, buffer: &mut [u8], until: Option<Instant>) -> usize {
        let Some((first, rest)) = buffer.split_first_mut() else { return 0 };
        *first = match until {
            None => self.received.receive(context),
            Some(until) => match self.received.receive_until(context, until) {
                Ok(byte) => byte,
                Err(_) => return 0,
            },
        };
        let mut count = 1;
        for place in rest {
            let Some(byte) = self.received.try_receive(context) else { break };
            *place = byte;
            count += 1;
        }
        count
    }

    fn write(&'static self, context: ThreadContext, bytes: &[u8]) {
        for byte in bytes {
            if self.to_send.try_send(context, *byte).is_err() {
                self.transmit(context);
                self.to_send.send(context, *byte);
            }
        }
        self.transmit(context);
    }
}
