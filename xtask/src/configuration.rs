//! The check of the settings in `wrangler.toml` and `workerd.capnp`: the functions can read each
//! one, and both files say the same.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use fs_err as fs;
use serde::Deserialize as _;
use shared::settings::{self, DefaultValue, table};

use crate::{Result, root};

const CLOUDFLARE: &str = "wrangler.toml";
const WORKERD: &str = "workerd.capnp";

/// Texts by the names of their settings.
type Texts = BTreeMap<String, String>;

/// Reads both files with the parsers of the functions. The error names every setting that is wrong.
pub fn check() -> Result {
    let mistakes: Vec<_> = Deployments::read()?.mistakes().into_iter().collect();
    ensure!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    Ok(())
}

/// What the two files say.
struct Deployments {
    cloudflare: Texts,
    workerd: Texts,
    /// The variables of workerd's environment that hold secrets, by the names of the secrets.
    environment: Texts,
}

impl Deployments {
    fn read() -> Result<Self> {
        let read = |name| fs::read_to_string(root().join(name));
        let workerd = read(WORKERD)?;
        Ok(Self {
            cloudflare: variables(&read(CLOUDFLARE)?).context(CLOUDFLARE)?,
            workerd: bindings(&workerd, "text").context(WORKERD)?,
            environment: bindings(&workerd, "fromEnvironment").context(WORKERD)?,
        })
    }

    fn mistakes(&self) -> BTreeSet<String> {
        let mut mistakes = BTreeSet::new();
        for (file, texts) in [(CLOUDFLARE, &self.cloudflare), (WORKERD, &self.workerd)] {
            mistakes.extend(mistakes_of(texts).map(|mistake| format!("{file}: {mistake}")));
        }
        for (name, text) in &self.workerd {
            if self.cloudflare.get(name).is_some_and(|other| other != text) {
                mistakes.insert(format!("setting {name}: the two files differ"));
            }
        }
        let secrets: Texts = table::ALL
            .iter()
            .filter(|entry| entry.default() == DefaultValue::Secret)
            .map(|entry| (entry.name().to_owned(), entry.name().to_owned()))
            .collect();
        if self.environment != secrets {
            mistakes.insert(format!(
                "{WORKERD}: expected a binding `fromEnvironment` for each secret, with its name"
            ));
        }
        mistakes
    }
}

/// What is wrong with the settings of one file.
fn mistakes_of(texts: &Texts) -> impl Iterator<Item = String> {
    let known = table::ALL.iter().filter_map(|entry| {
        let name = entry.name();
        match (entry.default(), texts.get(name).map(String::as_str)) {
            (DefaultValue::Secret, None) | (DefaultValue::Empty, Some("")) => None,
            (DefaultValue::Secret, Some(_)) => Some(format!("setting {name}: it is a secret")),
            (_, None) => Some(format!("setting {name}: it is missing")),
            (_, Some(text)) => entry.check(text).err().map(|wrong| wrong.to_string()),
        }
    });
    let names: BTreeSet<_> = table::ALL.iter().map(|entry| entry.name()).collect();
    let unknown = texts
        .keys()
        .filter(move |name| !names.contains(name.as_str()))
        .map(|name| format!("setting {name}: it is unknown"));
    // These two must fit each other.
    let countries = settings::participants(&|name| texts.get(name).cloned()).err();
    known
        .chain(unknown)
        .chain(countries.map(|wrong| wrong.to_string()))
}

/// `[vars]` of `wrangler.toml`.
fn variables(wrangler: &str) -> Result<Texts> {
    let wrangler: toml::Table = wrangler.parse()?;
    let variables = wrangler.get("vars").context("there is no [vars]")?;
    Ok(Texts::deserialize(variables.clone())?)
}

/// The bindings of `workerd.capnp` that have `field`: their names, and its text.
fn bindings(workerd: &str, field: &str) -> Result<Texts> {
    let between = format!("\", {field} = \"");
    workerd
        .lines()
        .skip_while(|line| !line.starts_with("const bindings "))
        .take_while(|line| *line != "];")
        .filter_map(|line| {
            let line = line.strip_prefix("  (name = \"")?.strip_suffix("\"),")?;
            line.split_once(&between)
        })
        .map(|(name, text)| {
            let text = serde_json::from_str(&format!("\"{text}\""))?;
            Ok((name.to_owned(), text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_the_repository_are_sound() {
        check().unwrap();
    }

    #[test]
    fn the_shipped_values_are_the_defaults() {
        let defaults: Texts = table::ALL
            .iter()
            .filter_map(|entry| match entry.default() {
                DefaultValue::Shipped(text) => Some((entry.name().to_owned(), text.to_owned())),
                DefaultValue::Empty => Some((entry.name().to_owned(), String::new())),
                DefaultValue::Secret => None,
            })
            .collect();
        assert_eq!(Deployments::read().unwrap().cloudflare, defaults);
    }

    /// The mistakes in the two files after `change`.
    fn mistakes(change: impl FnOnce(&mut Deployments)) -> Vec<String> {
        let mut deployments = Deployments::read().unwrap();
        change(&mut deployments);
        deployments.mistakes().into_iter().collect()
    }

    /// The mistakes in `workerd.capnp` if both files say `text` of the setting `name`.
    fn mistakes_with(name: &str, text: &str) -> Vec<String> {
        let found = mistakes(|deployments| {
            for texts in [&mut deployments.cloudflare, &mut deployments.workerd] {
                texts.insert(name.to_owned(), text.to_owned());
            }
        });
        let (workerd, cloudflare): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|mistake| mistake.starts_with(WORKERD));
        assert_eq!(
            workerd.len(),
            cloudflare.len(),
            "{workerd:?} {cloudflare:?}"
        );
        workerd
    }

    #[test]
    fn settings_that_the_functions_can_read_are_sound() {
        for (name, text) in [
            ("REGION", "AT"),
            ("EFGS_COUNTRIES", ""),
            ("OIDC_ISSUER", "https://signin.example"),
        ] {
            assert_eq!(mistakes_with(name, text), [""; 0], "{name}");
        }
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (name, text, mistake) in [
            ("PHONE_API", "yes", "PHONE_API: expected `on` or `off`"),
            (
                "REGION",
                "US",
                "REGION: expected the code of a country that can take part",
            ),
            (
                "REGION",
                "BE",
                "EFGS_COUNTRIES: expected codes of other countries with spaces between them",
            ),
            (
                "OIDC_ISSUER",
                "signin.example",
                "OIDC_ISSUER: expected an https URL",
            ),
            (
                "OIDC_CLIENT_SECRET",
                "",
                "OIDC_CLIENT_SECRET: it is a secret",
            ),
            ("PHONES_API", "on", "PHONES_API: it is unknown"),
        ] {
            let mistake = format!("workerd.capnp: setting {mistake}");
            assert_eq!(mistakes_with(name, text), [mistake]);
        }
    }

    #[test]
    fn a_difference_between_the_files_is_named() {
        let changed = mistakes(|deployments| {
            deployments
                .workerd
                .insert("EXPORT_KEY_ID".to_owned(), "205".to_owned());
        });
        assert_eq!(changed, ["setting EXPORT_KEY_ID: the two files differ"]);
        let missing = mistakes(|deployments| {
            deployments.cloudflare.remove("EXPORT_KEY_ID");
        });
        assert_eq!(
            missing,
            ["wrangler.toml: setting EXPORT_KEY_ID: it is missing"]
        );
        let secret = mistakes(|deployments| {
            deployments.environment.remove("EFGS_TRUST_ANCHOR");
        });
        assert_eq!(secret.len(), 1, "{secret:?}");
    }
}
