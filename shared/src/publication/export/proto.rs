//! The protobuf messages of Apple's and Google's export file (proto2), version 1.
//!
//! Source: `exposure_key_export.proto` of the Exposure Notification specification. Fields that this
//! service neither writes nor reads (`revised_keys`, `variant_of_concern`) are left out; a reader
//! skips them.

/// What `export.bin` holds after its header.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TemporaryExposureKeyExport {
    /// Unix seconds.
    #[prost(fixed64, optional, tag = "1")]
    pub start_timestamp: Option<u64>,
    /// Unix seconds.
    #[prost(fixed64, optional, tag = "2")]
    pub end_timestamp: Option<u64>,
    /// `NL`.
    #[prost(string, optional, tag = "3")]
    pub region: Option<String>,
    /// Counted from 1.
    #[prost(int32, optional, tag = "4")]
    pub batch_num: Option<i32>,
    /// How many files the batch has.
    #[prost(int32, optional, tag = "5")]
    pub batch_size: Option<i32>,
    /// One for each signature in `export.sig`.
    #[prost(message, repeated, tag = "6")]
    pub signature_infos: Vec<SignatureInfo>,
    /// The keys, sorted by their data.
    #[prost(message, repeated, tag = "7")]
    pub keys: Vec<TemporaryExposureKey>,
}

/// The field number of `keys`, for writing one key at a time.
pub const KEYS_TAG: u32 = 7;

/// Which key a signature was made with.
#[derive(Clone, Eq, Hash, PartialEq, prost::Message)]
pub struct SignatureInfo {
    /// For example `v1`.
    #[prost(string, optional, tag = "3")]
    pub verification_key_version: Option<String>,
    /// The mobile country code: `204`.
    #[prost(string, optional, tag = "4")]
    pub verification_key_id: Option<String>,
    /// An object identifier.
    #[prost(string, optional, tag = "5")]
    pub signature_algorithm: Option<String>,
}

/// A diagnosis key.
#[derive(Clone, Eq, Hash, PartialEq, prost::Message)]
pub struct TemporaryExposureKey {
    /// 16 bytes.
    #[prost(bytes = "vec", optional, tag = "1")]
    pub key_data: Option<Vec<u8>>,
    /// 0–8.
    #[prost(int32, optional, tag = "2")]
    pub transmission_risk_level: Option<i32>,
    /// An interval.
    #[prost(int32, optional, tag = "3")]
    pub rolling_start_interval_number: Option<i32>,
    /// Intervals; a file without it means a whole day.
    #[prost(int32, optional, tag = "4", default = "144")]
    pub rolling_period: Option<i32>,
    /// [`REPORT_TYPE_CONFIRMED_TEST`] and others.
    #[prost(int32, optional, tag = "5")]
    pub report_type: Option<i32>,
    /// −14…14.
    #[prost(sint32, optional, tag = "6")]
    pub days_since_onset_of_symptoms: Option<i32>,
}

/// The report type of every key of this service.
pub const REPORT_TYPE_CONFIRMED_TEST: i32 = 1;

/// What `export.sig` holds.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TekSignatureList {
    /// One for each signature info.
    #[prost(message, repeated, tag = "1")]
    pub signatures: Vec<TekSignature>,
}

/// A signature over `export.bin`.
#[derive(Clone, Eq, Hash, PartialEq, prost::Message)]
pub struct TekSignature {
    /// Which key made it.
    #[prost(message, optional, tag = "1")]
    pub signature_info: Option<SignatureInfo>,
    /// As in the export.
    #[prost(int32, optional, tag = "2")]
    pub batch_num: Option<i32>,
    /// As in the export.
    #[prost(int32, optional, tag = "3")]
    pub batch_size: Option<i32>,
    /// X9.62 DER.
    #[prost(bytes = "vec", optional, tag = "4")]
    pub signature: Option<Vec<u8>>,
}
