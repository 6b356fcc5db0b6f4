//! How the exchange with other countries goes, for administrators (design §4.4).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::country::Country;

/// The answer to `GET /api/exchange`: how the exchange with other countries goes.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeReport {
    /// What other countries sent and is not used, newest first.
    pub set_aside: Vec<SetAside>,
    /// The last run of the upload.
    pub last_upload: Option<LastRun>,
    /// The last run of the download.
    pub last_download: Option<LastRun>,
}

/// Keys in a batch of the gateway that are not used.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SetAside {
    /// When.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    pub at: Timestamp,
    /// The gateway's name for the batch.
    pub tag: String,
    /// Whose keys; null for all of the batch ([`SetAsideReason::concerns_all`]), or for a country
    /// that there is not.
    pub country: Option<Country>,
    /// Why.
    pub reason: SetAsideReason,
}

/// Why keys are set aside: recorded where an administrator sees it, and never published.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SetAsideReason {
    /// The entries speak of more or fewer keys than there are.
    Amounts,
    /// The certificate is another country's.
    CertificateCountry,
    /// The certificate is not valid yet, or not any more.
    CertificateExpired,
    /// The gateway does not give the batch's audit.
    NoAudit,
    /// The gateway does not give the batch.
    NoBatch,
    /// A key claims to be another country's.
    Origin,
    /// The country did not sign exactly these keys.
    Signature,
    /// The country has more uploads in one batch than make sense.
    TooManyUploads,
    /// The entry's country is none.
    UnknownCountry,
    /// The batch or its audit cannot be read.
    Unreadable,
    /// The operator does not vouch for the certificate, or there is none.
    UntrustedCertificate,
}

impl SetAsideReason {
    /// Whether it concerns all of a batch, not only the uploads of a country.
    pub const fn concerns_all(self) -> bool {
        matches!(
            self,
            Self::Amounts | Self::NoAudit | Self::NoBatch | Self::Unreadable
        )
    }
}

impl fmt::Display for SetAsideReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Amounts => "the audit speaks of more or fewer keys than there are",
            Self::CertificateCountry => "the signing certificate is another country's",
            Self::CertificateExpired => "the signing certificate is not valid now",
            Self::NoAudit => "the gateway does not give the audit",
            Self::NoBatch => "the gateway does not give the batch",
            Self::Origin => "a key claims to be another country's",
            Self::Signature => "the signature is not over exactly these keys",
            Self::TooManyUploads => "the country has too many uploads in one batch",
            Self::UnknownCountry => "the country is unknown",
            Self::Unreadable => "the batch or its audit cannot be read",
            Self::UntrustedCertificate => {
                "the signing certificate is not signed by the gateway's operator, or EFGS_TRUST_ANCHOR is not that operator's"
            }
        })
    }
}

/// How a run of the exchange ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LastRun {
    /// When it ran.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    pub at: Timestamp,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: RunOutcome,
}

/// The end of a run of the exchange. What is not done is left to the next one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum RunOutcome {
    /// All that there was is done.
    Done,
    /// The gateway failed, or gave no answer.
    NoAnswer,
    /// The gateway refused with a status that does not pass by itself: somebody must look.
    Refused {
        /// The status.
        status: u16,
    },
    /// It took long enough; there is more.
    Unfinished,
    /// The gateway's answer makes no sense.
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
            set_aside: vec![SetAside {
                at,
                tag: "20261123-7".to_owned(),
                country: "DE".parse().ok(),
                reason: SetAsideReason::CertificateExpired,
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
            r#"{"setAside":[{"at":"2026-11-23T10:00:00Z","tag":"20261123-7","country":"DE","reason":"certificate-expired"}],"lastUpload":{"at":"2026-11-23T10:00:00Z","outcome":"refused","status":403},"lastDownload":{"at":"2026-11-23T10:00:00Z","outcome":"no-answer"}}"#
        );
        assert_eq!(
            serde_json::from_str::<ExchangeReport>(&json).unwrap(),
            report
        );
    }
}
