//! Installs the programs that only tests need: a browser, and independent readers of what the
//! service writes.

use std::path::PathBuf;

use super::{apt_install, is_debian};
use anyhow::{Context as _, bail};

use crate::{Result, process};

/// A program and the Debian package that brings it.
const PROGRAMS: [(&str, &str); 4] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("openssl", "openssl"),
    ("protoc", "protobuf-compiler"),
];

/// Installs what is missing, and says where ChromeDriver is.
pub fn set_up() -> Result<PathBuf> {
    let missing: Vec<_> = PROGRAMS
        .iter()
        .filter(|(program, _)| process::find(program).is_none())
        .collect();
    if !missing.is_empty() {
        if !is_debian() {
            let programs: Vec<_> = missing.iter().map(|(program, _)| *program).collect();
            bail!(
                "the tests need {}; install them and start again",
                programs.join(", ")
            );
        }
        let packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
        apt_install(&packages, "what the tests need")?;
    }
    process::find("chromedriver")
        .context("chromedriver was installed but is not on the search path")
}
