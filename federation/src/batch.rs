//! A batch of keys as the gateway exchanges it: protobuf (package `eu.interop`, proto3) and its
//! JSON form.
//!
//! A batch that is read may hold anything that another country sent: [`crate::audit`] verifies it,
//! and [`crate::acceptance`] decides which of its keys are published.

use prost::Message as _;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::days_since_onset::DaysSinceOnset;
use shared::{
    country::{Country, Participants},
    keys::conversion,
};

/// Why bytes are refused as a batch.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BatchError {
    /// The bytes are not the protobuf form of a batch.
    #[error("not a batch of keys")]
    Malformed(#[from] prost::DecodeError),
    /// The batch has more keys than the gateway puts into one.
    #[error("too many keys for a batch")]
    TooMany,
}

/// The most keys in one batch.
pub const MAX_BATCH_KEYS: usize = 5_000;

/// The media type of batches.
pub const BATCH_MEDIA_TYPE: &str = "application/protobuf; version=1.0";

/// Several keys that are exchanged together.
#[derive(Clone, Deserialize, PartialEq, Serialize, prost::Message)]
#[prost(skip_debug)]
pub struct DiagnosisKeyBatch {
    /// The keys, in the order of the batch.
    #[prost(message, repeated, tag = "1")]
    #[serde(default)]
    pub keys: Vec<EfgsKey>,
}

/// A key as the gateway exchanges it, with what its country says of the person. The interface
/// calls it `DiagnosisKey`.
#[derive(Clone, Deserialize, Eq, Hash, PartialEq, Serialize, prost::Message)]
#[prost(skip_debug)]
#[serde(default, rename_all = "camelCase")]
pub struct EfgsKey {
    /// The temporary exposure key: 16 bytes.
    #[prost(bytes = "vec", tag = "1")]
    #[serde(with = "shared::base64::vec")]
    pub key_data: Vec<u8>,
    /// The first interval of 10 minutes in which the key was used.
    #[prost(uint32, tag = "2")]
    pub rolling_start_interval_number: u32,
    /// For how many intervals the key was used: 1 to 144. Unlike in an export file, a missing
    /// value means 0.
    #[prost(uint32, tag = "3")]
    pub rolling_period: u32,
    /// 0 to 8, or [`NO_RISK_LEVEL`].
    #[prost(int32, tag = "4")]
    pub transmission_risk_level: i32,
    /// The codes of the countries that the person visited.
    #[prost(string, repeated, tag = "5")]
    pub visited_countries: Vec<String>,
    /// The code of the country whose health authority confirmed the infection.
    #[prost(string, tag = "6")]
    pub origin: String,
    /// A [`ReportType`].
    #[prost(enumeration = "ReportType", tag = "7")]
    #[serde(with = "report_type_name")]
    pub report_type: i32,
    /// The encoded days since the onset of symptoms, −14 to 4,014.
    #[prost(sint32, tag = "8")]
    #[serde(rename = "days_since_onset_of_symptoms")]
    pub days_since_onset_of_symptoms: i32,
}

/// The transmission risk level of a key without one.
pub const NO_RISK_LEVEL: i32 = 0x7fff_ffff;

/// The evidence for the infection of a key's owner.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, prost::Enumeration)]
#[repr(i32)]
pub enum ReportType {
    /// The country does not say.
    Unknown = 0,
    /// A positive test.
    ConfirmedTest = 1,
    /// A doctor's diagnosis.
    ConfirmedClinicalDiagnosis = 2,
    /// The owner's own report.
    SelfReport = 3,
    /// Contact with an infectious person.
    Recursive = 4,
    /// The key was shared by mistake.
    Revoked = 5,
}

impl ReportType {
    /// The name in the JSON form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::ConfirmedTest => "CONFIRMED_TEST",
            Self::ConfirmedClinicalDiagnosis => "CONFIRMED_CLINICAL_DIAGNOSIS",
            Self::SelfReport => "SELF_REPORT",
            Self::Recursive => "RECURSIVE",
            Self::Revoked => "REVOKED",
        }
    }
}

/// A batch of which only the number of keys is read: a key of two bytes in the batch takes a
/// hundred bytes in memory.
#[derive(Clone, PartialEq, prost::Message)]
struct KeyCount {
    #[prost(message, repeated, tag = "1")]
    keys: Vec<()>,
}

impl DiagnosisKeyBatch {
    /// Reads a batch in protobuf, unless it has more than `max_keys` keys.
    pub fn read(bytes: &[u8], max_keys: usize) -> Result<Self, BatchError> {
        if KeyCount::decode(bytes)?.keys.len() > max_keys {
            return Err(BatchError::TooMany);
        }
        Ok(Self::decode(bytes)?)
    }

    /// The batch in which the service of country `own` shares `keys` with `participants`. Every key
    /// names all participants as visited: people travel, and phones do not say where.
    pub fn outgoing(
        keys: &[conversion::DiagnosisKey],
        own: Country,
        participants: &Participants,
    ) -> Self {
        let visited: Vec<String> = participants
            .iter()
            .map(|country| country.to_string())
            .collect();
        let keys = keys.iter().map(|key| EfgsKey {
            key_data: key.key.data.as_bytes().to_vec(),
            rolling_start_interval_number: key.key.rolling_start.number(),
            rolling_period: key.key.rolling_period.intervals(),
            transmission_risk_level: NO_RISK_LEVEL,
            visited_countries: visited.clone(),
            origin: own.to_string(),
            report_type: ReportType::ConfirmedTest as i32,
            days_since_onset_of_symptoms: DaysSinceOnset::Exact(
                key.infectiousness.days_since_onset(),
            )
            .encode(),
        });
        Self {
            keys: keys.collect(),
        }
    }
}

shared::hidden_debug!(DiagnosisKeyBatch, EfgsKey);

/// The JSON form of a report type: its name; a number is read too.
mod report_type_name {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    use super::ReportType;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NameOrNumber {
        Name(String),
        Number(i32),
    }

    pub fn serialize<S: Serializer>(number: &i32, serializer: S) -> Result<S::Ok, S::Error> {
        match ReportType::try_from(*number) {
            Ok(report_type) => serializer.serialize_str(report_type.name()),
            Err(_) => serializer.serialize_i32(*number),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
        let name = match NameOrNumber::deserialize(deserializer)? {
            NameOrNumber::Number(number) => return Ok(number),
            NameOrNumber::Name(name) => name,
        };
        (0..=5)
            .filter_map(|number| ReportType::try_from(number).ok())
            .find(|report_type| report_type.name() == name)
            .map(i32::from)
            .ok_or_else(|| D::Error::custom("not a report type"))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use shared::{
        keys::{
            conversion::Infectiousness,
            tek::{KeyData, RollingPeriod, TemporaryExposureKey},
        },
        time::Interval,
    };

    /// The batch of the gateway's own tests: keys "978", "D189", "ABC" and "123".
    pub const KNOWN_BATCH: &str = "CiMKAzk3OBACGAEgAyoCQ0EqAkNCKgJDQyoCQ0QyAkRFOAFAVAokCgREMTg5EAI\
        YASADKgJDQSoCQ0IqAkNDKgJDRDICREU4AUBUCiMKA0FCQxACGAEgAyoCQ0EqAkNCKgJDQyoCQ0QyAkRFOAFAVAoj\
        CgMxMjMQAhgBIAMqAkNBKgJDQioCQ0MqAkNEMgJERTgBQFQ=";

    pub fn known_batch() -> DiagnosisKeyBatch {
        DiagnosisKeyBatch::decode(&*shared::base64::decode_vec(KNOWN_BATCH).unwrap()).unwrap()
    }

    /// A key that [`crate::acceptance`] accepts, with data of 16 times this number.
    pub fn key(number: u8) -> EfgsKey {
        EfgsKey {
            key_data: vec![number; 16],
            rolling_start_interval_number: 2_991_888,
            rolling_period: 144,
            transmission_risk_level: NO_RISK_LEVEL,
            visited_countries: vec!["NL".to_owned()],
            origin: "DE".to_owned(),
            report_type: 1,
            days_since_onset_of_symptoms: 0,
        }
    }

    #[test]
    fn the_known_batch_is_read_and_written() {
        let batch = known_batch();
        let data: Vec<_> = batch.keys.iter().map(|key| &*key.key_data).collect();
        assert_eq!(data, [&b"978"[..], b"D189", b"ABC", b"123"]);
        let key = &batch.keys[0];
        assert_eq!(
            (
                key.rolling_start_interval_number,
                key.rolling_period,
                key.transmission_risk_level,
                &*key.origin,
                key.report_type,
                key.days_since_onset_of_symptoms
            ),
            (2, 1, 3, "DE", 1, 42)
        );
        assert_eq!(key.visited_countries, ["CA", "CB", "CC", "CD"]);
        assert_eq!(shared::base64::encode(&batch.encode_to_vec()), KNOWN_BATCH);
    }

    #[test]
    fn the_json_form_has_the_names_of_the_protobuf_fields() {
        let batch = DiagnosisKeyBatch { keys: vec![key(7)] };
        let json = concat!(
            r#"{"keys":[{"keyData":"BwcHBwcHBwcHBwcHBwcHBw==","#,
            r#""rollingStartIntervalNumber":2991888,"rollingPeriod":144,"#,
            r#""transmissionRiskLevel":2147483647,"visitedCountries":["NL"],"origin":"DE","#,
            r#""reportType":"CONFIRMED_TEST","days_since_onset_of_symptoms":0}]}"#,
        );
        assert_eq!(serde_json::to_string(&batch).unwrap(), json);
        assert_eq!(
            serde_json::from_str::<DiagnosisKeyBatch>(json).unwrap(),
            batch
        );
        let short: DiagnosisKeyBatch =
            serde_json::from_str(r#"{"keys":[{"reportType":5}]}"#).unwrap();
        assert_eq!(short.keys[0].report_type, ReportType::Revoked as i32);
        assert_eq!(short.keys[0].rolling_period, 0);
    }

    #[test]
    fn outgoing_keys_hold_the_midpoint_of_their_class_and_name_every_participant() {
        let own = conversion::DiagnosisKey {
            key: TemporaryExposureKey {
                data: KeyData::from_bytes([1; 16]),
                rolling_start: Interval::new(2_991_888),
                rolling_period: RollingPeriod::DAY,
            },
            infectiousness: Infectiousness::Late,
        };
        let participants = Participants::of(Country::NETHERLANDS, "DE BE").unwrap();
        let batch = DiagnosisKeyBatch::outgoing(&[own], Country::NETHERLANDS, &participants);
        assert!(
            batch.keys
                == [EfgsKey {
                    visited_countries: vec!["BE".to_owned(), "DE".to_owned()],
                    origin: "NL".to_owned(),
                    days_since_onset_of_symptoms: 8,
                    ..key(1)
                }]
        );
    }

    #[test]
    fn a_batch_of_too_many_keys_is_refused_before_it_takes_memory() {
        let bytes = known_batch().encode_to_vec();
        assert!(DiagnosisKeyBatch::read(&bytes, 4) == Ok(known_batch()));
        assert!(DiagnosisKeyBatch::read(&bytes, 3) == Err(BatchError::TooMany));
        let tiny = [0x0a, 0].repeat(5_001);
        assert!(DiagnosisKeyBatch::read(&tiny, 5_000) == Err(BatchError::TooMany));
        assert!(matches!(
            DiagnosisKeyBatch::read(&bytes[1..], 4),
            Err(BatchError::Malformed(_))
        ));
    }

    #[test]
    fn keys_stay_out_of_logs() {
        let logged = format!("{:?} {:?}", known_batch(), key(1));
        assert_eq!(logged, "DiagnosisKeyBatch(…) EfgsKey(…)");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_panic(bytes: Vec<u8>) {
            let _ = DiagnosisKeyBatch::read(&bytes, 1);
            let _ = serde_json::from_slice::<DiagnosisKeyBatch>(&bytes);
        }
    }
}
