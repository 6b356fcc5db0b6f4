//! The command line of the reference phone.

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use phone::{Phone, Service, VerifyingKeys};
use rand::{
    SeedableRng as _,
    rngs::{StdRng, SysRng},
};
use shared::{Timestamp, base64, dates};
use url::Url;

/// A phone with an exposure-notification app, on the command line.
#[derive(Parser)]
struct Arguments {
    /// The file that holds what the phone remembers.
    #[arg(long, default_value = "phone.json", global = true)]
    state: PathBuf,
    /// The address of the service.
    #[arg(long, default_value = "http://localhost:8787", global = true)]
    server: Url,
    /// The folder with the service's public keys, `manifest.pub.pem` and `export.pub.pem`.
    #[arg(long, default_value = ".state/keys", global = true)]
    keys: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a phone that has been in use for 14 days.
    New,
    /// Show the validation code to read out to the GGD.
    Code,
    /// Upload the keys of the past 14 days.
    Share,
    /// Download and verify what has been published, and list the keys.
    Check,
}

fn main() -> ExitCode {
    match run(&Arguments::parse(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output, `head` perhaps, has seen enough.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("phone: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    #[expect(clippy::disallowed_methods, reason = "the command line has a clock")]
    let now = Timestamp::now();
    let service = Service::new(arguments.server.clone());
    match arguments.command {
        Command::New => {
            if arguments.state.exists() {
                return Err(format!(
                    "{} is there already; remove it or choose another with --state",
                    arguments.state.display()
                )
                .into());
            }
            let phone = Phone::new(now, &mut StdRng::try_from_rng(&mut SysRng)?);
            save(arguments, &phone)?;
            writeln!(
                out,
                "A new phone with keys of the past {} days.",
                phone.keys().len()
            )?;
        }
        Command::Code => {
            let mut phone = load(arguments)?;
            let code = phone.code(&service, now)?;
            save(arguments, &phone)?;
            writeln!(out, "{code}")?;
            if let Some(until) = phone.code_valid_until() {
                let until = dates::amsterdam()
                    .to_datetime(until)
                    .strftime("%H:%M on %-d %B");
                writeln!(
                    out,
                    "Read this code out to the GGD. Valid until {until} in the Netherlands."
                )?;
            }
        }
        Command::Share => {
            let shared = load(arguments)?.share(&service, now)?;
            writeln!(
                out,
                "{shared} keys are uploaded. They are published once the GGD has confirmed the code."
            )?;
        }
        Command::Check => {
            let mut phone = load(arguments)?;
            let files = phone.check(&service, &VerifyingKeys::read(&arguments.keys)?)?;
            save(arguments, &phone)?;
            for file in &files {
                writeln!(out, "{} has {} keys:", file.id, file.keys.len())?;
                for key in &file.keys {
                    writeln!(
                        out,
                        "  {}  {}  {:?}",
                        base64::encode(key.key.data.as_bytes()),
                        key.key.day().date(),
                        key.infectiousness.risk_level()
                    )?;
                }
            }
            if files.is_empty() {
                writeln!(out, "Nothing new is published.")?;
            }
        }
    }
    Ok(())
}

fn load(arguments: &Arguments) -> Result<Phone, Box<dyn Error>> {
    let path = arguments.state.display();
    let json = fs::read(&arguments.state)
        .map_err(|error| format!("{path}: {error}; `phone new` makes a phone"))?;
    serde_json::from_slice(&json).map_err(|error| format!("{path}: {error}").into())
}

/// Replaces the file in one step, so that an interrupted save leaves the old one.
fn save(arguments: &Arguments, phone: &Phone) -> Result<(), Box<dyn Error>> {
    let unfinished = arguments.state.with_extension("new");
    fs::write(&unfinished, serde_json::to_vec_pretty(phone)?)
        .and_then(|()| fs::rename(&unfinished, &arguments.state))
        .map_err(|error| format!("{}: {error}", arguments.state.display()).into())
}
