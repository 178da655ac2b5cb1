//! Trace points: places in the program whose meaning is known, for simulators, debuggers and probes.
//!
//! A trace point costs no instruction. It is an entry of the section `.bluekernel.trace`, which is not loaded: the
//! address as a 32-bit word, then the meaning as text that ends with a zero byte, filled up to a multiple of four
//! bytes. Where registers matter the text names them: `switch: from=r0 to=r1` is reached with the outgoing thread's
//! control block in r0. A point that the compiler has copied has several entries.

/// Marks this place in the program with a meaning, a string literal.
#[macro_export]
macro_rules! trace {
    ($meaning:literal) => {
        $crate::trace_point!($meaning)
    };
}

#[cfg(target_os = "none")]
#[allow(unsafe_code)]
// SAFETY: there is no code in it.
mod assembly {
    // A macro of the assembler, so that a trace point is one line: the compiler takes each line of assembly for an
    // instruction, and would place code as if it were longer.
    core::arch::global_asm!(
        ".macro bluekernel_trace meaning",
        ".pushsection .bluekernel.trace,\"\"",
        ".balign 4",
        ".word 773f",
        ".asciz \"\\meaning\"",
        ".popsection",
        "773:",
        ".endm"
    );
}

/// A trace point in assembly inside of a function: a line of its own.
#[doc(hidden)]
#[macro_export]
macro_rules! trace_line {
    ($meaning:literal) => {
        concat!("bluekernel_trace \"", $meaning, "\"")
    };
}

/// A trace point in a naked function; those come before the assembler's macro.
#[doc(hidden)]
#[macro_export]
macro_rules! trace_lines {
    ($meaning:literal) => {
        concat!(
            ".pushsection .bluekernel.trace,\"\"\n.balign 4\n.word 773f\n.asciz \"",
            $meaning,
            "\"\n.popsection\n773:"
        )
    };
}

#[doc(hidden)]
#[cfg(target_os = "none")]
#[macro_export]
macro_rules! trace_point {
    ($meaning:literal) => {
        #[allow(unsafe_code)]
        // SAFETY: there is no instruction in it.
        unsafe {
            core::arch::asm!($crate::trace_line!($meaning), options(nomem, nostack, preserves_flags))
        }
    };
}

#[doc(hidden)]
#[cfg(not(target_os = "none"))]
#[macro_export]
macro_rules! trace_point {
    ($meaning:literal) => {
        let _ = $meaning;
    };
}
