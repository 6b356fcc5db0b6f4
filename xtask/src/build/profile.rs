//! The three kinds of builds (local, release and benchmark) and the folder of each.

use std::path::PathBuf;

use crate::root;

#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Profile {
    /// For local runs and tests: quick to build, with test controls.
    Dev,
    /// For deployment: optimised, without test controls.
    Release,
    /// For benchmarks: optimised, with test controls.
    Bench,
}

impl Profile {
    /// The folder of the built files.
    pub fn folder(self) -> PathBuf {
        root().join("build").join(match self {
            Self::Dev => "dev",
            Self::Release => "release",
            Self::Bench => "bench",
        })
    }
}
