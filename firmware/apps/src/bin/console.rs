//! A small shell on the console's UART, driven by interrupts. `help` lists its commands.
#![no_std]
#![no_main]

use bluekernel::cell::{CsCell, critical};
use bluekernel::context::ThreadContext;
use bluekernel::driver::{Serial, console_port};
use bluekernel::memory::{Block, Pool};
use bluekernel::stack::Stack;
use bluekernel::thread::{State, Thread};
use bluekernel::time::{Duration, sleep, uptime};
use bluekernel::{board, entry, scheduler};
use bluekernel_apps::spawn;

static SHELL: Thread = Thread::new("shell", 8);
static BLINK: Thread = Thread::new("blink", 4);
static SHELL_STACK: Stack<1024> = Stack::new();
static BLINK_STACK: Stack<512> = Stack::new();
static BLINKS: CsCell<u32> = CsCell::new(0);

const BLOCKS: usize = 8;
static POOL: Pool<32, BLOCKS> = Pool::new();

/// A command: its name, what `help` says about it, and what it does.
type Command = (&'static str, &'static str, fn(&mut Shell, &str));

const COMMANDS: [Command; 9] = [
    ("help", "this list", Shell::help),
    ("threads", "name, priority and state of each", Shell::threads),
    ("stacks", "most bytes used, of how many", Shell::stacks),
    ("memory", "blocks of the pool: free, and the fewest that ever were", Shell::memory),
    ("take", "takes a block of the pool", Shell::take),
    ("give", "gives the last one back", Shell::give),
    ("uptime", "milliseconds since the start", Shell::uptime),
    ("fault", "reads where nothing is", Shell::fault),
    ("exit", "ends the run, with a code", Shell::exit),
];

struct Shell {
    context: ThreadContext,
    serial: &'static dyn Serial,
    taken: [Option<Block<32, BLOCKS>>; BLOCKS],
}

impl Shell {
    fn text(&mut self, text: &str) {
        let mut lines = text.split('\n');
        if let Some(first) = lines.next() {
            self.serial.write(self.context, first.as_bytes());
        }
        for line in lines {
            self.serial.write(self.context, b"\r\n");
            self.serial.write(self.context, line.as_bytes());
        }
    }

    fn number(&mut self, number: u32) {
        let mut digits = [0; 10];
        let mut rest = number;
        let mut first = digits.len();
        while rest > 0 || first == digits.len() {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.serial.write(self.context, &digits[first..]);
    }

    fn help(&mut self, _: &str) {
        for (name, help, _) in COMMANDS {
            self.text(name);
            self.text(": ");
            self.text(help);
            self.text("\n");
        }
    }

    fn threads(&mut self, _: &str) {
        scheduler::for_each_thread(|thread| {
            self.text(thread.name());
            self.text(", priority ");
            self.number(u32::from(thread.priority()));
            self.text(match thread.state() {
                State::Dormant => ", dormant\n",
                State::Ready => ", ready\n",
                State::Blocked => ", blocked\n",
                State::Ended => ", ended\n",
            });
        });
    }

    fn stacks(&mut self, _: &str) {
        scheduler::for_each_thread(|thread| {
            let (used, size) = thread.stack_use();
            self.text(thread.name());
            self.text(": ");
            self.number(used as u32);
            self.text(" of ");
            self.number(size as u32);
            self.text("\n");
        });
    }

    fn memory(&mut self, _: &str) {
        self.number(POOL.free() as u32);
        self.text(" free, at least ");
        self.number(POOL.low_water() as u32);
        self.text("\n");
    }

    fn take(&mut self, _: &str) {
        match self.taken.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = POOL.allocate(self.context),
            None => self.text("all are taken\n"),
        }
    }

    fn give(&mut self, _: &str) {
        match self.taken.iter_mut().rfind(|place| place.is_some()) {
            Some(place) => *place = None,
            None => self.text("none is taken\n"),
        }
    }

    fn uptime(&mut self, _: &str) {
        self.number(uptime(self.context).as_millis() as u32);
        self.text(" ms, ");
        self.number(critical(|cs| BLINKS.get(cs)));
        self.text(" blinks\n");
    }

    fn fault(&mut self, _: &str) {
        fault::read_nothing();
    }

    fn exit(&mut self, argument: &str) {
        board::exit(argument.parse().unwrap_or(0));
    }

    /// Reads a line into `line`, echoed and with a working backspace, and returns its length.
    fn read_line(&mut self, line: &mut [u8]) -> usize {
        let mut length = 0;
        loop {
            let mut byte = [0];
            self.serial.read(self.context, &mut byte, None);
            match byte[0] {
                b'\r' | b'\n' => {
                    self.text("\n");
                    return length;
                }
                8 | 127 if length > 0 => {
                    length -= 1;
                    self.text("\x08 \x08");
                }
                b' '..=b'~' if length < line.len() => {
                    line[length] = byte[0];
                    length += 1;
                    self.serial.write(self.context, &byte);
                }
                _ => (),
            }
        }
    }
}

fn shell(context: ThreadContext, _: usize) {
    let Ok(serial) = console_port::start() else { panic!("the UART's lines are taken") };
    let mut shell = Shell { context, serial, taken: [const { None }; BLOCKS] };
    shell.text("bluekernel on ");
    shell.text(board::NAME);
    shell.text("; help lists the commands\n");
    let mut line = [0; 64];
    loop {
        shell.text("> ");
        let length = shell.read_line(&mut line);
        let text = core::str::from_utf8(&line[..length]).unwrap_or("").trim();
        let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
        match COMMANDS.iter().find(|command| command.0 == name) {
            Some((_, _, run)) => run(&mut shell, argument),
            None if name.is_empty() => (),
            None => shell.text("no such command; help lists them\n"),
        }
    }
}

/// Something that goes on beside the shell: a light that blinks, if the board has one.
fn blink(context: ThreadContext, _: usize) {
    loop {
        sleep(context, Duration::from_millis(500));
        let blinks = critical(|cs| {
            BLINKS.set(cs, BLINKS.get(cs) + 1);
            BLINKS.get(cs)
        });
        light::set(blinks % 2 == 1);
    }
}

#[cfg(not(feature = "board-virt"))]
mod light {
    use bluekernel::board::GPIO;
    use bluekernel::driver::Gpio;

    pub fn set(on: bool) {
        GPIO.set_output(0, true);
        GPIO.write(0, on);
    }
}

#[cfg(feature = "board-virt")]
mod light {
    pub fn set(_: bool) {}
}

/// The only code here that the compiler does not vouch for: it is wrong on purpose.
#[allow(unsafe_code)]
mod fault {
    pub fn read_nothing() {
        let nothing = core::ptr::without_provenance::<u32>(0xf000_0000);
        // SAFETY: none; the report of what happens is what is wanted.
        unsafe { nothing.read_volatile() };
    }
}

fn main() -> ! {
    spawn(&SHELL, &SHELL_STACK, shell, 0);
    spawn(&BLINK, &BLINK_STACK, blink, 0);
    bluekernel::start()
}

entry!(main);
