//! How fast keys of other countries are taken in, from the gateway's answer to the Ledger. Started
//! by `cargo xtask bench exchange`.
//!
//! Prints keys a second in batches of one upload each, and in a batch of as many small uploads as
//! it holds, where each has a signature to verify.

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

/// Full batches that are taken in one run.
const BATCHES: usize = 20;
/// Keys in a small upload: more uploads of one country in a batch would not be looked at.
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
        // The first run has everything to set up.
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

/// How many seconds a run takes.
fn measure(system: &System) -> f64 {
    let started = Instant::now();
    let report = system.exchange();
    let time = started.elapsed().as_secs_f64();
    assert!(report.quarantined.is_empty(), "every batch is good");
    let download = report.last_download.expect("a run");
    assert_eq!(download.outcome, RunOutcome::Done);
    time
}
