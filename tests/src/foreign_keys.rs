//! Keys of other countries, for tests that put them into a gateway.

use rand::RngExt as _;
use shared::{
    Timestamp,
    efgs::batch::{DiagnosisKey, NO_RISK_LEVEL, ReportType},
    tek::KeyData,
    time::UtcDay,
};

use crate::random;

/// So many keys of different persons of `country`, of the day three days before `now`, which a service accepts.
pub fn foreign_keys(count: usize, country: &str, now: Timestamp) -> Vec<DiagnosisKey> {
    let mut random = random();
    let start = UtcDay::of(now).minus(3).start().number();
    let keys = (0..count).map(|_| DiagnosisKey {
        key_data: random.random::<[u8; 16]>().to_vec(),
        rolling_start_interval_number: start,
        rolling_period: 144,
        transmission_risk_level: NO_RISK_LEVEL,
        visited_countries: vec!["NL".to_owned()],
        origin: country.to_owned(),
        report_type: ReportType::ConfirmedTest as i32,
        days_since_onset_of_symptoms: 0,
    });
    keys.collect()
}

/// The data of keys; of those with another length than 16 bytes, none.
pub fn data_of(keys: &[DiagnosisKey]) -> Vec<KeyData> {
    keys.iter()
        .filter_map(|key| {
            Some(KeyData::from_bytes(
                key.key_data.as_slice().try_into().ok()?,
            ))
        })
        .collect()
}
