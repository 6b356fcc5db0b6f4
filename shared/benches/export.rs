//! Measures how fast exposure key sets are built: sorted, encoded, signed and zipped. `cargo xtask
//! bench export` runs it.
//!
//! It prints the keys per second, the bytes per key and the peak memory of the process.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a program that measures"
)]

use std::{fs, hint::black_box, time::Instant};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use shared::{
    keys::{
        conversion::{DiagnosisKey, Infectiousness},
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    publication::{
        export,
        export::{ExportSettings, MAX_FILE_KEYS, Window},
        signing,
    },
    time::UtcDay,
};

/// The most keys that a phone takes at once.
const KEYS: usize = 750_000;
const ROUNDS: usize = 5;

fn main() {
    let signing_key = signing::export_signing_key(include_str!("../tests/fixtures/p256.pem"))
        .expect("the test key is a key");
    let settings = ExportSettings {
        region: "NL".to_owned(),
        key_id: "204".to_owned(),
        key_version: "v1".to_owned(),
    };
    let window = Window {
        start: "2026-11-22T10:00:00Z".parse().expect("a time"),
        end: "2026-11-23T10:00:00Z".parse().expect("a time"),
    };
    let keys = keys();
    let mut best = 0.0_f64;
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let mut keys = keys.clone();
        let started = Instant::now();
        bytes = keys
            .chunks_mut(MAX_FILE_KEYS)
            .map(|file| {
                let zip = export::build(file, window, &settings, &signing_key);
                black_box(zip.expect("a file")).len()
            })
            .sum();
        best = best.max(KEYS as f64 / started.elapsed().as_secs_f64());
    }
    println!("keys              {KEYS}, in files of at most {MAX_FILE_KEYS}");
    println!("keys a second     {best:.0} (best of {ROUNDS})");
    println!("bytes a key       {:.2}", bytes as f64 / KEYS as f64);
    println!("peak memory       {} kB", peak_memory_kb());
}

fn keys() -> Vec<DiagnosisKey> {
    let mut random = StdRng::seed_from_u64(1);
    let today = UtcDay::of("2026-11-23T10:00:00Z".parse().expect("a time"));
    (0..KEYS)
        .map(|_| DiagnosisKey {
            key: TemporaryExposureKey {
                data: KeyData::from_bytes(random.random()),
                rolling_start: today.minus(random.random_range(1..14)).start(),
                rolling_period: RollingPeriod::DAY,
            },
            infectiousness: Infectiousness::on(random.random_range(-2..12), true)
                .expect("an infectious day"),
        })
        .collect()
}

/// The high-water mark of the process, as Linux tells it.
fn peak_memory_kb() -> u64 {
    fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .unwrap_or(0)
}
