//! `cargo xtask size`: how much an employee's browser downloads before the portal can be used.

use std::process::Command;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use crate::{
    Result,
    build::{self, Profile},
    process, root,
    setup::{npm, test_programs},
};

/// The most that the first load may be, in bytes, compressed with Brotli.
const MOST_BYTES: u64 = 200_000;

/// The most requests of the first load.
const MOST_REQUESTS: usize = 6;

/// A request of the first load.
#[derive(Deserialize)]
struct Request {
    path: String,
    bytes: u64,
    brotli: u64,
}

/// Builds the portal for deployment and measures it.
pub fn run() -> Result {
    build::release_portal()?;
    measure()
}

/// Measures the portal that was built for deployment last.
pub fn measure() -> Result {
    test_programs::set_up()?;
    let browser = process::find("chromium").context("chromium is missing")?;
    let answer = process::output(
        Command::new(npm::program("node"))
            .arg(root().join("tests/browser/first-load.mjs"))
            .arg(Profile::Release.folder().join("portal"))
            .env("CHROMIUM", browser),
    )?;
    let requests: Vec<Request> = serde_json::from_str(&answer).context("the browser's requests")?;
    println!("{:>10} {:>10}  first load", "bytes", "brotli");
    for request in &requests {
        println!(
            "{:>10} {:>10}  {}",
            request.bytes, request.brotli, request.path
        );
    }
    let bytes = requests.iter().map(|request| request.bytes).sum::<u64>();
    let brotli = requests.iter().map(|request| request.brotli).sum();
    println!("{bytes:>10} {brotli:>10}  in {} requests", requests.len());
    judge(brotli, requests.len())
}

fn judge(brotli: u64, requests: usize) -> Result {
    ensure!(
        brotli <= MOST_BYTES,
        "the portal's first load has {brotli} bytes, compressed; {MOST_BYTES} are allowed"
    );
    ensure!(
        requests <= MOST_REQUESTS,
        "the portal's first load takes {requests} requests; {MOST_REQUESTS} are allowed"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_over_either_limit_fails() {
        assert!(judge(MOST_BYTES, MOST_REQUESTS).is_ok());
        assert!(judge(MOST_BYTES + 1, 1).is_err());
        assert!(judge(1, MOST_REQUESTS + 1).is_err());
    }
}
