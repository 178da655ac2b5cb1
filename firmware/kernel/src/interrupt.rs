//! Interrupts of devices: a handler for each line.

use crate::arch::{self, Controller};
use crate::board::LINES;
use crate::cell::{CsCell, critical};
use crate::context::InterruptContext;
use crate::driver::InterruptController;

/// What an interrupt calls, with the argument that it was made with.
pub type Handler = fn(InterruptContext, usize);

/// A handler for a line of the interrupt controller: an interrupt number of the NVIC, a source of the PLIC; line 0 of
/// the PLIC, which has no source, is the software interrupt.
pub struct Interrupt {
    line: usize,
    handler: Handler,
    argument: usize,
}

/// Why a handler was not installed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InstallError {
    /// The board has no such line.
    NoSuchLine,
    /// The line has a handler.
    Taken,
}

static HANDLERS: [CsCell<Option<&'static Interrupt>>; LINES] = [const { CsCell::new(None) }; LINES];

impl Interrupt {
    /// A handler that is not installed.
    pub const fn new(line: usize, handler: Handler, argument: usize) -> Self {
        Self { line, handler, argument }
    }

    /// The line.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Installs the handler and enables its line.
    ///
    /// # Errors
    /// When the board has no such line, or it has a handler.
    pub fn install(&'static self) -> Result<(), InstallError> {
        let slot = HANDLERS.get(self.line).ok_or(InstallError::NoSuchLine)?;
        critical(|cs| {
            if slot.get(cs).is_some() {
                return Err(InstallError::Taken);
            }
            slot.set(cs, Some(self));
            Controller.enable(self.line);
            Ok(())
        })
    }

    /// Disables the line and takes the handler away.
    pub fn remove(&'static self) {
        critical(|cs| {
            Controller.disable(self.line);
            if let Some(slot) = HANDLERS.get(self.line) {
                slot.set(cs, None);
            }
        });
    }

    /// Sets the urgency, 0 to 255, 0 being the most urgent of those at which handlers may call the kernel. What the
    /// controller cannot tell apart is equal.
    pub fn set_urgency(&self, urgency: u8) {
        Controller.set_urgency(self.line, urgency);
    }

    /// Raises the line by software, where the controller can (NVIC: all; PLIC: line 0 only).
    #[inline(always)]
    pub fn pend(&self) {
        Controller.pend(self.line);
    }
}

/// Calls a line's handler. One without is disabled.
#[inline(always)]
pub(crate) fn dispatch(line: usize) {
    // No critical section: a word is read at once, and the line is enabled only while it has a handler.
    let handler = HANDLERS.get(line).and_then(arch::peek);
    match handler {
        Some(interrupt) => (interrupt.handler)(InterruptContext::new(), interrupt.argument),
        None => Controller.disable(line),
    }
}
