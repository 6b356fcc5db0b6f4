//! Measures how fast exposure key sets are built in the Worker. `cargo xtask bench export` runs it.
//!
//! It prints the keys per second, the bytes per key and the isolate's linear memory. The time to
//! make the keys is measured separately and subtracted.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a program that measures"
)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::System;
use xtask::build::Profile;

/// The most keys that a phone takes at once.
const KEYS: u32 = 750_000;
const ROUNDS: u32 = 3;

fn main() {
    let system = System::start_build(Profile::Bench);
    let (making, _) = best(&system, false);
    let (all, outcome) = best(&system, true);
    let number = |name: &str| {
        outcome
            .get(name)
            .and_then(Value::as_f64)
            .unwrap_or_default()
    };
    println!("keys              {KEYS}");
    println!(
        "keys a second     {:.0} (best of {ROUNDS})",
        f64::from(KEYS) / (all - making).as_secs_f64()
    );
    println!("bytes a key       {:.2}", number("bytes") / f64::from(KEYS));
    println!("linear memory     {:.0} MB", number("memory") / 1e6);
}

fn best(system: &System, build: bool) -> (Duration, Value) {
    (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            let answer = system.post(
                "test/bench/export",
                &json!({ "keys": KEYS, "build": build }),
            );
            let outcome = answer.into_body().read_json().expect("an outcome");
            (started.elapsed(), outcome)
        })
        .min_by_key(|(time, _)| *time)
        .expect("more than one round")
}
