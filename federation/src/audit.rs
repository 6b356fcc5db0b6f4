//! Who uploaded which keys of a batch, and whether to believe it (design §4.4).
//!
//! A batch of the gateway mixes uploads of several countries, so trust is per entry of its audit:
//! each entry says that so many keys are one country's, and carries that country's signature over
//! exactly them.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt, io,
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, SeqAccess, Visitor},
};

use super::{
    batch::DiagnosisKey,
    certificate::{Certificate, TrustAnchor},
    cms,
    signing_text::signing_text,
};
use shared::{
    Timestamp,
    api::SetAsideReason,
    base64,
    country::{Country, Participants},
};

/// One upload that is in a batch. The order of entries is that of the first key of each.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AuditEntry {
    /// The code of the country that uploaded.
    pub country: String,
    /// How many keys.
    pub amount: u64,
    /// The certificate that it signed with, PEM; empty when the gateway has it no more.
    #[serde(deserialize_with = "text_or_null")]
    pub signing_certificate: String,
    /// The operator's signature over the PEM text, base64; empty when the gateway has it no more.
    #[serde(deserialize_with = "text_or_null")]
    pub signing_certificate_operator_signature: String,
    /// The country's signature over the keys: CMS, base64.
    #[serde(deserialize_with = "text_or_null")]
    pub batch_signature: String,
}

fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
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
    /// Of which countries uploads are not used, each reason once; the country is missing where an
    /// entry names none.
    pub set_aside: Vec<(Option<Country>, SetAsideReason)>,
}

/// A certificate and the operator's signature over it, as an entry has them, and what is thought of
/// them. Many entries have the same, and looking at one is as much work as verifying a signature.
type Certificates<'a> = HashMap<(&'a str, &'a str), Result<Certificate, SetAsideReason>>;

impl Judge<'_> {
    /// Judges a batch by its audit, entry by entry. An error sets all of it aside.
    pub fn judge(
        &self,
        keys: Vec<DiagnosisKey>,
        audit: &[AuditEntry],
    ) -> Result<Judged, SetAsideReason> {
        let foreign = audit
            .iter()
            .filter(|entry| entry.country != self.own.code());
        let mut certificates = Certificates::new();
        let mut uploads = HashMap::<Option<Country>, usize>::new();
        let mut judged = Judged::default();
        for (entry, keys) in allot(keys, &foreign.collect::<Vec<_>>())? {
            let country: Option<Country> = entry.country.parse().ok();
            if country.is_some_and(|country| !self.participants.include(country)) {
                continue;
            }
            let uploads = uploads.entry(country).or_default();
            *uploads += 1;
            let verdict = if *uploads > MAX_UPLOADS {
                Err(SetAsideReason::TooManyUploads)
            } else {
                self.judge_entry(country, entry, &keys, &mut certificates)
            };
            match verdict {
                Ok(()) => judged.trusted.extend(keys),
                Err(reason) if judged.set_aside.contains(&(country, reason)) => {}
                Err(reason) => judged.set_aside.push((country, reason)),
            }
        }
        Ok(judged)
    }

    fn judge_entry<'a>(
        &self,
        country: Option<Country>,
        entry: &'a AuditEntry,
        keys: &[DiagnosisKey],
        certificates: &mut Certificates<'a>,
    ) -> Result<(), SetAsideReason> {
        let country = country.ok_or(SetAsideReason::UnknownCountry)?;
        let pem = &*entry.signing_certificate;
        let operator_signature = &*entry.signing_certificate_operator_signature;
        let certificate = certificates
            .entry((pem, operator_signature))
            .or_insert_with(|| self.certificate(pem, operator_signature))
            .as_ref()
            .map_err(|reason| *reason)?;
        if certificate.country() != Some(country) {
            return Err(SetAsideReason::CertificateCountry);
        }
        if keys.iter().any(|key| key.origin != country.code()) {
            return Err(SetAsideReason::Origin);
        }
        let signature = base64::decode_vec(&entry.batch_signature);
        let signature = signature.ok_or(SetAsideReason::Signature)?;
        if !cms::verifies(&signature, &signing_text(keys), certificate) {
            return Err(SetAsideReason::Signature);
        }
        Ok(())
    }

    /// The certificate in `pem`, if it is to be believed now.
    fn certificate(
        &self,
        pem: &str,
        operator_signature: &str,
    ) -> Result<Certificate, SetAsideReason> {
        if !self.anchor.vouches_for(pem, operator_signature) {
            return Err(SetAsideReason::UntrustedCertificate);
        }
        let certificate =
            Certificate::from_pem(pem).map_err(|_| SetAsideReason::UntrustedCertificate)?;
        if !certificate.is_valid(self.now) {
            return Err(SetAsideReason::CertificateExpired);
        }
        Ok(certificate)
    }
}

/// Gives each entry its keys. The keys of an upload stand in its order, but those of another one
/// that came at the same moment may stand between them. So an entry gets the next keys of its
/// country, if the country's amounts are as many as there are keys with it as origin. Where they
/// are not, a key claims to be another country's; the entries of such countries get the next of the
/// keys that are left as they stand, and only the one with that key is found to be wrong.
fn allot<'a>(
    keys: Vec<DiagnosisKey>,
    entries: &[&'a AuditEntry],
) -> Result<Vec<(&'a AuditEntry, Vec<DiagnosisKey>)>, SetAsideReason> {
    let mut amounts = HashMap::<&str, usize>::new();
    let mut sum = 0_usize;
    for entry in entries {
        let amount = usize::try_from(entry.amount).map_err(|_| SetAsideReason::Amounts)?;
        sum = sum.checked_add(amount).ok_or(SetAsideReason::Amounts)?;
        *amounts.entry(&entry.country).or_default() += amount;
    }
    if sum != keys.len() {
        return Err(SetAsideReason::Amounts);
    }
    let mut origins = HashMap::<&str, usize>::new();
    for key in &keys {
        *origins.entry(&key.origin).or_default() += 1;
    }
    let fits: HashSet<String> = amounts
        .into_iter()
        .filter(|(country, amount)| origins.get(country) == Some(amount))
        .map(|(country, _)| country.to_owned())
        .collect();
    let pile_of = |country: &str| fits.get(country).map_or("", String::as_str);

    let mut piles = HashMap::<&str, VecDeque<DiagnosisKey>>::new();
    for key in keys {
        piles
            .entry(pile_of(&key.origin))
            .or_default()
            .push_back(key);
    }
    let allotted = entries.iter().map(|entry| {
        let own = piles
            .get_mut(pile_of(&entry.country))
            .map_or_else(Vec::new, |pile| {
                let amount = usize::try_from(entry.amount).unwrap_or(usize::MAX);
                pile.drain(..amount.min(pile.len())).collect()
            });
        (*entry, own)
    });
    Ok(allotted.collect())
}

/// How many uploads of a country in one batch are looked at. A country sends many keys at a time;
/// verifying thousands of small uploads would take the time, and keeping their signatures the
/// memory, that all countries' keys need.
const MAX_UPLOADS: usize = 200;

/// How many entries an audit has at most.
const MAX_ENTRIES: usize = 20_000;

/// Reads the audit of a batch: JSON. Of a country with too many uploads, the signatures of the
/// others are left out.
pub fn read_audit(json: impl io::Read) -> Result<Vec<AuditEntry>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_reader(json);
    let entries = reader.deserialize_seq(AuditVisitor)?;
    reader.end()?;
    Ok(entries)
}

struct AuditVisitor;

impl<'de> Visitor<'de> for AuditVisitor {
    type Value = Vec<AuditEntry>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MAX_ENTRIES} uploads")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<AuditEntry>, A::Error> {
        let mut entries = Vec::new();
        let mut uploads = HashMap::<String, usize>::new();
        while let Some(mut entry) = seq.next_element::<AuditEntry>()? {
            if entries.len() == MAX_ENTRIES {
                return Err(A::Error::invalid_length(MAX_ENTRIES + 1, &self));
            }
            let uploads = uploads.entry(entry.country.clone()).or_default();
            *uploads += 1;
            if *uploads > MAX_UPLOADS {
                entry = AuditEntry {
                    country: entry.country,
                    amount: entry.amount,
                    ..AuditEntry::default()
                };
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::tests::key;

    /// Keys with these numbers and origins.
    fn keys(of: &[(u8, &str)]) -> Vec<DiagnosisKey> {
        let keys = of.iter().map(|(number, origin)| DiagnosisKey {
            origin: (*origin).to_owned(),
            ..key(*number)
        });
        keys.collect()
    }

    /// The numbers of the keys of each entry.
    fn allotted(
        of: &[(u8, &str)],
        amounts: &[(&str, u64)],
    ) -> Result<Vec<Vec<u8>>, SetAsideReason> {
        let audit: Vec<_> = amounts
            .iter()
            .map(|(country, amount)| AuditEntry {
                country: (*country).to_owned(),
                amount: *amount,
                ..AuditEntry::default()
            })
            .collect();
        let numbers = |keys: Vec<DiagnosisKey>| keys.iter().map(|key| key.key_data[0]).collect();
        let allotted = allot(keys(of), &audit.iter().collect::<Vec<_>>())?;
        Ok(allotted
            .into_iter()
            .map(|(_, keys)| numbers(keys))
            .collect())
    }

    #[test]
    fn keys_of_uploads_that_came_at_the_same_moment_are_told_apart() {
        let mixed = [
            (1, "DE"),
            (2, "BE"),
            (3, "DE"),
            (4, "DE"),
            (5, "BE"),
            (6, "DE"),
        ];
        assert_eq!(
            allotted(&mixed, &[("DE", 3), ("BE", 2), ("IE", 0), ("DE", 1)]),
            Ok(vec![vec![1, 3, 4], vec![2, 5], vec![], vec![6]])
        );
    }

    #[test]
    fn a_key_that_claims_to_be_another_countrys_stays_with_its_upload() {
        let stolen = [(1, "DE"), (2, "NL"), (3, "BE"), (4, "BE")];
        assert_eq!(
            allotted(&stolen, &[("DE", 2), ("BE", 2)]),
            Ok(vec![vec![1, 2], vec![3, 4]])
        );
    }

    #[test]
    fn a_country_with_a_wrong_key_does_not_mix_up_the_others() {
        let mixed = [
            (1, "DE"),
            (2, "BE"),
            (3, "DE"),
            (4, "IE"),
            (5, "BE"),
            (6, "NL"),
        ];
        assert_eq!(
            allotted(&mixed, &[("DE", 3), ("BE", 2), ("IE", 1)]),
            Ok(vec![vec![1, 3, 6], vec![2, 5], vec![4]])
        );
    }

    #[test]
    fn amounts_that_are_not_those_of_the_keys_are_refused() {
        let two = [(1, "DE"), (2, "DE")];
        for amounts in [
            &[][..],
            &[("DE", 1)],
            &[("DE", 2), ("BE", 1)],
            &[("DE", u64::MAX), ("BE", 3)],
        ] {
            assert_eq!(allotted(&two, amounts), Err(SetAsideReason::Amounts));
        }
        assert_eq!(allotted(&[], &[]), Ok(vec![]));
    }

    #[test]
    fn a_certificate_that_the_gateway_has_lost_is_read_as_none() {
        let json = r#"[{"country":"DE","amount":1,"signingCertificate":null,
            "signingCertificateOperatorSignature":null,"batchSignature":null,"more":1}]"#;
        let entry = AuditEntry {
            country: "DE".to_owned(),
            amount: 1,
            ..AuditEntry::default()
        };
        assert_eq!(read_audit(json.as_bytes()).unwrap(), [entry]);
        for json in ["", "{}", "[1]", "[] []", r#"[{"amount":-1}]"#] {
            assert!(read_audit(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn of_too_many_uploads_only_the_amounts_are_kept() {
        let read = |entry: &str, count| {
            let json = format!("[{}]", vec![entry; count].join(","));
            read_audit(json.as_bytes())
        };
        let entry = r#"{"country":"DE","amount":2,"batchSignature":"AA=="}"#;
        let entries = read(entry, 201).unwrap();
        assert!(
            entries[..200]
                .iter()
                .all(|entry| entry.batch_signature == "AA==")
        );
        assert_eq!((&*entries[200].country, entries[200].amount), ("DE", 2));
        assert_eq!(entries[200].batch_signature, "");
        assert!(read("{}", 20_000).is_ok());
        assert!(read("{}", 20_001).is_err());
    }
}
