//! The command line of `cargo xtask`.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use shared::country::Country;
use xtask::{
    Result,
    bench::{self, Bench},
    build::{self, Profile},
    checks, dev,
    efgs_keys::{EfgsKeys, KeyKind},
    keys, mutants, size,
};

/// Set up, build, run, test and measure the exposure-notification service.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing, build, and serve everything on this machine.
    Dev {
        /// The port to serve on.
        #[arg(long, default_value_t = 8787)]
        port: u16,
        /// The folder for keys and data.
        #[arg(long, default_value = ".state")]
        data: PathBuf,
    },
    /// Set up what is missing and run the tests.
    Test {
        /// A crate (`shared`), or a file of `tests/tests` (`whole_loop`); without any, everything.
        names: Vec<String>,
    },
    /// Check the format, lints, dependencies, the deployment, and the release build.
    Lint,
    /// Build the functions and the portal.
    Build {
        /// What is deployed: optimised, and without test controls.
        #[arg(long)]
        release: bool,
    },
    /// Build the portal for deployment and measure what a browser downloads of it; fails over the
    /// limits.
    Size,
    /// Measure. Prints numbers; never fails for being slow.
    Bench {
        /// What to measure.
        #[command(subcommand)]
        bench: Bench,
    },
    /// Let a whole town of phones meet, fall ill and be warned, and compare with who should be.
    Simulate {
        /// How many phones.
        #[arg(long, default_value_t = 20_000)]
        phones: usize,
        /// How many of their owners test positive.
        #[arg(long, default_value_t = 100)]
        ill: usize,
        /// Another one makes another town.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Change the code in many small ways, and list the changes that no test notices. Takes hours.
    Mutants {
        /// The crates; without any, all whose decisions are tested natively.
        crates: Vec<String>,
        /// Options for cargo-mutants, for example `--file shared/src/keys/tek.rs`.
        #[arg(last = true)]
        options: Vec<String>,
    },
    /// Make the signing keys that are missing.
    Keys {
        /// The folder; keys are in its folder `keys`.
        #[arg(long, default_value = ".state", global = true)]
        data: PathBuf,
        /// Another set of keys than the service's own.
        #[command(subcommand)]
        set: Option<KeySet>,
    },
}

#[derive(Subcommand)]
enum KeySet {
    /// For trying the exchange with other countries: the gateway's and the countries' keys and
    /// certificates, in `keys/efgs`.
    Efgs {
        /// The codes of the countries.
        #[arg(default_values = ["NL", "DE"])]
        countries: Vec<Country>,
        /// Sign batches with RSA instead of EC keys.
        #[arg(long)]
        rsa: bool,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result {
    match task {
        Task::Dev { port, data } => dev::run(port, &data),
        Task::Test { names } => checks::test(&names),
        Task::Lint => checks::lint(),
        Task::Build { release } => build::run(if release {
            Profile::Release
        } else {
            Profile::Dev
        }),
        Task::Size => size::run(),
        Task::Bench { bench } => bench::run(&bench),
        Task::Simulate { phones, ill, seed } => bench::simulate(phones, ill, seed),
        Task::Mutants { crates, options } => mutants::run(&crates, &options),
        Task::Keys { data, set } => {
            let folder = match set {
                None => keys::create(&data)?.folder,
                Some(KeySet::Efgs { countries, rsa }) => {
                    let kind = if rsa { KeyKind::Rsa } else { KeyKind::P256 };
                    let countries: Vec<_> =
                        countries.into_iter().map(|code| (code, kind)).collect();
                    EfgsKeys::create(&data.join("keys/efgs"), &countries)?.folder
                }
            };
            println!("The keys are in {}.", folder.display());
            Ok(())
        }
    }
}
