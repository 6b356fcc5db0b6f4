//! Compiles crates to wasm, and generates the JavaScript that calls them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::profile::Profile;
use crate::{
    Result, process, root,
    setup::{
        toolchain::{Toolchain, WASM32},
        tools,
    },
};

/// A crate that becomes a module.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Module {
    package: &'static str,
    /// The cargo profile for deployment.
    release: &'static str,
}

impl Module {
    pub const FUNCTIONS: Self = Self {
        package: "functions",
        release: "release",
    };
    /// The page for employees.
    pub const PORTAL: Self = Self {
        package: "portal",
        release: "portal",
    };
    /// The page with two phones to try.
    pub const PHONES: Self = Self {
        package: "phone-page",
        release: "portal",
    };

    /// The compiled module.
    pub fn file(self, profile: Profile) -> PathBuf {
        let folder = match profile {
            Profile::Dev => "debug",
            Profile::Release | Profile::Bench => self.release,
        };
        let name = self.package.replace('-', "_");
        target_folder()
            .join(WASM32)
            .join(folder)
            .join(name)
            .with_extension("wasm")
    }
}

/// Compiles `modules` in one run of cargo, so that what they have in common is compiled once.
pub fn compile(modules: &[Module], profile: Profile, toolchain: &Toolchain) -> Result {
    let mut cargo = build(toolchain)?;
    for module in modules {
        cargo.args(["--package", module.package]);
        if profile != Profile::Dev {
            cargo.args(["--profile", module.release]);
        }
        if *module == Module::FUNCTIONS && profile != Profile::Release {
            cargo.args(["--features", "functions/test-controls"]);
        }
    }
    process::run(&mut cargo)
}

/// Compiles the example `name` of `package`, optimised.
pub fn compile_example(package: &str, name: &str, toolchain: &Toolchain) -> Result {
    let mut cargo = build(toolchain)?;
    process::run(cargo.args(["--release", "--package", package, "--example", name]))
}

/// The compiled example `name`.
pub fn example(name: &str) -> PathBuf {
    let folder = target_folder().join(WASM32).join("release/examples");
    folder.join(name).with_extension("wasm")
}

/// Writes `name.js`, through which `module` is called, and `name_bg.wasm` into `folder`.
pub fn bindgen(module: &Path, folder: &Path, name: &str, options: &[&str]) -> Result {
    process::run(
        Command::new(tools::wasm_bindgen()?)
            .args(["--no-typescript", "--out-name", name, "--out-dir"])
            .args([folder, module])
            .args(options),
    )
}

fn build(toolchain: &Toolchain) -> Result<Command> {
    let mut cargo = toolchain.cargo()?;
    cargo
        .current_dir(root())
        .args(["build", "--locked", "--target", WASM32])
        // Wherever else the user may have told cargo to build.
        .arg("--target-dir")
        .arg(target_folder());
    Ok(cargo)
}

/// Where cargo builds.
fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
