//! What is published of other countries' keys: what its country signed and what concerns us, for as
//! long as it may be.

use std::{sync::Arc, time::Duration};

use federation::{
    audit::AuditEntry,
    batch::{DiagnosisKey, ReportType},
};
use serde_json::json;
use shared::{
    api::SetAsideReason,
    time::{DAY_SECONDS, Interval, UtcDay, shift},
};
use tests::{
    System,
    foreign_keys::{country, foreign_keys, published_once, put},
    gateway::{Gateway, Tampering},
    json,
};
use xtask::{efgs_keys::KeyKind, provider::Person};

fn start() -> (System, Arc<Gateway>) {
    System::start_with_gateway(&[])
}

#[test]
fn keys_of_countries_that_uploaded_at_the_same_moment_are_told_apart() {
    let (system, gateway) = start();
    gateway.interleave();
    gateway.set_batching(Duration::from_secs(300));
    gateway.batches();
    let mut keys = Vec::new();
    for (code, count) in [("DE", 4), ("BE", 3), ("DK", 5), ("NL", 2)] {
        keys.extend(put(&gateway, code, count));
    }
    gateway.set_batching(Duration::ZERO);
    let report = system.exchange();
    assert_eq!(report.set_aside, []);
    assert_eq!(gateway.batches().len(), 1);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 7);
}

#[test]
fn only_confirmed_tests_of_participants_that_concern_us_are_published() {
    let (system, gateway) = start();
    let mut keys = foreign_keys(8, "DE", gateway.now());
    keys[0].report_type = ReportType::Revoked as i32;
    keys[1].report_type = ReportType::SelfReport as i32;
    keys[2].visited_countries = vec!["FR".to_owned()];
    keys[3].rolling_period = 0;
    keys[4].key_data.push(0);
    keys[5].rolling_start_interval_number = Interval::at(gateway.now()).plus(2).number();
    keys[6].days_since_onset_of_symptoms = 14;
    gateway.put(country("DE"), &keys);
    let foreign = put(&gateway, "DK", 3);
    let report = system.exchange();
    assert!(report.set_aside.is_empty());
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys[..7]), 0);
    assert_eq!(published_once(&system, &keys[7..]), 1);
    assert_eq!(
        published_once(&system, &foreign),
        0,
        "Denmark does not take part"
    );
}

#[test]
fn keys_whose_signature_is_not_right_are_set_aside_and_the_others_published() {
    let (system, gateway) = start();
    // The German keys come first in each batch; the Belgian ones are good.
    let tamperings: [(&str, Tampering, SetAsideReason); 5] = [
        (
            "one changed",
            |keys, _| {
                if let Some(key) = keys.iter_mut().find(|key| key.origin == "DE") {
                    key.rolling_period = 143;
                }
            },
            SetAsideReason::Signature,
        ),
        (
            "one added",
            |keys, audit| {
                if let Some(key) = keys.first().filter(|key| key.origin == "DE").cloned() {
                    keys.insert(
                        0,
                        DiagnosisKey {
                            key_data: vec![9; 16],
                            ..key
                        },
                    );
                }
                if let Some(entry) = german(audit) {
                    entry.amount += 1;
                }
            },
            SetAsideReason::Signature,
        ),
        (
            "claims to be ours",
            |keys, _| {
                if let Some(key) = keys.iter_mut().find(|key| key.origin == "DE") {
                    key.origin = "NL".to_owned();
                }
            },
            SetAsideReason::Origin,
        ),
        (
            "no operator's signature",
            |_, audit| {
                if let Some(entry) = german(audit) {
                    entry.signing_certificate_operator_signature.clear();
                }
            },
            SetAsideReason::UntrustedCertificate,
        ),
        (
            "a certificate that the gateway has lost",
            |_, audit| {
                if let Some(entry) = german(audit) {
                    entry.signing_certificate.clear();
                    entry.signing_certificate_operator_signature.clear();
                }
            },
            SetAsideReason::UntrustedCertificate,
        ),
    ];
    for (name, tampering, reason) in tamperings {
        let bad = put(&gateway, "DE", 3);
        let good = put(&gateway, "BE", 3);
        gateway.tamper(Some(tampering));
        let report = system.exchange();
        let newest = &report.set_aside[0];
        let batch = gateway.batches().pop().unwrap();
        assert_eq!(
            (&newest.tag, newest.country, newest.reason),
            (&batch, Some(country("DE")), reason),
            "{name}"
        );
        // An administrator sees it.
        let answer = system.as_person(Person::Administrator, |browser| browser.get("api/exchange"));
        assert_eq!(json(answer), json!(report));
        // What was set aside is not tried again, also when the gateway serves it right afterwards.
        gateway.tamper(None);
        assert_eq!(system.exchange().set_aside.len(), report.set_aside.len());
        system.run_job("publish");
        assert_eq!(published_once(&system, &bad), 0, "{name}");
        assert_eq!(published_once(&system, &good), 3, "{name}");
        assert!(
            system
                .log()
                .contains(&format!("of DE in batch {batch} set aside"))
        );
    }
}

fn german(audit: &mut [AuditEntry]) -> Option<&mut AuditEntry> {
    audit.iter_mut().find(|entry| entry.country == "DE")
}

#[test]
fn other_certificates_and_orders_are_refused_and_wrong_amounts_set_the_whole_batch_aside() {
    let (mut system, gateway) = start();
    let signer = |name: &str, days: &str| {
        let options = ["-days", days];
        let subject = "/C=DE/O=Somebody else/CN=Signing";
        gateway
            .keys()
            .make(name, KeyKind::P256, subject, &options)
            .unwrap();
    };
    signer("DE/other", "100");
    signer("DE/short", "1");
    gateway.keys().vouch_for("DE/short").unwrap();
    system.move_clock_to(shift(system.now(), 2 * DAY_SECONDS));

    let mut bad = Vec::new();
    for (name, reason) in [
        ("DE/other", SetAsideReason::UntrustedCertificate),
        ("DE/short", SetAsideReason::CertificateExpired),
        ("BE/signing", SetAsideReason::CertificateCountry),
    ] {
        let keys = foreign_keys(3, "DE", gateway.now());
        gateway.put_signed(country("DE"), name, &keys);
        let report = system.exchange();
        assert_eq!(report.set_aside[0].reason, reason);
        bad.extend(keys);
    }
    let keys = foreign_keys(3, "DE", gateway.now());
    gateway.put_signed_in_wrong_order(country("DE"), &keys);
    let report = system.exchange();
    assert_eq!(report.set_aside[0].reason, SetAsideReason::Signature);
    bad.extend(keys);

    bad.extend(put(&gateway, "DE", 3));
    bad.extend(put(&gateway, "BE", 3));
    gateway.tamper(Some(|keys, _| keys.truncate(5)));
    let report = system.exchange();
    let newest = &report.set_aside[0];
    assert_eq!(
        (newest.country, newest.reason),
        (None, SetAsideReason::Amounts)
    );
    gateway.tamper(None);
    let good = put(&gateway, "DE", 3);
    system.exchange();
    system.run_job("publish");
    assert_eq!(published_once(&system, &bad), 0);
    assert_eq!(published_once(&system, &good), 3);
}

#[test]
fn a_country_that_leaves_the_list_is_not_listened_to() {
    let (mut system, gateway) = start();
    let before = put(&gateway, "DE", 3);
    system.exchange();
    system.restart_with_participants("BE");
    let after = put(&gateway, "DE", 3);
    let others = put(&gateway, "BE", 3);
    assert!(system.exchange().set_aside.is_empty());
    system.run_job("publish");
    assert_eq!(published_once(&system, &before), 3);
    assert_eq!(published_once(&system, &after), 0);
    assert_eq!(published_once(&system, &others), 3);
}

#[test]
fn a_key_of_another_country_waits_for_its_release_and_ends_fourteen_days_after_its_batch() {
    let (mut system, gateway) = start();
    let mut keys = foreign_keys(1, "DE", gateway.now());
    keys[0].rolling_start_interval_number = UtcDay::of(gateway.now()).start().number();
    gateway.put(country("DE"), &keys);
    let made = UtcDay::of(gateway.now()).start().start();
    system.exchange();
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 0);
    system.move_clock_to(shift(system.tomorrow_at_two(), -60));
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 0);
    system.move_clock_to(shift(system.now(), 60));
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 1);
    system.move_clock_to(shift(made, 14 * DAY_SECONDS - 60));
    system.run_job("expire");
    assert_eq!(published_once(&system, &keys), 1);
    system.move_clock_to(shift(made, 14 * DAY_SECONDS));
    system.run_job("expire");
    assert_eq!(
        system.stop_and_count("diagnosis_key WHERE origin = 'imported'"),
        0
    );
}
