//! `wrangler.toml` and `workerd.capnp` describe one and the same deployment. Their settings are
//! compared by `cargo xtask lint` (`xtask/src/configuration.rs`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use shared::api::routes::{Route, TestRoute};

fn read(name: &str) -> String {
    fs::read_to_string(xtask::root().join(name)).unwrap()
}

fn wrangler() -> toml::Table {
    read("wrangler.toml").parse().unwrap()
}

/// The text of `workerd.capnp` from `const name` to the end of the constant, without comments.
fn constant(name: &str) -> String {
    let text: String = read("workerd.capnp")
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    let start = text.find(&format!("const {name} ")).unwrap();
    let end = text[start..].find(";\n").unwrap();
    text[start..start + end].to_owned()
}

/// Every value in quotes after `field = ` in `text`, with its escapes undone.
fn quoted(text: &str, field: &str) -> Vec<String> {
    let marker = format!("{field} = \"");
    text.match_indices(&marker)
        .map(|(start, _)| {
            let rest = &text[start + marker.len() - 1..];
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            values.next().unwrap().unwrap()
        })
        .collect()
}

/// The text of each binding that holds `kind`, with the binding's name.
fn bindings(kind: &str) -> Vec<(String, String)> {
    constant("bindings")
        .split("\n  (")
        .filter(|binding| binding.contains(kind))
        .map(|binding| (quoted(binding, "name")[0].clone(), binding.to_owned()))
        .collect()
}

fn tables<'a>(table: &'a toml::Table, path: &[&str]) -> Vec<&'a toml::Table> {
    let (last, parents) = path.split_last().unwrap();
    let parent = parents
        .iter()
        .fold(table, |table, name| table[*name].as_table().unwrap());
    parent[*last]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry.as_table().unwrap())
        .collect()
}

fn text(table: &toml::Table, name: &str) -> String {
    table[name].as_str().unwrap().to_owned()
}

#[test]
fn the_compatibility_date_is_one() {
    let date = constant("compatibilityDate");
    assert!(
        date.contains(&format!("\"{}\"", text(&wrangler(), "compatibility_date"))),
        "{date}"
    );
}

#[test]
fn the_durable_objects_are_the_same() {
    let wrangler = wrangler();
    let cloudflare: BTreeSet<_> = tables(&wrangler, &["durable_objects", "bindings"])
        .into_iter()
        .map(|binding| (text(binding, "name"), text(binding, "class_name")))
        .collect();
    let own: BTreeSet<_> = bindings("durableObjectNamespace")
        .into_iter()
        .map(|(name, line)| (name, quoted(&line, "durableObjectNamespace")[0].clone()))
        .collect();
    assert_eq!(cloudflare, own);
    assert!(!own.is_empty());

    let mut migrated = BTreeSet::new();
    for migration in tables(&wrangler, &["migrations"]) {
        let list = |name| migration.get(name).and_then(|list| list.as_array());
        for class in list("new_sqlite_classes").into_iter().flatten() {
            migrated.insert(class.as_str().unwrap().to_owned());
        }
        for renamed in list("renamed_classes").into_iter().flatten() {
            assert!(migrated.remove(renamed["from"].as_str().unwrap()));
            migrated.insert(renamed["to"].as_str().unwrap().to_owned());
        }
    }
    let objects = constant("objects");
    let classes: BTreeSet<_> = quoted(&objects, "className").into_iter().collect();
    assert_eq!(migrated, classes);
    assert_eq!(classes, own.into_iter().map(|(_, class)| class).collect());
    assert_eq!(objects.matches("enableSql = true").count(), classes.len());
}

#[test]
fn the_kv_namespaces_are_the_same() {
    let cloudflare: BTreeSet<_> = tables(&wrangler(), &["kv_namespaces"])
        .into_iter()
        .map(|namespace| text(namespace, "binding"))
        .collect();
    let own: BTreeSet<_> = bindings("kvNamespace")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(cloudflare, own);
}

#[test]
fn the_crons_are_the_same() {
    let cloudflare = wrangler()["triggers"]["crons"].clone();
    let cloudflare: Vec<_> = cloudflare
        .as_array()
        .unwrap()
        .iter()
        .map(|cron| cron.as_str().unwrap())
        .collect();
    let own = quoted(&constant("config"), "json");
    let own: Value = serde_json::from_str(&own[0]).unwrap();
    assert_eq!(serde_json::json!({ "functions": cloudflare }), own);
    // The functions know the triggers of the exchange by these settings, and take any other one for
    // the publication's.
    let settings = wrangler()["vars"].clone();
    for name in ["EFGS_DOWNLOAD_SCHEDULE", "EFGS_UPLOAD_SCHEDULE"] {
        let schedule = settings[name].as_str().unwrap();
        assert!(cloudflare.contains(&schedule), "{name}");
    }
    assert_eq!(cloudflare.len(), 3);
}

#[test]
fn the_connection_to_the_gateway_is_there_to_be_switched_on() {
    let wrangler = read("wrangler.toml");
    assert!(wrangler.contains("# [[mtls_certificates]]\n# binding = \"EFGS\""));
    let own = read("workerd.capnp");
    assert!(own.contains("\n#efgs  (name = \"EFGS\", service = \"gateway\"),\n"));
    for name in ["workerd.capnp", "dev.capnp"] {
        let text = read(name);
        let line = "\n#efgs    (name = \"gateway\", external = ";
        assert!(text.contains(line), "{name}");
    }
}

#[test]
fn the_assets_are_the_same() {
    // Their rules and headers are one: the build writes `site.json` from those of Cloudflare.
    let folder = wrangler()["assets"]["directory"]
        .as_str()
        .unwrap()
        .to_owned();
    let site = folder.replace("/portal", "/site.json");
    assert!(constant("config").contains(&format!("assets = (path = \"{folder}\"")));
    assert!(constant("config").contains(&format!("config = embed \"{site}\"")));
}

#[test]
fn every_route_goes_to_the_worker_and_not_to_the_assets() {
    let wrangler = wrangler();
    let patterns = wrangler["assets"]["run_worker_first"].as_array().unwrap();
    let covers = |path: &str, pattern: &toml::Value| {
        let pattern = pattern.as_str().unwrap();
        match pattern.strip_suffix('*') {
            Some(folder) => path.starts_with(folder),
            None => path == pattern,
        }
    };
    let routes = Route::all().map(|route| route.endpoint().path);
    let tests = TestRoute::ALL.map(TestRoute::path);
    let paths: Vec<_> = routes.chain(tests).collect();
    for path in &paths {
        let covered = patterns.iter().any(|pattern| covers(path, pattern));
        assert!(covered, "{path}");
    }
    for pattern in patterns {
        let used = paths.iter().any(|path| covers(path, pattern));
        assert!(used, "{pattern:?}");
    }
}

#[test]
fn the_worker_is_the_same_build() {
    let main = text(&wrangler(), "main");
    assert!(constant("config").contains(&format!("embed \"{main}\"")));
    assert!(!main.contains("dev"));
}

#[test]
fn local_runs_have_the_services_of_a_release() {
    let services = |name: &str| -> Vec<String> {
        let text = read(name);
        let lines = text.lines().map(str::trim);
        lines
            .filter(|line| line.starts_with("(name = \"") && !line.contains("embed"))
            .map(|line| quoted(line, "name")[0].clone())
            .collect()
    };
    let release: Vec<_> = services("workerd.capnp");
    let local = services("dev.capnp");
    assert!(local.len() > 8, "{local:?}");
    assert_eq!(release[..local.len()], local[..]);
}
