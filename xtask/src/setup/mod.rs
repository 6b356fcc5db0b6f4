//! Installs the tools that a task needs and the machine lacks.
//!
//! Compiled tools are in the user's cache folder, one folder a version, so that every
//! checkout shares them and no other version on the machine is touched.

pub mod npm;
pub mod test_programs;
pub mod toolchain;
pub mod tools;

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context as _, bail};
use fs_err as fs;

use crate::{Result, process};

/// The folder for what every checkout shares.
pub fn cache() -> Result<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        // The specification of this variable says to ignore relative paths.
        .filter(|path| path.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context("set HOME or XDG_CACHE_HOME to say where to keep tools")?;
    let cache = base.join("coronamelder-edge");
    fs::create_dir_all(&cache)?;
    Ok(cache)
}

/// Held while something is put into the cache, so that two checkouts do not do it at the same time.
pub(crate) fn lock_cache() -> Result<fs::File> {
    let path = cache()?.join("lock");
    let file = fs::File::create(&path)?;
    if file.try_lock().is_err() {
        println!("    another set-up is running; waiting for it");
        file.lock()?;
    }
    Ok(file)
}

/// Installs packages of a Debian system.
pub(crate) fn apt_install(packages: &[&str], purpose: &str) -> Result {
    let list = packages.join(" ");
    let Some(apt) = process::find("apt-get") else {
        bail!("{purpose} is missing; install it ({list} on Debian)");
    };
    process::step(&format!("install {purpose} ({list})"), || {
        process::run(privileged(&apt)?.args(["update", "--quiet"]))?;
        process::run(
            privileged(&apt)?
                .args(["install", "--yes", "--quiet", "--no-install-recommends"])
                .args(packages),
        )
    })
    .with_context(|| format!("run `apt-get install {list}` yourself and start again"))
}

/// `program` with the right to change the system.
fn privileged(program: &std::path::Path) -> Result<Command> {
    if process::output(Command::new("id").arg("-u"))? == "0" {
        let mut command = Command::new(program);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return Ok(command);
    }
    let sudo = process::find("sudo").context("not root, and no sudo")?;
    let mut command = Command::new(sudo);
    command.arg(program);
    Ok(command)
}

/// Whether the system is Debian or one that is made from it.
pub(crate) fn is_debian() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| names_debian(&text))
}

fn names_debian(os_release: &str) -> bool {
    os_release
        .lines()
        .filter_map(|line| {
            line.strip_prefix("ID=")
                .or_else(|| line.strip_prefix("ID_LIKE="))
        })
        .flat_map(|ids| ids.trim_matches('"').split(' '))
        .any(|id| id == "debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_descendants_are_known() {
        assert!(names_debian("NAME=x\nID=debian\n"));
        assert!(names_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(names_debian("ID=mint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!names_debian("ID=fedora\nNAME=debian\n"));
    }
}
