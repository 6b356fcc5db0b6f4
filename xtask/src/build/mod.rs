//! `cargo xtask build`: builds the Worker, the portal and, for local runs, the page with two phones
//! into a folder of `build`.

mod functions;
mod profile;
mod site;
mod wasm;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use fs_err as fs;

pub use profile::Profile;
use wasm::Module;

use crate::{
    Result, documents,
    process::{self, step, together},
    setup::{npm, toolchain::Toolchain, tools},
};

/// Sets up what is missing and builds everything.
pub fn run(profile: Profile) -> Result {
    documents::check()?;
    let toolchain = Toolchain::set_up()?;
    match profile {
        Profile::Dev => {
            let modules = [Module::FUNCTIONS, Module::PORTAL, Module::PHONES];
            let what = "compile the functions, the portal and the phones \
                        (about 3 minutes the first time)";
            set_up_and(|| step(what, || wasm::compile(&modules, profile, &toolchain)))?;
        }
        // Two builds, since they are optimised for different things.
        Profile::Release | Profile::Bench => {
            set_up_and(|| {
                step("compile the functions (about 3 minutes)", || {
                    wasm::compile(&[Module::FUNCTIONS], profile, &toolchain)
                })?;
                step("compile the portal (about 3 minutes)", || {
                    wasm::compile(&[Module::PORTAL], profile, &toolchain)
                })
            })?;
        }
    }
    let what = match profile {
        Profile::Dev => "put the build together (some seconds)",
        Profile::Release | Profile::Bench => "optimise and put the build together (some minutes)",
    };
    step(what, || {
        functions::assemble(profile)?;
        site::portal(profile)?;
        match profile {
            Profile::Dev => site::phones(profile),
            Profile::Release | Profile::Bench => Ok(()),
        }
    })
}

/// Sets up what is missing and builds the functions, for benchmarks.
pub fn bench_functions() -> Result {
    let profile = Profile::Bench;
    documents::check()?;
    let toolchain = Toolchain::set_up()?;
    set_up_and(|| {
        step("compile the functions (about 3 minutes)", || {
            wasm::compile(&[Module::FUNCTIONS], profile, &toolchain)
        })
    })?;
    functions::assemble(profile)?;
    // Benchmarks look at no page, but the configuration has a place for them.
    fs::create_dir_all(profile.folder().join("portal"))?;
    site::write_rules(profile)
}

/// Sets up what is missing and builds the portal for deployment.
pub fn release_portal() -> Result {
    let profile = Profile::Release;
    let toolchain = Toolchain::set_up()?;
    set_up_and(|| {
        step("compile the portal (about 3 minutes)", || {
            wasm::compile(&[Module::PORTAL], profile, &toolchain)
        })
    })?;
    site::portal(profile)
}

/// Compiles the example `name` of `package` to wasm, and gives the script that runs it on Node.
pub fn example_for_node(package: &str, name: &str) -> Result<PathBuf> {
    let toolchain = Toolchain::set_up()?;
    set_up_and(|| wasm::compile_example(package, name, &toolchain))?;
    let folder = Profile::Bench.folder().join(name);
    wasm::bindgen(&wasm::example(name), &folder, name, &["--target", "nodejs"])?;
    Ok(folder.join(name).with_extension("js"))
}

/// Installs the tools, and compiles at the same time: one waits for the network, and the other for
/// a compiler that uses one core.
fn set_up_and(compile: impl FnOnce() -> Result) -> Result {
    let set_up = || {
        npm::set_up()?;
        tools::wasm_bindgen()
    };
    together(set_up, compile).map(|_| ())
}

/// Puts a script or a stylesheet and what it imports into one file.
fn bundle(from: &Path, to: &Path, options: &[&str]) -> Result {
    process::run(
        Command::new(npm::program("esbuild"))
            .arg(from)
            .args([
                "--bundle",
                "--minify",
                "--format=esm",
                "--log-level=warning",
            ])
            .arg(format!("--outfile={}", to.display()))
            .args(options),
    )
}

/// Copies a module as small or as quick as binaryen can make it; in a development build as it is.
fn optimise(profile: Profile, from: &Path, to: &Path, options: &[&str]) -> Result {
    if profile == Profile::Dev {
        fs::copy(from, to)?;
        return Ok(());
    }
    process::run(
        Command::new(npm::program("wasm-opt"))
            .args(options)
            .arg("-o")
            .args([to, from]),
    )
}
