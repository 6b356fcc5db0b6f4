//! The download from other countries: whatever the gateway does, nothing is lost, and nothing comes
//! twice.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{sync::Arc, time::Duration};

use federation::batch::DiagnosisKey;
use shared::{
    api::{ExchangeReport, RunOutcome, SetAsideReason},
    publication::export::MIN_FILE_KEYS,
    time::{DAY_SECONDS, shift},
};
use tests::{
    System,
    foreign_keys::{country, data_of, published, published_once, put},
    gateway::{Failure, Gateway, PATIENCE, Route},
};

fn start() -> (System, Arc<Gateway>) {
    System::start_with_gateway(&[])
}

fn last_download(report: &ExchangeReport) -> RunOutcome {
    report.last_download.unwrap().outcome
}

#[test]
fn failures_that_pass_lose_nothing() {
    let (system, gateway) = System::start_with_gateway(&[PATIENCE]);
    let mut keys = Vec::new();
    for route in [Route::Download, Route::Audit] {
        for failure in Failure::PASSING {
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
fn a_batch_whose_audit_never_comes_is_set_aside_when_those_of_others_have_come() {
    let (system, gateway) = start();
    let bad = put(&gateway, "DE", 3);
    let batch = gateway.batches().pop().unwrap();
    let mut good = Vec::new();
    for run in 1..=6 {
        good.extend(put(&gateway, "BE", 3));
        gateway.fail(Route::Audit, Failure::Status(404), 1);
        let report = system.exchange();
        system.run_job("publish");
        assert_eq!(published_once(&system, &good), good.len());
        if run < 6 {
            assert_eq!(last_download(&report), RunOutcome::Refused { status: 404 });
            assert_eq!(report.set_aside, []);
            // Runs without the audit of another batch do not count.
            gateway.fail(Route::Audit, Failure::Status(404), 1);
            assert_eq!(system.exchange().set_aside, []);
        } else {
            assert_eq!(last_download(&report), RunOutcome::Done);
            let set_aside = &report.set_aside[0];
            assert_eq!(
                (&set_aside.tag, set_aside.country, set_aside.reason),
                (&batch, None, SetAsideReason::NoAudit)
            );
        }
    }
    assert_eq!(published_once(&system, &bad), 0);
}

#[test]
fn a_batch_that_the_gateway_never_gives_holds_up_nothing() {
    let (system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let mut good = Vec::new();
    for (place, status) in [400, 404].into_iter().enumerate() {
        let bad = put(&gateway, "DE", 3);
        let tag = gateway.batches().pop().unwrap();
        gateway.refuse_batch(&tag, Some(status));
        good.extend(put(&gateway, "BE", 3));
        gateway.batches();
        for _ in 0..5 {
            let report = system.exchange();
            assert_eq!(last_download(&report), RunOutcome::Refused { status });
            assert_eq!(report.set_aside.len(), place);
            system.run_job("publish");
            assert_eq!(published_once(&system, &good), good.len());
        }
        let report = system.exchange();
        assert_eq!(last_download(&report), RunOutcome::Done);
        let set_aside = &report.set_aside[0];
        assert_eq!(
            (&set_aside.tag, set_aside.country, set_aside.reason),
            (&tag, None, SetAsideReason::NoBatch)
        );
        assert_eq!(published_once(&system, &bad), 0);
    }
}

#[test]
fn a_batch_that_comes_late_is_taken() {
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
        // Also when the day is over.
        system.move_clock_to(shift(system.now(), DAY_SECONDS));
    }
    gateway.refuse_batch(&late, None);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
}

#[test]
fn a_batch_that_has_ended_six_runs_is_asked_for_no_more() {
    let (mut system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let bad = put(&gateway, "DE", 3);
    let tag = gateway.batches().pop().unwrap();
    let good = put(&gateway, "BE", 3);
    let died = format!("INSERT INTO failed_batch VALUES ('{tag}', 6, 1 << 40)");
    system.stop_and_change("failed_batch", &died);
    system.restart();
    let report = system.exchange();
    assert_eq!(last_download(&report), RunOutcome::Done);
    let set_aside = &report.set_aside[0];
    assert_eq!(
        (&set_aside.tag, set_aside.reason),
        (&tag, SetAsideReason::Unreadable)
    );
    system.run_job("publish");
    assert_eq!(published_once(&system, &bad), 0);
    assert_eq!(published_once(&system, &good), 3);
}

#[test]
fn while_the_gateway_refuses_everything_nothing_is_held_against_a_batch() {
    let (mut system, gateway) = start();
    put(&gateway, "DE", 3);
    system.exchange();
    let mut keys = put(&gateway, "DE", 3);
    gateway.batches();
    keys.extend(put(&gateway, "BE", 3));
    gateway.batches();
    for (route, status) in [
        (Route::Download, 400),
        (Route::Download, 404),
        (Route::Audit, 403),
    ] {
        gateway.fail(route, Failure::Status(status), 100);
        for _ in 0..8 {
            let refused = RunOutcome::Refused { status };
            assert_eq!(last_download(&system.exchange()), refused, "{route:?}");
        }
        gateway.recover();
    }
    // Also over midnight.
    system.move_clock_to(shift(system.now(), DAY_SECONDS));
    gateway.fail(Route::Download, Failure::Status(404), 100);
    system.exchange();
    gateway.recover();
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    system.run_job("publish");
    assert_eq!(published_once(&system, &keys), keys.len());
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
fn days_without_batches_and_days_that_are_gone_are_passed_over() {
    let (mut system, gateway) = start();
    // The gateway keeps less than the setting says, and has nothing of yesterday.
    gateway.set_retention(1);
    let mut keys = put(&gateway, "DE", 3);
    assert_eq!(last_download(&system.exchange()), RunOutcome::Done);
    let seen = gateway.seen().into_iter();
    let downloads = seen.filter(|seen| seen.route == Route::Download);
    let statuses: Vec<_> = downloads.map(|seen| seen.status).collect();
    // The first batch of a day is asked for by its day and then by its name.
    assert_eq!(statuses, [410, 404, 200, 200]);
    // A day that is not there, or a batch, ends the run or is passed over; the next run finds what
    // there is.
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
    // A file that only other countries' keys made due has invented persons of our own too: nobody
    // sees that it is empty of ours.
    assert!(published(&system).len() >= 5_000 + MIN_FILE_KEYS);
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
