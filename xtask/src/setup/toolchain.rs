//! The compiler for wasm32: from rustup, or from Debian where rustup cannot download it.
//!
//! Debian's `rustc-web` has only the source of the standard library for wasm32, so the library is
//! built once, into a folder of our own: nothing below `/usr` changes.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};
use fs_err as fs;

use super::{apt_install, cache, is_debian, lock_cache};
use crate::{Result, process};

/// The target of Worker and portal.
pub const WASM32: &str = "wasm32-unknown-unknown";

const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "rust-web-src", "rust-web-clippy", "lld-22"];
// One file of each package, in the same order.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std";
const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-22";

/// How to compile for wasm32.
pub enum Toolchain {
    /// The default toolchain has the target.
    Rustup,
    /// Debian's compiler with this system root.
    Debian(PathBuf),
}

impl Toolchain {
    /// Finds the compiler, or sets it up.
    pub fn set_up() -> Result<Self> {
        if rustup_has_target() {
            return Ok(Self::Rustup);
        }
        if let Some(root) = debian_root()? {
            return Ok(Self::Debian(root));
        }
        println!("==> add the target {WASM32}");
        let added = process::succeeds(Command::new("rustup").args(["target", "add", WASM32]));
        if added && rustup_has_target() {
            println!("<== add the target {WASM32}: done");
            return Ok(Self::Rustup);
        }
        if !is_debian() {
            bail!("`rustup target add {WASM32}` does not work here; run it yourself to see why");
        }
        println!("    rustup cannot download it here; using the distribution's compiler");
        set_up_debian().map(Self::Debian)
    }

    /// `cargo`, which compiles with this toolchain when it is told `--target
    /// wasm32-unknown-unknown`.
    pub fn cargo(&self) -> Result<Command> {
        let mut cargo = process::cargo();
        self.apply(&mut cargo, &[])?;
        Ok(cargo)
    }

    /// `cargo clippy` for wasm32.
    pub fn clippy(&self) -> Result<Command> {
        match self {
            Self::Rustup => {
                let mut clippy = self.cargo()?;
                clippy.arg("clippy");
                Ok(clippy)
            }
            // A lint program reads what the compiler of its own version wrote, so it is the
            // distribution's too.
            Self::Debian(root) => {
                let mut clippy = Command::new(DEBIAN_CLIPPY);
                self.apply(&mut clippy, &[])?;
                clippy.arg("clippy").env("SYSROOT", root);
                Ok(clippy)
            }
        }
    }

    /// Lets `command` and what it starts compile with this toolchain, and find programs in
    /// `folders` first.
    pub fn apply(&self, command: &mut Command, folders: &[&Path]) -> Result {
        match self {
            Self::Rustup => command.env("PATH", process::path_with(folders)?),
            Self::Debian(root) => {
                let bin = root.join("bin");
                let mut folders = folders.to_vec();
                folders.push(&bin);
                command
                    .env("PATH", process::path_with(&folders)?)
                    .env("RUSTC", bin.join("rustc"))
            }
        };
        Ok(())
    }
}

fn rustup_has_target() -> bool {
    process::output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM32]))
        .is_ok_and(|folder| Path::new(&folder).is_dir())
}

/// The system root that an earlier set-up made for the compiler that is installed now.
fn debian_root() -> Result<Option<PathBuf>> {
    if !debian_packages_are_there() {
        return Ok(None);
    }
    let root = root_for(&debian_version()?)?;
    Ok(root.exists().then_some(root))
}

fn debian_packages_are_there() -> bool {
    [DEBIAN_RUSTC, DEBIAN_SOURCE, DEBIAN_CLIPPY, DEBIAN_LINKER]
        .iter()
        .all(|path| Path::new(path).exists())
}

fn root_for(version: &str) -> Result<PathBuf> {
    Ok(cache()?.join(format!("toolchain-debian-{version}")))
}

fn debian_version() -> Result<String> {
    let version = process::output(Command::new(DEBIAN_RUSTC).arg("--version"))?;
    version
        .split(' ')
        .nth(1)
        .map(str::to_owned)
        .with_context(|| format!("{DEBIAN_RUSTC} does not say its version"))
}

fn set_up_debian() -> Result<PathBuf> {
    let _lock = lock_cache()?;
    if !debian_packages_are_there() {
        apt_install(&DEBIAN_PACKAGES, "a compiler for wasm32")?;
    }
    let root = root_for(&debian_version()?)?;
    if !root.exists() {
        process::step(
            "build the standard library for wasm32 (once, about 2 minutes)",
            || build_root(&root),
        )?;
    }
    Ok(root)
}

/// Builds the system root beside its place, and moves it into place when it is whole.
fn build_root(root: &Path) -> Result {
    let unfinished = root.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    let package = unfinished.join("package");
    write(&package.join("Cargo.toml"), EMPTY_PACKAGE)?;
    write(&package.join("src/lib.rs"), "")?;
    process::run(
        process::cargo()
            .current_dir(&package)
            .args(["build", "--release", "--target", WASM32])
            .arg("-Zbuild-std=std,panic_abort,test,proc_macro")
            .env("CARGO_TARGET_DIR", package.join("target"))
            .env("RUSTC", DEBIAN_RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER)
            // Link-time optimisation needs the library's bitcode.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    )?;

    let libraries = unfinished.join("lib/rustlib").join(WASM32).join("lib");
    fs::create_dir_all(&libraries)?;
    let built = package.join("target").join(WASM32).join("release/deps");
    for entry in fs::read_dir(&built)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            fs::copy(&path, libraries.join(&name))?;
        }
    }
    let host = process::output(Command::new(DEBIAN_RUSTC).args(["--print", "host-tuple"]))?;
    let bin = unfinished.join("bin");
    fs::create_dir_all(&bin)?;
    link(
        &Path::new("/usr/lib/rustlib").join(&host),
        &unfinished.join("lib/rustlib").join(&host),
    )?;
    link(Path::new(DEBIAN_LINKER), &bin.join("rust-lld"))?;
    let wrapper = bin.join("rustc");
    let root_text = root.display();
    write(
        &wrapper,
        &format!("#!/bin/sh\nexec {DEBIAN_RUSTC} --sysroot '{root_text}' \"$@\"\n"),
    )?;
    fs::set_permissions(&wrapper, Permissions::from_mode(0o755))?;
    fs::remove_dir_all(&package)?;
    Ok(fs::rename(&unfinished, root)?)
}

const EMPTY_PACKAGE: &str = "[package]\nname = \"empty\"\nedition = \"2024\"\n\n[workspace]\n";

fn write(path: &Path, text: &str) -> Result {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, text)?)
}

fn link(original: &Path, place: &Path) -> Result {
    Ok(fs::os::unix::fs::symlink(original, place)?)
}
