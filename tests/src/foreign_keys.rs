//! Keys of other countries that tests put into a gateway, and how often they are published.

use std::collections::HashMap;

use federation::batch::{EfgsKey, NO_RISK_LEVEL, ReportType};
use rand::RngExt as _;
use shared::{Timestamp, country::Country, keys::tek::KeyData, time::UtcDay};

use crate::{environment::random, gateway::Gateway, system::System};

/// A key of `country` for the day that starts with the interval `start`. A service accepts it in
/// the days after.
pub fn foreign_key(data: [u8; 16], country: &str, start: u32) -> EfgsKey {
    EfgsKey {
        key_data: data.to_vec(),
        rolling_start_interval_number: start,
        rolling_period: 144,
        transmission_risk_level: NO_RISK_LEVEL,
        visited_countries: vec!["NL".to_owned()],
        origin: country.to_owned(),
        report_type: ReportType::ConfirmedTest as i32,
        days_since_onset_of_symptoms: 0,
    }
}

/// `count` keys of `country` for the day three days before `now`, which a service accepts.
pub fn foreign_keys(count: usize, country: &str, now: Timestamp) -> Vec<EfgsKey> {
    let mut random = random();
    let start = UtcDay::of(now).minus(3).start().number();
    let keys = (0..count).map(|_| foreign_key(random.random(), country, start));
    keys.collect()
}

/// The data of those `keys` that have 16 bytes.
pub fn data_of(keys: &[EfgsKey]) -> Vec<KeyData> {
    keys.iter()
        .filter_map(|key| {
            Some(KeyData::from_bytes(
                key.key_data.as_slice().try_into().ok()?,
            ))
        })
        .collect()
}

/// Puts `count` keys of a country into the gateway, signed by that country.
pub fn put(gateway: &Gateway, code: &str, count: usize) -> Vec<EfgsKey> {
    let keys = foreign_keys(count, code, gateway.now());
    gateway.put(country(code), &keys);
    keys
}

/// The number of times that each key is published now.
pub fn published(system: &System) -> HashMap<KeyData, u32> {
    let mut times = HashMap::new();
    for key in system.published() {
        *times.entry(key.key.data).or_default() += 1;
    }
    times
}

/// The number of `keys` that are published, each of them once.
///
/// # Panics
/// When one is published twice.
pub fn published_once(system: &System, keys: &[EfgsKey]) -> usize {
    let times = published(system);
    let times: Vec<_> = data_of(keys)
        .iter()
        .filter_map(|data| times.get(data))
        .copied()
        .collect();
    assert!(times.iter().all(|times| *times == 1), "a key came twice");
    times.len()
}

/// The country with the code `code`.
///
/// # Panics
/// When there is no such country.
#[expect(clippy::expect_used, reason = "tests name countries")]
pub fn country(code: &str) -> Country {
    code.parse().expect("a country")
}
