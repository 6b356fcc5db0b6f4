//! The publication of other countries' keys: only keys that their country signed and that concern
//! the service's country, and only until they expire.

use std::{sync::Arc, time::Duration};

use federation::{
    audit::AuditedUpload,
    batch::{EfgsKey, ReportType},
};
use serde_json::json;
use shared::{
    api::QuarantineReason,
    time::{DAY_SECONDS, Interval, UtcDay, shift},
};
use tests::{
    System,
    foreign_keys::{country, foreign_keys, published_once, put},
    gateway::{Gateway, Tampering},
    json,
};
use xtask::{efgs_keys::KeyKind, provider::DemoUser};

fn start() -> (System, Arc<Gateway>) {
    System::start_with_gateway(&[])
}

#[test]
fn the_keys_of_countries_that_uploaded_at_the_same_time_are_told_apart() {
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
    assert_eq!(report.quarantined, []);
    assert_eq!(gateway.batches().len(), 1);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 7);
}

#[test]
fn only_keys_of_participants_that_pass_every_rule_are_published() {
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
    assert!(report.quarantined.is_empty());
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
fn keys_without_a_valid_signature_are_quarantined_and_the_others_are_published() {
    let (system, gateway) = start();
    // The German keys come first in each batch, and only they are tampered with.
    let tamperings: [(&str, Tampering, QuarantineReason); 5] = [
        (
            "one changed",
            |keys, _| {
                if let Some(key) = keys.iter_mut().find(|key| key.origin == "DE") {
                    key.rolling_period = 143;
                }
            },
            QuarantineReason::Signature,
        ),
        (
            "one added",
            |keys, audit| {
                if let Some(key) = keys.first().filter(|key| key.origin == "DE").cloned() {
                    keys.insert(
                        0,
                        EfgsKey {
                            key_data: vec![9; 16],
                            ..key
                        },
                    );
                }
                if let Some(upload) = german(audit) {
                    upload.amount += 1;
                }
            },
            QuarantineReason::Signature,
        ),
        (
            "a wrong origin",
            |keys, _| {
                if let Some(key) = keys.iter_mut().find(|key| key.origin == "DE") {
                    key.origin = "NL".to_owned();
                }
            },
            QuarantineReason::Origin,
        ),
        (
            "no operator's signature",
            |_, audit| {
                if let Some(upload) = german(audit) {
                    upload.signing_certificate_operator_signature.clear();
                }
            },
            QuarantineReason::UntrustedCertificate,
        ),
        (
            "a certificate that the gateway has lost",
            |_, audit| {
                if let Some(upload) = german(audit) {
                    upload.signing_certificate.clear();
                    upload.signing_certificate_operator_signature.clear();
                }
            },
            QuarantineReason::UntrustedCertificate,
        ),
    ];
    for (name, tampering, reason) in tamperings {
        let bad = put(&gateway, "DE", 3);
        let good = put(&gateway, "BE", 3);
        gateway.tamper(Some(tampering));
        let report = system.exchange();
        let newest = &report.quarantined[0];
        let batch = gateway.batches().pop().unwrap();
        assert_eq!(
            (&newest.tag, newest.country, newest.reason),
            (&batch, Some(country("DE")), reason),
            "{name}"
        );
        // An administrator sees the quarantine.
        let answer = system.as_demo_user(DemoUser::Administrator, |browser| {
            browser.get("api/exchange")
        });
        assert_eq!(json(answer), json!(report));
        // The quarantined keys are not imported later, even if the gateway then serves valid ones.
        gateway.tamper(None);
        assert_eq!(
            system.exchange().quarantined.len(),
            report.quarantined.len()
        );
        system.run_job("publish");
        assert_eq!(published_once(&system, &bad), 0, "{name}");
        assert_eq!(published_once(&system, &good), 3, "{name}");
        assert!(
            system
                .log()
                .contains(&format!("of DE in batch {batch} quarantined"))
        );
    }
}

fn german(audit: &mut [AuditedUpload]) -> Option<&mut AuditedUpload> {
    audit.iter_mut().find(|upload| upload.country == "DE")
}

#[test]
fn wrong_certificates_and_orders_are_refused_and_wrong_amounts_quarantine_the_whole_batch() {
    let (mut system, gateway) = start();
    let signer = |name: &str, days: &str| {
        let options = ["-days", days];
        let subject = "/C=DE/O=Another signer/CN=Signing";
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
        ("DE/other", QuarantineReason::UntrustedCertificate),
        ("DE/short", QuarantineReason::CertificateExpired),
        ("BE/signing", QuarantineReason::CertificateCountry),
    ] {
        let keys = foreign_keys(3, "DE", gateway.now());
        gateway.put_signed(country("DE"), name, &keys);
        let report = system.exchange();
        assert_eq!(report.quarantined[0].reason, reason);
        bad.extend(keys);
    }
    let keys = foreign_keys(3, "DE", gateway.now());
    gateway.put_signed_in_wrong_order(country("DE"), &keys);
    let report = system.exchange();
    assert_eq!(report.quarantined[0].reason, QuarantineReason::Signature);
    bad.extend(keys);

    bad.extend(put(&gateway, "DE", 3));
    bad.extend(put(&gateway, "BE", 3));
    gateway.tamper(Some(|keys, _| keys.truncate(5)));
    let report = system.exchange();
    let newest = &report.quarantined[0];
    assert_eq!(
        (newest.country, newest.reason),
        (None, QuarantineReason::Amounts)
    );
    gateway.tamper(None);
    let good = put(&gateway, "DE", 3);
    system.exchange();
    system.run_job("publish");
    assert_eq!(published_once(&system, &bad), 0);
    assert_eq!(published_once(&system, &good), 3);
}

#[test]
fn keys_of_a_country_that_has_left_the_list_are_not_published() {
    let (mut system, gateway) = start();
    let before = put(&gateway, "DE", 3);
    system.exchange();
    system.restart_with_participants("BE");
    let after = put(&gateway, "DE", 3);
    let others = put(&gateway, "BE", 3);
    assert!(system.exchange().quarantined.is_empty());
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
    let created = UtcDay::of(gateway.now()).start().start();
    system.exchange();
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 0);
    system.move_clock_to(shift(system.tomorrow_at_two(), -60));
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 0);
    system.move_clock_to(shift(system.now(), 60));
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 1);
    system.move_clock_to(shift(created, 14 * DAY_SECONDS - 60));
    system.run_job("expire");
    assert_eq!(published_once(&system, &keys), 1);
    system.move_clock_to(shift(created, 14 * DAY_SECONDS));
    system.run_job("expire");
    assert_eq!(
        system.stop_and_count("diagnosis_key WHERE origin = 'imported'"),
        0
    );
}
