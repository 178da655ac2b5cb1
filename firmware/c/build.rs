//! Compiles drivers/ and application/ for the board, and links the programs with the board's script.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Toolchain {
    prefix: &'static str,
    flags: &'static [&'static str],
}

const RISCV: Toolchain = Toolchain {
    prefix: "riscv64-unknown-elf-",
    flags: &["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "-mcmodel=medany", "-msmall-data-limit=0"],
};
const ARM: Toolchain = Toolchain { prefix: "arm-none-eabi-", flags: &["-mcpu=cortex-m3", "-mthumb"] };

/// Board, its UART's source in drivers/, and its toolchain.
const BOARDS: [(&str, &str, &Toolchain); 3] = [
    ("virt", "ns16550.c", &RISCV),
    ("mps2-an385", "cmsdk_uart.c", &ARM),
    ("lm3s6965evb", "pl011.c", &ARM),
];

const FLAGS: [&str; 12] = [
    "-std=c17",
    "-Os",
    "-g",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-ffreestanding",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-common",
    "-fno-asynchronous-unwind-tables",
    "-I../include",
];

fn run(command: &mut Command) {
    let done = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.success(), "{command:?}: {done}");
}

fn main() {
    for folder in ["drivers", "application", "../include"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    let chosen = |feature: &str| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    let board = BOARDS.iter().find(|(name, ..)| chosen(&format!("BOARD_{}", name.to_uppercase().replace('-', "_"))));
    // Without a board there is nothing to link: the host's tools look at the Rust code.
    let Some((board, uart, toolchain)) = board else { return };
    if let Ok(script) = env::var("DEP_BLUEKERNEL_SCRIPT") {
        println!("cargo::rustc-link-arg-bins=-T{script}");
    }

    let mut sources = vec![PathBuf::from("application/application.c")];
    if !chosen("RUST_UART") {
        sources.extend(["serial.c", "uart0.c", uart].map(|name| Path::new("drivers").join(name)));
    }
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where"));
    let archive = output.join("libc_parts.a");
    let _ = fs::remove_file(&archive);
    let here = env::current_dir().expect("there is a current folder");
    let mut library = Command::new(format!("{}ar", toolchain.prefix));
    library.arg("crsD").arg(&archive);
    for source in sources {
        let object = output.join(source.with_extension("o").file_name().expect("it is a file"));
        run(Command::new(format!("{}gcc", toolchain.prefix))
            .args(toolchain.flags)
            .args(FLAGS)
            .arg(format!("-DBOARD_{}", board.to_uppercase().replace('-', "_")))
            // Paths in debugging information are those of the repository, wherever it is.
            .arg(format!("-ffile-prefix-map={}=firmware/c", here.display()))
            .arg("-c")
            .arg(&source)
            .arg("-o")
            .arg(&object));
        library.arg(object);
    }
    run(&mut library);
    println!("cargo::rustc-link-search=native={}", output.display());
    println!("cargo::rustc-link-lib=static=c_parts");
}
