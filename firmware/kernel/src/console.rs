//! Text on the board's console, byte by byte, without interrupts and without `core::fmt`: for reports that must come
//! out whatever state the kernel is in, and for programs that have no other need of a UART.

use crate::board;

/// Writes text; a line feed becomes carriage return and line feed.
pub fn write(text: &str) {
    for byte in text.bytes() {
        if byte == b'\n' {
            board::console_write(b'\r');
        }
        board::console_write(byte);
    }
}

/// Writes a number in decimal.
pub fn write_decimal(number: u32) {
    let mut digits = [0; 10];
    let mut rest = number;
    let mut length = 0;
    for digit in &mut digits {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        length += 1;
        if rest == 0 {
            break;
        }
    }
    for digit in digits.iter().take(length).rev() {
        board::console_write(*digit);
    }
}

/// Writes a number as `0x` and eight hexadecimal digits.
pub fn write_hex(number: u32) {
    write("0x");
    for shift in (0..8).rev() {
        let digit = (number >> (4 * shift) & 15) as u8;
        board::console_write(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit });
    }
}

/// Writes parts one behind the other: text, numbers in decimal, and with `hex` in hexadecimal digits.
#[macro_export]
macro_rules! print {
    () => {};
    (hex $number:expr $(, $($rest:tt)*)?) => {{
        $crate::console::write_hex($number);
        $($crate::print!($($rest)*);)?
    }};
    ($part:expr $(, $($rest:tt)*)?) => {{
        $crate::console::Print::print($part);
        $($crate::print!($($rest)*);)?
    }};
}

/// What [`print!`](crate::print) takes.
pub trait Print {
    /// Writes it to the console.
    fn print(self);
}

impl Print for &str {
    fn print(self) {
        write(self);
    }
}

impl Print for u32 {
    fn print(self) {
        write_decimal(self);
    }
}

impl Print for usize {
    fn print(self) {
        write_decimal(self as u32);
    }
}

impl Print for u8 {
    fn print(self) {
        write_decimal(u32::from(self));
    }
}
