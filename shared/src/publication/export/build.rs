//! Writes an exposure key set: sorts, encodes, signs and zips.

use jiff::Timestamp;
use p256::ecdsa::{DerSignature, signature::Signer as _};
use prost::Message as _;

use crate::{
    keys::conversion::DiagnosisKey,
    publication::{
        archive,
        archive::ArchiveError,
        export::{
            format::{BIN, ECDSA_WITH_SHA256, HEADER, SIG, Window},
            proto,
        },
        signing::ExportSigningKey,
    },
};

/// What every file of a service says about the service and its signing key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExportSettings {
    /// The region that the keys come from, for example `NL`.
    pub region: String,
    /// The id under which phones know the public key: the mobile country code, for example `204`.
    pub key_id: String,
    /// The version under which phones know the public key, for example `v1`.
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

/// Builds the zip of one exposure key set. Sorts `keys` by key data, so that their order does not
/// show which keys were uploaded together.
///
/// The same arguments always give the same bytes (ECDSA signs deterministically, RFC 6979), so a
/// repeated build has the same content id.
///
/// ```
/// use shared::{
///     keys::{
///         conversion::{DiagnosisKey, Infectiousness},
///         tek::{KeyData, RollingPeriod, TemporaryExposureKey},
///     },
///     publication::{
///         export::{self, ExportSettings, ExposureKeySet, Window},
///         signing::ExportSigningKey,
///     },
///     time::UtcDay,
/// };
///
/// let today = UtcDay::of_date(jiff::civil::date(2026, 11, 23));
/// let key = DiagnosisKey {
///     key: TemporaryExposureKey {
///         data: KeyData::from_bytes([7; 16]),
///         rolling_start: today.minus(3).start(),
///         rolling_period: RollingPeriod::DAY,
///     },
///     infectiousness: Infectiousness::Peak,
/// };
/// let window = Window {
///     start: today.minus(1).start().start(),
///     end: today.start().start(),
/// };
/// let settings = ExportSettings {
///     region: "NL".to_owned(),
///     key_id: "204".to_owned(),
///     key_version: "v1".to_owned(),
/// };
/// let signing_key = ExportSigningKey::from_slice(&[1; 32])?;
/// let zip = export::build(&mut [key], window, &settings, &signing_key)?;
///
/// let opened = ExposureKeySet::open(&zip, signing_key.verifying_key())?;
/// assert_eq!(opened.header().window, window);
/// assert!(opened.diagnosis_keys().eq([key]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// The most bytes of one encoded key: its tag, its length and its six fields.
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
