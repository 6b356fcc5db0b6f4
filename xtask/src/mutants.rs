//! `cargo xtask mutants`: changes the code in many small ways, and lists the changes that no test
//! notices. It takes hours for everything, so it is no part of `cargo xtask test`.

use std::process::Command;

use crate::{Result, process, root, setup::tools};

/// The crates whose decisions are tested natively.
const CRATES: [&str; 2] = ["shared", "federation"];

/// Mutates `crates`, or all that decide, with further `options` for cargo-mutants.
/// `.cargo/mutants.toml` has the settings; the lists are in `build/mutants.out`.
pub fn run(crates: &[String], options: &[String]) -> Result {
    let mut command = Command::new(tools::cargo_mutants()?);
    command.current_dir(root()).args(["mutants", "--no-times"]);
    let all = CRATES.map(str::to_owned);
    for name in if crates.is_empty() { &all } else { crates } {
        command.args(["--package", name]);
    }
    process::run(command.args(options))
}
