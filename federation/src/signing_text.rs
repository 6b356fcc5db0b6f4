//! The text that a batch signature signs.
//!
//! The text has a record for each key: eight fields, each in base64 and followed by a dot. The
//! records are sorted by the base64 of the whole record, which is not the order of the records.

use crate::batch::EfgsKey;
use shared::base64;

/// The text to sign for `keys`. It does not depend on their order.
///
/// ```
/// use federation::{batch::EfgsKey, signing_text::signing_text};
///
/// let key = EfgsKey {
///     key_data: vec![1; 16],
///     rolling_start_interval_number: 2_991_888,
///     rolling_period: 144,
///     transmission_risk_level: 3,
///     visited_countries: vec!["BE".to_owned(), "DE".to_owned()],
///     origin: "NL".to_owned(),
///     report_type: 1,
///     days_since_onset_of_symptoms: -2,
/// };
/// let text = signing_text(&[key]);
/// let fields = "AQEBAQEBAQEBAQEBAQEBAQ==.AC2nEA==.AAAAkA==.AAAAAw==.\
///               QkUsREU=.Tkw=.AAAAAQ==./////g==.";
/// assert_eq!(text, fields.as_bytes());
/// ```
pub fn signing_text(keys: &[EfgsKey]) -> Vec<u8> {
    let mut records: Vec<String> = keys.iter().map(record).collect();
    records.sort_by_cached_key(|record| base64::encode(record.as_bytes()));
    records.concat().into_bytes()
}

fn record(key: &EfgsKey) -> String {
    let visited = key.visited_countries.join(",");
    let fields: [&[u8]; 8] = [
        &key.key_data,
        &key.rolling_start_interval_number.to_be_bytes(),
        &key.rolling_period.to_be_bytes(),
        &key.transmission_risk_level.to_be_bytes(),
        visited.as_bytes(),
        key.origin.as_bytes(),
        &key.report_type.to_be_bytes(),
        &key.days_since_onset_of_symptoms.to_be_bytes(),
    ];
    let mut record = String::new();
    for field in fields {
        record.push_str(&base64::encode(field));
        record.push('.');
    }
    record
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::{
        batch::tests::{key, known_batch},
        tag::upload_tag,
    };

    const TAIL: &str = ".AAAAAg==.AAAAAQ==.AAAAAw==.Q0EsQ0IsQ0MsQ0Q=.REU=.AAAAAQ==.AAAAKg==.";

    #[test]
    fn the_known_batch_has_the_known_text() {
        let text = signing_text(&known_batch().keys);
        let expected: String = ["OTc4", "MTIz", "QUJD", "RDE4OQ=="]
            .map(|data| format!("{data}{TAIL}"))
            .concat();
        assert_eq!(String::from_utf8(text.clone()).unwrap(), expected);
        assert_eq!(text.len(), 292);
        let hash = "fa80d2db5468e1889bdefa5e166c1ece46025d9cb83c8099a127f2470de0c56f";
        assert_eq!(hex::encode(Sha256::digest(&text)), hash);
        assert_eq!(upload_tag(&text), hash[..40]);
    }

    #[test]
    fn the_records_are_not_in_their_own_order() {
        let mut records: Vec<_> = known_batch().keys.iter().map(record).collect();
        records.sort();
        let wrong = records.concat().into_bytes();
        assert_ne!(signing_text(&known_batch().keys), wrong);
    }

    #[test]
    fn empty_fields_keep_their_dots() {
        let mut key = key(1);
        key.visited_countries.clear();
        key.days_since_onset_of_symptoms = -2;
        let text = String::from_utf8(signing_text(&[key])).unwrap();
        assert_eq!(
            text,
            "AQEBAQEBAQEBAQEBAQEBAQ==.AC2nEA==.AAAAkA==.f////w==..REU=.AAAAAQ==./////g==."
        );
        assert!(signing_text(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn the_text_does_not_depend_on_the_order_of_keys(numbers: Vec<u8>, shift: usize) {
            let mut keys: Vec<_> = numbers.into_iter().map(key).collect();
            let text = signing_text(&keys);
            if !keys.is_empty() {
                let shift = shift % keys.len();
                keys.rotate_left(shift);
            }
            prop_assert_eq!(signing_text(&keys), text);
        }
    }
}
