//! The tasks of this workspace: set up, build, run, test and measure.
//!
//! The library is for `cargo xtask` and for the whole-system tests, which start the service in the
//! same way.

pub mod bench;
pub mod build;
pub mod checks;
mod configuration;
pub mod dev;
pub mod documents;
pub mod efgs_keys;
pub mod keys;
pub mod lines;
pub mod mutants;
pub mod port;
pub mod process;
pub mod provider;
#[cfg(test)]
mod rooms;
pub mod setup;
pub mod size;
#[cfg(test)]
mod use_lines;
pub mod workerd;

use std::path::PathBuf;

/// The result of a step. The error is a sentence for people that says what to do.
pub type Result<T = ()> = anyhow::Result<T>;

/// The workspace's folder.
pub fn root() -> PathBuf {
    let xtask = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().map_or(xtask.clone(), PathBuf::from)
}
