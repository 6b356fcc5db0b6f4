//! The form in which the keys of an upload are stored: one blob, with 21 bytes for each key.
//!
//! Stored data outlives the code that wrote it, so a test pins the form.

use crate::{
    keys::tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    time::Interval,
};

/// The bytes of one key: its data, its rolling start (big-endian) and its rolling period.
const KEY_BYTES: usize = 16 + 4 + 1;

/// The stored form of `keys`.
pub fn pack(keys: &[TemporaryExposureKey]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(keys.len() * KEY_BYTES);
    for key in keys {
        bytes.extend_from_slice(key.data.as_bytes());
        bytes.extend_from_slice(&key.rolling_start.number().to_be_bytes());
        bytes.push(key.rolling_period.intervals() as u8);
    }
    bytes
}

/// The keys in a stored form; `None` if [`pack`] did not write it.
pub fn unpack(bytes: &[u8]) -> Option<Vec<TemporaryExposureKey>> {
    let (keys, rest) = bytes.as_chunks::<KEY_BYTES>();
    if !rest.is_empty() {
        return None;
    }
    keys.iter().map(unpack_key).collect()
}

fn unpack_key(bytes: &[u8; KEY_BYTES]) -> Option<TemporaryExposureKey> {
    let (data, rest) = bytes.split_first_chunk::<16>()?;
    let (start, period) = rest.split_first_chunk::<4>()?;
    Some(TemporaryExposureKey {
        data: KeyData::from_bytes(*data),
        rolling_start: Interval::new(u32::from_be_bytes(*start)),
        rolling_period: RollingPeriod::new(i64::from(*period.first()?))?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_stored_form_stays_as_it_is() {
        let key = TemporaryExposureKey {
            data: KeyData::from_bytes([0xab; 16]),
            rolling_start: Interval::new(2_992_032),
            rolling_period: RollingPeriod::DAY,
        };
        let stored = pack(&[key]);
        assert_eq!(
            hex::encode(&stored),
            "abababababababababababababababab002da7a090"
        );
        assert_eq!(unpack(&stored), Some(vec![key]));
        assert_eq!(unpack(&stored[1..]), None);
        assert_eq!(unpack(&[]), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            if let Some(keys) = unpack(&bytes) {
                prop_assert_eq!(pack(&keys), bytes);
            }
        }
    }
}
