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
const MAX_SIG_BYTES: u64 = 4_096;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> proto::TemporaryExposureKey {
        proto::TemporaryExposureKey {
            key_data: Some(vec![7; 16]),
            transmission_risk_level: Some(3),
            rolling_start_interval_number: Some(2_992_032),
            rolling_period: Some(144),
            report_type: Some(proto::REPORT_TYPE_CONFIRMED_TEST),
            days_since_onset_of_symptoms: Some(0),
        }
    }

    fn message() -> proto::TemporaryExposureKeyExport {
        proto::TemporaryExposureKeyExport {
            start_timestamp: Some(1),
            end_timestamp: Some(2),
            region: Some("NL".to_owned()),
            signature_infos: vec![proto::SignatureInfo::default()],
            ..Default::default()
        }
    }

    #[test]
    fn a_key_with_one_value_out_of_range_is_refused() {
        type Change = fn(&mut proto::TemporaryExposureKey, i32);
        let start: Change = |key, value| key.rolling_start_interval_number = Some(value);
        let period: Change = |key, value| key.rolling_period = Some(value);
        let risk: Change = |key, value| key.transmission_risk_level = Some(value);
        let onset: Change = |key, value| key.days_since_onset_of_symptoms = Some(value);
        let length: Change = |key, value| key.key_data = Some(vec![7; value as usize]);
        for (change, valid, invalid) in [
            (start, vec![0, i32::MAX], vec![-1]),
            (period, vec![1, 144], vec![0, 145]),
            (risk, vec![0, 8], vec![-1, 9]),
            (onset, vec![-14, 14], vec![-15, 15]),
            (length, vec![16], vec![0, 15, 17]),
        ] {
            let is_taken = |value| {
                let mut key = key();
                change(&mut key, value);
                is_well_formed(&key)
            };
            assert!(valid.iter().copied().all(is_taken), "{valid:?}");
            assert!(!invalid.iter().copied().any(is_taken), "{invalid:?}");
        }
        assert!(!is_well_formed(&proto::TemporaryExposureKey {
            key_data: None,
            ..key()
        }));
    }

    #[test]
    fn a_file_outside_its_batch_is_refused() {
        for (number, size, taken) in [
            (None, None, true),
            (Some(1), Some(1), true),
            (Some(2), Some(2), true),
            (Some(0), Some(1), false),
            (Some(2), Some(1), false),
            (Some(2), None, false),
        ] {
            let message = proto::TemporaryExposureKeyExport {
                batch_num: number,
                batch_size: size,
                ..message()
            };
            assert_eq!(header(&message).is_ok(), taken, "{number:?} {size:?}");
        }
    }

    #[test]
    fn only_confirmed_keys_with_the_midpoint_of_a_class_are_diagnosis_keys() {
        assert_eq!(
            diagnosis_key(&key()).map(|key| key.infectiousness),
            Some(Infectiousness::Peak)
        );
        for (report_type, days) in [(Some(2), Some(0)), (Some(1), Some(1)), (Some(1), None)] {
            let other = proto::TemporaryExposureKey {
                report_type,
                days_since_onset_of_symptoms: days,
                ..key()
            };
            assert_eq!(diagnosis_key(&other), None, "{report_type:?} {days:?}");
        }
    }
}
