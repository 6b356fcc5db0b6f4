//! Builds the files that browsers load: the portal, for local runs the page with two phones, and
//! the rules for how workerd serves them.

use std::path::Path;

use anyhow::{Context as _, bail};
use fs_err as fs;

use super::{
    Profile, bundle, optimise,
    wasm::{Module, bindgen},
};
use crate::{Result, root};

/// Puts the portal together.
pub fn portal(profile: Profile) -> Result {
    let site = profile.folder().join("portal");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    let assets = site.join("assets");
    copy_folder(&root().join("portal/assets"), &assets)?;
    fs::copy(root().join("index.html"), site.join("index.html"))?;
    fs::copy(root().join("portal/_headers"), site.join("_headers"))?;
    fs::copy(root().join("portal/robots.txt"), site.join("robots.txt"))?;
    write_rules(profile)?;

    let parts = profile.folder().join("portal-parts");
    let module = Module::PORTAL.file(profile);
    bindgen(&module, &parts, "portal", &["--target", "web"])?;
    // One script and one stylesheet, so that they are one request each.
    let boot = parts.join("boot.js");
    fs::copy(root().join("portal/boot.js"), &boot)?;
    bundle(&boot, &assets.join("portal.js"), &["--target=es2022"])?;
    let style = root().join("portal/style/portal.css");
    bundle(&style, &assets.join("style.css"), &["--target=es2022"])?;
    let module = "portal_bg.wasm";
    optimise(profile, &parts.join(module), &assets.join(module), &["-Oz"])
}

/// Two phones to try, beside the portal.
pub fn phones(profile: Profile) -> Result {
    let site = profile.folder().join("portal");
    let page = root().join("phone/page");
    let assets = site.join("assets/phone");
    copy_folder(&page.join("assets"), &assets)?;
    fs::copy(page.join("phone.html"), site.join("phone.html"))?;
    let module = Module::PHONES.file(profile);
    bindgen(&module, &assets, "page", &["--target", "web"])
}

/// Writes how workerd serves the portal's files: the rules of `wrangler.toml`, and the headers,
/// which workerd, unlike Cloudflare, does not look for in `_headers`.
pub fn write_rules(profile: Profile) -> Result {
    let read = |name: &str| fs::read_to_string(root().join(name));
    let rules = rules(&read("wrangler.toml")?, &read("portal/_headers")?)?;
    Ok(fs::write(profile.folder().join("site.json"), rules)?)
}

fn rules(wrangler: &str, headers: &str) -> Result<String> {
    let wrangler: toml::Table = wrangler.parse().context("wrangler.toml")?;
    let Some(toml::Value::Table(mut rules)) = wrangler.get("assets").cloned() else {
        bail!("wrangler.toml has no [assets]");
    };
    // The folder has a place of its own in workerd's configuration.
    rules.remove("directory");
    rules.insert("headers".into(), headers.into());
    serde_json::to_string(&rules).context("site.json")
}

fn copy_folder(from: &Path, to: &Path) -> Result {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workerd_gets_the_rules_of_cloudflare_and_the_headers() {
        let wrangler = "[assets]\ndirectory = \"x\"\nrun_worker_first = [\"/v1/*\"]\n";
        let rules = rules(wrangler, "/*\n  A: b\n").unwrap();
        let rules: serde_json::Value = serde_json::from_str(&rules).unwrap();
        assert_eq!(
            rules,
            serde_json::json!({ "run_worker_first": ["/v1/*"], "headers": "/*\n  A: b\n" })
        );
    }
}
