//! The interface to C, `firmware/include/bluekernel.h`, which says what each function does; `firmware/c/README.md` is
//! the guide to it. Feature `ffi`.
//!
//! C's objects are the kernel's own, in memory of the caller's. What types say in Rust is checked at run time here: who
//! may wait, who holds a mutex, whether a thread's object is in use. What C must see to by itself: that pointers
//! point to objects which have been made and stay, and that what it shares is guarded.

mod declaration;
pub mod driver;
pub mod functions;

/// What the header says an object takes, in bytes.
#[cfg(any(test, target_os = "none"))]
mod sizes {
    pub(super) const THREAD: usize = 96;
    pub(super) const SEMAPHORE: usize = 8;
    pub(super) const MUTEX: usize = 16;
    pub(super) const EVENTS: usize = 8;
    pub(super) const QUEUE: usize = 32;
    pub(super) const TIMER: usize = 56;
    pub(super) const INTERRUPT: usize = 24;
    /// Of a driver, what is behind its five public fields.
    pub(super) const DRIVER_OPAQUE: usize = 36;
}

/// What they do take on the targets.
#[cfg(target_os = "none")]
const _: () = {
    assert!(fits::<functions::Thread>(sizes::THREAD));
    assert!(fits::<crate::sync::Semaphore>(sizes::SEMAPHORE));
    assert!(fits::<functions::Mutex>(sizes::MUTEX));
    assert!(fits::<functions::Events>(sizes::EVENTS));
    assert!(fits::<functions::Queue>(sizes::QUEUE));
    assert!(fits::<functions::Timer>(sizes::TIMER));
    assert!(fits::<functions::Interrupt>(sizes::INTERRUPT));
    assert!(size_of::<driver::Driver>() == 5 * size_of::<usize>() + sizes::DRIVER_OPAQUE);
    assert!(align_of::<driver::Driver>() == 4);
};

/// Whether it fits, with at most 7 bytes left, into what is aligned to 8.
#[cfg(target_os = "none")]
const fn fits<T>(bytes: usize) -> bool {
    size_of::<T>() <= bytes && bytes < size_of::<T>() + 8 && align_of::<T>() <= 8
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::format;
    use std::string::String;

    use super::{driver, functions, sizes};

    const HEADER: &str = include_str!("../../../include/bluekernel.h");

    /// Without comments, lines of the preprocessor, and what is inside of braces.
    fn outside_of_structs(header: &str) -> String {
        let mut code = String::new();
        let mut rest = header;
        while let Some((before, comment)) = rest.split_once("/*") {
            code.push_str(before);
            rest = comment.split_once("*/").expect("a comment ends").1;
        }
        code.push_str(rest);
        let lines: String = code.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        let lines = lines.replace("extern \"C\" {", "");
        let mut depth = 0;
        lines
            .chars()
            .filter(|character| {
                depth += i32::from(*character == '{');
                let outside = depth == 0;
                depth -= i32::from(*character == '}' && depth > 0);
                outside
            })
            .collect()
    }

    fn bare(declaration: &str) -> String {
        declaration.split_whitespace().collect::<std::vec::Vec<_>>().join(" ").replace("* ", "*").replace("( ", "(")
    }

    #[test]
    fn the_header_declares_the_functions_that_there_are() {
        let declared: BTreeSet<String> = outside_of_structs(HEADER)
            .split(';')
            .map(|declaration| bare(declaration.trim_start_matches(['}', '\n', ' '])))
            .filter(|declaration| declaration.contains('('))
            .collect();
        let defined: BTreeSet<String> =
            functions::declarations().into_iter().chain(driver::declarations()).map(|one| bare(&one)).collect();
        assert!(defined.len() > 40);
        assert_eq!(declared, defined);
    }

    #[test]
    fn the_header_has_the_numbers_of_the_kernel() {
        let numbers = [
            ("THREAD_SIZE", sizes::THREAD as i64),
            ("SEMAPHORE_SIZE", sizes::SEMAPHORE as i64),
            ("MUTEX_SIZE", sizes::MUTEX as i64),
            ("EVENTS_SIZE", sizes::EVENTS as i64),
            ("QUEUE_SIZE", sizes::QUEUE as i64),
            ("TIMER_SIZE", sizes::TIMER as i64),
            ("INTERRUPT_SIZE", sizes::INTERRUPT as i64),
            ("DRIVER_OPAQUE", sizes::DRIVER_OPAQUE as i64),
            ("DRIVER_LINES", driver::LINES as i64),
            ("LEAST_URGENT", i64::from(crate::thread::IDLE_PRIORITY) - 1),
            ("OK", i64::from(functions::OK.0)),
            ("TIMEOUT", i64::from(functions::TIMEOUT.0)),
            ("INVALID", i64::from(functions::INVALID.0)),
            ("BUSY", i64::from(functions::BUSY.0)),
            ("NOT_ALLOWED", i64::from(functions::NOT_ALLOWED.0)),
            ("NO_MEMORY", i64::from(functions::NO_MEMORY.0)),
            ("UNSUPPORTED", i64::from(functions::UNSUPPORTED.0)),
            ("IO", i64::from(functions::IO.0)),
            ("ALL", i64::from(functions::ALL)),
            ("ANY", 0),
            ("CLEAR", i64::from(functions::CLEAR)),
        ];
        for (name, number) in numbers {
            let line = HEADER.lines().find_map(|line| line.strip_prefix(&format!("#define BK_{name} ")));
            let text = line.unwrap_or_else(|| panic!("BK_{name} is defined")).split("/*").next().unwrap_or("");
            let value = text.trim().trim_matches(['(', ')']).trim_end_matches('u');
            assert_eq!(value.parse(), Ok(number), "BK_{name}");
        }
    }
}
