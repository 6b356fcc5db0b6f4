//! Which keys of a batch are genuine (design §4.4.11–13).
//!
//! A batch of the gateway mixes the uploads of several countries. Trust is per upload: the audit
//! gives its country, its number of keys, and the country's signature over exactly these keys.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::{
    audit::{AuditedUpload, MAX_VERIFIED_UPLOADS},
    batch::EfgsKey,
    certificate::{Certificate, TrustAnchor},
    cms,
    signing_text::signing_text,
};
use shared::{
    Timestamp,
    api::QuarantineReason,
    base64,
    country::{Country, Participants},
};

/// The rules that a batch is verified by.
#[derive(Clone, Copy, Debug)]
pub struct BatchVerifier<'a> {
    /// Our own country, whose keys are in the audit but not in the download.
    pub own: Country,
    /// The countries whose keys are used.
    pub participants: &'a Participants,
    /// The certificate of the gateway's operator, who signs those of the countries.
    pub anchor: &'a TrustAnchor,
    /// The time.
    pub now: Timestamp,
}

/// The keys of a batch after verification.
#[derive(Debug, Default, PartialEq)]
pub struct VerifiedBatch {
    /// Keys that their country, a participant, signed.
    pub trusted: Vec<EfgsKey>,
    /// The countries with uploads that are not used, and why, each reason once; `None` for a
    /// country code that is unknown.
    pub quarantined: Vec<(Option<Country>, QuarantineReason)>,
}

/// What is known of a certificate's text with the operator's signature over it. Many uploads have
/// the same certificate, and verifying one costs as much as verifying a batch signature.
type Certificates<'a> = HashMap<(&'a str, &'a str), Result<Certificate, QuarantineReason>>;

impl BatchVerifier<'_> {
    /// Verifies the keys of a batch by its audit, upload by upload. An error quarantines the whole
    /// batch.
    pub fn verify(
        &self,
        keys: Vec<EfgsKey>,
        audit: &[AuditedUpload],
    ) -> Result<VerifiedBatch, QuarantineReason> {
        let foreign = audit
            .iter()
            .filter(|upload| upload.country != self.own.code());
        let mut certificates = Certificates::new();
        let mut counts = HashMap::<Option<Country>, usize>::new();
        let mut batch = VerifiedBatch::default();
        for (upload, keys) in assign(keys, &foreign.collect::<Vec<_>>())? {
            let country: Option<Country> = upload.country.parse().ok();
            if country.is_some_and(|country| !self.participants.include(country)) {
                continue;
            }
            let count = counts.entry(country).or_default();
            *count += 1;
            let verified = if *count > MAX_VERIFIED_UPLOADS {
                Err(QuarantineReason::TooManyUploads)
            } else {
                self.verify_upload(country, upload, &keys, &mut certificates)
            };
            match verified {
                Ok(()) => batch.trusted.extend(keys),
                Err(reason) if batch.quarantined.contains(&(country, reason)) => {}
                Err(reason) => batch.quarantined.push((country, reason)),
            }
        }
        Ok(batch)
    }

    fn verify_upload<'a>(
        &self,
        country: Option<Country>,
        upload: &'a AuditedUpload,
        keys: &[EfgsKey],
        certificates: &mut Certificates<'a>,
    ) -> Result<(), QuarantineReason> {
        let country = country.ok_or(QuarantineReason::UnknownCountry)?;
        let pem = &*upload.signing_certificate;
        let operator_signature = &*upload.signing_certificate_operator_signature;
        let certificate = certificates
            .entry((pem, operator_signature))
            .or_insert_with(|| self.certificate(pem, operator_signature))
            .as_ref()
            .map_err(|reason| *reason)?;
        if certificate.country() != Some(country) {
            return Err(QuarantineReason::CertificateCountry);
        }
        if keys.iter().any(|key| key.origin != country.code()) {
            return Err(QuarantineReason::Origin);
        }
        let signature = base64::decode_vec(&upload.batch_signature);
        let signature = signature.ok_or(QuarantineReason::Signature)?;
        if !cms::verifies(&signature, &signing_text(keys), certificate) {
            return Err(QuarantineReason::Signature);
        }
        Ok(())
    }

    /// The certificate in `pem`, if it is trusted and valid now.
    fn certificate(
        &self,
        pem: &str,
        operator_signature: &str,
    ) -> Result<Certificate, QuarantineReason> {
        if !self.anchor.has_signed(pem, operator_signature) {
            return Err(QuarantineReason::UntrustedCertificate);
        }
        let certificate =
            Certificate::from_pem(pem).map_err(|_| QuarantineReason::UntrustedCertificate)?;
        if !certificate.is_valid(self.now) {
            return Err(QuarantineReason::CertificateExpired);
        }
        Ok(certificate)
    }
}

/// Assigns the keys of a batch to its uploads. The keys of an upload are in its order, but the keys
/// of simultaneous uploads may be interleaved. So an upload gets the next keys with its country as
/// origin, if the amounts of the country's uploads add up to the number of such keys. If they do
/// not, some key names a wrong origin; the uploads of such countries get the next of the remaining
/// keys in the order of the batch, and only the upload with the wrong key is quarantined.
fn assign<'a>(
    keys: Vec<EfgsKey>,
    uploads: &[&'a AuditedUpload],
) -> Result<Vec<(&'a AuditedUpload, Vec<EfgsKey>)>, QuarantineReason> {
    let mut amounts = HashMap::<&str, usize>::new();
    let mut sum = 0_usize;
    for upload in uploads {
        let amount = usize::try_from(upload.amount).map_err(|_| QuarantineReason::Amounts)?;
        sum = sum.checked_add(amount).ok_or(QuarantineReason::Amounts)?;
        *amounts.entry(&upload.country).or_default() += amount;
    }
    if sum != keys.len() {
        return Err(QuarantineReason::Amounts);
    }
    let mut origins = HashMap::<&str, usize>::new();
    for key in &keys {
        *origins.entry(&key.origin).or_default() += 1;
    }
    let matching: HashSet<String> = amounts
        .into_iter()
        .filter(|(country, amount)| origins.get(country) == Some(amount))
        .map(|(country, _)| country.to_owned())
        .collect();
    // Countries whose amounts do not match share the queue "".
    let queue_of = |country: &str| matching.get(country).map_or("", String::as_str);

    let mut queues = HashMap::<&str, VecDeque<EfgsKey>>::new();
    for key in keys {
        queues
            .entry(queue_of(&key.origin))
            .or_default()
            .push_back(key);
    }
    let assigned = uploads.iter().map(|upload| {
        let own = queues
            .get_mut(queue_of(&upload.country))
            .map_or_else(Vec::new, |queue| {
                let amount = usize::try_from(upload.amount).unwrap_or(usize::MAX);
                queue.drain(..amount.min(queue.len())).collect()
            });
        (*upload, own)
    });
    Ok(assigned.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::tests::key;

    /// Keys with these numbers and origins.
    fn keys(of: &[(u8, &str)]) -> Vec<EfgsKey> {
        let keys = of.iter().map(|(number, origin)| EfgsKey {
            origin: (*origin).to_owned(),
            ..key(*number)
        });
        keys.collect()
    }

    /// The numbers of the keys of each upload.
    fn assigned(
        of: &[(u8, &str)],
        amounts: &[(&str, u64)],
    ) -> Result<Vec<Vec<u8>>, QuarantineReason> {
        let audit: Vec<_> = amounts
            .iter()
            .map(|(country, amount)| AuditedUpload {
                country: (*country).to_owned(),
                amount: *amount,
                ..AuditedUpload::default()
            })
            .collect();
        let numbers = |keys: Vec<EfgsKey>| keys.iter().map(|key| key.key_data[0]).collect();
        let assigned = assign(keys(of), &audit.iter().collect::<Vec<_>>())?;
        Ok(assigned
            .into_iter()
            .map(|(_, keys)| numbers(keys))
            .collect())
    }

    #[test]
    fn the_keys_of_simultaneous_uploads_are_told_apart() {
        let mixed = [
            (1, "DE"),
            (2, "BE"),
            (3, "DE"),
            (4, "DE"),
            (5, "BE"),
            (6, "DE"),
        ];
        assert_eq!(
            assigned(&mixed, &[("DE", 3), ("BE", 2), ("IE", 0), ("DE", 1)]),
            Ok(vec![vec![1, 3, 4], vec![2, 5], vec![], vec![6]])
        );
    }

    #[test]
    fn a_key_with_a_wrong_origin_stays_with_its_upload() {
        let stolen = [(1, "DE"), (2, "NL"), (3, "BE"), (4, "BE")];
        assert_eq!(
            assigned(&stolen, &[("DE", 2), ("BE", 2)]),
            Ok(vec![vec![1, 2], vec![3, 4]])
        );
    }

    #[test]
    fn a_country_with_a_wrong_key_leaves_the_uploads_of_the_others_intact() {
        let mixed = [
            (1, "DE"),
            (2, "BE"),
            (3, "DE"),
            (4, "IE"),
            (5, "BE"),
            (6, "NL"),
        ];
        assert_eq!(
            assigned(&mixed, &[("DE", 3), ("BE", 2), ("IE", 1)]),
            Ok(vec![vec![1, 3, 6], vec![2, 5], vec![4]])
        );
    }

    #[test]
    fn amounts_that_do_not_add_up_are_refused() {
        let two = [(1, "DE"), (2, "DE")];
        for amounts in [
            &[][..],
            &[("DE", 1)],
            &[("DE", 2), ("BE", 1)],
            &[("DE", u64::MAX), ("BE", 3)],
        ] {
            assert_eq!(assigned(&two, amounts), Err(QuarantineReason::Amounts));
        }
        assert_eq!(assigned(&[], &[]), Ok(vec![]));
    }
}
