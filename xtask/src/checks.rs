//! `cargo xtask test` and `cargo xtask lint`: the checks that a change must pass.

use std::{path::Path, process::Command};

use anyhow::bail;

use crate::{
    Result,
    build::{self, Profile},
    configuration, lines,
    process::{self, print_summary, run, step},
    root,
    setup::{
        npm, test_programs,
        toolchain::{Toolchain, WASM32},
        tools,
    },
    size,
};

/// The crates with native tests of their own.
const NATIVE: [&str; 6] = [
    "federation",
    "functions",
    "phone",
    "portal",
    "shared",
    "xtask",
];

/// The crate that only exists for wasm32.
const WASM_ONLY: &str = "phone-page";

/// Sets up what is missing, builds, and runs every test; or with `names` only the tests of those
/// crates and of those files of `tests/tests`, building what they need.
pub fn test(names: &[String]) -> Result {
    let result = if names.is_empty() {
        test_everything()
    } else {
        names.iter().try_for_each(|name| test_one(name))
    };
    print_summary();
    result
}

/// Checks the format, lints, dependencies and the deployment.
pub fn lint() -> Result {
    let result = lint_everything();
    print_summary();
    result
}

fn test_everything() -> Result {
    let chromedriver = test_programs::set_up()?;
    build::run(Profile::Dev)?;
    step("test natively, and the whole system", || {
        run(native("test").args(["--quiet", "--no-fail-fast"]))
    })?;
    test_portal(&chromedriver)
}

fn test_one(name: &str) -> Result {
    if name == "portal" {
        test_portal(&test_programs::set_up()?)?;
    }
    let step = |arguments: &[&str]| {
        step(&format!("test {name}"), || {
            run(cargo()
                .args(["test", "--quiet", "--locked"])
                .args(arguments))
        })
    };
    let whole_system = root().join("tests/tests").join(name);
    if NATIVE.contains(&name) {
        step(&["--package", name])
    } else if whole_system.is_dir() || whole_system.with_extension("rs").is_file() {
        test_programs::set_up()?;
        build::run(Profile::Dev)?;
        step(&["--package", "tests", "--test", name])
    } else {
        bail!("neither a crate nor a file of tests/tests is called {name}")
    }
}

/// The portal's own tests, in a browser.
fn test_portal(chromedriver: &Path) -> Result {
    step("test the portal in a browser", || {
        run(Toolchain::set_up()?
            .cargo()?
            .current_dir(root())
            // Without `--quiet`, which the runner does not know.
            .args(["test", "--locked", "--target", WASM32])
            .args(["--package", "portal"])
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                tools::wasm_bindgen_test_runner()?,
            )
            .env("CHROMEDRIVER", chromedriver)
            .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
            // Some wait for the page to look at the clock, which it does once a second.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300"))
    })
}

fn lint_everything() -> Result {
    step("check the settings", configuration::check)?;
    step("check the format", || {
        run(cargo().args(["fmt", "--all", "--check"]))
    })?;
    step("check the lengths of lines", lines::check)?;
    step("lint natively", || {
        run(native("clippy").args(["--all-targets", "--", "-D", "warnings"]))
    })?;
    let toolchain = Toolchain::set_up()?;
    step("lint for wasm32", || {
        // Together, so that what they have in common is compiled with the same features, once.
        let all = ["functions", "phone-page", "portal", "shared"];
        let runs: [(&[&str], &[&str]); 3] = [
            (&all, &[]),
            (&all, &["--features", "functions/test-controls"]),
            (&["portal"], &["--all-targets"]),
        ];
        for (packages, extra) in runs {
            run(toolchain
                .clippy()?
                .current_dir(root())
                .args(["--locked", "--target", WASM32])
                .args(packages.iter().flat_map(|package| ["--package", package]))
                .args(extra)
                .args(["--", "-D", "warnings"]))?;
        }
        Ok(())
    })?;
    let deny = tools::cargo_deny()?;
    step("check licences and sources of dependencies", || {
        run(Command::new(deny).current_dir(root()).args([
            "--locked",
            "check",
            "--hide-inclusion-graph",
            "bans",
            "licenses",
            "sources",
        ]))
    })?;
    npm::set_up()?;
    step("try the deployment", try_deployment)?;
    step("measure the portal", size::measure)?;
    step("look at the release build", || {
        run(cargo()
            .args([
                "test", "--quiet", "--locked", "-p", "tests", "--test", "release",
            ])
            .args(["--", "--ignored"]))
    })
}

/// `wrangler deploy`, which builds in release, up to the point where it would leave the machine.
fn try_deployment() -> Result {
    run(Command::new(npm::program("node"))
        .current_dir(root())
        .arg(root().join("node_modules/wrangler/bin/wrangler.js"))
        .args(["deploy", "--dry-run", "--outdir", "build/deployment"])
        .env("PATH", process::path_with(&[&npm::bin()])?)
        .env("CI", "true")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("DO_NOT_TRACK", "1")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("WRANGLER_SEND_ERROR_REPORTS", "false")
        .env("WRANGLER_SEND_METRICS", "false"))
}

fn cargo() -> Command {
    let mut cargo = process::cargo();
    cargo.current_dir(root());
    cargo
}

/// A cargo command over everything that runs natively.
fn native(command: &str) -> Command {
    let mut cargo = cargo();
    cargo.args([command, "--workspace", "--locked"]);
    cargo.args(["--exclude", WASM_ONLY]);
    cargo
}
