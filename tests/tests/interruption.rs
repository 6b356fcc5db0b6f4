//! The publication of keys is killed repeatedly: no key is lost, and none is published twice.

use std::{
    collections::{HashMap, HashSet},
    thread,
    time::Duration,
};

use serde_json::json;
use shared::{keys::tek::KeyData, time::shift};
use tests::System;

const PHONES: u64 = 40;
const PHONES_BETWEEN_KILLS: u64 = 3;

#[test]
fn every_key_is_published_once_though_the_publication_is_killed_repeatedly() {
    let mut system = System::start();
    let mut killed = 0;
    let mut expected = HashSet::<KeyData>::new();
    for seed in 1..=PHONES {
        let phone = system.validated_phone(seed);
        // Onset three days ago: the keys of the last five whole days before today.
        let days = phone.keys().iter().rev().skip(1).take(5);
        expected.extend(days.map(|key| key.data));

        // Some of the phones upload between two kills, so that each run has keys to publish.
        if seed % PHONES_BETWEEN_KILLS == 0 {
            let delay = Duration::from_millis(seed * 37 % 60);
            thread::scope(|scope| {
                let address = system.url("test/run/publish");
                let job = scope.spawn(move || ureq::post(address).send_json(json!({})));
                thread::sleep(delay);
                system.restart();
                // A killed server leaves its client without an answer.
                killed += u32::from(job.join().unwrap().is_err());
            });
        }
    }
    assert!(killed > 0, "no run was interrupted");
    system.run_job("publish");

    let mut times = HashMap::<KeyData, u32>::new();
    for key in system.published() {
        *times.entry(key.key.data).or_default() += 1;
    }
    assert!(times.values().all(|times| *times == 1), "a key came twice");
    let lost = expected
        .iter()
        .filter(|key| !times.contains_key(key))
        .count();
    assert_eq!(
        lost,
        0,
        "of {} keys, in {} files",
        expected.len(),
        system.index().len()
    );
}

#[test]
fn the_window_of_a_file_starts_where_the_previous_one_ended() {
    let mut system = System::start();
    for seed in 1..=3 {
        system.validated_phone(seed);
        system.run_job("publish");
        system.move_clock_to(shift(system.now(), 3_600));
    }
    let files = system.published_files();
    let windows: Vec<_> = files.iter().map(|file| file.header().window).collect();
    let first = windows.first().expect("a file");
    assert_eq!(first.end.as_second() - first.start.as_second(), 86_400);
    assert_eq!(windows.len(), 3);
    assert!(
        windows
            .array_windows()
            .all(|[one, next]| one.end == next.start && next.start < next.end)
    );
}
