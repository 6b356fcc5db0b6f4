//! Data that has ended is deleted by alarm, from the disk too, and none is deleted early.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    thread,
    time::{Duration, Instant},
};

use shared::{
    enrolment,
    enrolment::GRACE_SECONDS,
    staff::session::IDLE_SECONDS,
    time::{DAY_SECONDS, retention, shift},
};
use tests::{System, header};
use ureq::{Body, http::Response};
use xtask::provider::DemoUser;

// The scratch rows, which hold no data, do not count.
const ENROLMENTS: &str = "enrolment WHERE valid_until > 0";
const UPLOADS: &str = "upload WHERE id > 0";

/// Waits for `condition`, which an alarm should cause within seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "tests run where there is a clock"
)]
fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(200));
    }
}

/// The seconds for which the answer may be cached.
fn max_age(answer: &Response<Body>) -> i64 {
    let (_, seconds) = header(answer, "cache-control")
        .split_once("max-age=")
        .unwrap();
    seconds.parse().unwrap()
}

#[test]
fn an_alarm_deletes_a_file_before_its_oldest_upload_is_fourteen_days_old() {
    let mut system = System::start();
    let uploaded = system.now();
    system.validated_phone(1);
    system.run_job("publish");
    let [file] = &*system.index() else {
        panic!("there is one file");
    };
    // It ends with the oldest upload in it, perhaps that of a synthetic uploader of the hours
    // before.
    let ends_at = shift(system.now(), max_age(&system.get(file, &[])));
    // In whole seconds, like the header.
    assert!(ends_at.as_second() <= retention::file_ends_at(uploaded).as_second());

    // The job sets the alarm again, for the time that the moved clock has made near.
    system.move_clock_to(shift(ends_at, -10));
    system.run_job("expire");
    assert_eq!(system.index().len(), 1);
    wait_for("the file is gone", || system.index().is_empty());
    assert_eq!(system.stop_and_count("file"), 0);
}

#[test]
fn files_that_end_at_the_same_time_are_all_deleted() {
    let mut system = System::start();
    for seed in 1..=4 {
        system.validated_phone(seed);
        system.run_job("publish");
    }
    assert_eq!(system.index().len(), 4);
    system.move_clock_to(shift(system.now(), 14 * DAY_SECONDS + 5));
    system.run_job("expire");
    assert!(system.index().is_empty());
    // Deleted files stay deleted.
    system.restart();
    system.run_job("publish");
    assert!(system.index().is_empty());
    assert_eq!(system.stop_and_count("file"), 0);
}

#[test]
fn an_alarm_deletes_an_enrolment_that_was_never_validated_with_its_keys() {
    let mut system = System::start();
    let mut phone = system.phone(1);
    system.code(&mut phone);
    system.share(&mut phone);
    let end = shift(enrolment::valid_until(system.now()), GRACE_SECONDS);

    system.move_clock_to(shift(end, -60));
    system.run_job("expire");
    assert_eq!(system.stop_and_count(ENROLMENTS), 1);
    assert_eq!(system.stop_and_count(UPLOADS), 1);

    system.restart();
    system.move_clock_to(shift(end, -3));
    system.run_job("expire");
    wait_for("the enrolment is gone", || {
        thread::sleep(Duration::from_secs(4));
        let left = system.stop_and_count(ENROLMENTS) + system.stop_and_count(UPLOADS);
        if left > 0 {
            system.restart();
        }
        left == 0
    });
}

#[test]
fn an_alarm_deletes_a_session_that_has_ended() {
    let mut system = System::start();
    system.sign_in(DemoUser::Employee);
    // The job sets the alarm again, for the time that the moved clock has made near.
    system.move_clock_to(shift(system.now(), IDLE_SECONDS - 10));
    system.run_job("expire");
    assert_eq!(system.stop_and_count("session"), 1);
    system.restart();
    wait_for("the session is gone", || {
        thread::sleep(Duration::from_secs(4));
        let left = system.stop_and_count("session");
        if left > 0 {
            system.restart();
        }
        left == 0
    });
    assert_eq!(system.stop_and_count("audit"), 1);
}

#[test]
fn a_used_code_and_published_keys_are_deleted_from_the_intake_at_once() {
    let mut system = System::start();
    system.validated_phone(1);
    assert_eq!(
        system.stop_and_count(&format!("{ENROLMENTS} AND code IS NOT NULL")),
        0
    );
    assert_eq!(system.stop_and_count(UPLOADS), 1);
    // Today's key waits for its release.
    system.restart();
    system.run_job("publish");
    assert_eq!(system.stop_and_count(UPLOADS), 1);
    system.restart();
    system.move_clock_to(system.tomorrow_at_two());
    system.run_job("publish");
    assert_eq!(system.stop_and_count(UPLOADS), 0);
}

#[test]
fn after_fourteen_days_no_key_is_on_disk() {
    let mut system = System::start();
    let uploaded = system.now();
    system.validated_phone(1);
    system.run_job("publish");
    system.move_clock_to(shift(uploaded, 14 * DAY_SECONDS + 5));
    system.run_job("expire");
    for table in ["diagnosis_key", "file", UPLOADS, ENROLMENTS] {
        assert_eq!(system.stop_and_count(table), 0, "{table}");
    }
}

#[test]
fn padding_that_was_held_back_does_not_end_a_later_file_early() {
    let mut system = System::start();
    // His phone does not upload again, so that the second keys of synthetic uploaders wait for a
    // file that is not made.
    system.validated_phone(1);
    system.run_job("publish");
    for _ in 0..10 {
        system.move_clock_to(shift(system.now(), DAY_SECONDS));
        system.run_job("publish");
    }
    system.validated_phone(2);
    system.run_job("publish");
    let published = system.index().len();
    system.move_clock_to(shift(system.now(), 13 * DAY_SECONDS));
    system.run_job("expire");
    let left = system.index();
    assert_eq!(left.len(), 1, "of {published} files");
}
