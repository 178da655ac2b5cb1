//! What a Rust function is in C: so that the header can be checked.

/// Defines functions for C, and a table of their declarations.
macro_rules! functions {
    ($table:ident: $(
        $(#[$attribute:meta])*
        fn $name:ident($($parameter:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    )*) => {
        $(
            $(#[$attribute])*
            // SAFETY: the one symbol of this name: its prefix is the kernel's.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name($($parameter: $type),*) $(-> $result)? $body
        )*

        /// The declarations of these functions in C.
        #[cfg(test)]
        pub(crate) fn $table() -> std::vec::Vec<std::string::String> {
            use $crate::ffi::declaration::function;
            std::vec![$(function::<fn() $(-> $result)?>(
                stringify!($name),
                &[$((stringify!($parameter), $crate::ffi::declaration::of::<$type>())),*],
            )),*]
        }
    };
}
pub(crate) use functions;

#[cfg(test)]
pub(crate) use in_c::{function, of};

#[cfg(test)]
mod in_c {
    use core::ffi::{c_char, c_void};
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    use crate::ffi::driver::Driver;
    use crate::ffi::functions::{Events, Interrupt, Mutex, Queue, Status, Thread, Timer};
    use crate::sync::Semaphore;

    /// A type as C declares it; `@` stands for the name of what is declared.
    pub(crate) trait InC {
        const TYPE: &'static str;
    }

    macro_rules! in_c {
        ($($rust:ty = $c:literal),* $(,)?) => { $(impl InC for $rust { const TYPE: &'static str = $c; })* };
    }
    in_c!(
        u32 = "uint32_t @",
        i32 = "int32_t @",
        u64 = "bk_time @",
        usize = "size_t @",
        Status = "bk_status @",
        *const c_char = "const char *@",
        *const c_void = "const void *@",
        *mut c_void = "void *@",
        *mut u32 = "uint32_t *@",
        Option<extern "C" fn(*mut c_void)> = "void (*@)(void *argument)",
    );

    macro_rules! results {
        ($($rust:ty = $c:literal),* $(,)?) => { $(impl InC for fn() -> $rust { const TYPE: &'static str = $c; })* };
    }
    results!(
        () = "void @",
        ! = "_Noreturn void @",
        u32 = "uint32_t @",
        i32 = "int32_t @",
        u64 = "bk_time @",
        usize = "size_t @",
        Status = "bk_status @",
        *const c_char = "const char *@",
        *mut c_void = "void *@",
        Option<&'static Driver> = "struct bk_driver *@",
    );

    macro_rules! objects {
        ($($rust:ty = $c:literal),* $(,)?) => { $(
            impl InC for *mut $rust { const TYPE: &'static str = concat!("struct ", $c, " *@"); }
            impl InC for Option<&'static $rust> { const TYPE: &'static str = concat!("struct ", $c, " *@"); }
        )* };
    }
    objects!(
        Thread = "bk_thread",
        Semaphore = "bk_semaphore",
        Mutex = "bk_mutex",
        Events = "bk_events",
        Queue = "bk_queue",
        Timer = "bk_timer",
        Interrupt = "bk_interrupt",
        Driver = "bk_driver",
    );

    pub(crate) fn of<T: InC>() -> &'static str {
        T::TYPE
    }

    pub(crate) fn function<R: InC>(name: &str, parameters: &[(&str, &str)]) -> String {
        let parameters: Vec<String> = parameters.iter().map(|(name, c)| c.replace('@', name)).collect();
        let list = if parameters.is_empty() { "void".to_string() } else { parameters.join(", ") };
        R::TYPE.replace('@', &format!("{name}({list})"))
    }
}
