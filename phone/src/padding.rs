//! The bodies of a phone's requests, filled up so that their size tells nothing.
//!
//! The sizes of registrations, uploads and decoys come from one distribution, and each has a
//! signature in the query, needed or not.

use rand::{Rng, RngExt as _};
use serde::Serialize;
use shared::{
    base64,
    enrolment::{BucketId, ConfirmationKey},
    keys::tek::{KeyData, TemporaryExposureKey},
    publication::documents::AppConfig,
};

/// A request to one of the three routes of phones.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PhoneRequest {
    /// The body: JSON with a member `padding`.
    pub body: Vec<u8>,
    /// The signature, in base64.
    pub signature: String,
}

/// How large the bodies of a phone's requests are, in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RequestSizes {
    /// The smallest body.
    pub minimum: usize,
    /// The largest body.
    pub maximum: usize,
}

impl Default for RequestSizes {
    /// CoronaMelder's, for a phone that has not read the service's settings yet: an upload of 14
    /// keys takes 1,704 bytes without padding, the largest one imaginable 16,264.
    fn default() -> Self {
        Self {
            minimum: 1_800,
            maximum: 17_000,
        }
    }
}

impl From<&AppConfig> for RequestSizes {
    fn from(config: &AppConfig) -> Self {
        let bytes = config.request_bytes();
        Self {
            minimum: *bytes.start(),
            maximum: *bytes.end(),
        }
    }
}

impl RequestSizes {
    /// One request in a hundred may have any size, so that a large upload is not alone; the others
    /// are within a hundredth of the span, so that all of them together cost little.
    fn draw(self, random: &mut impl Rng) -> usize {
        let span = self.maximum.saturating_sub(self.minimum);
        let span = if random.random_range(0..100) == 0 {
            span
        } else {
            span / 100
        };
        self.minimum + random.random_range(0..=span)
    }
}

/// A registration. The service ignores its body, so it is empty but for the padding.
pub fn registration(sizes: RequestSizes, random: &mut impl Rng) -> PhoneRequest {
    #[derive(Serialize)]
    struct Body {
        padding: String,
    }
    PhoneRequest {
        body: padded(sizes, random, |padding| Body { padding }),
        signature: random_signature(random),
    }
}

/// An upload of `keys`, signed.
pub fn upload(
    keys: &[TemporaryExposureKey],
    bucket: &BucketId,
    confirmation_key: &ConfirmationKey,
    sizes: RequestSizes,
    random: &mut impl Rng,
) -> PhoneRequest {
    let body = upload_body(keys, bucket, sizes, random);
    PhoneRequest {
        signature: base64::encode(&confirmation_key.sign(&body)),
        body,
    }
}

/// Looks like an upload of `keys`, with a random bucket and a random signature.
pub fn upload_decoy(
    keys: &[TemporaryExposureKey],
    sizes: RequestSizes,
    random: &mut impl Rng,
) -> PhoneRequest {
    let bucket = BucketId::from_bytes(random.random());
    PhoneRequest {
        body: upload_body(keys, &bucket, sizes, random),
        signature: random_signature(random),
    }
}

fn upload_body(
    keys: &[TemporaryExposureKey],
    bucket: &BucketId,
    sizes: RequestSizes,
    random: &mut impl Rng,
) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        keys: Vec<Key>,
        bucket_id: &'a BucketId,
        padding: String,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Key {
        key_data: KeyData,
        rolling_start_number: u32,
        rolling_period: u32,
    }
    padded(sizes, random, |padding| Body {
        keys: keys
            .iter()
            .map(|key| Key {
                key_data: key.data,
                rolling_start_number: key.rolling_start.number(),
                rolling_period: key.rolling_period.intervals(),
            })
            .collect(),
        bucket_id: bucket,
        padding,
    })
}

/// The JSON of `message`, padded to a random size.
fn padded<T: Serialize>(
    sizes: RequestSizes,
    random: &mut impl Rng,
    message: impl Fn(String) -> T,
) -> Vec<u8> {
    let size = sizes.draw(random);
    // No member of these messages can fail to serialise.
    let json = |padding| serde_json::to_vec(&message(padding)).unwrap_or_default();
    let missing = size.saturating_sub(json(String::new()).len());
    json(random_text(missing, random))
}

/// Random characters, since compression would make others shorter.
fn random_text(length: usize, random: &mut impl Rng) -> String {
    let mut bytes = vec![0; length.div_ceil(4) * 3];
    random.fill(bytes.as_mut_slice());
    let mut text = base64::encode(&bytes);
    text.truncate(length);
    text
}

fn random_signature(random: &mut impl Rng) -> String {
    base64::encode(&random.random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};
    use shared::{Timestamp, enrolment::upload::Upload};

    use super::*;
    use crate::own_keys::OwnKeys;

    fn keys(random: &mut StdRng) -> Vec<TemporaryExposureKey> {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        OwnKeys::of_past_days(now, random).ended(now).collect()
    }

    #[test]
    fn the_service_reads_what_a_phone_uploads() {
        let mut random = StdRng::seed_from_u64(1);
        let keys = keys(&mut random);
        let bucket = BucketId::from_bytes([3; 32]);
        let key = ConfirmationKey::from_bytes([4; 32]);
        let request = upload(&keys, &bucket, &key, RequestSizes::default(), &mut random);
        assert_eq!(Upload::parse(&request.body), Ok(Upload { bucket, keys }));
        let signature = base64::decode(&request.signature).unwrap();
        assert!(key.verifies(&request.body, &signature));
    }

    #[test]
    fn requests_of_every_kind_are_equally_large() {
        let mut random = StdRng::seed_from_u64(2);
        let keys = keys(&mut random);
        let sizes = RequestSizes::default();
        let bucket = BucketId::from_bytes([3; 32]);
        let key = ConfirmationKey::from_bytes([4; 32]);
        let mut large = [0; 4];
        for _ in 0..5_000 {
            let requests = [
                registration(sizes, &mut random),
                upload(&keys, &bucket, &key, sizes, &mut random),
                upload(&keys[..1], &bucket, &key, sizes, &mut random),
                upload_decoy(&keys, sizes, &mut random),
            ];
            for (request, large) in requests.iter().zip(&mut large) {
                assert!((1_800..=17_000).contains(&request.body.len()));
                assert_eq!(request.signature.len(), 44);
                *large += usize::from(request.body.len() > 1_952);
            }
        }
        // One in a hundred of 5,000, give or take four standard deviations.
        assert!(
            large.iter().all(|large| (22..=78).contains(large)),
            "{large:?}"
        );
    }

    #[test]
    fn a_body_that_is_larger_than_drawn_gets_no_padding() {
        let mut random = StdRng::seed_from_u64(3);
        let sizes = RequestSizes {
            minimum: 10,
            maximum: 20,
        };
        let request = upload_decoy(&keys(&mut random), sizes, &mut random);
        let text = String::from_utf8(request.body).unwrap();
        assert!(text.ends_with(r#""padding":""}"#), "{text}");
    }

    #[test]
    fn a_range_of_one_size_gives_that_size() {
        let mut random = StdRng::seed_from_u64(4);
        let sizes = RequestSizes {
            minimum: 100,
            maximum: 100,
        };
        assert_eq!(registration(sizes, &mut random).body.len(), 100);
    }
}
