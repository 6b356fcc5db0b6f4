//! What is done with this workspace: set it up, build, run, test, measure.
//!
//! The library is for `cargo xtask` and for the whole-system tests, which start the service in the
//! same way.

pub mod bench;
pub mod build;
pub mod checks;
pub mod dev;
pub mod documents;
pub mod efgs_keys;
pub mod keys;
pub mod port;
pub mod process;
pub mod provider;
pub mod setup;
pub mod size;
pub mod workerd;

use std::{fmt, path::PathBuf};

/// Why something did not work: a sentence for people that says what to do.
#[derive(Debug)]
pub struct Failure(String);

/// The result of a step.
pub type Result<T = ()> = std::result::Result<T, Failure>;

impl Failure {
    /// With this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Says what was being done when something failed.
pub(crate) trait Context<T> {
    /// `what`, for example a path, stands before the cause.
    fn context(self, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure(format!("{what}: {error}")))
    }
}

/// The workspace's folder.
pub fn root() -> PathBuf {
    let xtask = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().map_or(xtask.clone(), PathBuf::from)
}
