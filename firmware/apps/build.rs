//! Links the programs with the script of the board that they are for.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(script) = std::env::var("DEP_BLUEKERNEL_SCRIPT") {
        println!("cargo::rustc-link-arg-bins=-T{script}");
    }
}
