//! The protobuf messages (proto2) of an exposure key set, as `exposure_key_export.proto` of Apple's
//! and Google's Exposure Notification specification defines them, version 1.
//!
//! Fields that this service neither writes nor reads (`revised_keys`, `variant_of_concern`) are
//! left out; a reader skips them.

/// The content of `export.bin` after its header.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TemporaryExposureKeyExport {
    /// The start of the window, in Unix seconds.
    #[prost(fixed64, optional, tag = "1")]
    pub start_timestamp: Option<u64>,
    /// The end of the window, in Unix seconds.
    #[prost(fixed64, optional, tag = "2")]
    pub end_timestamp: Option<u64>,
    /// The region that the keys come from, for example `NL`.
    #[prost(string, optional, tag = "3")]
    pub region: Option<String>,
    /// The number of the file in its batch, from 1.
    #[prost(int32, optional, tag = "4")]
    pub batch_num: Option<i32>,
    /// The number of files in the batch.
    #[prost(int32, optional, tag = "5")]
    pub batch_size: Option<i32>,
    /// The key and algorithm of each signature in `export.sig`.
    #[prost(message, repeated, tag = "6")]
    pub signature_infos: Vec<SignatureInfo>,
    /// The keys, sorted by their data.
    #[prost(message, repeated, tag = "7")]
    pub keys: Vec<TemporaryExposureKey>,
}

/// The field number of `keys`, for writing one key at a time.
pub const KEYS_TAG: u32 = 7;

/// The key and algorithm with which a signature was made.
#[derive(Clone, Eq, Hash, PartialEq, prost::Message)]
pub struct SignatureInfo {
    /// The version of the public key, for example `v1`.
    #[prost(string, optional, tag = "3")]
    pub verification_key_version: Option<String>,
    /// The id of the public key: the mobile country code, for example `204`.
    #[prost(string, optional, tag = "4")]
    pub verification_key_id: Option<String>,
    /// The algorithm, as an object identifier.
    #[prost(string, optional, tag = "5")]
    pub signature_algorithm: Option<String>,
}

/// A diagnosis key.
#[derive(Clone, Eq, Hash, PartialEq, prost::Message)]
pub struct TemporaryExposureKey {
    /// The 16 bytes of the key.
    #[prost(bytes = "vec", optional, tag = "1")]
    pub key_data: Option<Vec<u8>>,
    /// The transmission risk level, 0 to 8.
    #[prost(int32, optional, tag = "2")]
    pub transmission_risk_level: Option<i32>,
    /// The first interval in which the key was in use.
    #[prost(int32, optional, tag = "3")]
    pub rolling_start_interval_number: Option<i32>,
    /// The number of intervals in which the key was in use; a whole day if missing.
    #[prost(int32, optional, tag = "4", default = "144")]
    pub rolling_period: Option<i32>,
    /// The report type, such as [`REPORT_TYPE_CONFIRMED_TEST`].
    #[prost(int32, optional, tag = "5")]
    pub report_type: Option<i32>,
    /// The days from the onset of symptoms to the day of the key, −14 to 14.
    #[prost(sint32, optional, tag = "6")]
    pub days_since_onset_of_symptoms: Option<i32>,
}

/// The report type of every key of this service.
pub const REPORT_TYPE_CONFIRMED_TEST: i32 = 1;

/// The content of `export.sig`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TekSignatureList {
    /// The signatures, one for each signature info.
    #[prost(message, repeated, tag = "1")]
    pub signatures: Vec<TekSignature>,
}

/// A signature over `export.bin`.
#[derive(Clone, Eq, Hash, PartialEq, prost::Message)]
pub struct TekSignature {
    /// The key and algorithm of the signature.
    #[prost(message, optional, tag = "1")]
    pub signature_info: Option<SignatureInfo>,
    /// The number of the file in its batch, as in `export.bin`.
    #[prost(int32, optional, tag = "2")]
    pub batch_num: Option<i32>,
    /// The number of files in the batch, as in `export.bin`.
    #[prost(int32, optional, tag = "3")]
    pub batch_size: Option<i32>,
    /// The signature in DER (X9.62).
    #[prost(bytes = "vec", optional, tag = "4")]
    pub signature: Option<Vec<u8>>,
}
