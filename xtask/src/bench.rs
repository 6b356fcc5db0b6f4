//! `cargo xtask bench` and `cargo xtask simulate`: programs that print numbers, in release builds.

use clap::Subcommand;

use crate::{
    Result, build,
    process::{self, step},
    root,
};

/// What can be measured.
#[derive(Clone, Copy, Subcommand)]
pub enum Bench {
    /// Exposure key sets: encode, sort, hash, sign and zip, natively and in the Worker.
    Export,
    /// Registrations and uploads of 14 keys against workerd with data on disk.
    Load,
}

/// Runs the benchmark program `name` of `package`.
fn run_program(package: &str, name: &str) -> Result {
    process::run(process::cargo().current_dir(root()).args([
        "bench",
        "--locked",
        "--package",
        package,
        "--bench",
        name,
    ]))
}

/// Measures `bench`.
pub fn run(bench: &Bench) -> Result {
    build::bench_functions()?;
    match bench {
        Bench::Export => {
            step("exposure key sets, natively", || {
                run_program("shared", "export")
            })?;
            step("exposure key sets, in the Worker", || {
                run_program("tests", "export_in_worker")
            })
        }
        Bench::Load => step("registrations and uploads", || run_program("tests", "load")),
    }
}

/// Runs a town of `phones` phones against an optimised build.
pub fn simulate(phones: usize, ill: usize, seed: u64) -> Result {
    build::bench_functions()?;
    step("a town", || {
        process::run(
            process::cargo()
                .current_dir(root())
                .args(["run", "--locked", "--release", "--package", "tests"])
                .args(["--bin", "town", "--"])
                .args(["--phones", &phones.to_string()])
                .args(["--ill", &ill.to_string()])
                .args(["--seed", &seed.to_string()]),
        )
    })
}
