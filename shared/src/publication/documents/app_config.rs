//! The settings of the app: how often a phone looks for new keys, how large its requests are, and
//! how often it sends a decoy.

use std::{ops::RangeInclusive, time::Duration};

use serde::Deserialize;
use thiserror::Error;

use crate::enrolment::upload::MAX_BODY_BYTES;

/// The document `appconfig`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(try_from = "Json")]
pub struct AppConfig {
    manifest_frequency: Duration,
    decoy_probability: f64,
    request_bytes: RangeInclusive<usize>,
    repeated_upload_delay: Duration,
    deactivated: bool,
}

impl AppConfig {
    /// The time between two downloads of the manifest; at least a minute.
    pub const fn manifest_frequency(&self) -> Duration {
        self.manifest_frequency
    }

    /// The probability, 0 to 1, with which a phone sends a decoy on a day.
    pub const fn decoy_probability(&self) -> f64 {
        self.decoy_probability
    }

    /// The sizes, in bytes from 1 to 64 KiB, from which a phone chooses that of a request to the
    /// phone API. Padding fills the request.
    pub fn request_bytes(&self) -> RangeInclusive<usize> {
        self.request_bytes.clone()
    }

    /// The time from an upload until a phone uploads again, if its code is still valid.
    pub const fn repeated_upload_delay(&self) -> Duration {
        self.repeated_upload_delay
    }

    /// Whether the app is no longer in use: it downloads and sends nothing, and says so.
    pub const fn is_deactivated(&self) -> bool {
        self.deactivated
    }
}

/// Why a document is not an [`AppConfig`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AppConfigError {
    /// Phones would ignore the value, though it may be meant to deactivate them.
    #[error("coronaMelderDeactivated is neither empty nor \"{DEACTIVATED}\"")]
    Deactivated,
    /// The value is not a probability.
    #[error("decoyProbability is not from 0 to 1")]
    DecoyProbability,
    /// Phones would download the manifest without pause.
    #[error("manifestFrequency is not at least 1 minute")]
    ManifestFrequency,
    /// There is no size between the two, or the service would refuse a request of that size.
    #[error("requestMinimumSize and requestMaximumSize are not 1 ≤ minimum ≤ maximum ≤ 65536")]
    RequestSize,
}

/// The value that deactivates CoronaMelder's apps.
const DEACTIVATED: &str = "deactivated";

/// The members of the document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Json {
    /// Minutes.
    manifest_frequency: u32,
    decoy_probability: f64,
    request_minimum_size: usize,
    request_maximum_size: usize,
    /// Seconds.
    repeated_upload_delay: u32,
    #[serde(default)]
    corona_melder_deactivated: String,
}

impl TryFrom<Json> for AppConfig {
    type Error = AppConfigError;

    fn try_from(json: Json) -> Result<Self, AppConfigError> {
        if json.manifest_frequency == 0 {
            return Err(AppConfigError::ManifestFrequency);
        }
        if !(0.0..=1.0).contains(&json.decoy_probability) {
            return Err(AppConfigError::DecoyProbability);
        }
        let request_bytes = json.request_minimum_size..=json.request_maximum_size;
        if request_bytes.is_empty()
            || json.request_minimum_size == 0
            || json.request_maximum_size > MAX_BODY_BYTES
        {
            return Err(AppConfigError::RequestSize);
        }
        Ok(Self {
            manifest_frequency: Duration::from_secs(60 * u64::from(json.manifest_frequency)),
            decoy_probability: json.decoy_probability,
            request_bytes,
            repeated_upload_delay: Duration::from_secs(json.repeated_upload_delay.into()),
            deactivated: match json.corona_melder_deactivated.as_str() {
                "" => false,
                DEACTIVATED => true,
                _ => return Err(AppConfigError::Deactivated),
            },
        })
    }
}

#[cfg(test)]
pub mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::publication::documents::changes::each_change_is_refused;

    pub fn document() -> Value {
        json!({
            "manifestFrequency": 210,
            "decoyProbability": 0.00118,
            "requestMinimumSize": 1800,
            "requestMaximumSize": 17000,
            "repeatedUploadDelay": 14400,
            "coronaMelderDeactivated": "",
        })
    }

    fn changed(name: &str, value: Value) -> serde_json::Result<AppConfig> {
        let mut document = document();
        document[name] = value;
        serde_json::from_value(document)
    }

    #[test]
    fn a_document_is_parsed() {
        let config: AppConfig = serde_json::from_value(document()).unwrap();
        assert_eq!(config.manifest_frequency(), Duration::from_mins(210));
        assert_eq!(config.decoy_probability(), 0.00118);
        assert_eq!(config.request_bytes(), 1800..=17000);
        assert_eq!(config.repeated_upload_delay(), Duration::from_hours(4));
        assert!(!config.is_deactivated());
    }

    #[test]
    fn values_at_the_limits_are_accepted() {
        for (name, value) in [
            ("manifestFrequency", json!(1)),
            ("manifestFrequency", json!(u32::MAX)),
            ("decoyProbability", json!(0)),
            ("decoyProbability", json!(1)),
            ("requestMinimumSize", json!(1)),
            ("requestMinimumSize", json!(17000)),
            ("requestMaximumSize", json!(65536)),
            ("repeatedUploadDelay", json!(0)),
        ] {
            assert!(changed(name, value).is_ok(), "{name}");
        }
    }

    #[test]
    fn one_value_deactivates_the_app() {
        let ended = changed("coronaMelderDeactivated", json!("deactivated")).unwrap();
        assert!(ended.is_deactivated());
        let mut without = document();
        without
            .as_object_mut()
            .unwrap()
            .remove("coronaMelderDeactivated");
        let goes_on: AppConfig = serde_json::from_value(without).unwrap();
        assert!(!goes_on.is_deactivated());
    }

    #[test]
    fn a_document_with_one_wrong_value_is_refused() {
        each_change_is_refused::<AppConfig>(
            &document(),
            &[
                ("/manifestFrequency", json!(0), "manifestFrequency"),
                ("/manifestFrequency", json!(-1), "-1"),
                ("/manifestFrequency", json!(null), "null"),
                ("/decoyProbability", json!(1.01), "decoyProbability"),
                ("/decoyProbability", json!(-0.01), "decoyProbability"),
                ("/requestMinimumSize", json!(0), "requestMinimumSize"),
                ("/requestMinimumSize", json!(17001), "requestMinimumSize"),
                ("/requestMaximumSize", json!(65537), "requestMaximumSize"),
                ("/repeatedUploadDelay", json!("soon"), "soon"),
                (
                    "/coronaMelderDeactivated",
                    json!("deactivate"),
                    "coronaMelderDeactivated",
                ),
                ("", json!({}), "missing field"),
            ],
        );
    }
}
