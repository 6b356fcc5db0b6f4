//! The exposure key set: the signed file of diagnosis keys that phones download (design §4.2).
//!
//! A zip of exactly `export.bin` (a 16-byte header and a protobuf message) and `export.sig` (an
//! ECDSA P-256 signature with SHA-256 over all of `export.bin`, header included, in DER), as Apple
//! and Google define them. [`build`] writes one, [`ExposureKeySet::open`] verifies and reads one.

mod open;
pub mod proto;

use p256::ecdsa::{DerSignature, signature::Signer as _};
use prost::Message as _;

pub use open::{ExportError, ExportHeader, ExposureKeySet};

use crate::{
    Timestamp,
    keys::conversion::DiagnosisKey,
    publication::{archive, archive::ArchiveError, signing::ExportSigningKey},
};

/// The most keys in one file. Phones take 750,000; this many fit in a Durable Object's memory
/// beside the rest.
pub const MAX_FILE_KEYS: usize = 200_000;

/// The fewest keys in a file with real ones.
pub const MIN_FILE_KEYS: usize = 150;

/// How many keys each of the files for `keys` keys holds: as few files as [`MAX_FILE_KEYS`] allows, and
/// all about as large, so that none falls below [`MIN_FILE_KEYS`] when together they reach it.
pub fn file_sizes(keys: usize) -> impl Iterator<Item = usize> {
    let files = keys.div_ceil(MAX_FILE_KEYS);
    (0..files).map(move |file| keys / files + usize::from(file < keys % files))
}

const HEADER: &[u8; 16] = b"EK Export v1    ";
const BIN: &str = "export.bin";
const SIG: &str = "export.sig";

/// ECDSA with SHA-256, X9.62.
const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";

/// The time span that a file covers: start included, end not. No two files have the same, since
/// phones tell files apart by it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Window {
    /// The end of the previous file, or a day before the first one.
    pub start: Timestamp,
    /// When the file was made.
    pub end: Timestamp,
}

/// What every file of a service says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExportSettings {
    /// The region: `NL`.
    pub region: String,
    /// The id under which phones know the public key: the mobile country code, `204`.
    pub key_id: String,
    /// The version under which phones know the public key: `v1`.
    pub key_version: String,
}

impl ExportSettings {
    fn signature_info(&self) -> proto::SignatureInfo {
        proto::SignatureInfo {
            verification_key_version: Some(self.key_version.clone()),
            verification_key_id: Some(self.key_id.clone()),
            signature_algorithm: Some(ECDSA_WITH_SHA256.to_owned()),
        }
    }
}

/// Builds the zip of one exposure key set. Sorts `keys` by key data, so that their order tells
/// nothing of who uploaded them.
///
/// The same arguments always give the same bytes (ECDSA signs deterministically, RFC 6979), so a
/// repeated build has the same content address.
pub fn build(
    keys: &mut [DiagnosisKey],
    window: Window,
    settings: &ExportSettings,
    signing_key: &ExportSigningKey,
) -> Result<Vec<u8>, ArchiveError> {
    keys.sort_unstable_by_key(|key| key.key.data);
    let export_bin = encode(keys, window, settings);
    let signature: DerSignature = signing_key.sign(&export_bin);
    let export_sig = proto::TekSignatureList {
        signatures: vec![proto::TekSignature {
            signature_info: Some(settings.signature_info()),
            batch_num: Some(1),
            batch_size: Some(1),
            signature: Some(signature.as_bytes().to_vec()),
        }],
    };
    archive::pack(&[(BIN, &export_bin), (SIG, &export_sig.encode_to_vec())])
}

/// Bytes of one encoded key at most: tag and length, and the six fields.
const ENCODED_KEY_BYTES: usize = 36;

fn encode(keys: &[DiagnosisKey], window: Window, settings: &ExportSettings) -> Vec<u8> {
    let head = proto::TemporaryExposureKeyExport {
        start_timestamp: Some(unix_seconds(window.start)),
        end_timestamp: Some(unix_seconds(window.end)),
        region: Some(settings.region.clone()),
        batch_num: Some(1),
        batch_size: Some(1),
        signature_infos: vec![settings.signature_info()],
        keys: Vec::new(),
    };
    let mut export = Vec::with_capacity(256 + keys.len() * ENCODED_KEY_BYTES);
    export.extend_from_slice(HEADER);
    // A vector grows as needed, so encoding into it cannot fail; the field of the keys is the last
    // one, so appending them one by one gives the bytes of the whole message without a second
    // copy of all keys in memory.
    head.encode_raw(&mut export);
    let mut message = proto::TemporaryExposureKey {
        key_data: Some(vec![0; 16]),
        report_type: Some(proto::REPORT_TYPE_CONFIRMED_TEST),
        ..Default::default()
    };
    for DiagnosisKey {
        key,
        infectiousness,
    } in keys
    {
        if let Some(data) = &mut message.key_data {
            data.copy_from_slice(key.data.as_bytes());
        }
        message.transmission_risk_level = Some(infectiousness.risk_level() as i32);
        message.rolling_start_interval_number = Some(key.rolling_start.as_i32());
        message.rolling_period = Some(key.rolling_period.intervals() as i32);
        message.days_since_onset_of_symptoms = Some(infectiousness.days_since_onset());
        prost::encoding::message::encode(proto::KEYS_TAG, &message, &mut export);
    }
    export
}

fn unix_seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_few_and_none_is_small() {
        for (keys, sizes) in [
            (0, vec![]),
            (150, vec![150]),
            (MAX_FILE_KEYS, vec![MAX_FILE_KEYS]),
            (MAX_FILE_KEYS + 1, vec![100_001, 100_000]),
            (750_000, vec![187_500; 4]),
        ] {
            assert_eq!(file_sizes(keys).collect::<Vec<_>>(), sizes);
        }
    }
}
