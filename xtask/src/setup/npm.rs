//! Installs the Node programs of `package.json`, such as workerd and wrangler.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;
use fs_err as fs;

use crate::{Result, process, root};

/// Installs the packages of the lock file, unless they are installed.
pub fn set_up() -> Result {
    let lock = root().join("package-lock.json");
    let wanted = fs::read(&lock)?;
    // Written last, so a copy of the lock file in the folder says that all of it is installed.
    let stamp = root().join("node_modules/.installed.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let npm = process::find("npm")
        .context("Node with npm is missing; install Node 20 or newer and start again")?;
    // `npm ci` needs every optional package in the lock file, those for other systems too, which
    // some registries lack. `install --no-save` keeps to the lock file all the same, and does
    // not change it.
    process::step("install the Node-side tools", || {
        process::run(Command::new(npm).current_dir(root()).args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]))
    })?;
    Ok(fs::write(&stamp, wanted)?)
}

/// The program `name` of the packages.
pub fn program(name: &str) -> PathBuf {
    bin().join(name)
}

/// The folder with the packages' programs, Node 22 among them.
pub fn bin() -> PathBuf {
    root().join("node_modules/.bin")
}

/// The workerd program itself, without the script around it that would outlive it.
pub fn workerd() -> Result<PathBuf> {
    let packages = root().join("node_modules/@cloudflare");
    let folders =
        fs::read_dir(&packages).context("workerd is missing; run `cargo xtask build` first")?;
    folders
        .flatten()
        .filter(|folder| folder.file_name().to_string_lossy().starts_with("workerd-"))
        .map(|folder| folder.path().join("bin/workerd"))
        .find(|program| Path::is_file(program))
        .context("there is no workerd for this system in its npm package")
}
