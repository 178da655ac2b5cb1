//! Drivers, and the traits that they share: what of a kind of hardware a program uses, whatever board it is on.
#![allow(dead_code, reason = "no board has all of it")]

pub mod cmsdk_uart;
pub mod console_port;
pub mod fpga_io;
#[allow(unsafe_code)]
pub mod mmio;
pub mod ns16550;
pub mod pl011;
pub mod pl061;
pub mod serial;

use crate::cell::Cs;
use crate::context::ThreadContext;
use crate::time::Instant;

/// A stream of bytes, both ways.
pub trait Serial: Sync {
    /// Waits for a byte, at most until `until` if there is such a time, and takes what has come as far as it fits.
    /// Returns how many bytes, none when the time came first.
    fn read(&'static self, context: ThreadContext, buffer: &mut [u8], until: Option<Instant>) -> usize;

    /// Waits until all bytes are taken over.
    fn write(&'static self, context: ThreadContext, bytes: &[u8]);
}

/// The hardware of a UART, which knows of no thread.
pub trait Uart: Sync {
    /// Enables it, both ways, at a baud rate, where that can be set.
    fn start(&self, baud: u32);

    /// Takes a byte that has come.
    fn receive(&self) -> Option<u8>;

    /// Whether there is room for a byte to send.
    fn can_transmit(&self) -> bool;

    /// Sends a byte; there is room for it.
    fn transmit(&self, byte: u8);

    /// Lets a byte that comes raise an interrupt.
    fn enable_receive_interrupt(&self);

    /// Lets room for bytes to send raise an interrupt, or not.
    fn set_transmit_interrupt(&self, enabled: bool);

    /// Takes back the requests of interrupts that do not go by themselves.
    fn acknowledge(&self);
}

/// An interrupt controller, whose lines have numbers.
pub trait InterruptController {
    /// Lets a line interrupt. What was pending there is forgotten where the controller can.
    fn enable(&self, line: usize);

    /// Lets it interrupt no more.
    fn disable(&self, line: usize);

    /// Sets how urgent a line is, 0 being the most urgent.
    fn set_urgency(&self, line: usize, urgency: u8);

    /// Raises a line by software, where the controller can.
    fn pend(&self, line: usize);
}

/// A counter that can interrupt at one of its values.
pub trait Timer {
    /// Begins to count.
    fn start(&self, cs: Cs);

    /// The count.
    fn now(&self, cs: Cs) -> u64;

    /// Interrupts when the count has reached `at`, soon if it has; it may interrupt before, too. What was set before is
    /// forgotten.
    fn set_alarm(&self, cs: Cs, at: u64);
}

/// Pins that are in or out.
pub trait Gpio: Sync {
    /// Makes a pin an output, or an input.
    fn set_output(&self, pin: u8, output: bool);

    /// Sets the level of an output.
    fn write(&self, pin: u8, high: bool);

    /// The level of a pin.
    fn read(&self, pin: u8) -> bool;
}
