//! Panics: where, on the console, and the end. Without `core::fmt`, so the message itself is left out.

use core::panic::PanicInfo;

use crate::fault;
use crate::print;

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    print!("panic");
    if let Some(location) = info.location() {
        print!(" at ", location.file(), ":", location.line());
    }
    print!("\n");
    fault::end()
}
