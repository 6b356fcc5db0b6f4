//! Telling a validation that is sent again from a new one, after an answer was lost (design §4.3).
//!
//! The service remembers hashes alone. Each includes the key's 122 random bits, which are not kept,
//! so that nobody finds a code or a date by hashing every possible one.

use std::str::FromStr;

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::staff::employee::EmployeeId;

/// For how long the same key, employee and body get the first answer again.
pub const REPLAY_SECONDS: i64 = 10 * 60;

/// The header `Idempotency-Key`: a random UUID, version 4 (RFC 9562).
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct IdempotencyKey([u8; 16]);

/// Not a random UUID.
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
        // Others are guessed more easily, and with them the body that is hashed together with them.
        let random = bytes[6] >> 4 == 4 && bytes[8] >> 6 == 0b10;
        random.then_some(Self(bytes)).ok_or(IdempotencyKeyError)
    }
}

/// What is remembered of a request with a key.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct RequestHashes {
    /// Of the key.
    #[serde(with = "crate::base64")]
    pub key: [u8; 32],
    /// Of the key and the body.
    #[serde(with = "crate::base64")]
    pub body: [u8; 32],
}

impl RequestHashes {
    /// The hashes of a request.
    pub fn new(key: IdempotencyKey, body: &[u8]) -> Self {
        Self {
            key: hash(b"key", &[&key.0]),
            body: hash(b"body", &[&key.0, body]),
        }
    }
}

/// By which an Intake knows that an attempt at a code is one that it has accepted before.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct AttemptId(#[serde(with = "crate::base64")] [u8; 32]);

impl AttemptId {
    /// Of an attempt that `employee` may repeat.
    pub fn repeatable(employee: &EmployeeId, request: &RequestHashes) -> Self {
        let employee = hash(b"employee", &[employee.as_str().as_bytes()]);
        Self(hash(b"attempt", &[&employee, &request.key, &request.body]))
    }

    /// Of an attempt that nobody can repeat.
    pub fn random(random: &mut impl Rng) -> Self {
        Self(random.random())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

hidden_debug!(AttemptId, IdempotencyKey, RequestHashes);

/// SHA-256 of `parts`, all but the last of which have a fixed length, for one `purpose`.
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
    fn key_body_and_employee_make_the_attempt() {
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
}
