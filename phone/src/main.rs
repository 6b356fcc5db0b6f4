//! The command line of the reference phone.

mod outcome;

use std::{
    env,
    error::Error,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt as _;

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Unit;
use outcome::CommandOutcome;
use phone::{Phone, Progress, Service, VerifyingKeys, decoys::Decoy, encounter::began};
use pollster::block_on;
use rand::{
    SeedableRng as _,
    rngs::{StdRng, SysRng},
};
use shared::{Timestamp, language::Language};
use url::Url;

/// A phone with an exposure-notification app, on the command line.
#[derive(Parser)]
#[command(name = "phone")]
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
    /// The phone's language, nl or en [default: that of the environment].
    #[arg(long, global = true)]
    language: Option<Language>,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a phone that has been in use for 14 days.
    New,
    /// Let this phone and another one be near each other for a while in the past.
    Meet {
        /// The file of the other phone.
        other: PathBuf,
        /// How many days ago, at this time of the day.
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(..14))]
        days_ago: u32,
        /// For how many minutes.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1440))]
        minutes: u32,
        /// How many dB are lost between the phones: 50 at arm's length, 70 across a room.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u8).range(..=110))]
        attenuation: u8,
    },
    /// Show the validation code to read out to the GGD.
    Code,
    /// Upload the keys of the past 14 days.
    Share,
    /// Look for exposures: download what is new, verify it, and compare it with what was heard.
    Check,
    /// Delete everything that the phone remembers.
    Forget,
    /// Do what a phone does by itself every few hours, and when a decoy is due.
    Wake,
    /// Send a pair of decoys now, to see them. `wake` sends them when they are due.
    Decoy,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the output, `head` perhaps, has closed it.
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

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    #[expect(clippy::disallowed_methods, reason = "the command line has a clock")]
    let now = Timestamp::try_from(SystemTime::now())?.round(Unit::Second)?;
    let outcome = block_on(act(arguments, now))?;
    let is_complete = outcome.is_complete();
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&outcome)?)?;
    } else {
        writeln!(out, "{outcome}")?;
    }
    if is_complete {
        Ok(())
    } else {
        Err("not every file could be checked; the next check tries again".into())
    }
}

async fn act(arguments: &Arguments, now: Timestamp) -> Result<CommandOutcome, Box<dyn Error>> {
    let state = &arguments.state;
    let mut random = StdRng::try_from_rng(&mut SysRng)?;
    let mut phone = match arguments.command {
        Command::New if state.exists() => {
            return Err(format!(
                "{} already exists; remove it or choose another with --state",
                state.display()
            )
            .into());
        }
        Command::New => Phone::new(now, &mut random),
        _ => load(state)?,
    };
    phone.forget_before(now);
    let outcome = match &arguments.command {
        Command::New => CommandOutcome::New {
            keys: phone.keys().len(),
        },
        Command::Forget => {
            phone.forget();
            CommandOutcome::Forget
        }
        Command::Meet {
            other,
            days_ago,
            minutes,
            attenuation,
        } => {
            let seconds = minutes * 60;
            let met_at = began(*days_ago, seconds, now);
            let mut other_phone = load(other)?;
            phone.meet(&mut other_phone, *attenuation, met_at, seconds, &mut random);
            save(other, &other_phone)?;
            CommandOutcome::Meet {
                at: met_at,
                minutes: *minutes,
                attenuation: *attenuation,
            }
        }
        Command::Code => {
            let code = phone.code(&service(arguments)?, now, &mut random).await?;
            CommandOutcome::Code(code)
        }
        Command::Share => {
            let shared = phone.share(&service(arguments)?, now, &mut random).await;
            // Today's key has ended, even if the upload failed.
            save(state, &phone)?;
            CommandOutcome::Share { keys: shared? }
        }
        Command::Check => {
            let service = service(arguments)?;
            let bar = progress_bar(arguments.json);
            let report = phone
                .check(&service, now, |Progress { done, files }| {
                    bar.set_length(files as u64);
                    bar.set_position(done as u64);
                })
                .await;
            bar.finish_and_clear();
            // A check that failed has done a part of its work.
            save(state, &phone)?;
            let report = report?;
            CommandOutcome::Check {
                report,
                notification: phone.notification(now, language(arguments)),
            }
        }
        Command::Wake => {
            let worked = phone
                .work_in_background(&service(arguments)?, now, &mut random)
                .await;
            // Some decoys may be planned or sent, even if it failed.
            save(state, &phone)?;
            worked?;
            CommandOutcome::Wake {
                wake_at: phone.next_wake(),
            }
        }
        Command::Decoy => {
            let service = service(arguments)?;
            for decoy in [Decoy::Registration, Decoy::Upload] {
                phone.send_decoy(decoy, &service, now, &mut random).await?;
            }
            CommandOutcome::Decoy
        }
    };
    save(state, &phone)?;
    Ok(outcome)
}

fn progress_bar(json: bool) -> ProgressBar {
    if json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("Matching file {pos} of {len} {wide_bar} {eta}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The language that was asked for, or that of the environment.
fn language(arguments: &Arguments) -> Language {
    arguments.language.unwrap_or_else(|| {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
        match locale {
            Some(locale) if locale.starts_with(Language::Dutch.tag()) => Language::Dutch,
            _ => Language::English,
        }
    })
}

fn service(arguments: &Arguments) -> Result<Service, Box<dyn Error>> {
    let read = |name: &str| {
        let path = arguments.keys.join(name);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let trusted = VerifyingKeys::from_pem(&read("manifest.pub.pem")?, &read("export.pub.pem")?)?;
    Ok(Service::new(arguments.server.clone(), trusted))
}

fn load(path: &Path) -> Result<Phone, Box<dyn Error>> {
    let name = path.display();
    let json =
        fs::read(path).map_err(|error| format!("{name}: {error}; `phone new` makes a phone"))?;
    serde_json::from_slice(&json).map_err(|error| format!("{name}: {error}").into())
}

/// Replaces the file in one step, so that an interrupted save leaves the old one.
fn save(path: &Path, phone: &Phone) -> Result<(), Box<dyn Error>> {
    let unfinished = path.with_extension("new");
    let json = serde_json::to_vec_pretty(phone)?;
    let write = || {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Only the owner may read whom the phone has met, and whether the owner is ill.
        #[cfg(unix)]
        options.mode(0o600);
        options.open(&unfinished)?.write_all(&json)?;
        fs::rename(&unfinished, path)
    };
    write().map_err(|error| format!("{}: {error}", path.display()).into())
}
