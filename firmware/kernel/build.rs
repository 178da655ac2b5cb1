//! Tells where the linker scripts are and which one is the chosen board's. A program passes it on with a build script
//! of its own: Cargo gives it the name as DEP_BLUEKERNEL_SCRIPT.

use std::env;

const BOARDS: [&str; 3] = ["virt", "mps2-an385", "lm3s6965evb"];

fn main() {
    println!("cargo::rerun-if-changed=link");
    println!("cargo::rustc-link-search=native={}/link", env::var("CARGO_MANIFEST_DIR").unwrap());
    for board in BOARDS {
        let feature = board.to_uppercase().replace('-', "_");
        if env::var_os(format!("CARGO_FEATURE_BOARD_{feature}")).is_some() {
            println!("cargo::metadata=script={board}.ld");
        }
    }
}
