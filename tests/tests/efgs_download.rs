//! The download from other countries: no failure loses a key or publishes one twice.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{sync::Arc, time::Duration};

use federation::batch::EfgsKey;
use shared::{
    api::{ExchangeReport, QuarantineReason, RunOutcome},
    publication::export::MIN_FILE_KEYS,
    time::{DAY_SECONDS, shift},
};
use tests::{
    System,
    foreign_keys::{country, data_of, published, published_once, put},
    gateway::{Endpoint, Fault, Gateway, SHORT_TIMEOUT},
};

fn start() -> (System, Arc<Gateway>) {
    System::start_with_gateway(&[])
}

fn last_download(report: &ExchangeReport) -> RunOutcome {
    report.last_download.unwrap().outcome
}

#[test]
fn transient_faults_lose_no_key() {
    let (system, gateway) = System::start_with_gateway(&[SHORT_TIMEOUT]);
    let mut keys = Vec::new();
    for endpoint in [Endpoint::Download, Endpoint::Audit] {
        for fault in Fault::TRANSIENT {
            keys.extend(put(&gateway, "DE", 3));
            gateway.fail(endpoint, fault, 1);
            let report = system.exchange();
            assert_eq!(
                last_download(&report),
                RunOutcome::Done,
                "{endpoint:?} {fault:?}"
            );
            assert!(report.quarantined.is_empty());
        }
    }
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn refusals_lose_no_key() {
    let (system, gateway) = start();
    let mut keys = Vec::new();
    for (endpoint, status) in [
        (Endpoint::Download, 400),
        (Endpoint::Download, 403),
        (Endpoint::Download, 406),
        (Endpoint::Download, 415),
        (Endpoint::Audit, 400),
        (Endpoint::Audit, 403),
        (Endpoint::Audit, 404),
    ] {
        keys.extend(put(&gateway, "DE", 3));
        gateway.fail(endpoint, Fault::Status(status), 1);
        let refused = RunOutcome::Refused { status };
        assert_eq!(last_download(&system.exchange()), refused, "{endpoint:?}");
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    }
    for endpoint in [Endpoint::Download, Endpoint::Audit] {
        keys.extend(put(&gateway, "BE", 3));
        gateway.fail(endpoint, Fault::Status(500), 3);
        assert_eq!(last_download(&system.exchange()), RunOutcome::NoAnswer);
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    }
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn a_response_with_wrong_tags_loses_no_key() {
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
        gateway.fail(Endpoint::Download, Fault::Header(header, value), 1);
        let outcome = last_download(&system.exchange());
        assert_eq!(outcome, RunOutcome::Unreadable, "{header}: {value}");
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    }
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn a_batch_that_is_too_large_is_quarantined_and_those_after_it_are_not() {
    let (system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let mut bad = Vec::new();
    // The run first requests the previous batch, to learn what follows it.
    for (endpoint, size, times) in [
        (Endpoint::Download, 5 * 1024 * 1024, 2),
        (Endpoint::Audit, 65 * 1024 * 1024, 1),
    ] {
        bad.extend(put(&gateway, "DE", 3));
        gateway.fail(endpoint, Fault::Inflated(size), times);
        let report = system.exchange();
        assert_eq!(last_download(&report), RunOutcome::Done);
        let newest = &report.quarantined[0];
        let unreadable = (None, QuarantineReason::Unreadable);
        assert_eq!((newest.country, newest.reason), unreadable, "{endpoint:?}");
    }
    bad.extend(put(&gateway, "DE", 3));
    gateway.tamper(Some(|keys, _| {
        keys.resize(20_001, EfgsKey::default());
    }));
    let report = system.exchange();
    assert_eq!(report.quarantined.len(), 3);
    assert_eq!(report.quarantined[0].reason, QuarantineReason::Unreadable);
    gateway.tamper(None);
    let good = put(&gateway, "DE", 3);
    assert_eq!(system.exchange().quarantined.len(), 3);
    system.run_job("publish");
    assert_eq!(published_once(&system, &bad), 0);
    assert_eq!(published_once(&system, &good), 3);
}

#[test]
fn a_batch_without_audit_is_quarantined_after_six_runs_in_which_others_have_theirs() {
    let (system, gateway) = start();
    let bad = put(&gateway, "DE", 3);
    let batch = gateway.batches().pop().unwrap();
    let mut good = Vec::new();
    for run in 1..=6 {
        good.extend(put(&gateway, "BE", 3));
        gateway.fail(Endpoint::Audit, Fault::Status(404), 1);
        let report = system.exchange();
        system.run_job("publish");
        assert_eq!(published_once(&system, &good), good.len());
        if run < 6 {
            assert_eq!(last_download(&report), RunOutcome::Refused { status: 404 });
            assert_eq!(report.quarantined, []);
            // A run without the audit of another batch does not count.
            gateway.fail(Endpoint::Audit, Fault::Status(404), 1);
            assert_eq!(system.exchange().quarantined, []);
        } else {
            assert_eq!(last_download(&report), RunOutcome::Done);
            let quarantined = &report.quarantined[0];
            assert_eq!(
                (&quarantined.tag, quarantined.country, quarantined.reason),
                (&batch, None, QuarantineReason::NoAudit)
            );
        }
    }
    assert_eq!(published_once(&system, &bad), 0);
}

#[test]
fn a_batch_that_the_gateway_never_gives_does_not_block_the_others() {
    let (system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let mut good = Vec::new();
    for (index, status) in [400, 404].into_iter().enumerate() {
        let bad = put(&gateway, "DE", 3);
        let tag = gateway.batches().pop().unwrap();
        gateway.refuse_batch(&tag, Some(status));
        good.extend(put(&gateway, "BE", 3));
        gateway.batches();
        for _ in 0..5 {
            let report = system.exchange();
            assert_eq!(last_download(&report), RunOutcome::Refused { status });
            assert_eq!(report.quarantined.len(), index);
            system.run_job("publish");
            assert_eq!(published_once(&system, &good), good.len());
        }
        let report = system.exchange();
        assert_eq!(last_download(&report), RunOutcome::Done);
        let quarantined = &report.quarantined[0];
        assert_eq!(
            (&quarantined.tag, quarantined.country, quarantined.reason),
            (&tag, None, QuarantineReason::NoBatch)
        );
        assert_eq!(published_once(&system, &bad), 0);
    }
}

#[test]
fn a_batch_that_the_gateway_gives_late_is_imported() {
    let (mut system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let mut keys = put(&gateway, "DE", 3);
    let late = gateway.batches().pop().unwrap();
    gateway.refuse_batch(&late, Some(404));
    for day in 0..2 {
        keys.extend(put(&gateway, "BE", 3));
        let report = system.exchange();
        let refused = RunOutcome::Refused { status: 404 };
        assert_eq!(last_download(&report), refused, "{day}");
        // Also after the end of the day.
        system.move_clock_to(shift(system.now(), DAY_SECONDS));
    }
    gateway.refuse_batch(&late, None);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn a_batch_that_has_killed_six_runs_is_no_longer_requested() {
    let (mut system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let bad = put(&gateway, "DE", 3);
    let tag = gateway.batches().pop().unwrap();
    let good = put(&gateway, "BE", 3);
    let attempts = format!("INSERT INTO failed_batch VALUES ('{tag}', 6, 1 << 40)");
    system.stop_and_change("failed_batch", &attempts);
    system.restart();
    let report = system.exchange();
    assert_eq!(last_download(&report), RunOutcome::Done);
    let quarantined = &report.quarantined[0];
    assert_eq!(
        (&quarantined.tag, quarantined.reason),
        (&tag, QuarantineReason::Unreadable)
    );
    system.run_job("publish");
    assert_eq!(published_once(&system, &bad), 0);
    assert_eq!(published_once(&system, &good), 3);
}

#[test]
fn while_the_gateway_refuses_everything_no_attempt_counts() {
    let (mut system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let mut keys = put(&gateway, "DE", 3);
    gateway.batches();
    keys.extend(put(&gateway, "BE", 3));
    gateway.batches();
    for (endpoint, status) in [
        (Endpoint::Download, 400),
        (Endpoint::Download, 404),
        (Endpoint::Audit, 403),
    ] {
        gateway.fail(endpoint, Fault::Status(status), 100);
        for _ in 0..8 {
            let refused = RunOutcome::Refused { status };
            assert_eq!(last_download(&system.exchange()), refused, "{endpoint:?}");
        }
        gateway.recover();
    }
    // Also across midnight.
    system.move_clock_to(shift(system.now(), DAY_SECONDS));
    gateway.fail(Endpoint::Download, Fault::Status(404), 100);
    system.exchange();
    gateway.recover();
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn more_batches_than_one_run_imports_are_imported_by_the_next_one() {
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
fn an_unreadable_audit_is_requested_again_and_one_that_is_gone_is_not() {
    let (system, gateway) = start();
    let keys = put(&gateway, "DE", 3);
    gateway.fail(Endpoint::Audit, Fault::Inflated(10), 5);
    for _ in 0..5 {
        let report = system.exchange();
        assert_eq!(last_download(&report), RunOutcome::Unreadable);
        assert!(report.quarantined.is_empty());
    }
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 3);
    let gone = put(&gateway, "DE", 3);
    gateway.fail(Endpoint::Audit, Fault::Status(410), 1);
    let report = system.exchange();
    assert_eq!(report.quarantined[0].reason, QuarantineReason::NoAudit);
    system.run_job("publish");
    assert_eq!(published_once(&system, &gone), 0);
}

#[test]
fn keys_are_imported_when_the_gateway_has_made_a_batch_of_them() {
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
fn days_without_batches_and_days_that_are_gone_are_skipped() {
    let (mut system, gateway) = start();
    // The gateway keeps fewer days than configured, and has no batch of yesterday.
    gateway.set_retention(1);
    let mut keys = put(&gateway, "DE", 3);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    let requests = gateway.requests().into_iter();
    let downloads = requests.filter(|request| request.endpoint == Endpoint::Download);
    let statuses: Vec<_> = downloads.map(|request| request.status).collect();
    // The first batch of a day is requested by its day and then by its tag.
    assert_eq!(statuses, [410, 404, 200, 200]);
    // A request that finds nothing ends the run, and a day that is gone is skipped; the next run
    // finds the batch.
    for (status, code) in [(404, "BE"), (410, "DE")] {
        keys.extend(put(&gateway, code, 3));
        gateway.fail(Endpoint::Download, Fault::Status(status), 1);
        system.exchange();
        system.exchange();
    }
    // The batches of the next day follow, also after a day without any.
    for days in [1, 2] {
        system.move_clock_to(shift(system.now(), days * DAY_SECONDS));
        keys.extend(put(&gateway, "DE", 3));
        assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    }
    // After a long pause, the days that the gateway no longer keeps are skipped.
    system.move_clock_to(shift(system.now(), 5 * DAY_SECONDS));
    let late = put(&gateway, "DE", 3);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    keys.extend(late);
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn a_batch_that_comes_again_is_imported_once() {
    let (system, gateway) = start();
    let keys = put(&gateway, "DE", 5);
    for _ in 0..3 {
        system.exchange();
        system.run_job("publish");
    }
    assert_eq!(published_once(&system, &keys), 5);
    let requests = |endpoint| {
        let requests = gateway.requests().into_iter();
        requests
            .filter(|request| request.endpoint == endpoint && request.status == 200)
            .count()
    };
    // The batch is requested again, to learn whether another one follows, but its audit is not.
    assert!(requests(Endpoint::Download) >= 3);
    // Nor is the audit of a batch that holds only our own keys.
    assert_eq!((gateway.batches().len(), requests(Endpoint::Audit)), (2, 1));
    // The same key with other fields in another batch changes nothing: the first record counts.
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
fn an_empty_batch_and_a_full_one_are_imported() {
    let (system, gateway) = start();
    gateway.make_batch();
    let keys = put(&gateway, "DE", 5_000);
    let report = system.exchange();
    assert_eq!(last_download(&report), RunOutcome::Done);
    assert!(report.quarantined.is_empty());
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), 5_000);
    // A file that is due only because of other countries' keys has padding of our own too, which
    // hides that it has no real keys of ours.
    assert!(published(&system).len() >= 5_000 + MIN_FILE_KEYS);
}

#[test]
fn however_often_the_download_is_killed_each_key_is_published_once() {
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
    assert!(report.quarantined.is_empty());
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}
