//! `cargo xtask bench` and `cargo xtask simulate`: programs that print numbers, in release builds.

use std::process::Command;

use clap::Subcommand;

use crate::{
    Result, build,
    process::{self, step},
    root,
    setup::npm,
};

/// What can be measured.
#[derive(Clone, Copy, Subcommand)]
pub enum Bench {
    /// Taking in keys of other countries, in the Worker.
    Exchange,
    /// Exposure key sets: encode, sort, hash, sign and zip, natively and in the Worker.
    Export,
    /// Registrations and uploads of 14 keys against workerd with data on disk.
    Load,
    /// Comparing published keys with what a phone heard, natively and in wasm.
    Match,
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

/// Runs the benchmark program `name` of `package` that is an example to cargo.
fn run_example(package: &str, name: &str) -> Result {
    process::run(process::cargo().current_dir(root()).args([
        "run",
        "--locked",
        "--release",
        "--package",
        package,
        "--example",
        name,
    ]))
}

pub fn run(bench: &Bench) -> Result {
    match bench {
        Bench::Exchange => {
            build::bench_functions()?;
            step("keys of other countries", || {
                run_program("tests", "exchange")
            })
        }
        Bench::Export => {
            build::bench_functions()?;
            step("exposure key sets, natively", || {
                run_program("shared", "export")
            })?;
            step("exposure key sets, in the Worker", || {
                run_program("tests", "export_in_worker")
            })
        }
        Bench::Load => {
            build::bench_functions()?;
            step("registrations and uploads", || run_program("tests", "load"))
        }
        Bench::Match => {
            step("matching, natively", || run_example("phone", "matching"))?;
            let script = step("build matching for wasm32", || {
                build::example_for_node("phone", "matching")
            })?;
            step("matching, in wasm", || {
                process::run(Command::new(npm::program("node")).arg(script))
            })
        }
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
