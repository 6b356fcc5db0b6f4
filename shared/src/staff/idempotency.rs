//! Recognising a validation that is sent again because its answer was lost (design §4.3.9).
//!
//! The service stores only hashes. Each includes the 122 random bits of the idempotency key, which
//! are not stored, so that a code or a date cannot be found by hashing every possible one.

use std::str::FromStr;

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::staff::employee::EmployeeId;

/// How long the same key, employee and body get the first answer again.
pub const REPLAY_SECONDS: i64 = 10 * 60;

/// The value of the header `Idempotency-Key`: a random UUID, version 4 (RFC 9562).
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct IdempotencyKey([u8; 16]);

/// A text is not a random UUID.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a random UUID")]
pub struct IdempotencyKeyError;

impl FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, IdempotencyKeyError> {
        let groups: Vec<_> = text.split('-').collect();
        if !groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) {
            return Err(IdempotencyKeyError);
        }
        let mut bytes = [0; 16];
        hex::decode_to_slice(groups.concat(), &mut bytes).map_err(|_| IdempotencyKeyError)?;
        // UUIDs of other versions can be guessed, and then so can the body that is hashed with
        // them.
        let is_random = bytes[6] >> 4 == 4 && bytes[8] >> 6 == 0b10;
        is_random.then_some(Self(bytes)).ok_or(IdempotencyKeyError)
    }
}

/// The hashes of a request with an idempotency key. A repetition of the request has the same ones.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct RequestHashes {
    #[serde(with = "crate::base64")]
    key: [u8; 32],
    #[serde(with = "crate::base64")]
    body: [u8; 32],
}

impl RequestHashes {
    /// The hashes of a request with `key` and `body`.
    pub fn new(key: IdempotencyKey, body: &[u8]) -> Self {
        Self {
            key: hash(b"key", &[&key.0]),
            body: hash(b"body", &[&key.0, body]),
        }
    }

    /// The hash of the key.
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The hash of the key and the body.
    pub const fn body(&self) -> &[u8; 32] {
        &self.body
    }
}

/// The id under which an Intake accepts a code, so that it recognises the same attempt when it is
/// repeated.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct AttemptId(#[serde(with = "crate::base64")] [u8; 32]);

impl AttemptId {
    /// The id of an attempt that `employee` may repeat.
    pub fn repeatable(employee: &EmployeeId, request: &RequestHashes) -> Self {
        let employee = hash(b"employee", &[employee.as_str().as_bytes()]);
        Self(hash(b"attempt", &[&employee, &request.key, &request.body]))
    }

    /// The id of an attempt that cannot be repeated.
    pub fn random(random: &mut impl Rng) -> Self {
        Self(random.random())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

hidden_debug!(AttemptId, IdempotencyKey, RequestHashes);

/// The SHA-256 of `parts`, of which all but the last have a fixed length. Hashes with different
/// purposes are never equal.
fn hash(purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose);
    hash.update([0]);
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    const KEY: &str = "9f0e1c5e-7a3b-4c2d-8e1f-0123456789ab";

    fn key(text: &str) -> Result<IdempotencyKey, IdempotencyKeyError> {
        text.parse()
    }

    fn employee(id: &str) -> EmployeeId {
        id.to_owned().try_into().unwrap()
    }

    #[test]
    fn a_key_is_a_random_uuid() {
        assert!(key(KEY).is_ok());
        assert_eq!(key(&KEY.to_uppercase()), key(KEY));
        for text in [
            "",
            "9f0e1c5e7a3b4c2d8e1f0123456789ab",
            "9f0e1c5e-7a3b-4c2d-8e1f-0123456789a",
            "9f0e1c5e-7a3b-4c2d-8e1f-0123456789ag",
            "{9f0e1c5e-7a3b-4c2d-8e1f-0123456789ab}",
            // Version 1, and a variant of old.
            "9f0e1c5e-7a3b-1c2d-8e1f-0123456789ab",
            "9f0e1c5e-7a3b-4c2d-ce1f-0123456789ab",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(key(text), Err(IdempotencyKeyError), "{text}");
        }
    }

    #[test]
    fn an_attempt_is_identified_by_key_body_and_employee() {
        let anna = employee("anna");
        let request = |key: &str, body: &[u8]| RequestHashes::new(key.parse().unwrap(), body);
        let first = request(KEY, b"1");
        let attempt = AttemptId::repeatable(&anna, &first);
        assert_eq!(AttemptId::repeatable(&anna, &request(KEY, b"1")), attempt);
        let other_key = request("00000000-0000-4000-8000-000000000000", b"1");
        for other in [
            AttemptId::repeatable(&employee("bram"), &first),
            AttemptId::repeatable(&anna, &request(KEY, b"2")),
            AttemptId::repeatable(&anna, &other_key),
        ] {
            assert_ne!(other, attempt);
        }
        assert_eq!(request(KEY, b"2").key, first.key);
        assert_ne!(other_key.body, first.body, "a body's hash needs the key");
    }

    #[test]
    fn stored_hashes_stay_as_they_are() {
        // Each is `printf 'purpose\0…' | sha256sum`.
        let request = RequestHashes::new(KEY.parse().unwrap(), b"1");
        assert_eq!(
            hex::encode(request.key),
            "e76f49d656e333d6b74e66f4305f3a082bef584cc723423fb90d1299c5bfa0e2"
        );
        assert_eq!(
            hex::encode(request.body),
            "22376c0d5f9909a0f296a4633a71cfddd6a47ec3f704684b11e2b89632d0a9e0"
        );
        assert_eq!(
            hex::encode(AttemptId::repeatable(&employee("anna"), &request).as_bytes()),
            "4500a5edffe8f031a7c4ba0af5e6ee90c1a49168023f312f3f6df6cea2e4149f"
        );
    }

    #[test]
    fn an_attempt_that_cannot_be_repeated_is_unlike_any_other() {
        let mut random = StdRng::seed_from_u64(1);
        let [one, other] = [(); 2].map(|()| AttemptId::random(&mut random));
        assert_ne!(one.as_bytes(), other.as_bytes());
    }

    #[test]
    fn an_answer_is_repeated_for_ten_minutes() {
        assert_eq!(REPLAY_SECONDS, 600);
    }
}
