//! What of C the programs call.
#![no_std]

use bluekernel::ffi::functions::Status;

#[allow(unsafe_code)]
mod c {
    use bluekernel::ffi::functions::Status;

    unsafe extern "C" {
        pub(crate) safe fn bk_application();
        #[cfg(not(feature = "rust-uart"))]
        pub(crate) safe fn uart0_register() -> Status;
    }
}

/// Runs the application, which ends the run.
pub fn application() {
    c::bk_application();
}

/// Registers the driver of the board's console as `uart0`: that in C.
///
/// # Errors
/// What it says.
#[cfg(not(feature = "rust-uart"))]
pub fn register_uart() -> Result<(), Status> {
    match c::uart0_register() {
        Status(0) => Ok(()),
        status => Err(status),
    }
}

/// Registers the driver of the board's console as `uart0`: that in Rust.
///
/// # Errors
/// When its lines cannot be had.
#[cfg(feature = "rust-uart")]
pub fn register_uart() -> Result<(), Status> {
    use bluekernel::driver::console_port;
    use bluekernel::ffi::driver::RustSerial;

    static UART: RustSerial = RustSerial::new(c"uart0", console_port::start);
    UART.register()
}
