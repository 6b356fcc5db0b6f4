//! How fast published keys are compared with what a phone heard. Started by `cargo xtask bench
//! match`, natively and, compiled to wasm32, on Node.
//!
//! It is no benchmark to cargo, which would compile the command line with it, and that is not for
//! wasm32.
//!
//! Prints keys a second on one core, with making the look-ups and the windows of exposure; and the
//! peak memory, which is all that the process has taken (natively) or its whole linear memory
//! (wasm32): the keys as a phone holds them once a file is verified, what was heard, and what
//! matching needs.

#![expect(clippy::expect_used, reason = "a program that measures")]

use std::hint::black_box;

use phone::{
    encounter::Encounter,
    exposure::{self, ExposureWindow},
    identifiers::{AssociatedMetadata, DayKeys, Metadata, RollingProximityIdentifier},
    matching::Heard,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use shared::{
    keys::{
        conversion::{DiagnosisKey, Infectiousness},
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    time::{INTERVALS_PER_DAY, Interval, UtcDay, shift},
};

/// The most keys that phones take at once.
const KEYS: usize = 750_000;
/// What a phone hears in 14 days: an identifier every 24 seconds, day and night.
const ENCOUNTERS: usize = 50_000;
const DAYS: u32 = 14;
/// The encounters with owners of keys, each with a different one.
const MATCHES: usize = 100;
const ROUNDS: usize = 5;

fn main() {
    let mut random = StdRng::seed_from_u64(1);
    let today = UtcDay::of("2026-11-23T10:00:00Z".parse().expect("a time"));
    let mut keys: Vec<_> = (0..KEYS)
        .map(|_| DiagnosisKey {
            key: TemporaryExposureKey {
                data: KeyData::from_bytes(random.random()),
                rolling_start: today.minus(random.random_range(1..=DAYS)).start(),
                rolling_period: RollingPeriod::DAY,
            },
            infectiousness: Infectiousness::Peak,
        })
        .collect();
    // As in a file.
    keys.sort_unstable_by_key(|key| key.key.data);
    let encounters = encounters(&keys, today, &mut random);

    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let started = platform::seconds();
        let windows = windows(black_box(&keys), black_box(&encounters));
        best = best.min(platform::seconds() - started);
        assert_eq!(windows.len(), MATCHES, "what was heard is found");
    }
    platform::print(&format!(
        "keys              {KEYS}, and {ENCOUNTERS} identifiers heard in {DAYS} days\n\
         keys a second     {:.0} (best of {ROUNDS})\n\
         peak memory       {} kB",
        KEYS as f64 / best,
        platform::peak_memory_kb()
    ));
}

/// What [`phone::Phone::check`] does with keys.
fn windows(keys: &[DiagnosisKey], encounters: &[Encounter]) -> Vec<ExposureWindow> {
    let heard = encounters
        .iter()
        .map(|encounter| (Interval::at(encounter.heard_at), encounter.identifier));
    exposure::windows(keys, &Heard::new(heard), encounters)
}

/// Encounters at any time of the 14 days, with strangers but for [`MATCHES`].
fn encounters(keys: &[DiagnosisKey], today: UtcDay, random: &mut StdRng) -> Vec<Encounter> {
    let encounter = |interval: Interval, identifier, metadata| Encounter {
        identifier,
        metadata,
        received_power: -70,
        heard_at: shift(interval.start(), 100),
        seconds: 300,
    };
    let first = today.minus(DAYS).start();
    let mut encounters: Vec<_> = (MATCHES..ENCOUNTERS)
        .map(|_| {
            encounter(
                first.plus(random.random_range(0..DAYS * INTERVALS_PER_DAY)),
                RollingProximityIdentifier::from_bytes(random.random()),
                AssociatedMetadata::from_bytes(random.random()),
            )
        })
        .collect();
    for (key, number) in keys.iter().step_by(KEYS / MATCHES).zip(0..) {
        let day_keys = DayKeys::derive(&key.key.data);
        let interval = key.key.rolling_start.plus(number);
        let identifier = day_keys.identifier(interval);
        let metadata = day_keys.encrypt(&identifier, Metadata::new(-10));
        encounters.push(encounter(interval, identifier, metadata));
    }
    encounters
}

#[cfg(not(target_arch = "wasm32"))]
mod platform {
    use std::{fs, sync::LazyLock, time::Instant};

    #[expect(clippy::disallowed_methods, reason = "a program that measures")]
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub fn seconds() -> f64 {
        START.elapsed().as_secs_f64()
    }

    pub fn print(text: &str) {
        println!("{text}");
    }

    /// The high-water mark of the process, as Linux tells it.
    pub fn peak_memory_kb() -> u64 {
        fs::read_to_string("/proc/self/status")
            .ok()
            .and_then(|status| {
                let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
                line.split_whitespace().nth(1)?.parse().ok()
            })
            .unwrap_or(0)
    }
}

#[cfg(target_arch = "wasm32")]
mod platform {
    use core::arch::wasm32;

    pub fn seconds() -> f64 {
        js_sys::Date::now() / 1_000.0
    }

    pub fn print(text: &str) {
        web_sys::console::log_1(&js_sys::JsString::from(text));
    }

    /// The linear memory, which never shrinks.
    pub fn peak_memory_kb() -> usize {
        wasm32::memory_size(0) * 64
    }
}
