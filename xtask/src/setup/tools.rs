//! Installs helper tools that are written in Rust, such as wasm-bindgen, in exactly the versions
//! that fit the lock file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use fs_err as fs;

use super::{cache, lock_cache};
use crate::{Result, process, root};

/// Makes JavaScript for wasm modules.
pub fn wasm_bindgen() -> Result<PathBuf> {
    wasm_bindgen_program("wasm-bindgen")
}

/// Runs tests in a browser.
pub fn wasm_bindgen_test_runner() -> Result<PathBuf> {
    wasm_bindgen_program("wasm-bindgen-test-runner")
}

/// Installed in the version of the library; another version could not read the modules.
fn wasm_bindgen_program(program: &str) -> Result<PathBuf> {
    let version = locked_version("wasm-bindgen")?;
    // Without TLS, as it talks to nothing but the browser on this machine.
    installed(
        "wasm-bindgen-cli",
        program,
        &version,
        &["--no-default-features"],
    )
}

/// Checks the dependencies' licences and sources.
pub fn cargo_deny() -> Result<PathBuf> {
    installed("cargo-deny", "cargo-deny", "0.20.2", &[])
}

/// Changes code to see whether a test notices.
pub fn cargo_mutants() -> Result<PathBuf> {
    installed("cargo-mutants", "cargo-mutants", "27.1.0", &[])
}

fn installed(package: &str, program: &str, version: &str, options: &[&str]) -> Result<PathBuf> {
    let tools = cache()?.join("tools");
    let program = tools.join(format!("{package}-{version}/bin/{program}"));
    if !program.exists() {
        let _lock = lock_cache()?;
        if !program.exists() {
            let what = format!("compile {package} {version} (once, about 2 minutes)");
            process::step(&what, || install(&tools, package, version, options))?;
        }
    }
    Ok(program)
}

fn install(tools: &Path, package: &str, version: &str, options: &[&str]) -> Result {
    // Kept after a failure, so that the next try is quick.
    let target = tools.join("target");
    let install = |locked: &[&str]| {
        process::run(
            process::cargo()
                .args(["install", "--quiet", "--version", version])
                .args(locked)
                .args(options)
                .arg("--root")
                .arg(tools.join(format!("{package}-{version}")))
                .arg(package)
                .env("CARGO_TARGET_DIR", &target)
                // They run for seconds; compiling them well takes minutes.
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
        )
    };
    install(&["--locked"]).or_else(|_| {
        // A registry mirror may lack a version that the tool's own lock file names.
        println!("    not with its own lock file; trying with the newest dependencies");
        install(&[])
    })?;
    Ok(fs::remove_dir_all(&target)?)
}

/// The version of `package` in the workspace's lock file.
fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let lock = fs::read_to_string(&path)?;
    version_in(&lock, package)
        .with_context(|| format!("{} does not name {package}", path.display()))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let lock: toml::Table = lock.parse().ok()?;
    lock.get("package")?
        .as_array()?
        .iter()
        .find(|entry| entry.get("name").and_then(|name| name.as_str()) == Some(package))?
        .get("version")?
        .as_str()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_says_the_version() {
        let lock = "version = 4\n[[package]]\nname = \"worker-kv\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"worker\"\nversion = \"0.8.7\"\n";
        assert_eq!(version_in(lock, "worker").as_deref(), Some("0.8.7"));
        assert_eq!(version_in(lock, "work"), None);
        assert!(locked_version("wasm-bindgen").is_ok());
    }
}
