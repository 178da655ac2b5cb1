//! Drivers that C and Rust find by name, whichever of the two has written them.

use core::ffi::{CStr, c_char, c_void};
use core::mem::MaybeUninit;

use super::declaration::functions;
use super::functions::{BUSY, INVALID, IO, NOT_ALLOWED, OK, Status, TIMEOUT, UNSUPPORTED, installed};
use crate::arch;
use crate::cell::{CsCell, critical};
use crate::context::{InterruptContext, ThreadContext};
use crate::driver::Serial;
use crate::interrupt::{InstallError, Interrupt};
use crate::scheduler;
use crate::time::Instant;

/// Interrupt lines that a driver has at most: `BK_DRIVER_LINES`.
pub const LINES: usize = 2;

type Read = unsafe extern "C" fn(&'static Driver, *mut c_void, usize, u64) -> i32;
type Write = unsafe extern "C" fn(&'static Driver, *const c_void, usize) -> i32;
type Ioctl = unsafe extern "C" fn(&'static Driver, u32, *mut c_void) -> i32;

/// What a driver does: `struct bk_operations`.
#[repr(C)]
pub struct Operations {
    init: Option<unsafe extern "C" fn(&'static Driver) -> Status>,
    open: Option<unsafe extern "C" fn(&'static Driver, u32) -> Status>,
    read: Option<Read>,
    write: Option<Write>,
    ioctl: Option<Ioctl>,
    irq: Option<unsafe extern "C" fn(&'static Driver, u32)>,
}

/// A driver: `struct bk_driver`.
#[repr(C)]
pub struct Driver {
    name: *const c_char,
    operations: &'static Operations,
    data: *mut c_void,
    lines: *const u32,
    line_count: u32,
    /// The one that was registered before it.
    before: CsCell<Option<&'static Driver>>,
    handlers: [CsCell<MaybeUninit<Line>>; LINES],
}

/// A handler for one of its lines.
#[repr(C)]
struct Line {
    interrupt: Interrupt,
    driver: &'static Driver,
}

// SAFETY: the public fields never change once it is registered, and what they point to is the driver's.
unsafe impl Sync for Driver {}

static LAST: CsCell<Option<&'static Driver>> = CsCell::new(None);

fn handle(_: InterruptContext, line: usize) {
    let line = core::ptr::with_exposed_provenance::<Line>(line);
    // SAFETY: `Driver::install` gives the address of a handler that it has written, and that stays.
    let line = unsafe { &*line };
    if let Some(irq) = line.driver.operations.irq {
        // SAFETY: the driver's own function.
        unsafe { irq(line.driver, line.interrupt.line() as u32) };
    }
}

impl Driver {
    fn name(&self) -> &CStr {
        // SAFETY: `register` has seen that it is not null; text ends with a zero byte.
        unsafe { CStr::from_ptr(self.name) }
    }

    fn lines(&self) -> &[u32] {
        let count = if self.lines.is_null() { 0 } else { self.line_count as usize };
        // SAFETY: so many words, as who made the driver promises.
        unsafe { core::slice::from_raw_parts(if count == 0 { [].as_ptr() } else { self.lines }, count) }
    }

    fn install(&'static self) -> Result<(), InstallError> {
        for (index, line) in self.lines().iter().enumerate() {
            let place = core::ptr::from_ref(&self.handlers[index]).cast::<Line>();
            let interrupt = Interrupt::new(*line as usize, handle, place.expose_provenance());
            critical(|cs| self.handlers[index].set(cs, MaybeUninit::new(Line { interrupt, driver: self })));
            // SAFETY: just written, and not again: a driver is registered once.
            let installed = unsafe { (*place).interrupt.install() };
            if let Err(error) = installed {
                for done in 0..index {
                    let place = core::ptr::from_ref(&self.handlers[done]).cast::<Line>();
                    // SAFETY: written in an earlier round.
                    unsafe { (*place).interrupt.remove() };
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Initialises the driver, enables its lines, and lets it be found.
    ///
    /// # Errors
    /// As `bk_driver_register`.
    pub fn register(&'static self) -> Result<(), Status> {
        if self.name.is_null() || self.line_count as usize > LINES {
            return Err(INVALID);
        }
        if find(self.name()).is_some() {
            return Err(BUSY);
        }
        if let Some(init) = self.operations.init {
            // SAFETY: the driver's own function.
            let status = unsafe { init(self) };
            if status != OK {
                return Err(status);
            }
        }
        let status = installed(self.install());
        if status != OK {
            return Err(status);
        }
        critical(|cs| self.before.set(cs, LAST.replace(cs, Some(self))));
        Ok(())
    }

    /// Opens it.
    ///
    /// # Errors
    /// What the driver says.
    pub fn open(&'static self, flags: u32) -> Result<(), Status> {
        match self.operations.open {
            None => Ok(()),
            // SAFETY: the driver's own function.
            Some(open) => match unsafe { open(self, flags) } {
                OK => Ok(()),
                status => Err(status),
            },
        }
    }

    /// Asks for something that only this driver knows.
    ///
    /// # Errors
    /// What the driver says, as a negative number.
    ///
    /// # Safety
    /// `argument` is what the request wants.
    pub unsafe fn ioctl(&'static self, request: u32, argument: *mut c_void) -> Result<u32, Status> {
        let Some(ioctl) = self.operations.ioctl else { return Err(UNSUPPORTED) };
        // SAFETY: the driver's own function, as the caller promises.
        let result = unsafe { ioctl(self, request, argument) };
        u32::try_from(result).map_err(|_| Status(result))
    }
}

/// The driver of a name.
pub fn find(name: &CStr) -> Option<&'static Driver> {
    let mut driver = critical(|cs| LAST.get(cs));
    while let Some(one) = driver {
        if one.name() == name {
            break;
        }
        driver = critical(|cs| one.before.get(cs));
    }
    driver
}

/// A driver of C's for Rust. What it does not do, or fails at, reads nothing and writes nothing.
impl Serial for Driver {
    fn read(&'static self, _: ThreadContext, buffer: &mut [u8], until: Option<Instant>) -> usize {
        let Some(read) = self.operations.read else { return 0 };
        // A time of 0 would be one try.
        let deadline = until.map_or(u64::MAX, |until| until.counts().max(1));
        // SAFETY: the driver's own function; a buffer of that size.
        usize::try_from(unsafe { read(self, buffer.as_mut_ptr().cast(), buffer.len(), deadline) }).unwrap_or(0)
    }

    fn write(&'static self, _: ThreadContext, bytes: &[u8]) {
        if let Some(write) = self.operations.write {
            // SAFETY: the driver's own function; a buffer of that size.
            unsafe { write(self, bytes.as_ptr().cast(), bytes.len()) };
        }
    }
}

/// A driver of Rust's for C.
#[repr(C)]
pub struct RustSerial {
    /// First, so that its address is the whole's.
    driver: Driver,
    start: fn() -> Result<&'static dyn Serial, InstallError>,
    port: CsCell<Option<&'static dyn Serial>>,
}

static RUST_SERIAL: Operations = Operations {
    init: Some(rust_init),
    open: None,
    read: Some(rust_read),
    write: Some(rust_write),
    ioctl: None,
    irq: None,
};

impl RustSerial {
    /// A driver with a name, which `start` starts.
    pub const fn new(name: &'static CStr, start: fn() -> Result<&'static dyn Serial, InstallError>) -> Self {
        Self {
            driver: Driver {
                name: name.as_ptr(),
                operations: &RUST_SERIAL,
                data: core::ptr::null_mut(),
                lines: core::ptr::null(),
                line_count: 0,
                before: CsCell::new(None),
                handlers: [const { CsCell::new(MaybeUninit::uninit()) }; LINES],
            },
            start,
            port: CsCell::new(None),
        }
    }

    /// Starts it, and lets it be found.
    ///
    /// # Errors
    /// As `bk_driver_register`.
    pub fn register(&'static self) -> Result<(), Status> {
        self.driver.register()
    }

    fn of(driver: &'static Driver) -> &'static Self {
        // SAFETY: these operations are only those of drivers that are the first field of one of these.
        unsafe { &*core::ptr::from_ref(driver).cast() }
    }
}

unsafe extern "C" fn rust_init(driver: &'static Driver) -> Status {
    let this = RustSerial::of(driver);
    match (this.start)() {
        Ok(port) => critical(|cs| {
            this.port.set(cs, Some(port));
            OK
        }),
        Err(error) => installed(Err(error)),
    }
}

/// The port, for a caller that may wait.
fn port(driver: &'static Driver) -> Result<&'static dyn Serial, Status> {
    if arch::in_interrupt() || scheduler::running().is_none() {
        return Err(NOT_ALLOWED);
    }
    critical(|cs| RustSerial::of(driver).port.get(cs)).ok_or(IO)
}

unsafe extern "C" fn rust_read(driver: &'static Driver, buffer: *mut c_void, size: usize, deadline: u64) -> i32 {
    let port = match port(driver) {
        Err(status) => return status.0,
        Ok(port) => port,
    };
    // SAFETY: the caller's buffer, which has room for so many bytes; they are bytes whatever they hold.
    let bytes = unsafe { core::slice::from_raw_parts_mut(buffer.cast::<u8>(), size) };
    let until = if deadline == u64::MAX { None } else { Some(Instant::from_counts(deadline)) };
    match port.read(ThreadContext::new(), bytes, until) {
        0 if size > 0 => TIMEOUT.0,
        count => count as i32,
    }
}

unsafe extern "C" fn rust_write(driver: &'static Driver, buffer: *const c_void, size: usize) -> i32 {
    match port(driver) {
        Err(status) => status.0,
        Ok(port) => {
            // SAFETY: the caller's bytes.
            port.write(ThreadContext::new(), unsafe { core::slice::from_raw_parts(buffer.cast::<u8>(), size) });
            size as i32
        }
    }
}

functions! { declarations:
    /// Lets a driver be found.
    fn bk_driver_register(driver: Option<&'static Driver>) -> Status {
        match driver.map(Driver::register) {
            None => INVALID,
            Some(Err(status)) => status,
            Some(Ok(())) => OK,
        }
    }

    /// The driver of a name.
    ///
    /// # Safety
    /// `name` is null or ends with a zero byte.
    fn bk_driver_find(name: *const c_char) -> Option<&'static Driver> {
        if name.is_null() {
            return None;
        }
        // SAFETY: as the caller promises.
        find(unsafe { CStr::from_ptr(name) })
    }

    /// Opens a driver.
    fn bk_driver_open(driver: Option<&'static Driver>, flags: u32) -> Status {
        match driver.map(|driver| driver.open(flags)) {
            None => INVALID,
            Some(Err(status)) => status,
            Some(Ok(())) => OK,
        }
    }

    /// Reads what comes.
    ///
    /// # Safety
    /// `buffer` has room for `size` bytes.
    fn bk_driver_read(driver: Option<&'static Driver>, buffer: *mut c_void, size: usize, deadline: u64) -> i32 {
        let Some(driver) = driver.filter(|_| !buffer.is_null()) else { return INVALID.0 };
        // SAFETY: the driver's own function, as the caller promises.
        driver.operations.read.map_or(UNSUPPORTED.0, |read| unsafe { read(driver, buffer, size, deadline) })
    }

    /// Writes bytes.
    ///
    /// # Safety
    /// `buffer` holds `size` bytes.
    fn bk_driver_write(driver: Option<&'static Driver>, buffer: *const c_void, size: usize) -> i32 {
        let Some(driver) = driver.filter(|_| !buffer.is_null()) else { return INVALID.0 };
        // SAFETY: the driver's own function, as the caller promises.
        driver.operations.write.map_or(UNSUPPORTED.0, |write| unsafe { write(driver, buffer, size) })
    }

    /// Asks a driver for something of its own.
    ///
    /// # Safety
    /// `argument` is what the request wants.
    fn bk_driver_ioctl(driver: Option<&'static Driver>, request: u32, argument: *mut c_void) -> i32 {
        let Some(driver) = driver else { return INVALID.0 };
        // SAFETY: the driver's own function, as the caller promises.
        driver.operations.ioctl.map_or(UNSUPPORTED.0, |ioctl| unsafe { ioctl(driver, request, argument) })
    }
}
