//! Keys of other countries, for tests that put them into a gateway.

use std::collections::HashMap;

use federation::batch::{EfgsKey, NO_RISK_LEVEL, ReportType};
use rand::RngExt as _;
use shared::{Timestamp, country::Country, keys::tek::KeyData, time::UtcDay};

use crate::{System, gateway::Gateway, random};

/// A key of a person of `country`, with this data and of a day that begins with the interval
/// `start`, which a service accepts in the days after it.
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

/// So many keys of different persons of `country`, of the day three days before `now`, which a
/// service accepts.
pub fn foreign_keys(count: usize, country: &str, now: Timestamp) -> Vec<EfgsKey> {
    let mut random = random();
    let start = UtcDay::of(now).minus(3).start().number();
    let keys = (0..count).map(|_| foreign_key(random.random(), country, start));
    keys.collect()
}

/// The data of keys; of those with another length than 16 bytes, none.
pub fn data_of(keys: &[EfgsKey]) -> Vec<KeyData> {
    keys.iter()
        .filter_map(|key| {
            Some(KeyData::from_bytes(
                key.key_data.as_slice().try_into().ok()?,
            ))
        })
        .collect()
}

/// Puts so many keys of a country into the gateway, signed by it.
pub fn put(gateway: &Gateway, code: &str, count: usize) -> Vec<EfgsKey> {
    let keys = foreign_keys(count, code, gateway.now());
    gateway.put(country(code), &keys);
    keys
}

/// How often each key is published now.
pub fn published(system: &System) -> HashMap<KeyData, u32> {
    let mut times = HashMap::new();
    for key in system.published() {
        *times.entry(key.key.data).or_default() += 1;
    }
    times
}

/// How many of `keys` are published, each once.
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

/// The country with this code.
///
/// # Panics
/// When there is none.
#[expect(clippy::expect_used, reason = "tests name countries")]
pub fn country(code: &str) -> Country {
    code.parse().expect("a country")
}
