//! The administrator's screen about other countries, in English.

use shared::api::{QuarantineReason, RunOutcome};

use crate::texts::types::*;

pub(super) const EXCHANGE: ExchangeTexts = ExchangeTexts {
    intro: "Every two hours the service sends its keys to the other countries, and fetches theirs. \
            Keys that cannot be trusted are set aside and never published.",
    upload: "Last run of sending",
    download: "Last run of fetching",
    never: "Not yet",
    outcome,
    caption: "What is set aside, the newest first",
    count: |count| match count {
        0 => "Nothing is set aside".to_owned(),
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    },
    tag: "Batch",
    country: "Country",
    all_of_it: "All of the batch",
    unknown: "Unknown",
    why: "Why",
    reason,
};

fn outcome(outcome: RunOutcome) -> String {
    match outcome {
        RunOutcome::Done => "done".to_owned(),
        RunOutcome::NoAnswer => {
            "the gateway failed or did not answer; the next run tries again".to_owned()
        }
        RunOutcome::Refused { status } => format!(
            "the gateway refused with status {status}; ask whoever runs the service to look"
        ),
        RunOutcome::Unfinished => "there is more; the next run goes on".to_owned(),
        RunOutcome::Unreadable => {
            "the gateway’s answer makes no sense; ask whoever runs the service to look".to_owned()
        }
    }
}

fn reason(reason: QuarantineReason) -> &'static str {
    match reason {
        QuarantineReason::Amounts => {
            "The gateway’s list of who uploaded what speaks of more or fewer keys than there are"
        }
        QuarantineReason::CertificateCountry => "The signing certificate is another country’s",
        QuarantineReason::CertificateExpired => "The signing certificate is not valid",
        QuarantineReason::NoAudit => "The gateway does not say who uploaded what",
        QuarantineReason::NoBatch => "The gateway does not give the batch",
        QuarantineReason::Origin => "A key claims to be another country’s",
        QuarantineReason::Signature => "The signature is not over exactly these keys",
        QuarantineReason::TooManyUploads => "The country has too many uploads in one batch",
        QuarantineReason::UnknownCountry => "The country is unknown",
        QuarantineReason::Unreadable => {
            "The batch, or the list of who uploaded what, cannot be read"
        }
        QuarantineReason::UntrustedCertificate => {
            "The gateway’s operator does not vouch for the signing certificate"
        }
    }
}
