//! Runs other programs, and prints each step with the time that it took.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};

use crate::Result;

/// What has been done so far, with its outcome and time, for the summary.
static STEPS: Mutex<Vec<(String, &str, Duration)>> = Mutex::new(Vec::new());

/// Says what is being done, does it, and says how long it took. `what` may end with how long that
/// will be, in parentheses.
#[expect(clippy::disallowed_methods, reason = "a build tool has a clock")]
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {what}");
    let what = what.split_once(" (").map_or(what, |(what, _)| what);
    let started = Instant::now();
    let result = work();
    let time = started.elapsed();
    let outcome = if result.is_ok() { "done" } else { "FAILED" };
    println!("<== {what}: {outcome} in {:.1} s", time.as_secs_f64());
    if let Ok(mut steps) = STEPS.lock() {
        steps.push((what.to_owned(), outcome, time));
    }
    result
}

/// Does both at the same time. If both fail, the first failure counts.
pub fn together<A: Send, B>(
    first: impl FnOnce() -> Result<A> + Send,
    second: impl FnOnce() -> Result<B>,
) -> Result<(A, B)> {
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        let first = first.join().map_err(|_| anyhow!("a step panicked"))?;
        Ok((first?, second?))
    })
}

/// Lists the steps so far, since their output scrolls earlier results away.
pub fn print_summary() {
    let Ok(steps) = STEPS.lock() else { return };
    println!();
    for (what, outcome, time) in steps.iter() {
        println!("{:>8.1} s  {outcome:6}  {what}", time.as_secs_f64());
    }
    let total: Duration = steps.iter().map(|(_, _, time)| time).sum();
    println!("{:>8.1} s          in all", total.as_secs_f64());
}

/// Runs `command` to its end with the terminal as it is.
pub fn run(command: &mut Command) -> Result {
    let name = name(command);
    let status = command.status().with_context(|| name.clone())?;
    ensure!(status.success(), "{name} ended with {status}");
    Ok(())
}

/// Runs `command` and gives what it printed, without the white space around it.
pub fn output(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| name.clone())?;
    let status = output.status;
    ensure!(status.success(), "{name} ended with {status}");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The cargo that started this program.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether `command` runs and ends well. What it prints is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Where on the search path `program` is.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The search path with `folders` before everything else.
pub fn path_with(folders: &[&Path]) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folders.iter().map(|folder| folder.to_path_buf());
    std::env::join_paths(folders.chain(std::env::split_paths(&path))).context("PATH")
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let first = command
        .get_args()
        .next()
        .map(OsStr::to_string_lossy)
        .unwrap_or_default();
    format!("`{} {first}`", program.to_string_lossy())
}
