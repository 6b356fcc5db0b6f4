//! Every setting: what it takes, what it refuses and how that reads, and that operators are told
//! the same.

#![expect(clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use shared::settings::{
    DefaultValue, PhoneSettings, SignInSettings, TableEntry, WrongSetting, own_country,
    participants, table,
};

const ED25519: &str = include_str!("fixtures/ed25519.pem");
const P256: &str = include_str!("fixtures/p256.pem");

/// The shipped settings, with values for what only an operator knows, and `changes`.
fn deployment(changes: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    let shipped = table::ALL.iter().filter_map(|entry| match entry.default() {
        DefaultValue::Shipped(text) => Some((entry.name(), text)),
        DefaultValue::Empty | DefaultValue::Secret => None,
    });
    let own = [
        ("EXPORT_SIGNING_KEY", P256),
        ("MANIFEST_SIGNING_KEY", ED25519),
        ("PORTAL_ORIGIN", "https://portal.example"),
        ("OIDC_ISSUER", "https://signin.example/realm"),
        ("OIDC_CLIENT_ID", "portal"),
        ("OIDC_CLIENT_SECRET", "secret"),
    ];
    let texts: BTreeMap<String, String> = shipped
        .chain(own)
        .chain(changes.iter().copied())
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    move |name| texts.get(name).cloned()
}

fn entry(name: &str) -> &'static dyn TableEntry {
    let found = table::ALL.into_iter().find(|entry| entry.name() == name);
    found.unwrap_or_else(|| panic!("{name} is in the table"))
}

#[test]
fn each_setting_takes_what_it_should_and_says_what_it_expects() {
    /// Names, texts that are taken, texts that are refused, and what is expected.
    type Case = (
        &'static [&'static str],
        &'static [&'static str],
        &'static [&'static str],
        &'static str,
    );
    let cases: [Case; 16] = [
        (
            &["PHONE_API", "EFGS_EXCHANGE"],
            &["on", "off"],
            &["", "yes", "On", "on "],
            "`on` or `off`",
        ),
        (
            &["REGION"],
            &["NL", "XX"],
            &["", "nl", "N", "NLD", "N1", "É"],
            "two capital letters",
        ),
        (
            &["EXPORT_KEY_ID", "EXPORT_KEY_VERSION"],
            &["204", "v1", "a_B"],
            &["", "2-4", "v 1", "é"],
            "letters, digits and underscores",
        ),
        (
            &["EXPORT_SIGNING_KEY"],
            &[P256],
            &["", ED25519],
            "an EC P-256 key, PKCS#8 PEM",
        ),
        (
            &["MANIFEST_SIGNING_KEY"],
            &[ED25519],
            &["", P256],
            "an Ed25519 key, PKCS#8 PEM",
        ),
        (
            &["EFGS_COUNTRIES"],
            &["", "BE", "SI  BE"],
            &["XX", "BE,DE", "BE BE", "be"],
            "codes of other countries with spaces between them",
        ),
        (
            &["EFGS_URL"],
            &["https://gateway.example:8443/path"],
            &["", "http://localhost", "https://gateway.example/"],
            "https://… without a slash at its end",
        ),
        (
            &["EFGS_DOWNLOAD_SCHEDULE", "EFGS_UPLOAD_SCHEDULE"],
            &["* * * * *", "50 1-23/2 * * MON"],
            &["", "* * * *", "* * * * * *"],
            "a cron expression of five fields",
        ),
        (
            &["EFGS_RETENTION_DAYS"],
            &["1", "7"],
            &["", "0", "8", "-1", "2.5", "two"],
            "a number from 1 to 7",
        ),
        (
            &["EFGS_TIMEOUT_SECONDS"],
            &["1", "120"],
            &["", "0", "121", "soon"],
            "a number from 1 to 120",
        ),
        (
            &["PORTAL_ORIGIN"],
            &[
                "https://portal.example",
                "https://portal.example:8443",
                "http://localhost:8787",
                "http://127.0.0.1",
            ],
            &[
                "",
                "portal.example",
                "http://portal.example",
                "https://portal.example/",
                "https://portal.example:443",
                "https://PORTAL.example",
                "https://portal.example/page",
                "ftp://localhost",
            ],
            "`https://` and a host",
        ),
        (
            &["OIDC_ISSUER"],
            &[
                "https://signin.example",
                "https://signin.example/realm/",
                "http://[::1]:9",
            ],
            &[
                "",
                "signin.example",
                "http://signin.example",
                "http://192.0.2.1",
                "http://[2001:db8::1]",
            ],
            "an https URL",
        ),
        (&["OIDC_CLIENT_ID"], &["portal"], &[""], "an id"),
        (
            &["OIDC_EMPLOYEE_CLAIM", "OIDC_ROLE_CLAIM"],
            &["sub"],
            &[""],
            "the name of a claim",
        ),
        (
            &["OIDC_EMPLOYEE_ROLE", "OIDC_ADMINISTRATOR_ROLE"],
            &["callers"],
            &[""],
            "the name of a role",
        ),
        (
            &["OIDC_SECOND_FACTOR"],
            &["amr:mfa", "acr:urn:two  acr:gold"],
            &["", "sms", "amr:", "acr"],
            "values of acr and amr such as `amr:otp`",
        ),
    ];
    let mut seen = BTreeSet::new();
    for (names, good, bad, expected) in cases {
        for name in names {
            seen.insert(*name);
            for text in good {
                assert_eq!(entry(name).check(text), Ok(()), "{name} {text:?}");
            }
            for text in bad {
                let wrong = entry(name).check(text).map_err(|wrong| wrong.to_string());
                let sentence = format!("setting {name}: expected {expected}");
                assert_eq!(wrong, Err(sentence), "{text:?}");
            }
        }
    }
    // The texts of the others are read elsewhere: together (`federation`), or by the provider.
    let others = table::ALL.iter().map(|entry| entry.name());
    assert_eq!(
        others
            .filter(|name| !seen.contains(name))
            .collect::<Vec<_>>(),
        [
            "EFGS_SIGNING_KEY",
            "EFGS_SIGNING_CERTIFICATE",
            "EFGS_TRUST_ANCHOR",
            "OIDC_CLIENT_SECRET"
        ]
    );
}

#[test]
fn what_is_shipped_is_sound() {
    for entry in table::ALL {
        if let DefaultValue::Shipped(text) = entry.default() {
            assert_eq!(entry.check(text), Ok(()));
        }
    }
}

#[test]
fn no_two_settings_share_a_name() {
    let names: BTreeSet<_> = table::ALL.iter().map(|entry| entry.name()).collect();
    assert_eq!(names.len(), table::ALL.len());
}

#[test]
fn a_missing_setting_is_named() {
    let missing = |error: Option<WrongSetting>| error.unwrap().to_string();
    assert_eq!(
        missing(PhoneSettings::read(&|_| None).err()),
        "setting PHONE_API: expected a text binding"
    );
    let without_key = |name: &str| deployment(&[])(name).filter(|_| name != "EXPORT_SIGNING_KEY");
    assert_eq!(
        missing(PhoneSettings::read(&without_key).err()),
        "setting EXPORT_SIGNING_KEY: expected a secret binding"
    );
}

#[test]
fn a_section_holds_what_its_settings_say() {
    let phone = PhoneSettings::read(&deployment(&[("PHONE_API", "off")]))
        .ok()
        .unwrap();
    assert!(!phone.phone_api);
    let export = phone.export;
    assert_eq!(
        (&*export.region, &*export.key_id, &*export.key_version),
        ("NL", "204", "v1")
    );
    let sign_in = SignInSettings::read(&deployment(&[])).ok().unwrap();
    assert_eq!(sign_in.portal(), "https://portal.example/");
    assert_eq!(sign_in.callback(), "https://portal.example/auth/callback");
    // Not normalised: it is compared with what the provider calls itself.
    assert_eq!(sign_in.issuer, "https://signin.example/realm");
    assert_eq!(sign_in.client_id, "portal");
    assert_eq!(sign_in.client_secret, "secret");
    let rules = sign_in.rules;
    assert_eq!(
        [
            rules.employee_claim,
            rules.role_claim,
            rules.employee_role,
            rules.administrator_role
        ],
        ["sub", "roles", "ggd-employee", "ggd-administrator"]
    );
}

#[test]
fn a_wrong_setting_stops_its_own_section_alone() {
    let works = |changes: &[(&str, &str)]| {
        let lookup = deployment(changes);
        (
            PhoneSettings::read(&lookup).is_ok(),
            SignInSettings::read(&lookup).is_ok(),
            participants(&lookup).is_ok(),
        )
    };
    assert_eq!(works(&[]), (true, true, true));
    for (name, text, expected) in [
        ("PHONE_API", "yes", (false, true, true)),
        ("EXPORT_KEY_ID", "2-4", (false, true, true)),
        ("EXPORT_SIGNING_KEY", "", (false, true, true)),
        ("REGION", "nl", (false, true, false)),
        ("REGION", "US", (true, true, false)),
        ("EFGS_COUNTRIES", "XX", (true, true, false)),
        ("OIDC_ISSUER", "", (true, false, true)),
        ("PORTAL_ORIGIN", "", (true, false, true)),
        ("OIDC_SECOND_FACTOR", "sms", (true, false, true)),
    ] {
        assert_eq!(works(&[(name, text)]), expected, "{name}");
    }
}

#[test]
fn a_service_takes_part_for_a_known_country_and_not_with_itself() {
    let lookup = deployment(&[("REGION", "DE"), ("EFGS_COUNTRIES", "NL BE")]);
    assert_eq!(own_country(&lookup).unwrap().code(), "DE");
    let codes: Vec<_> = participants(&lookup)
        .unwrap()
        .iter()
        .map(|country| country.code())
        .collect();
    assert_eq!(codes, ["BE", "NL"]);
    let wrong = |changes: &[(&str, &str)]| {
        let wrong = participants(&deployment(changes)).unwrap_err();
        wrong.to_string()
    };
    assert_eq!(
        wrong(&[("REGION", "US")]),
        "setting REGION: expected the code of a country that can take part"
    );
    assert_eq!(
        wrong(&[("EFGS_COUNTRIES", "BE NL")]),
        "setting EFGS_COUNTRIES: expected codes of other countries with spaces between them"
    );
}

#[test]
fn the_table_for_operators_is_that_of_the_code() {
    let rows = table::ALL.iter().map(|entry| {
        let default = match entry.default() {
            DefaultValue::Shipped(text) => format!("`{text}`"),
            DefaultValue::Empty => "–".to_owned(),
            DefaultValue::Secret => "secret".to_owned(),
        };
        format!("| `{}` | {} | {default} |\n", entry.name(), entry.meaning())
    });
    let expected =
        "| setting | meaning | default |\n|---|---|---|\n".to_owned() + &rows.collect::<String>();
    let document = include_str!("../../docs/operators.md");
    let start = document.find("| setting |").unwrap();
    let found: String = document
        .get(start..)
        .unwrap()
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(
        found == expected,
        "put this table into docs/operators.md:\n\n{expected}"
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,40}|(https?://|http://\\[)[ -~]{0,20}|[0-9]{0,12}") {
        let lookup = |_: &str| Some(text.clone());
        for entry in table::ALL {
            let _ = entry.check(&text);
        }
        let _ = (PhoneSettings::read(&lookup).is_ok(), SignInSettings::read(&lookup).is_ok());
        let _ = (own_country(&lookup).is_ok(), participants(&lookup).is_ok());
    }

    #[test]
    fn a_number_is_taken_within_its_bounds_alone(number in 0_u32..200) {
        let days = table::EFGS_RETENTION_DAYS.parse(&number.to_string()).ok();
        prop_assert_eq!(days, (1..=7).contains(&number).then_some(number));
        let seconds = table::EFGS_TIMEOUT_SECONDS.parse(&number.to_string()).ok();
        prop_assert_eq!(seconds, (1..=120).contains(&number).then_some(number));
    }
}
