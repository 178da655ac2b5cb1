//! A shell's smallest part over a UART whose driver is in C: lines are read, with interrupts, and said again with their
//! number. With the feature `rust-uart` the driver is the kernel's own, and nothing else changes.
#![no_std]
#![no_main]

use bluekernel::context::ThreadContext;
use bluekernel::driver::Serial;
use bluekernel::ffi::driver::{Driver, find};
use bluekernel::stack::Stack;
use bluekernel::thread::Thread;
use bluekernel::{board, entry};
use bluekernel_c::register_uart;

static THREAD: Thread = Thread::new("lines", 8);
static STACK: Stack<1024> = Stack::new();

/// Reads a line into `line`, echoed, and returns its length.
fn read_line(context: ThreadContext, uart: &'static Driver, line: &mut [u8]) -> usize {
    let mut length = 0;
    loop {
        let mut bytes = [0; 16];
        let count = uart.read(context, &mut bytes[..1], None);
        for byte in &bytes[..count] {
            match byte {
                b'\r' | b'\n' => {
                    uart.write(context, b"\r\n");
                    return length;
                }
                _ if length < line.len() => {
                    line[length] = *byte;
                    length += 1;
                    uart.write(context, &[*byte]);
                }
                _ => (),
            }
        }
    }
}

fn lines(context: ThreadContext, _: usize) {
    assert!(register_uart().is_ok());
    let Some(uart) = find(c"uart0") else { panic!("there is no uart0") };
    assert!(uart.open(0).is_ok());
    uart.write(context, b"Type lines; an empty one ends.\r\n");
    let mut line = [0; 80];
    for number in b'1'..=b'9' {
        let length = read_line(context, uart, &mut line);
        if length == 0 {
            break;
        }
        uart.write(context, &[number, b':', b' ']);
        uart.write(context, &line[..length]);
        uart.write(context, b"\r\n");
    }
    board::exit(0);
}

fn main() -> ! {
    if let Some(stack) = STACK.take() {
        assert!(THREAD.spawn(stack, lines, 0).is_ok());
    }
    bluekernel::start()
}

entry!(main);
