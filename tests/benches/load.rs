//! Measures how many phones can register and upload in a second. `cargo xtask bench load` runs it.
//!
//! A pair is a registration and an upload of 14 keys with a valid signature, over a connection that
//! stays open, against workerd with its data on disk. The benchmark prints the pairs per second and
//! the time of a pair, for 1, 16 and 64 connections.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a program that measures"
)]

use std::{
    thread,
    time::{Duration, Instant},
};

use phone::Service;
use pollster::block_on;
use tests::{System, random};
use xtask::build::Profile;

const DURATION: Duration = Duration::from_secs(10);

fn main() {
    let system = System::start_build(Profile::Bench);
    println!("connections   pairs/s   p50 ms   p99 ms");
    for connections in [1, 16, 64] {
        let mut times = measure(&system, connections);
        times.sort_unstable();
        let percentile = |share: usize| {
            times
                .get(times.len() * share / 100)
                .map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
        };
        println!(
            "{connections:11}   {:7.0}   {:6.1}   {:6.1}",
            times.len() as f64 / DURATION.as_secs_f64(),
            percentile(50),
            percentile(99),
        );
    }
}

fn measure(system: &System, connections: u64) -> Vec<Duration> {
    let end = Instant::now() + DURATION;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|seed| scope.spawn(move || pairs(system.service(), system, seed, end)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a phone works"))
            .collect()
    })
}

fn pairs(service: Service, system: &System, seed: u64, end: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut random = random();
    while Instant::now() < end {
        // A new phone each time, so that it has no enrolment. Its keys are cheap.
        let mut phone = system.phone(seed);
        let now = system.now();
        let started = Instant::now();
        block_on(phone.code(&service, now, &mut random)).expect("a registration");
        block_on(phone.share(&service, now, &mut random)).expect("an upload");
        times.push(started.elapsed());
    }
    times
}
