//! The state of the exchange with other countries, for administrators (design §4.3.10).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::country::Country;

/// The state of the exchange with other countries.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExchangeReport {
    /// Keys that other countries sent and that are not used, newest first.
    #[serde(rename = "setAside")]
    pub quarantined: Vec<QuarantinedKeys>,
    /// The last run of the upload.
    pub last_upload: Option<LastRun>,
    /// The last run of the download.
    pub last_download: Option<LastRun>,
}

/// Keys in a batch of the gateway that are not used.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct QuarantinedKeys {
    /// The time of the quarantine.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    #[cfg_attr(feature = "openapi", schemars(with = "Timestamp"))]
    pub at: Timestamp,
    /// The gateway's name for the batch.
    pub tag: String,
    /// The country whose keys these are; null for a whole batch, and for a country code that is
    /// unknown.
    pub country: Option<Country>,
    /// Why the keys are not used.
    pub reason: QuarantineReason,
}

/// Why keys are quarantined: recorded where an administrator sees it, and never published.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum QuarantineReason {
    /// The amounts in the audit do not add up to the number of keys.
    Amounts,
    /// The signing certificate is another country's.
    CertificateCountry,
    /// The signing certificate is not valid yet, or not any more.
    CertificateExpired,
    /// The gateway does not give the batch's audit.
    NoAudit,
    /// The gateway does not give the batch.
    NoBatch,
    /// A key names another country as its origin.
    Origin,
    /// The country did not sign exactly these keys.
    Signature,
    /// The country has more uploads in one batch than are verified.
    TooManyUploads,
    /// The audit names a country that is unknown.
    UnknownCountry,
    /// The batch or its audit cannot be read.
    Unreadable,
    /// The operator has not signed the signing certificate, or there is none.
    UntrustedCertificate,
}

impl QuarantineReason {
    /// Whether a whole batch is quarantined, and not only the uploads of one country.
    pub const fn affects_whole_batch(self) -> bool {
        matches!(
            self,
            Self::Amounts | Self::NoAudit | Self::NoBatch | Self::Unreadable
        )
    }
}

impl fmt::Display for QuarantineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Amounts => "the amounts in the audit are not the number of keys",
            Self::CertificateCountry => "the signing certificate is another country's",
            Self::CertificateExpired => "the signing certificate is not valid now",
            Self::NoAudit => "the gateway does not give the audit",
            Self::NoBatch => "the gateway does not give the batch",
            Self::Origin => "a key names another country as its origin",
            Self::Signature => "the signature is not over exactly these keys",
            Self::TooManyUploads => "the country has too many uploads in one batch",
            Self::UnknownCountry => "the country is unknown",
            Self::Unreadable => "the batch or its audit cannot be read",
            Self::UntrustedCertificate => {
                "the signing certificate is not signed by the gateway's operator, or \
                 EFGS_TRUST_ANCHOR is not that operator's"
            }
        })
    }
}

/// How a run of the exchange ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LastRun {
    /// The time at which it began.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    #[cfg_attr(feature = "openapi", schemars(with = "Timestamp"))]
    pub at: Timestamp,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: RunOutcome,
}

/// How a run of the exchange ends. What is not done is left to the next run.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum RunOutcome {
    /// All keys are exchanged.
    Done,
    /// The gateway failed, or gave no answer.
    NoAnswer,
    /// The gateway refused with a status that repeating does not change: an operator must look.
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The run reached its limit; the next one continues.
    Unfinished,
    /// The gateway's answer is malformed or does not fit the request.
    Unreadable,
}

impl fmt::Display for RunOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::NoAnswer => f.write_str("the gateway fails or gives no answer"),
            Self::Refused { status } => write!(f, "the gateway refuses with status {status}"),
            Self::Unfinished => f.write_str("there is more, which the next run does"),
            Self::Unreadable => f.write_str("the gateway's answer makes no sense"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_reads_how_the_exchange_goes() {
        let at: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let report = ExchangeReport {
            quarantined: vec![QuarantinedKeys {
                at,
                tag: "20261123-7".to_owned(),
                country: "DE".parse().ok(),
                reason: QuarantineReason::CertificateExpired,
            }],
            last_upload: Some(LastRun {
                at,
                outcome: RunOutcome::Refused { status: 403 },
            }),
            last_download: Some(LastRun {
                at,
                outcome: RunOutcome::NoAnswer,
            }),
        };
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"setAside":[{"at":"2026-11-23T10:00:00Z","tag":"20261123-7","country":"DE","#,
                r#""reason":"certificate-expired"}],"#,
                r#""lastUpload":{"at":"2026-11-23T10:00:00Z","outcome":"refused","status":403},"#,
                r#""lastDownload":{"at":"2026-11-23T10:00:00Z","outcome":"no-answer"}}"#,
            )
        );
        assert_eq!(
            serde_json::from_str::<ExchangeReport>(&json).unwrap(),
            report
        );
    }
}
