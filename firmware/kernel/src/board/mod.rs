//! The board: what hardware there is, and nothing else. Chosen by a feature.

#[cfg(feature = "board-virt")]
#[path = "virt.rs"]
mod chosen;
#[cfg(feature = "board-mps2-an385")]
#[path = "mps2_an385.rs"]
mod chosen;
#[cfg(feature = "board-lm3s6965evb")]
#[path = "lm3s6965evb.rs"]
mod chosen;
#[cfg(not(target_os = "none"))]
#[path = "host.rs"]
mod chosen;

#[cfg(all(
    target_os = "none",
    not(any(feature = "board-virt", feature = "board-mps2-an385", feature = "board-lm3s6965evb"))
))]
compile_error!("choose a board: --features board-virt, board-mps2-an385 or board-lm3s6965evb");

pub use chosen::*;

#[cfg(all(target_os = "none", target_arch = "arm"))]
#[allow(unsafe_code)]
mod semihosting;
