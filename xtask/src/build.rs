//! Building what runs: the functions, the portal, and for local runs the phones to try, into a
//! folder of `build`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};
use fs_err as fs;

use crate::{
    Result, documents, process, root,
    setup::{
        npm,
        toolchain::{Toolchain, WASM32},
        tools,
    },
};

/// For whom to build.
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

/// Sets up what is missing and builds everything.
pub fn run(profile: Profile) -> Result {
    documents::check()?;
    npm::set_up()?;
    let toolchain = Toolchain::set_up()?;
    functions(profile, &toolchain)?;
    portal(profile, &toolchain)?;
    match profile {
        Profile::Dev => phones(profile, &toolchain),
        Profile::Release | Profile::Bench => Ok(()),
    }
}

/// Sets up what is missing and builds the functions, for benchmarks.
pub fn bench_functions() -> Result {
    documents::check()?;
    npm::set_up()?;
    functions(Profile::Bench, &Toolchain::set_up()?)?;
    // Benchmarks look at no page, but the configuration has a place for them.
    let site = Profile::Bench.folder().join("portal");
    fs::create_dir_all(&site)?;
    write_site_rules(Profile::Bench)
}

/// Compiles the example `name` of `package` to wasm, and gives the script that runs it on Node.
pub fn example_for_node(package: &str, name: &str) -> Result<PathBuf> {
    npm::set_up()?;
    process::run(
        Toolchain::set_up()?
            .cargo()?
            .current_dir(root())
            .args(["build", "--locked", "--target", WASM32, "--release"])
            .args(["--package", package, "--example", name]),
    )?;
    let built = target_folder().join(WASM32).join("release/examples");
    let folder = Profile::Bench.folder().join(name);
    process::run(
        Command::new(tools::wasm_bindgen()?)
            .args(["--target", "nodejs", "--no-typescript"])
            .args(["--out-name", name, "--out-dir"])
            .args([&folder, &built.join(name).with_extension("wasm")]),
    )?;
    Ok(folder.join(name).with_extension("js"))
}

/// Sets up what is missing and builds the portal for deployment.
pub fn release_portal() -> Result {
    npm::set_up()?;
    portal(Profile::Release, &Toolchain::set_up()?)
}

fn functions(profile: Profile, toolchain: &Toolchain) -> Result {
    let worker_build = tools::worker_build()?;
    let wasm_bindgen = tools::wasm_bindgen()?;
    let mut build = Command::new(worker_build);
    toolchain.apply(&mut build, &[])?;
    build
        .current_dir(root())
        .arg("functions")
        .arg(if profile == Profile::Dev {
            "--dev"
        } else {
            "--release"
        })
        .arg("--out-dir")
        .arg(profile.folder().join("functions"))
        .env("WASM_BINDGEN_BIN", wasm_bindgen)
        .env("ESBUILD_BIN", npm::program("esbuild"))
        // A script, for which the platform's own Node will do.
        .env("WASM_OPT_BIN", npm::program("wasm-opt"));
    if profile == Profile::Dev {
        build.arg("--no-opt");
    }
    build.arg("--locked");
    if profile != Profile::Release {
        build.args(["--features", "test-controls"]);
    }
    process::step("build the functions", || process::run(&mut build))
}

fn portal(profile: Profile, toolchain: &Toolchain) -> Result {
    process::step("build the portal", || {
        let site = profile.folder().join("portal");
        if site.exists() {
            fs::remove_dir_all(&site)?;
        }
        let assets = site.join("assets");
        copy_folder(&root().join("portal/assets"), &assets)?;
        copy(&root().join("index.html"), &site.join("index.html"))?;
        copy(&root().join("portal/_headers"), &site.join("_headers"))?;
        copy(&root().join("portal/robots.txt"), &site.join("robots.txt"))?;
        write_site_rules(profile)?;

        let parts = profile.folder().join("portal-parts");
        browser_module("portal", "portal", profile, toolchain, &parts)?;
        // One script and one stylesheet, so that they are one request each.
        let boot = parts.join("boot.js");
        copy(&root().join("portal/boot.js"), &boot)?;
        bundle(&boot, &assets.join("portal.js"))?;
        bundle(
            &root().join("portal/style/portal.css"),
            &assets.join("style.css"),
        )?;
        let module = parts.join("portal_bg.wasm");
        let place = assets.join("portal_bg.wasm");
        if profile == Profile::Dev {
            return copy(&module, &place);
        }
        process::run(
            Command::new(npm::program("wasm-opt"))
                .args(["-Oz", "-o"])
                .args([&place, &module]),
        )
    })
}

/// Two phones to try, beside the portal.
fn phones(profile: Profile, toolchain: &Toolchain) -> Result {
    process::step("build the phones", || {
        let site = profile.folder().join("portal");
        let page = root().join("phone/page");
        let assets = site.join("assets/phone");
        copy_folder(&page.join("assets"), &assets)?;
        copy(&page.join("phone.html"), &site.join("phone.html"))?;
        browser_module("phone-page", "page", profile, toolchain, &assets)
    })
}

/// Compiles `package` for browsers: `name.js`, which loads `name_bg.wasm`, in `folder`.
fn browser_module(
    package: &str,
    name: &str,
    profile: Profile,
    toolchain: &Toolchain,
    folder: &Path,
) -> Result {
    let mut cargo = toolchain.cargo()?;
    cargo
        .current_dir(root())
        .args(["build", "--locked", "--target", WASM32, "-p", package])
        // Wherever else the user may have told cargo to build.
        .arg("--target-dir")
        .arg(target_folder());
    let built = if profile == Profile::Dev {
        "debug"
    } else {
        cargo.args(["--profile", "portal"]);
        "portal"
    };
    process::run(&mut cargo)?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    let module = target_folder().join(WASM32).join(built).join(file);
    process::run(
        Command::new(tools::wasm_bindgen()?)
            .args([
                "--target",
                "web",
                "--no-typescript",
                "--out-name",
                name,
                "--out-dir",
            ])
            .args([folder, &module]),
    )
}

/// Puts a script or a stylesheet and what it imports into one file.
fn bundle(from: &Path, to: &Path) -> Result {
    process::run(
        Command::new(npm::program("esbuild"))
            .arg(from)
            .args([
                "--bundle",
                "--minify",
                "--format=esm",
                "--target=es2022",
                "--log-level=warning",
            ])
            .arg(format!("--outfile={}", to.display())),
    )
}

/// Writes how workerd serves the portal's files: the rules of `wrangler.toml`, and the headers,
/// which workerd, unlike Cloudflare, does not look for in `_headers`.
fn write_site_rules(profile: Profile) -> Result {
    let read = |name: &str| fs::read_to_string(root().join(name));
    let rules = site_rules(&read("wrangler.toml")?, &read("portal/_headers")?)?;
    let file = profile.folder().join("site.json");
    Ok(fs::write(&file, rules)?)
}

fn site_rules(wrangler: &str, headers: &str) -> Result<String> {
    let wrangler: toml::Table = wrangler.parse().context("wrangler.toml")?;
    let Some(toml::Value::Table(mut rules)) = wrangler.get("assets").cloned() else {
        bail!("wrangler.toml has no [assets]");
    };
    // The folder has a place of its own in workerd's configuration.
    rules.remove("directory");
    rules.insert("headers".into(), headers.into());
    serde_json::to_string(&rules).context("site.json")
}

/// Where cargo builds.
fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn copy_folder(from: &Path, to: &Path) -> Result {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result {
    fs::copy(from, to)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workerd_gets_the_rules_of_cloudflare_and_the_headers() {
        let wrangler = "[assets]\ndirectory = \"x\"\nrun_worker_first = [\"/v1/*\"]\n";
        let rules = site_rules(wrangler, "/*\n  A: b\n").unwrap();
        let rules: serde_json::Value = serde_json::from_str(&rules).unwrap();
        assert_eq!(
            rules,
            serde_json::json!({ "run_worker_first": ["/v1/*"], "headers": "/*\n  A: b\n" })
        );
    }
}
