//! The settings of the exchange: what it runs with, and what each wrong one is expected to be.

use std::collections::BTreeMap;

use federation::settings::ExchangeSettings;
use proptest::prelude::*;
use shared::settings::{DefaultValue, table};

// `fixtures/make.sh` made these.
const NL_KEY: &str = include_str!("fixtures/NL.pem");
const NL_CERTIFICATE: &str = include_str!("fixtures/NL.crt.pem");
const DE_KEY: &str = include_str!("fixtures/DE.pem");
const DE_CERTIFICATE: &str = include_str!("fixtures/DE.crt.pem");

/// The shipped settings with the exchange switched on, secrets, and `changes`.
fn deployment(changes: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    let own = [
        ("EFGS_EXCHANGE", "on"),
        ("EFGS_SIGNING_KEY", NL_KEY),
        ("EFGS_SIGNING_CERTIFICATE", NL_CERTIFICATE),
        ("EFGS_TRUST_ANCHOR", DE_CERTIFICATE),
    ];
    let texts: BTreeMap<String, String> = table::ALL
        .iter()
        .filter_map(|entry| match entry.default() {
            DefaultValue::Shipped(text) => Some((entry.name(), text)),
            DefaultValue::Empty | DefaultValue::Secret => None,
        })
        .chain(own)
        .chain(changes.iter().copied())
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    move |name| texts.get(name).cloned()
}

#[test]
fn an_exchange_that_is_switched_on_has_its_settings() {
    let changes = [
        ("EFGS_COUNTRIES", "BE"),
        ("EFGS_URL", "https://gateway.example"),
    ];
    let settings = ExchangeSettings::read(&deployment(&changes))
        .unwrap()
        .unwrap();
    assert_eq!(settings.own.code(), "NL");
    assert!(settings.participants.include("BE".parse().unwrap()));
    assert_eq!(
        settings.identity.certificate().country(),
        Some(settings.own)
    );
    assert_eq!(settings.url, "https://gateway.example");
    assert_eq!((settings.retention_days, settings.timeout_seconds), (2, 30));
}

#[test]
fn an_exchange_that_is_switched_off_needs_no_other_setting() {
    let lookup = |name: &str| (name == "EFGS_EXCHANGE").then(|| "off".to_owned());
    assert!(ExchangeSettings::read(&lookup).unwrap().is_none());
}

#[test]
fn a_wrong_setting_is_named_with_what_is_expected() {
    let key = ("EFGS_SIGNING_KEY", DE_KEY);
    let certificate = ("EFGS_SIGNING_CERTIFICATE", DE_CERTIFICATE);
    let a_certificate = "a certificate in PEM with an EC P-256, EC P-384 or RSA key";
    for (changes, name, expected) in [
        (
            vec![("EFGS_EXCHANGE", "yes")],
            "EFGS_EXCHANGE",
            "`on` or `off`",
        ),
        (
            vec![("REGION", "US")],
            "REGION",
            "the code of a country that can take part",
        ),
        (
            vec![("EFGS_COUNTRIES", "BE NL")],
            "EFGS_COUNTRIES",
            "codes of other countries with spaces between them",
        ),
        (
            vec![("EFGS_URL", "http://localhost")],
            "EFGS_URL",
            "https://… without a slash at its end",
        ),
        (
            vec![("EFGS_RETENTION_DAYS", "8")],
            "EFGS_RETENTION_DAYS",
            "a number from 1 to 7",
        ),
        (
            vec![("EFGS_TIMEOUT_SECONDS", "soon")],
            "EFGS_TIMEOUT_SECONDS",
            "a number from 1 to 120",
        ),
        (
            vec![("EFGS_SIGNING_KEY", NL_CERTIFICATE)],
            "EFGS_SIGNING_KEY",
            "a P-256 or RSA key, PKCS#8 PEM",
        ),
        (
            vec![("EFGS_SIGNING_CERTIFICATE", NL_KEY)],
            "EFGS_SIGNING_CERTIFICATE",
            a_certificate,
        ),
        (
            vec![key],
            "EFGS_SIGNING_KEY",
            "the key of EFGS_SIGNING_CERTIFICATE",
        ),
        (
            vec![key, certificate],
            "EFGS_SIGNING_CERTIFICATE",
            "a certificate of REGION",
        ),
        (
            vec![("EFGS_TRUST_ANCHOR", NL_KEY)],
            "EFGS_TRUST_ANCHOR",
            a_certificate,
        ),
    ] {
        let wrong = ExchangeSettings::read(&deployment(&changes)).err();
        let sentence = format!("setting {name}: expected {expected}");
        assert_eq!(wrong.map(|wrong| wrong.to_string()), Some(sentence));
    }
}

#[test]
fn a_country_other_than_ours_can_run_the_service() {
    let lookup = deployment(&[
        ("REGION", "DE"),
        ("EFGS_SIGNING_KEY", DE_KEY),
        ("EFGS_SIGNING_CERTIFICATE", DE_CERTIFICATE),
        ("EFGS_COUNTRIES", "NL"),
    ]);
    assert!(ExchangeSettings::read(&lookup).unwrap().is_some());
}

proptest! {
    #[test]
    fn no_text_panics(
        name in "EFGS_(SIGNING_KEY|SIGNING_CERTIFICATE|TRUST_ANCHOR|URL)",
        text: String,
        place: prop::sample::Index,
    ) {
        let _ = ExchangeSettings::read(&deployment(&[(&name, &text)])).is_ok();
        let mut cut = NL_CERTIFICATE.to_owned();
        cut.truncate(place.index(cut.len()));
        let _ = ExchangeSettings::read(&deployment(&[(&name, &cut)])).is_ok();
        let mut changed = NL_CERTIFICATE.to_owned();
        let at = place.index(changed.len());
        changed.replace_range(at..=at, "A");
        let _ = ExchangeSettings::read(&deployment(&[(&name, &changed)])).is_ok();
    }
}
