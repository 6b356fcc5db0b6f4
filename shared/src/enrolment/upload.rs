//! The upload of a phone's keys to `/v1/postkeys`, and the rules that reject all of it or drop a
//! key (design §3.12–13).

use serde::{Deserialize, Deserializer, de::Visitor};
use std::{collections::HashSet, fmt};
use thiserror::Error;

use crate::{
    enrolment::BucketId,
    keys::tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    time::Interval,
};

/// The most keys in one upload.
pub const MAX_UPLOAD_KEYS: usize = 98;

/// The largest body of a phone's request, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// A well-formed upload. Which of its keys an enrolment accepts is decided by
/// [`Acceptance`](crate::keys::tek::Acceptance).
#[derive(Debug, Eq, PartialEq)]
pub struct Upload {
    /// The bucket id of the enrolment that the keys belong to.
    pub bucket: BucketId,
    /// The keys whose numbers are in range, in the order of the request.
    pub keys: Vec<TemporaryExposureKey>,
}

impl Upload {
    /// Parses the body of a request. A key with a number out of range is dropped; any other error
    /// rejects the request.
    pub fn parse(body: &[u8]) -> Result<Self, UploadError> {
        let json: UploadJson = serde_json::from_slice(body).map_err(|_| UploadError::Json)?;
        if json.keys.len() > MAX_UPLOAD_KEYS {
            return Err(UploadError::TooManyKeys);
        }
        let mut seen = HashSet::with_capacity(json.keys.len());
        if !json.keys.iter().all(|key| seen.insert(key.key_data)) {
            return Err(UploadError::DuplicateKey);
        }
        Ok(Self {
            bucket: json.bucket_id,
            keys: json
                .keys
                .into_iter()
                .filter_map(KeyJson::in_range)
                .collect(),
        })
    }
}

/// The bucket id in the body of a request, whose keys are not checked: enough to call the right
/// Intake. Every body that [`Upload::parse`] takes has one.
pub fn bucket_of(body: &[u8]) -> Option<BucketId> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct OnlyBucket {
        bucket_id: BucketId,
    }
    serde_json::from_slice::<OnlyBucket>(body)
        .ok()
        .map(|json| json.bucket_id)
}

/// Why an upload is rejected. Phones never learn it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum UploadError {
    /// Two keys have the same data.
    #[error("a key occurs twice")]
    DuplicateKey,
    /// The body is not JSON of the right shape, or a key or the bucket id has a wrong length.
    #[error("not an upload")]
    Json,
    /// There are more than [`MAX_UPLOAD_KEYS`] keys.
    #[error("more than 98 keys")]
    TooManyKeys,
}

/// An upload as it is sent. Other members, such as `padding`, are ignored.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "Upload"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadJson {
    /// The keys, none of them twice.
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_UPLOAD_KEYS)))]
    keys: Vec<KeyJson>,
    /// The bucket of the enrolment.
    bucket_id: BucketId,
}

/// A temporary exposure key as it is sent. One with a number out of range is dropped.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "TemporaryExposureKey"))]
#[serde(rename_all = "camelCase")]
struct KeyJson {
    /// The key.
    key_data: KeyData,
    /// The first interval of ten minutes since 1970 in which the key was used.
    #[cfg_attr(feature = "openapi", schemars(with = "i64"))]
    rolling_start_number: Integer,
    /// The number of intervals, at most 144.
    #[cfg_attr(feature = "openapi", schemars(with = "i64"))]
    rolling_period: Integer,
}

impl KeyJson {
    fn in_range(self) -> Option<TemporaryExposureKey> {
        Some(TemporaryExposureKey {
            data: self.key_data,
            rolling_start: Interval::new(u32::try_from(self.rolling_start_number.0).ok()?),
            rolling_period: RollingPeriod::new(self.rolling_period.0)?,
        })
    }
}

/// A JSON number without a fraction. One that does not fit in an `i64` becomes `i64::MAX`, which is
/// out of range for every field.
struct Integer(i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IntegerVisitor;

        impl Visitor<'_> for IntegerVisitor {
            type Value = Integer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer")
            }

            fn visit_i64<E>(self, value: i64) -> Result<Integer, E> {
                Ok(Integer(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Integer, E> {
                Ok(Integer(i64::try_from(value).unwrap_or(i64::MAX)))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Integer, E> {
                // The parser passes integers that do not fit 64 bits as floating point.
                if value.fract() == 0.0 && value.abs() >= i64::MAX as f64 {
                    Ok(Integer(i64::MAX))
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Float(value), &self))
                }
            }
        }

        deserializer.deserialize_any(IntegerVisitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u8, start: &str, period: &str) -> String {
        let data = crate::base64::encode(&[number; 16]);
        format!(r#"{{"keyData":"{data}","rollingStartNumber":{start},"rollingPeriod":{period}}}"#)
    }

    fn body(keys: &[String]) -> String {
        let bucket = crate::base64::encode(&[5; 32]);
        format!(
            r#"{{"keys":[{}],"bucketId":"{bucket}","padding":"x"}}"#,
            keys.join(",")
        )
    }

    fn parsed(body: &str) -> Result<usize, UploadError> {
        Upload::parse(body.as_bytes()).map(|upload| upload.keys.len())
    }

    #[test]
    fn a_key_out_of_range_is_dropped_and_the_others_stay() {
        for (start, period, kept) in [
            ("2661984", "144", 2),
            ("2661984", "0", 1),
            ("2661984", "145", 1),
            ("2661984", "-1", 1),
            ("2661984", "99999999999999999999999999", 1),
            ("-1", "144", 1),
            ("4294967296", "144", 1),
            ("18446744073709551615", "144", 1),
            ("-99999999999999999999999999", "144", 1),
        ] {
            let keys = [key(1, start, period), key(2, "2661984", "144")];
            assert_eq!(parsed(&body(&keys)), Ok(kept), "{start} {period}");
        }
    }

    #[test]
    fn a_value_that_is_no_integer_rejects_the_request() {
        for value in [
            "1.5", "144.0", "\"144\"", "null", "true", "[]", "{}", "1e400", "NaN",
        ] {
            assert_eq!(
                parsed(&body(&[key(1, "2661984", value)])),
                Err(UploadError::Json),
                "{value}"
            );
            assert_eq!(
                parsed(&body(&[key(1, value, "144")])),
                Err(UploadError::Json),
                "{value}"
            );
        }
    }

    #[test]
    fn ninety_eight_keys_are_taken_and_one_more_is_not() {
        let keys: Vec<String> = (0..99)
            .map(|number| key(number, "2661984", "144"))
            .collect();
        assert_eq!(parsed(&body(&keys[..98])), Ok(98));
        assert_eq!(parsed(&body(&keys)), Err(UploadError::TooManyKeys));
        assert_eq!(parsed(&body(&[])), Ok(0));
    }

    #[test]
    fn the_same_key_twice_rejects_the_request_even_when_one_is_out_of_range() {
        let keys = [key(1, "2661984", "144"), key(1, "2661984", "0")];
        assert_eq!(parsed(&body(&keys)), Err(UploadError::DuplicateKey));
    }

    #[test]
    fn a_body_that_is_not_an_upload_is_rejected() {
        let good = body(&[key(1, "2661984", "144")]);
        assert_eq!(parsed(&good), Ok(1));
        assert_eq!(
            parsed(&good.replace(r#""padding""#, r#""unknown":[1],"padding""#)),
            Ok(1)
        );
        for bad in [
            String::new(),
            "null".into(),
            "[]".into(),
            good[..good.len() - 1].into(),
            good.replace("keyData", "key"),
            good.replace("bucketId", "bucket"),
            // Fifteen bytes, and text that is not base64.
            good.replace("AQEBAQEBAQEBAQEBAQEBAQ==", "AQEBAQEBAQEBAQEBAQEB"),
            good.replace("AQEBAQEBAQEBAQEBAQEBAQ==", "AQEBAQEBAQEBAQEBAQEB!!=="),
            good.replace("BQUFBQUF", "BQUF"),
        ] {
            assert_eq!(parsed(&bad), Err(UploadError::Json), "{bad}");
        }
    }

    #[test]
    fn the_bucket_is_found_though_a_key_is_wrong() {
        let bucket = BucketId::from_bytes([5; 32]);
        assert_eq!(bucket_of(body(&[key(1, "1.5", "x")]).as_bytes()), None);
        assert_eq!(
            bucket_of(body(&[key(1, "1.5", "0")]).as_bytes()),
            Some(bucket)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_or_refused_without_panic(body: Vec<u8>) {
            let _ = Upload::parse(&body);
            let _ = bucket_of(&body);
        }

        #[test]
        fn the_bucket_of_every_parsed_upload_is_found(
            start in any::<i64>(),
            period in any::<i64>(),
        ) {
            let body = body(&[key(1, &start.to_string(), &period.to_string())]);
            let upload = Upload::parse(body.as_bytes());
            prop_assert_eq!(bucket_of(body.as_bytes()), Some(upload.unwrap().bucket));
        }
    }
}
