//! The checks that the test gateway makes of an uploaded batch, written independently of the
//! service under test.

use federation::batch::{EfgsKey, NO_RISK_LEVEL};
use shared::{
    Timestamp, base64,
    time::{DAY_SECONDS, INTERVALS_PER_DAY, Interval, UtcDay, shift},
};
use xtask::efgs_keys::EfgsKeys;

use crate::openssl;

/// The text that is signed for `keys`.
pub fn text(keys: &[EfgsKey]) -> String {
    let field = |bytes: &[u8]| base64::encode(bytes) + ".";
    let mut records: Vec<(String, String)> = keys
        .iter()
        .map(|key| {
            let record = [
                field(&key.key_data),
                field(&key.rolling_start_interval_number.to_be_bytes()),
                field(&key.rolling_period.to_be_bytes()),
                field(&key.transmission_risk_level.to_be_bytes()),
                field(key.visited_countries.join(",").as_bytes()),
                field(key.origin.as_bytes()),
                field(&key.report_type.to_be_bytes()),
                field(&key.days_since_onset_of_symptoms.to_be_bytes()),
            ]
            .concat();
            (base64::encode(record.as_bytes()), record)
        })
        .collect();
    records.sort();
    records.into_iter().map(|(_, record)| record).collect()
}

/// Whether `signature`, base64, is a signature over `text` by the key `signer` of the set.
pub fn is_signed(keys: &EfgsKeys, signer: &str, text: &str, signature: &str) -> bool {
    base64::decode_vec(signature)
        .is_some_and(|signature| openssl::verifies(keys, signer, text.as_bytes(), &signature))
}

/// How many days before today the gateway lets a key begin.
const GATEWAY_KEY_AGE_DAYS: u32 = 15;

/// Whether the fields of a key are within the limits of the interface.
pub fn is_valid(key: &EfgsKey, now: Timestamp) -> bool {
    let oldest = UtcDay::of(now).minus(GATEWAY_KEY_AGE_DAYS).start();
    let start = Interval::new(key.rolling_start_interval_number);
    key.key_data.len() == 16
        && (oldest..=Interval::at(now).plus(1)).contains(&start)
        && (1..=INTERVALS_PER_DAY).contains(&key.rolling_period)
        && (matches!(key.transmission_risk_level, 0..=8)
            || key.transmission_risk_level == NO_RISK_LEVEL)
}

/// An encoding of batches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    Json,
    Protobuf,
}

/// The encoding that a content type or accept header names. The error is a status.
pub fn encoding(header: &str, unknown: u16, other_version: u16) -> Result<Encoding, u16> {
    let (media_type, parameters) = header.split_once(';').ok_or(unknown)?;
    let encoding = match media_type.trim() {
        "application/json" => Encoding::Json,
        "application/protobuf" => Encoding::Protobuf,
        _ => return Err(unknown),
    };
    let version = parameters.trim().strip_prefix("version=").ok_or(unknown)?;
    let (major, minor) = version.split_once('.').ok_or(unknown)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (major, minor) {
        ("1", "0") => Ok(encoding),
        _ if digits(major) && digits(minor) => Err(other_version),
        _ => Err(unknown),
    }
}

/// The oldest day whose batches are kept.
pub fn oldest_day(now: Timestamp, retention_days: u32) -> shared::Date {
    UtcDay::of(shift(now, -DAY_SECONDS * i64::from(retention_days))).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_needs_a_version_and_the_right_one() {
        for (header, expected) in [
            ("application/protobuf; version=1.0", Ok(Encoding::Protobuf)),
            ("application/json;version=1.0", Ok(Encoding::Json)),
            ("application/json", Err(400)),
            ("text/plain; version=1.0", Err(400)),
            ("application/json; version=1", Err(400)),
            ("application/json; version=1.x", Err(400)),
            ("application/json; version=1.1", Err(406)),
            ("application/json; version=2.0", Err(406)),
        ] {
            assert_eq!(encoding(header, 400, 406), expected, "{header}");
        }
    }
}
