//! Who uploaded which keys of a batch, and whether to believe it (design §4.4).
//!
//! A batch of the gateway mixes uploads of several countries, so trust is per entry of its audit: each entry says whose the
//! next so many keys are, and carries that country's signature over exactly them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    batch::DiagnosisKey,
    certificate::{Certificate, TrustAnchor},
    cms,
    signing_text::signing_text,
};
use crate::{
    Timestamp, base64,
    country::{Country, Participants},
};

/// One upload that is in a batch. The order of entries is that of their keys.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AuditEntry {
    /// The code of the country that uploaded.
    pub country: String,
    /// How many keys.
    pub amount: u64,
    /// The certificate that it signed with, PEM.
    pub signing_certificate: String,
    /// The operator's signature over the PEM text, base64.
    pub signing_certificate_operator_signature: String,
    /// The country's signature over the keys: CMS, base64.
    pub batch_signature: String,
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
    /// There is no audit of the batch.
    NoAudit,
    /// A key claims to be another country's.
    Origin,
    /// The country did not sign exactly these keys.
    Signature,
    /// The entry's country is none.
    UnknownCountry,
    /// The batch or its audit cannot be read.
    Unreadable,
    /// The operator does not vouch for the certificate.
    UntrustedCertificate,
}

impl fmt::Display for SetAsideReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Amounts => "the audit speaks of more or fewer keys than there are",
            Self::CertificateCountry => "the signing certificate is another country's",
            Self::CertificateExpired => "the signing certificate is not valid now",
            Self::NoAudit => "there is no audit",
            Self::Origin => "a key claims to be another country's",
            Self::Signature => "the signature is not over exactly these keys",
            Self::UnknownCountry => "the country is unknown",
            Self::Unreadable => "the batch or its audit cannot be read",
            Self::UntrustedCertificate => "the operator does not vouch for the signing certificate",
        })
    }
}

/// By what a batch is judged.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// Our own country, whose keys are in the audit but not in the download.
    pub own: Country,
    /// The countries that are listened to.
    pub participants: &'a Participants,
    /// Whose certificates are believed.
    pub anchor: &'a TrustAnchor,
    /// The time.
    pub now: Timestamp,
}

/// What is left of a batch.
#[derive(Debug, Default, PartialEq)]
pub struct Judged {
    /// Keys of participating countries that their country signed.
    pub trusted: Vec<DiagnosisKey>,
    /// Entries whose keys are not used; the country is missing where the entry names none.
    pub set_aside: Vec<(Option<Country>, SetAsideReason)>,
}

impl Judge<'_> {
    /// Judges a batch by its audit, entry by entry. An error sets all of it aside.
    pub fn judge(
        &self,
        mut keys: Vec<DiagnosisKey>,
        audit: &[AuditEntry],
    ) -> Result<Judged, SetAsideReason> {
        let foreign = || {
            audit
                .iter()
                .filter(|entry| entry.country != self.own.code())
        };
        let amount = foreign().try_fold(0_u64, |sum, entry| sum.checked_add(entry.amount));
        if amount != u64::try_from(keys.len()).ok() {
            return Err(SetAsideReason::Amounts);
        }
        let mut judged = Judged::default();
        for entry in foreign() {
            let amount = usize::try_from(entry.amount).map_err(|_| SetAsideReason::Amounts)?;
            let rest = keys.split_off(amount.min(keys.len()));
            let own_keys = std::mem::replace(&mut keys, rest);
            let country: Option<Country> = entry.country.parse().ok();
            if country.is_some_and(|country| !self.participants.include(country)) {
                continue;
            }
            match self.judge_entry(country, entry, &own_keys) {
                Ok(()) => judged.trusted.extend(own_keys),
                Err(reason) => judged.set_aside.push((country, reason)),
            }
        }
        Ok(judged)
    }

    fn judge_entry(
        &self,
        country: Option<Country>,
        entry: &AuditEntry,
        keys: &[DiagnosisKey],
    ) -> Result<(), SetAsideReason> {
        let country = country.ok_or(SetAsideReason::UnknownCountry)?;
        let pem = &entry.signing_certificate;
        if !self
            .anchor
            .vouches_for(pem, &entry.signing_certificate_operator_signature)
        {
            return Err(SetAsideReason::UntrustedCertificate);
        }
        let certificate =
            Certificate::from_pem(pem).map_err(|_| SetAsideReason::UntrustedCertificate)?;
        if !certificate.is_valid(self.now) {
            return Err(SetAsideReason::CertificateExpired);
        }
        if certificate.country() != Some(country) {
            return Err(SetAsideReason::CertificateCountry);
        }
        if keys.iter().any(|key| key.origin != country.code()) {
            return Err(SetAsideReason::Origin);
        }
        let signature = base64::decode_vec(&entry.batch_signature);
        let signature = signature.ok_or(SetAsideReason::Signature)?;
        if !cms::verifies(&signature, &signing_text(keys), &certificate) {
            return Err(SetAsideReason::Signature);
        }
        Ok(())
    }
}
