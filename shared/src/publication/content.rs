//! Content-addressed files and the signed JSON documents among them (design §4.2).

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signature, Signer as _};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::publication::{
    archive,
    archive::ArchiveError,
    signing::{ManifestSigningKey, ManifestVerifyingKey},
};

/// The name of a published file: the SHA-256 of its bytes. A phone that trusts the manifest trusts
/// every file in it.
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentId([u8; 32]);

impl ContentId {
    /// The name of the file with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Lower-case hex, 64 digits.
impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a content id")]
pub struct ContentIdError;

impl FromStr for ContentId {
    type Err = ContentIdError;

    fn from_str(text: &str) -> Result<Self, ContentIdError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| ContentIdError)?;
        let id = Self(bytes);
        // One name a file: upper case is another name, and would be another entry in every cache.
        (id.to_string() == text).then_some(id).ok_or(ContentIdError)
    }
}

impl TryFrom<String> for ContentId {
    type Error = ContentIdError;

    fn try_from(text: String) -> Result<Self, ContentIdError> {
        text.parse()
    }
}

impl From<ContentId> for String {
    fn from(id: ContentId) -> Self {
        id.to_string()
    }
}

/// What a phone can download now.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The exposure key sets, oldest first.
    pub exposure_key_sets: Vec<ContentId>,
    /// How phones score an exposure.
    pub risk_calculation_parameters: ContentId,
    /// How phones behave: intervals, sizes, probabilities.
    pub app_config: ContentId,
    /// The texts that phones show.
    pub resource_bundle: ContentId,
}

impl Manifest {
    /// The documents that it names.
    pub const fn documents(&self) -> [ContentId; 3] {
        [
            self.risk_calculation_parameters,
            self.app_config,
            self.resource_bundle,
        ]
    }
}

/// The zip of a signed document: `content.bin` (UTF-8 JSON) and `content.sig` (64 bytes, Ed25519
/// over `content.bin`).
pub fn sign(json: &[u8], key: &ManifestSigningKey) -> Result<Vec<u8>, ArchiveError> {
    archive::pack(&[(BIN, json), (SIG, &key.sign(json).to_bytes())])
}

/// Verifies the document in the zip `bytes` and reads it.
pub fn open<T: DeserializeOwned>(
    bytes: &[u8],
    key: &ManifestVerifyingKey,
) -> Result<T, DocumentError> {
    let [json, signature] = archive::unpack(bytes, [(BIN, MAX_CONTENT_BYTES), (SIG, 64)])?;
    let signature = Signature::from_slice(&signature).map_err(|_| DocumentError::Signature)?;
    key.verify_strict(&json, &signature)
        .map_err(|_| DocumentError::Signature)?;
    serde_json::from_slice(&json).map_err(|_| DocumentError::Json)
}

/// Why a document is refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum DocumentError {
    /// The container is not as it should be.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The text is not the expected document.
    #[error("not the expected JSON")]
    Json,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

const BIN: &str = "content.bin";
const SIG: &str = "content.sig";

/// A manifest with an exposure key set an hour for 14 days has 23 kB; texts in a dozen languages
/// have a few hundred.
const MAX_CONTENT_BYTES: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::publication::signing;

    fn key() -> ManifestSigningKey {
        signing::manifest_signing_key(include_str!("../../tests/fixtures/ed25519.pem")).unwrap()
    }

    fn manifest() -> Manifest {
        let id = |text: &str| ContentId::of(text.as_bytes());
        Manifest {
            exposure_key_sets: vec![id("one"), id("two")],
            risk_calculation_parameters: id("risk"),
            app_config: id("app"),
            resource_bundle: id("texts"),
        }
    }

    #[test]
    fn a_content_id_is_the_hex_sha256() {
        let id = ContentId::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id));
        for bad in [
            "",
            &text[1..],
            &text.to_uppercase(),
            &text.replace('b', "g"),
            &format!("{text}0"),
        ] {
            assert_eq!(bad.parse::<ContentId>(), Err(ContentIdError), "{bad}");
        }
    }

    #[test]
    fn a_manifest_keeps_the_names_and_order_of_its_fields() {
        let json = serde_json::to_string(&manifest()).unwrap();
        let places: Vec<_> = [
            "exposureKeySets",
            "riskCalculationParameters",
            "appConfig",
            "resourceBundle",
        ]
        .iter()
        .map(|name| json.find(name).unwrap())
        .collect();
        assert!(places.is_sorted());
    }

    #[test]
    fn a_signed_document_is_opened_by_its_key_only() {
        let zip = sign(&serde_json::to_vec(&manifest()).unwrap(), &key()).unwrap();
        assert_eq!(
            open::<Manifest>(&zip, &key().verifying_key()),
            Ok(manifest())
        );
        let other = ManifestSigningKey::from_bytes(&[1; 32]).verifying_key();
        assert_eq!(
            open::<Manifest>(&zip, &other),
            Err(DocumentError::Signature)
        );
        let not_json = sign(b"{}", &key()).unwrap();
        assert_eq!(
            open::<Manifest>(&not_json, &key().verifying_key()),
            Err(DocumentError::Json)
        );
    }

    proptest! {
        #[test]
        fn a_changed_bit_never_gives_another_document(place: prop::sample::Index, bit in 0..8u32) {
            let mut zip = sign(&serde_json::to_vec(&manifest()).unwrap(), &key()).unwrap();
            let place = place.index(zip.len());
            zip[place] ^= 1 << bit;
            if let Ok(opened) = open::<Manifest>(&zip, &key().verifying_key()) {
                prop_assert_eq!(opened, manifest());
            }
        }

        #[test]
        fn any_bytes_are_refused_as_a_document(bytes: Vec<u8>) {
            prop_assert!(open::<Manifest>(&bytes, &key().verifying_key()).is_err());
        }

        #[test]
        fn any_text_is_a_content_id_or_refused(text in "\\PC*") {
            if let Ok(id) = text.parse::<ContentId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
