//! Measures how fast the service imports keys of other countries, from the gateway's answer to the
//! Ledger. `cargo xtask bench exchange` runs it.
//!
//! It prints the keys per second of batches with one upload each, and of a batch full of small
//! uploads, each of which has a signature to verify.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a program that measures"
)]

use std::time::Instant;

use federation::batch::MAX_BATCH_KEYS;
use shared::{api::RunOutcome, country::Country};
use tests::{Partners, Setup, System, foreign_keys::foreign_keys, gateway::Gateway};
use xtask::{build::Profile, efgs_keys::KeyKind};

/// The number of full batches in one run.
const BATCHES: usize = 20;
/// The number of keys in a small upload. With fewer, a batch would have more uploads of one country
/// than the service examines.
const SMALL: usize = 25;

fn main() {
    for (name, kind) in [("EC P-256", KeyKind::P256), ("RSA", KeyKind::Rsa)] {
        let gateway = Gateway::for_countries(&[("NL", KeyKind::P256), ("DE", kind)]);
        let system = System::start_as(Setup {
            profile: Profile::Bench,
            partners: Some(Partners {
                gateway: gateway.clone(),
                country: Country::NETHERLANDS,
                participants: "DE",
            }),
            ..Setup::default()
        });
        let germany = "DE".parse().expect("a country");
        // The first run sets everything up.
        measure(&system);

        for _ in 0..BATCHES {
            gateway.put(germany, &foreign_keys(MAX_BATCH_KEYS, "DE", gateway.now()));
        }
        let large = measure(&system);
        for _ in 0..MAX_BATCH_KEYS / SMALL {
            gateway.put(germany, &foreign_keys(SMALL, "DE", gateway.now()));
        }
        let small = measure(&system);
        let keys = |count: usize, seconds: f64| count as f64 / seconds;
        println!(
            "{name}, large uploads  {:.0} keys a second",
            keys(BATCHES * MAX_BATCH_KEYS, large)
        );
        println!(
            "{name}, small uploads  {:.0} keys a second",
            keys(MAX_BATCH_KEYS, small)
        );
    }
}

/// The seconds that a run takes.
fn measure(system: &System) -> f64 {
    let started = Instant::now();
    let report = system.exchange();
    let time = started.elapsed().as_secs_f64();
    assert!(report.quarantined.is_empty(), "every batch is good");
    let download = report.last_download.expect("a run");
    assert_eq!(download.outcome, RunOutcome::Done);
    time
}
