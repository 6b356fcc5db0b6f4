//! The settings of the exchange with other countries: a wrong one is named in the log, and stops
//! only the exchange.

use std::{fs, sync::Arc, thread, time::Duration};

use serde_json::json;
use shared::{api::ExchangeReport, country::Country};
use tests::{
    Partners, Setup, System,
    gateway::{Endpoint, Gateway},
};
use xtask::efgs_keys::KeyKind;

fn partners(gateway: &Arc<Gateway>) -> Partners {
    Partners {
        gateway: gateway.clone(),
        country: Country::NETHERLANDS,
        participants: "BE",
    }
}

fn start(gateway: &Arc<Gateway>, settings: &[(&str, &str)]) -> System {
    System::start_exchanging(partners(gateway), settings)
}

/// Asserts that the exchange does not run and that the log says what `setting` should be, while
/// files are published and served.
fn assert_stops_only_the_exchange(system: &System, setting: &str, expected: &str) {
    let answer = system.post("test/run/exchange", &json!({}));
    assert_eq!(answer.status(), 503, "{setting}");
    let said = format!("setting {setting}: expected {expected}");
    assert!(system.log().contains(&said), "{said}: {}", system.log());
    system.run_job("publish");
    assert_eq!(system.get("v6/manifest", &[]).status(), 200);
}

#[test]
fn without_the_exchange_a_service_works() {
    let system = System::start();
    assert_eq!(system.exchange(), ExchangeReport::default());
}

#[test]
fn each_job_has_its_own_schedule() {
    let gateway = Gateway::for_countries(&[("NL", KeyKind::P256)]);
    let every_minute = ("EFGS_DOWNLOAD_SCHEDULE".to_owned(), "* * * * *".to_owned());
    let system = System::start_as(Setup {
        settings: vec![every_minute],
        partners: Some(partners(&gateway)),
        scheduled: true,
        ..Setup::default()
    });
    system.validated_phone(1);
    // The upload would send this file, if it ran.
    system.run_job("publish");
    let requested = |endpoint| {
        gateway
            .requests()
            .iter()
            .any(|request| request.endpoint == endpoint)
    };
    for _ in 0..900 {
        if requested(Endpoint::Download) {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    assert!(requested(Endpoint::Download), "within a minute and a half");
    assert!(!requested(Endpoint::Upload));
}

#[test]
fn a_wrong_setting_is_named_and_stops_only_the_exchange() {
    let gateway = Gateway::for_countries(&[("NL", KeyKind::P256)]);
    for (name, value) in [
        ("EFGS_COUNTRIES", "BE NL"),
        ("EFGS_EXCHANGE", "yes"),
        ("EFGS_RETENTION_DAYS", "0"),
        ("EFGS_RETENTION_DAYS", "8"),
        ("EFGS_TIMEOUT_SECONDS", "soon"),
        ("EFGS_URL", "http://localhost"),
    ] {
        let system = start(&gateway, &[(name, value)]);
        assert_stops_only_the_exchange(&system, name, "");
    }
}

#[test]
fn a_wrong_key_or_certificate_is_named_and_stops_only_the_exchange() {
    /// Files and their replacements; the setting that is wrong then, and what it should be.
    type Case = (
        &'static [(&'static str, &'static str)],
        &'static str,
        &'static str,
    );
    let cases: [Case; 5] = [
        (
            &[("NL/signing.pem", "ca.crt.pem")],
            "EFGS_SIGNING_KEY",
            "a P-256 or RSA key",
        ),
        (
            &[("NL/signing.crt.pem", "ca.pem")],
            "EFGS_SIGNING_CERTIFICATE",
            "a certificate in PEM",
        ),
        (
            &[("NL/signing.pem", "DE/signing.pem")],
            "EFGS_SIGNING_KEY",
            "the key of EFGS_SIGNING_CERTIFICATE",
        ),
        (
            &[
                ("NL/signing.pem", "DE/signing.pem"),
                ("NL/signing.crt.pem", "DE/signing.crt.pem"),
            ],
            "EFGS_SIGNING_CERTIFICATE",
            "a certificate of REGION",
        ),
        (
            &[("trust-anchor.crt.pem", "ca.pem")],
            "EFGS_TRUST_ANCHOR",
            "a certificate in PEM",
        ),
    ];
    for (replaced, setting, expected) in cases {
        let gateway = Gateway::for_countries(&[("NL", KeyKind::P256), ("DE", KeyKind::P256)]);
        let folder = &gateway.keys().folder;
        for (file, other) in replaced {
            fs::copy(folder.join(other), folder.join(file)).expect("a copy");
        }
        assert_stops_only_the_exchange(&start(&gateway, &[]), setting, expected);
    }
}
