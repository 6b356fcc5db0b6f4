//! What a phone broadcasts: the identifiers and the encrypted metadata that it derives from the key
//! of a day, by the Exposure Notification Cryptography Specification v1.2 of Apple and Google.
//!
//! This is the plain form, one identifier at a time. Comparing hundreds of thousands of published
//! keys with what was heard is for [`crate::matching`].

use std::fmt;

use aes::{
    Aes128Enc,
    cipher::{BlockCipherEncrypt as _, KeyInit as _},
};
use ctr::{
    Ctr128BE,
    cipher::{KeyIvInit as _, StreamCipher as _},
};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use shared::{keys::tek::KeyData, time::Interval};

/// Names the key of the identifiers to HKDF.
pub(crate) const IDENTIFIER_KEY_INFO: &[u8; 7] = b"EN-RPIK";

/// Names the key of the metadata to HKDF.
const METADATA_KEY_INFO: &[u8; 7] = b"EN-AEMK";

/// GAEN's Rolling Proximity Identifier: the sixteen bytes that a phone broadcasts for an interval.
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct RollingProximityIdentifier(#[serde(with = "shared::base64")] [u8; 16]);

impl RollingProximityIdentifier {
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Hides the bytes: together with a published key they say who was near.
impl fmt::Debug for RollingProximityIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RollingProximityIdentifier(…)")
    }
}

/// GAEN's Associated Encrypted Metadata: the four bytes that a phone broadcasts beside an
/// identifier. They cannot be read until the key is published, and are not authenticated.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(transparent)]
pub struct AssociatedMetadata(#[serde(with = "shared::base64")] [u8; 4]);

impl AssociatedMetadata {
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

/// What the metadata says once it is decrypted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct Metadata {
    /// The major version of the protocol, 0 to 3.
    pub major_version: u8,
    /// The minor version of the protocol, 0 to 3.
    pub minor_version: u8,
    /// The transmit power, in dBm. Minus the received signal strength, it is the attenuation.
    pub transmit_power: i8,
}

impl Metadata {
    /// Version 1.0, the only one there is, sent with this power in dBm.
    pub const fn new(transmit_power: i8) -> Self {
        Self {
            major_version: 1,
            minor_version: 0,
            transmit_power,
        }
    }

    /// Two bits of each version and four reserved ones, the power, and two reserved bytes.
    const fn to_bytes(self) -> [u8; 4] {
        let versions = (self.major_version & 3) << 6 | (self.minor_version & 3) << 4;
        [versions, self.transmit_power.cast_unsigned(), 0, 0]
    }

    const fn from_bytes([versions, transmit_power, _, _]: [u8; 4]) -> Self {
        Self {
            major_version: versions >> 6,
            minor_version: versions >> 4 & 3,
            transmit_power: transmit_power.cast_signed(),
        }
    }
}

/// The two keys that follow from a temporary exposure key: one for identifiers, one for metadata.
#[derive(Clone)]
pub struct DayKeys {
    identifiers: Aes128Enc,
    metadata: [u8; 16],
}

impl DayKeys {
    pub fn derive(key: &KeyData) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, key.as_bytes());
        Self {
            identifiers: Aes128Enc::new(&expand(&hkdf, IDENTIFIER_KEY_INFO).into()),
            metadata: expand(&hkdf, METADATA_KEY_INFO),
        }
    }

    /// The identifier that is broadcast in `interval`.
    pub fn identifier(&self, interval: Interval) -> RollingProximityIdentifier {
        let mut block = padded_data(interval).into();
        self.identifiers.encrypt_block(&mut block);
        RollingProximityIdentifier(block.into())
    }

    /// The metadata as it is broadcast beside `identifier`.
    pub fn encrypt(
        &self,
        identifier: &RollingProximityIdentifier,
        metadata: Metadata,
    ) -> AssociatedMetadata {
        AssociatedMetadata(self.apply_metadata_key(identifier, metadata.to_bytes()))
    }

    /// The metadata that was heard beside `identifier`.
    pub fn decrypt(
        &self,
        identifier: &RollingProximityIdentifier,
        encrypted: AssociatedMetadata,
    ) -> Metadata {
        Metadata::from_bytes(self.apply_metadata_key(identifier, encrypted.0))
    }

    /// Encrypts or decrypts, which in counter mode is the same.
    fn apply_metadata_key(
        &self,
        identifier: &RollingProximityIdentifier,
        mut bytes: [u8; 4],
    ) -> [u8; 4] {
        Ctr128BE::<Aes128Enc>::new(&self.metadata.into(), &identifier.0.into())
            .apply_keystream(&mut bytes);
        bytes
    }
}

/// Hides the keys.
impl fmt::Debug for DayKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DayKeys(…)")
    }
}

/// What is encrypted to give the identifier of `interval`.
pub(crate) const fn padded_data(interval: Interval) -> [u8; 16] {
    let [a, b, c, d] = interval.number().to_le_bytes();
    let [e, n, dash, r, p, i] = *b"EN-RPI";
    [e, n, dash, r, p, i, 0, 0, 0, 0, 0, 0, a, b, c, d]
}

fn expand(hkdf: &Hkdf<Sha256>, info: &[u8]) -> [u8; 16] {
    let mut key = [0; 16];
    // HKDF gives up to 255 hashes, of which this is half a one.
    let expanded = hkdf.expand(info, &mut key);
    debug_assert!(expanded.is_ok());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Google's test vectors v1.2: the number of the interval in its day, the identifier, and the
    /// encrypted metadata.
    const VECTORS: &str = include_str!("../tests/fixtures/gaen-vectors-v1.2.txt");

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    fn key() -> KeyData {
        KeyData::from_bytes(bytes("75c734c6dd1a782de7a965da5eb93125"))
    }

    #[test]
    fn the_official_vectors_hold_for_every_interval_of_the_day() {
        let keys = DayKeys::derive(&key());
        let midnight = Interval::at("2020-04-02T00:00:00Z".parse().unwrap());
        let metadata = Metadata::new(8);
        let mut number = 0;
        for line in VECTORS.lines() {
            let [i, identifier, encrypted] =
                *line.split_whitespace().collect::<Vec<_>>().as_slice()
            else {
                panic!("{line}")
            };
            assert_eq!(i, number.to_string());
            let identifier = RollingProximityIdentifier(bytes(identifier));
            let encrypted = AssociatedMetadata(bytes(encrypted));
            assert_eq!(keys.identifier(midnight.plus(number)), identifier, "{i}");
            assert_eq!(keys.encrypt(&identifier, metadata), encrypted, "{i}");
            assert_eq!(keys.decrypt(&identifier, encrypted), metadata, "{i}");
            number += 1;
        }
        assert_eq!(number, 144);
    }

    #[test]
    fn the_derived_keys_are_those_of_the_official_vectors() {
        let hkdf = Hkdf::<Sha256>::new(None, key().as_bytes());
        assert_eq!(
            expand(&hkdf, IDENTIFIER_KEY_INFO),
            bytes("185ad91db69ec7dd048960f1f3ba6175")
        );
        assert_eq!(
            expand(&hkdf, METADATA_KEY_INFO),
            bytes("d57c46af7a1d83965b9bed8bd152936a")
        );
    }

    #[test]
    fn metadata_has_two_bits_of_each_version_and_a_signed_power() {
        assert_eq!(Metadata::new(8).to_bytes(), bytes("40080000"));
        assert_eq!(Metadata::new(-12).to_bytes(), bytes("40f40000"));
        assert_eq!(
            Metadata::from_bytes(bytes("efffabcd")),
            Metadata {
                major_version: 3,
                minor_version: 2,
                transmit_power: -1,
            }
        );
    }

    #[test]
    fn what_is_stored_is_base64() {
        let identifier = RollingProximityIdentifier([0xfb; 16]);
        let json = serde_json::to_string(&identifier).unwrap();
        assert_eq!(json, "\"+/v7+/v7+/v7+/v7+/v7+w==\"");
        assert_eq!(
            serde_json::from_str::<RollingProximityIdentifier>(&json).unwrap(),
            identifier
        );
        let metadata = AssociatedMetadata([0xfb; 4]);
        let json = serde_json::to_string(&metadata).unwrap();
        assert_eq!(json, "\"+/v7+w==\"");
        assert_eq!(
            serde_json::from_str::<AssociatedMetadata>(&json).unwrap(),
            metadata
        );
    }
}
