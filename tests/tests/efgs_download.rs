//! The download from other countries: whatever the gateway does, nothing is lost, nothing comes twice, and nothing is published
//! that its country did not sign.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::HashMap, sync::Arc, time::Duration};

use shared::{
    api::{ExchangeReport, RunOutcome},
    country::Country,
    efgs::{
        audit::{AuditEntry, SetAsideReason},
        batch::{DiagnosisKey, ReportType},
    },
    export::MIN_KEYS,
    tek::KeyData,
    time::{DAY_SECONDS, Interval, UtcDay, shift},
};
use tests::{
    Partners, System,
    foreign_keys::{data_of, foreign_keys},
    gateway::{Failure, Gateway, Route, Tampering},
};
use xtask::efgs_keys::KeyKind;

fn start() -> (System, Arc<Gateway>) {
    start_with(&[])
}

fn start_with(settings: &[(&str, &str)]) -> (System, Arc<Gateway>) {
    let gateway = Gateway::for_countries(&[
        ("NL", KeyKind::P256),
        ("BE", KeyKind::P384),
        ("DE", KeyKind::Rsa),
        ("DK", KeyKind::P256),
    ]);
    let partners = Partners {
        gateway: gateway.clone(),
        country: Country::NETHERLANDS,
        participants: "BE DE",
    };
    let mut system = System::start_exchanging(partners, settings);
    system.move_clock_to_morning();
    (system, gateway)
}

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

/// Puts so many keys of a country into the gateway, signed by it.
fn put(gateway: &Gateway, code: &str, count: usize) -> Vec<DiagnosisKey> {
    let keys = foreign_keys(count, code, gateway.now());
    gateway.put(country(code), &keys);
    keys
}

fn last_download(report: &ExchangeReport) -> RunOutcome {
    report.last_download.unwrap().outcome
}

/// How often each key is published now.
fn published(system: &System) -> HashMap<KeyData, u32> {
    let mut times = HashMap::new();
    for key in system.published() {
        *times.entry(key.key.data).or_default() += 1;
    }
    times
}

/// How many of `keys` are published, each once.
fn published_once(system: &System, keys: &[DiagnosisKey]) -> usize {
    let times = published(system);
    let times: Vec<_> = data_of(keys)
        .iter()
        .filter_map(|data| times.get(data))
        .copied()
        .collect();
    assert!(times.iter().all(|times| *times == 1), "a key came twice");
    times.len()
}

#[test]
fn failures_that_pass_lose_nothing() {
    let (system, gateway) = start_with(&[("EFGS_TIMEOUT_SECONDS", "2")]);
    let failures = [
        Failure::Status(500),
        Failure::Status(503),
        Failure::Status(429),
        Failure::CutBefore,
        Failure::CutAfter,
        Failure::CutWithin,
        Failure::Slow(Duration::from_secs(3)),
    ];
    let mut keys = Vec::new();
    for route in [Route::Download, Route::Audit] {
        for failure in failures {
            keys.extend(put(&gateway, "DE", 3));
            gateway.fail(route, failure, 1);
            let report = system.exchange();
            assert_eq!(
                last_download(&report),
                RunOutcome::Done,
                "{route:?} {failure:?}"
            );
            assert!(report.set_aside.is_empty());
        }
    }
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn refusals_lose_nothing_either() {
    let (system, gateway) = start();
    let mut keys = Vec::new();
    for (route, status) in [
        (Route::Download, 400),
        (Route::Download, 403),
        (Route::Download, 406),
        (Route::Download, 415),
        (Route::Audit, 400),
        (Route::Audit, 403),
        (Route::Audit, 404),
    ] {
        keys.extend(put(&gateway, "DE", 3));
        gateway.fail(route, Failure::Status(status), 1);
        let refused = RunOutcome::Refused { status };
        assert_eq!(last_download(&system.exchange()), refused, "{route:?}");
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    }
    for (route, failure) in [(Route::Download, 500), (Route::Audit, 500)] {
        keys.extend(put(&gateway, "BE", 3));
        gateway.fail(route, Failure::Status(failure), 3);
        assert_eq!(last_download(&system.exchange()), RunOutcome::NoAnswer);
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    }
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn an_answer_that_makes_no_sense_loses_nothing() {
    let (system, gateway) = start();
    let mut keys = put(&gateway, "DE", 3);
    system.exchange();
    for (header, value) in [
        ("batchTag", ""),
        ("batchTag", "20200101-1"),
        ("batchTag", "29990101-1"),
        ("nextBatchTag", "tomorrow"),
        ("nextBatchTag", "20200101-1"),
        ("nextBatchTag", "29990101-1"),
    ] {
        keys.extend(put(&gateway, "DE", 3));
        gateway.fail(Route::Download, Failure::Header(header, value), 1);
        let outcome = last_download(&system.exchange());
        assert_eq!(outcome, RunOutcome::Unreadable, "{header}: {value}");
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    }
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn what_is_too_large_is_set_aside_and_what_comes_after_it_is_not() {
    let (system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let mut bad = Vec::new();
    // The batch before is asked for too, to see what has come after it.
    for (route, size, times) in [
        (Route::Download, 5 * 1024 * 1024, 2),
        (Route::Audit, 65 * 1024 * 1024, 1),
    ] {
        bad.extend(put(&gateway, "DE", 3));
        gateway.fail(route, Failure::Inflated(size), times);
        let report = system.exchange();
        assert_eq!(last_download(&report), RunOutcome::Done);
        let newest = &report.set_aside[0];
        let unreadable = (None, SetAsideReason::Unreadable);
        assert_eq!((newest.country, newest.reason), unreadable, "{route:?}");
    }
    bad.extend(put(&gateway, "DE", 3));
    gateway.tamper(Some(|keys, _| {
        keys.resize(20_001, DiagnosisKey::default());
    }));
    let report = system.exchange();
    assert_eq!(report.set_aside.len(), 3);
    assert_eq!(report.set_aside[0].reason, SetAsideReason::Unreadable);
    gateway.tamper(None);
    let good = put(&gateway, "DE", 3);
    assert_eq!(system.exchange().set_aside.len(), 3);
    system.run_job("publish");
    assert_eq!(published_once(&system, &bad), 0);
    assert_eq!(published_once(&system, &good), 3);
}

#[test]
fn a_batch_whose_audit_never_comes_does_not_hold_up_the_others_for_ever() {
    let (system, gateway) = start();
    let bad = put(&gateway, "DE", 3);
    let batch = gateway.batches().pop().unwrap();
    let good = put(&gateway, "BE", 3);
    gateway.fail(Route::Audit, Failure::Status(404), 6);
    for _ in 0..5 {
        let report = system.exchange();
        assert_eq!(last_download(&report), RunOutcome::Refused { status: 404 });
        assert!(report.set_aside.is_empty());
    }
    let report = system.exchange();
    assert_eq!(last_download(&report), RunOutcome::Done);
    let set_aside = &report.set_aside[0];
    assert_eq!(
        (&set_aside.tag, set_aside.country, set_aside.reason),
        (&batch, None, SetAsideReason::NoAudit)
    );
    system.run_job("publish");
    assert_eq!(published_once(&system, &bad), 0);
    assert_eq!(published_once(&system, &good), 3);
}

#[test]
fn a_batch_that_the_gateway_never_gives_does_not_hold_up_the_others_for_ever() {
    let (system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let mut good = Vec::new();
    for (place, status) in [(1, 400), (3, 404)] {
        let bad = put(&gateway, "DE", 3);
        let tag = gateway.batches().pop().unwrap();
        assert!(tag.ends_with(&format!("-{}", place + 1)), "{tag}");
        gateway.refuse_batch(&tag, Some(status));
        good.extend(put(&gateway, "BE", 3));
        gateway.batches();
        for _ in 0..5 {
            let report = system.exchange();
            assert_eq!(last_download(&report), RunOutcome::Refused { status });
            assert_eq!(report.set_aside.len(), place / 2);
        }
        let report = system.exchange();
        assert_eq!(last_download(&report), RunOutcome::Done);
        let set_aside = &report.set_aside[0];
        assert_eq!(
            (&set_aside.tag, set_aside.country, set_aside.reason),
            (&tag, None, SetAsideReason::NoBatch)
        );
        system.run_job("publish");
        assert_eq!(published_once(&system, &bad), 0);
        assert_eq!(published_once(&system, &good), good.len());
    }
}

#[test]
fn while_the_gateway_does_not_know_us_nothing_is_passed_over() {
    let (system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let keys = put(&gateway, "DE", 3);
    let tag = gateway.batches().pop().unwrap();
    gateway.refuse_batch(&tag, Some(403));
    for _ in 0..8 {
        let refused = RunOutcome::Refused { status: 403 };
        assert_eq!(last_download(&system.exchange()), refused);
    }
    gateway.refuse_batch(&tag, None);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 3);
}

#[test]
fn more_batches_than_a_run_takes_are_taken_by_the_next_one() {
    let (system, gateway) = start();
    let mut keys = Vec::new();
    for _ in 0..201 {
        keys.extend(put(&gateway, "DE", 1));
        gateway.batches();
    }
    assert_eq!(last_download(&system.exchange()), RunOutcome::Unfinished);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn an_audit_that_cannot_be_read_is_asked_for_again() {
    let (system, gateway) = start();
    let keys = put(&gateway, "DE", 3);
    gateway.fail(Route::Audit, Failure::Inflated(10), 5);
    for _ in 0..5 {
        let report = system.exchange();
        assert_eq!(last_download(&report), RunOutcome::Unreadable);
        assert!(report.set_aside.is_empty());
    }
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 3);
    // One that is there no more is not.
    let gone = put(&gateway, "DE", 3);
    gateway.fail(Route::Audit, Failure::Status(410), 1);
    let report = system.exchange();
    assert_eq!(report.set_aside[0].reason, SetAsideReason::NoAudit);
    system.run_job("publish");
    assert_eq!(published_once(&system, &gone), 0);
}

#[test]
fn keys_are_taken_when_the_gateway_has_made_a_batch_of_them() {
    let (mut system, gateway) = start();
    gateway.set_batching(Duration::from_secs(300));
    let mut keys = put(&gateway, "DE", 3);
    assert_eq!(gateway.batches().len(), 1);
    keys.extend(put(&gateway, "DE", 3));
    for published in [3, 6] {
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
        system.run_job("publish");
        assert_eq!(published_once(&system, &keys), published);
        system.move_clock_to(shift(system.now(), 300));
    }
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
fn days_without_batches_and_days_that_are_gone_are_passed_over() {
    let (mut system, gateway) = start();
    // The gateway keeps less than the setting says, and has nothing of yesterday.
    gateway.set_retention(1);
    let mut keys = put(&gateway, "DE", 3);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    let seen = gateway.seen().into_iter();
    let downloads = seen.filter(|seen| seen.route == Route::Download);
    let statuses: Vec<_> = downloads.map(|seen| seen.status).collect();
    assert_eq!(statuses, [410, 404, 200]);
    // A day that is not there, or a batch, ends the run or is passed over; the next run finds what there is.
    for (status, code) in [(404, "BE"), (410, "DE")] {
        keys.extend(put(&gateway, code, 3));
        gateway.fail(Route::Download, Failure::Status(status), 1);
        system.exchange();
        system.exchange();
    }
    // Batches of the next day follow those of this one, and so do those after a day without any.
    for days in [1, 2] {
        system.move_clock_to(shift(system.now(), days * DAY_SECONDS));
        keys.extend(put(&gateway, "DE", 3));
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    }
    // After a long pause, what the gateway has forgotten is passed over.
    system.move_clock_to(shift(system.now(), 5 * DAY_SECONDS));
    let late = put(&gateway, "DE", 3);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    keys.extend(late);
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn a_batch_that_comes_again_is_taken_once() {
    let (system, gateway) = start();
    let keys = put(&gateway, "DE", 5);
    for _ in 0..3 {
        system.exchange();
        system.run_job("publish");
    }
    assert_eq!(published_once(&system, &keys), 5);
    let asked = |route| {
        let seen = gateway.seen().into_iter();
        seen.filter(|seen| seen.route == route && seen.status == 200)
            .count()
    };
    // It is asked for again to see whether another one has come, but its audit is not.
    assert!(asked(Route::Download) >= 3);
    // Nor is that of a batch with our own keys alone.
    assert_eq!((gateway.batches().len(), asked(Route::Audit)), (2, 1));
    // The same key in another batch, and said otherwise, changes nothing: the first record counts.
    let mut again = keys.clone();
    for key in &mut again {
        key.rolling_period = 10;
    }
    gateway.put(country("DE"), &again);
    system.exchange();
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 5);
    let data = data_of(&keys);
    let mut found = system
        .published()
        .into_iter()
        .filter(|key| data.contains(&key.key.data));
    assert!(found.all(|key| key.key.rolling_period.intervals() == 144));
}

#[test]
fn an_empty_batch_and_a_full_one_are_taken() {
    let (system, gateway) = start();
    gateway.make_batch();
    let keys = put(&gateway, "DE", 5_000);
    let report = system.exchange();
    assert_eq!(last_download(&report), RunOutcome::Done);
    assert!(report.set_aside.is_empty());
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 5_000);
    // A file that only other countries' keys made due has invented persons of our own too: nobody sees that it is empty of ours.
    assert!(published(&system).len() >= 5_000 + MIN_KEYS);
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

#[test]
fn however_often_the_download_is_killed_every_key_is_published_once() {
    let (mut system, gateway) = start();
    let mut keys = Vec::new();
    let mut killed = 0;
    for round in 0..8 {
        for code in ["DE", "BE", "DE"] {
            keys.extend(put(&gateway, code, 200));
            gateway.batches();
        }
        killed += u32::from(system.kill_exchange(&gateway, round));
    }
    assert!(killed > 2, "{killed} runs were interrupted");
    let report = system.exchange();
    assert_eq!(last_download(&report), RunOutcome::Done);
    assert!(report.set_aside.is_empty());
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}
