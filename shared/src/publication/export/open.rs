//! Verifies and reads an exposure key set as a phone does: the signature first, then the rules of
//! the format.

use jiff::Timestamp;
use p256::ecdsa::{DerSignature, signature::Verifier as _};
use prost::Message as _;
use thiserror::Error;

use crate::{
    keys::{
        conversion::{DiagnosisKey, Infectiousness},
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    publication::{
        archive,
        archive::ArchiveError,
        export::{
            file_sizes::MAX_FILE_KEYS,
            format::{BIN, ECDSA_WITH_SHA256, HEADER, SIG, Window},
            proto,
        },
        signing::ExportVerifyingKey,
    },
    time::Interval,
};

/// The largest `export.bin` that is opened. A key of this service takes 36 bytes; other services
/// may write more.
const MAX_BIN_BYTES: u64 = MAX_FILE_KEYS as u64 * 64;

/// The largest `export.sig` that is opened. One of this service has about 130 bytes.
const MAX_SIG_BYTES: u64 = 4 * 1024;

/// A verified `export.bin` that follows the rules of the format.
#[derive(Debug)]
pub struct ExposureKeySet {
    message: proto::TemporaryExposureKeyExport,
    header: ExportHeader,
}

/// What a file says about itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExportHeader {
    /// The time span that the file covers.
    pub window: Window,
    /// The region that the keys come from, for example `NL`.
    pub region: String,
    /// The id of the key that signed the file.
    pub key_id: String,
    /// The version of the key that signed the file.
    pub key_version: String,
}

impl ExposureKeySet {
    /// Verifies and reads the zip `bytes`.
    ///
    /// Like phones, it refuses unexpected entries, another header, a wrong signature or one by
    /// another algorithm, a batch number outside the batch, and a key with a value out of range.
    pub fn open(bytes: &[u8], key: &ExportVerifyingKey) -> Result<Self, ExportError> {
        let [bin, sig] = archive::unpack(bytes, [(BIN, MAX_BIN_BYTES), (SIG, MAX_SIG_BYTES)])?;
        let signature = verify(&bin, &sig, key)?;
        let message = bin.strip_prefix(HEADER).ok_or(ExportError::Header)?;
        let message =
            proto::TemporaryExposureKeyExport::decode(message).map_err(|_| ExportError::Message)?;
        let header = header(&message)?;
        // The signature covers only export.bin, so the metadata in export.sig must agree with it.
        if signature.signature_info.as_ref() != message.signature_infos.first()
            || signature.batch_num != message.batch_num
            || signature.batch_size != message.batch_size
        {
            return Err(ExportError::Signature);
        }
        if !message.keys.iter().all(is_well_formed) {
            return Err(ExportError::Key);
        }
        Ok(Self { message, header })
    }

    /// What the file says about itself.
    pub fn header(&self) -> &ExportHeader {
        &self.header
    }

    /// All keys, as protobuf messages.
    pub fn messages(&self) -> &[proto::TemporaryExposureKey] {
        &self.message.keys
    }

    /// The keys in the form of this service: those with the report type CONFIRMED_TEST and the
    /// midpoint of an [`Infectiousness`] as days since onset.
    pub fn diagnosis_keys(&self) -> impl Iterator<Item = DiagnosisKey> {
        self.message.keys.iter().filter_map(diagnosis_key)
    }
}

/// Why a file is refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ExportError {
    /// The zip is not as expected.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// `export.bin` does not start with the header of version 1.
    #[error("unknown header")]
    Header,
    /// A key has a value out of range.
    #[error("a key is out of range")]
    Key,
    /// `export.bin` is not a protobuf message of the right shape.
    #[error("unreadable message")]
    Message,
    /// The signature is missing, or not that of the file and key.
    #[error("the signature does not hold")]
    Signature,
}

fn verify(
    bin: &[u8],
    sig: &[u8],
    key: &ExportVerifyingKey,
) -> Result<proto::TekSignature, ExportError> {
    let mut list = proto::TekSignatureList::decode(sig).map_err(|_| ExportError::Signature)?;
    // Phones check the first signature and require one for each signature info; this service
    // writes one of each.
    let (Some(signature), true) = (list.signatures.pop(), list.signatures.is_empty()) else {
        return Err(ExportError::Signature);
    };
    let algorithm = signature
        .signature_info
        .as_ref()
        .and_then(|info| info.signature_algorithm.as_deref());
    if algorithm != Some(ECDSA_WITH_SHA256) {
        return Err(ExportError::Signature);
    }
    let der = signature.signature.as_deref().unwrap_or_default();
    let der = DerSignature::try_from(der).map_err(|_| ExportError::Signature)?;
    key.verify(bin, &der).map_err(|_| ExportError::Signature)?;
    Ok(signature)
}

fn header(message: &proto::TemporaryExposureKeyExport) -> Result<ExportHeader, ExportError> {
    let [info] = message.signature_infos.as_slice() else {
        return Err(ExportError::Signature);
    };
    let number = message.batch_num.unwrap_or(1);
    if !(1..=message.batch_size.unwrap_or(1)).contains(&number) {
        return Err(ExportError::Message);
    }
    let time = |seconds: Option<u64>| {
        let seconds = i64::try_from(seconds?).ok()?;
        Timestamp::from_second(seconds).ok()
    };
    Ok(ExportHeader {
        window: Window {
            start: time(message.start_timestamp).ok_or(ExportError::Message)?,
            end: time(message.end_timestamp).ok_or(ExportError::Message)?,
        },
        region: message.region.clone().ok_or(ExportError::Message)?,
        key_id: info.verification_key_id.clone().unwrap_or_default(),
        key_version: info.verification_key_version.clone().unwrap_or_default(),
    })
}

fn is_well_formed(key: &proto::TemporaryExposureKey) -> bool {
    key.key_data.as_ref().is_some_and(|data| data.len() == 16)
        && key.rolling_start_interval_number() >= 0
        && RollingPeriod::new(key.rolling_period().into()).is_some()
        && (0..=8).contains(&key.transmission_risk_level())
        && (-14..=14).contains(&key.days_since_onset_of_symptoms())
}

fn diagnosis_key(key: &proto::TemporaryExposureKey) -> Option<DiagnosisKey> {
    if key.report_type() != proto::REPORT_TYPE_CONFIRMED_TEST {
        return None;
    }
    Some(DiagnosisKey {
        key: TemporaryExposureKey {
            data: KeyData::from_bytes(key.key_data.as_deref()?.try_into().ok()?),
            rolling_start: Interval::new(key.rolling_start_interval_number().try_into().ok()?),
            rolling_period: RollingPeriod::new(key.rolling_period().into())?,
        },
        infectiousness: Infectiousness::from_midpoint(key.days_since_onset_of_symptoms?)?,
    })
}
