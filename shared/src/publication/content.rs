//! Content-addressed files, the manifest that lists them, and the signing of JSON documents
//! (design §4.2.2–3).

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

/// The id of a published file: the SHA-256 of its bytes. A phone that trusts the manifest can
/// therefore trust every file in it.
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentId([u8; 32]);

impl ContentId {
    /// The id of the file with the contents `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Writes 64 lower-case hex digits.
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

/// A text is not 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a content id")]
pub struct ContentIdError;

impl FromStr for ContentId {
    type Err = ContentIdError;

    fn from_str(text: &str) -> Result<Self, ContentIdError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| ContentIdError)?;
        let id = Self(bytes);
        // The decoder also takes capital letters, which would be a second id, and a second entry in
        // every cache, for the same file.
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

/// The list of files that a phone can download now.
///
/// ```
/// use shared::publication::{
///     content::{self, ContentId, DocumentError, Manifest},
///     signing::ManifestSigningKey,
/// };
///
/// let key_set = b"the zip of an exposure key set";
/// let manifest = Manifest {
///     exposure_key_sets: vec![ContentId::of(key_set)],
///     risk_calculation_parameters: ContentId::of(b"the zip of a document"),
///     app_config: ContentId::of(b"the zip of another"),
///     resource_bundle: ContentId::of(b"the zip of a third"),
/// };
///
/// // The service signs the manifest and zips it.
/// let signing_key = ManifestSigningKey::from_bytes(&[1; 32]);
/// let zip = content::sign(&serde_json::to_vec(&manifest)?, &signing_key)?;
///
/// // A phone verifies it, downloads a file, and compares its id.
/// let opened: Manifest = content::open(&zip, &signing_key.verifying_key())?;
/// assert_eq!(opened.exposure_key_sets, [ContentId::of(key_set)]);
///
/// let other_key = ManifestSigningKey::from_bytes(&[2; 32]).verifying_key();
/// assert_eq!(content::open::<Manifest>(&zip, &other_key), Err(DocumentError::Signature));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The ids of the exposure key sets, oldest first.
    pub exposure_key_sets: Vec<ContentId>,
    /// The id of the parameters with which phones score an exposure.
    pub risk_calculation_parameters: ContentId,
    /// The id of the app's settings.
    pub app_config: ContentId,
    /// The id of the texts that phones show.
    pub resource_bundle: ContentId,
}

impl Manifest {
    /// The ids of the documents that are not exposure key sets.
    pub const fn documents(&self) -> [ContentId; 3] {
        [
            self.risk_calculation_parameters,
            self.app_config,
            self.resource_bundle,
        ]
    }
}

/// The zip of the signed document `json`: `content.bin` (the UTF-8 JSON) and `content.sig` (64
/// bytes, Ed25519 over `content.bin`).
pub fn sign(json: &[u8], key: &ManifestSigningKey) -> Result<Vec<u8>, ArchiveError> {
    archive::pack(&[(BIN, json), (SIG, &key.sign(json).to_bytes())])
}

/// Verifies and parses the signed document in the zip `bytes`.
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
    /// The zip is not as expected.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The JSON is not the expected document.
    #[error("not the expected JSON")]
    Json,
    /// The signature is not that of the document and key.
    #[error("the signature does not hold")]
    Signature,
}

const BIN: &str = "content.bin";
const SIG: &str = "content.sig";

/// The largest JSON that is opened, in bytes. A manifest with an exposure key set for each hour of
/// 14 days has 23 kB; texts in a dozen languages have a few hundred.
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

    #[test]
    fn a_document_has_at_most_a_mebibyte() {
        let opened = |length: usize| {
            let json = " ".repeat(length - 1) + "7";
            open::<u8>(
                &sign(json.as_bytes(), &key()).unwrap(),
                &key().verifying_key(),
            )
        };
        assert_eq!(opened(1 << 20), Ok(7));
        let too_large = Err(DocumentError::Archive(ArchiveError::TooLarge));
        assert_eq!(opened((1 << 20) + 1), too_large);
    }

    #[test]
    fn a_manifest_names_three_documents() {
        let id = |text: &str| ContentId::of(text.as_bytes());
        assert_eq!(manifest().documents(), [id("risk"), id("app"), id("texts")]);
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
