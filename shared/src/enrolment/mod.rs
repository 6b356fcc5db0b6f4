//! Enrolments: what a phone receives when it registers, so that its owner can share keys after a
//! positive test (design §3.8–11).

pub mod code;
pub mod intake;
pub mod upload;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use self::intake::IntakeNumber;
use crate::{
    enrolment::code::ValidationCode,
    time::{netherlands, shift},
};

/// How long after the end of its validity an enrolment is still honoured, for phones whose clock is
/// wrong.
pub const GRACE_SECONDS: i64 = 30 * 60;

/// The id under which a phone uploads to its enrolment: 32 random bytes, of which the first is
/// replaced by the number of the Intake.
#[derive(Clone, Copy, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(transparent)]
pub struct BucketId(#[serde(with = "crate::base64")] [u8; 32]);

impl BucketId {
    /// The bucket id with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The Intake that holds the enrolment.
    pub const fn intake(&self) -> IntakeNumber {
        IntakeNumber::modulo(self.0[0])
    }
}

/// The secret with which a phone signs its uploads: 32 random bytes.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ConfirmationKey(#[serde(with = "crate::base64")] [u8; 32]);

impl ConfirmationKey {
    /// The key with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The HMAC-SHA256 of the exact bytes of an upload's body.
    pub fn sign(&self, body: &[u8]) -> [u8; 32] {
        self.mac(body).finalize().into_bytes().into()
    }

    /// Whether `signature` is that of `body`, compared in constant time.
    pub fn verifies(&self, body: &[u8], signature: &[u8; 32]) -> bool {
        self.mac(body).verify_slice(signature).is_ok()
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        // HMAC pads a short key with zeros to the hash's block of 64 bytes (RFC 2104); a key of
        // that length needs no error handling.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(body);
        mac
    }
}

/// What a phone receives when it registers.
#[derive(Clone, Eq, PartialEq)]
pub struct Enrolment {
    /// The code that the owner reads to the GGD employee.
    pub code: ValidationCode,
    /// The id under which the phone uploads.
    pub bucket: BucketId,
    /// The secret with which the phone signs its uploads.
    pub confirmation_key: ConfirmationKey,
}

impl Enrolment {
    /// A random enrolment that `intake` holds.
    pub fn random(intake: IntakeNumber, random: &mut impl Rng) -> Self {
        let code = ValidationCode::random(intake, random);
        let mut bucket: [u8; 32] = random.random();
        bucket[0] = intake.get();
        Self {
            code,
            bucket: BucketId(bucket),
            confirmation_key: ConfirmationKey(random.random()),
        }
    }
}

/// When the validity of an enrolment made at `now` ends: at 04:00 on the next day in the
/// Netherlands.
pub fn valid_until(now: Timestamp) -> Timestamp {
    netherlands::next_day_at_four(now)
}

/// Whether an enrolment that is valid until `valid_until` is honoured at `now`, given
/// [`GRACE_SECONDS`].
pub fn is_honoured(valid_until: Timestamp, now: Timestamp) -> bool {
    now < shift(valid_until, GRACE_SECONDS)
}

hidden_debug!(BucketId, ConfirmationKey, Enrolment);

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn code_and_bucket_belong_to_the_same_intake() {
        let mut random = StdRng::seed_from_u64(1);
        for intake in IntakeNumber::all() {
            let enrolment = Enrolment::random(intake, &mut random);
            assert_eq!(enrolment.code.intake(), intake);
            assert_eq!(enrolment.bucket.intake(), intake);
            assert_eq!(enrolment.bucket.as_bytes()[0], intake.get());
        }
    }

    #[test]
    fn every_enrolment_has_other_secrets() {
        let mut random = StdRng::seed_from_u64(2);
        let [one, other] =
            [0; 2].map(|byte| Enrolment::random(IntakeNumber::modulo(byte), &mut random));
        assert_ne!(one.code, other.code);
        assert_ne!(one.bucket.as_bytes(), other.bucket.as_bytes());
        assert_ne!(
            one.confirmation_key.as_bytes(),
            other.confirmation_key.as_bytes()
        );
        assert_eq!(BucketId::from_bytes([7; 32]).as_bytes(), &[7; 32]);
        assert_eq!(ConfirmationKey::from_bytes([8; 32]).as_bytes(), &[8; 32]);
    }

    #[test]
    fn a_signature_holds_for_its_body_and_no_other() {
        // `printf 'Hi There' | openssl dgst -sha256 -mac HMAC -macopt hexkey:…`, with 32 bytes
        // 0x0b.
        let key = ConfirmationKey::from_bytes([0x0b; 32]);
        let mut signature = key.sign(b"Hi There");
        assert_eq!(
            hex::encode(signature),
            "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7"
        );
        assert!(key.verifies(b"Hi There", &signature));
        assert!(!key.verifies(b"hi There", &signature));
        signature[31] ^= 1;
        assert!(!key.verifies(b"Hi There", &signature));
    }

    #[test]
    fn an_enrolment_is_honoured_for_half_an_hour_after_four() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let end = valid_until(now);
        assert_eq!(end, "2026-11-24T03:00:00Z".parse().unwrap());
        assert!(is_honoured(end, "2026-11-24T03:29:59Z".parse().unwrap()));
        assert!(!is_honoured(end, "2026-11-24T03:30:00Z".parse().unwrap()));
    }
}
