//! The verification of a batch: a key is trusted if its country signed it exactly as it is.

use std::slice;

use federation::{
    audit::AuditedUpload,
    batch::{EfgsKey, NO_RISK_LEVEL, ReportType},
    cms,
    signing_text::signing_text,
    verification::{BatchVerifier, VerifiedBatch},
};
use rand::{SeedableRng as _, rngs::StdRng};
use shared::{
    Timestamp,
    api::QuarantineReason,
    base64,
    country::{Country, Participants},
};

use crate::fixtures::{anchor, identity, now, text};

fn sign(signer: &str, text: &[u8]) -> String {
    let mut random = StdRng::seed_from_u64(1);
    base64::encode(&cms::sign(text, &identity(signer), &mut random).unwrap())
}

fn key(number: u8, origin: &str) -> EfgsKey {
    EfgsKey {
        key_data: vec![number; 16],
        rolling_start_interval_number: 2_991_888,
        rolling_period: 144,
        transmission_risk_level: NO_RISK_LEVEL,
        visited_countries: vec!["NL".to_owned()],
        origin: origin.to_owned(),
        report_type: ReportType::ConfirmedTest as i32,
        days_since_onset_of_symptoms: 0,
    }
}

/// The audit of an upload of `keys` by `country`, signed by `signer`.
fn upload(country: &str, signer: &str, keys: &[EfgsKey]) -> AuditedUpload {
    AuditedUpload {
        country: country.to_owned(),
        amount: keys.len() as u64,
        signing_certificate: text(&format!("{signer}.crt.pem")),
        signing_certificate_operator_signature: text(&format!("{country}.operator-signature")),
        batch_signature: sign(signer, &signing_text(keys)),
    }
}

fn verify(keys: &[EfgsKey], audit: &[AuditedUpload]) -> Result<VerifiedBatch, QuarantineReason> {
    verify_at(now(), keys, audit)
}

fn verify_at(
    now: Timestamp,
    keys: &[EfgsKey],
    audit: &[AuditedUpload],
) -> Result<VerifiedBatch, QuarantineReason> {
    BatchVerifier {
        own: Country::NETHERLANDS,
        participants: &Participants::of(Country::NETHERLANDS, "BE DE").unwrap(),
        anchor: &anchor("anchor"),
        now,
    }
    .verify(keys.to_vec(), audit)
}

/// The keys of two German uploads and a Belgian one, and the audit of the batch, which lists an
/// upload of our own too.
fn batch() -> (Vec<EfgsKey>, Vec<AuditedUpload>) {
    let first: Vec<_> = (1..=3).map(|number| key(number, "DE")).collect();
    let second = vec![key(9, "BE")];
    let third = vec![key(5, "DE"), key(4, "DE")];
    let audit = vec![
        upload("DE", "DE", &first),
        AuditedUpload {
            country: "NL".to_owned(),
            amount: 1,
            ..AuditedUpload::default()
        },
        upload("BE", "BE", &second),
        upload("DE", "DE", &third),
    ];
    ([first, second, third].concat(), audit)
}

#[test]
fn every_key_that_its_country_signed_is_trusted() {
    let (keys, audit) = batch();
    let verified = verify(&keys, &audit).unwrap();
    assert!(verified.trusted == keys && verified.quarantined.is_empty());
    assert_eq!(verify(&[], &[]), Ok(VerifiedBatch::default()));
    // A batch of our own keys, which are not in the download.
    assert_eq!(verify(&[], &audit[1..2]), Ok(VerifiedBatch::default()));
}

#[test]
fn the_keys_of_simultaneous_uploads_are_told_apart() {
    let (keys, audit) = batch();
    // The Belgian key among those of the first German upload.
    let mixed = [&keys[..1], &keys[3..4], &keys[1..3], &keys[4..]].concat();
    let verified = verify(&mixed, &audit).unwrap();
    assert!(verified.trusted == keys && verified.quarantined.is_empty());
}

#[test]
fn keys_that_their_country_did_not_sign_exactly_are_quarantined_and_the_others_are_trusted() {
    let germany: Country = "DE".parse().unwrap();
    let (keys, audit) = batch();
    type Change = fn(&mut Vec<EfgsKey>, &mut Vec<AuditedUpload>);
    let changes: [(&str, Change, QuarantineReason); 10] = [
        (
            "one changed",
            |keys, _| keys[1].rolling_period = 143,
            QuarantineReason::Signature,
        ),
        (
            "one added",
            |keys, audit| {
                keys.insert(3, key(77, "DE"));
                audit[0].amount += 1;
            },
            QuarantineReason::Signature,
        ),
        (
            "one too few",
            |keys, audit| {
                keys.remove(0);
                audit[0].amount -= 1;
            },
            QuarantineReason::Signature,
        ),
        (
            "signed over the records in another order",
            |keys, audit| {
                let mut text = String::from_utf8(signing_text(&keys[..3])).unwrap();
                // Each record has eight fields. Move the first record to the end.
                let end = text.match_indices('.').nth(7).unwrap().0 + 1;
                let first: String = text.drain(..end).collect();
                text.push_str(&first);
                audit[0].batch_signature = sign("DE", text.as_bytes());
            },
            QuarantineReason::Signature,
        ),
        (
            "signed by another key of the country",
            |keys, audit| {
                audit[0].batch_signature = sign("DE-other", &signing_text(&keys[..3]));
            },
            QuarantineReason::Signature,
        ),
        (
            "no signature",
            |_, audit| audit[0].batch_signature.clear(),
            QuarantineReason::Signature,
        ),
        (
            "a certificate that the operator has not signed",
            |keys, audit| audit[0] = upload("DE", "DE-other", &keys[..3]),
            QuarantineReason::UntrustedCertificate,
        ),
        (
            "no certificate",
            |_, audit| audit[0].signing_certificate.clear(),
            QuarantineReason::UntrustedCertificate,
        ),
        (
            "another country's certificate",
            |keys, audit| {
                audit[0] = AuditedUpload {
                    country: "DE".to_owned(),
                    ..upload("BE", "BE", &keys[..3])
                };
            },
            QuarantineReason::CertificateCountry,
        ),
        (
            "a key with our country as origin",
            |keys, audit| {
                keys[2].origin = "NL".to_owned();
                audit[0] = upload("DE", "DE", &keys[..3]);
            },
            QuarantineReason::Origin,
        ),
    ];
    for (name, change, reason) in changes {
        let (mut keys_now, mut audit_now) = (keys.clone(), audit.clone());
        change(&mut keys_now, &mut audit_now);
        let verified = verify(&keys_now, &audit_now).unwrap();
        assert_eq!(verified.quarantined, [(Some(germany), reason)], "{name}");
        assert!(verified.trusted == keys[3..], "{name}");
    }
}

#[test]
fn the_first_uploads_of_a_country_with_too_many_are_trusted() {
    let keys: Vec<_> = (0..=200).map(|number| key(number, "BE")).collect();
    let german = key(9, "DE");
    let mut audit: Vec<_> = keys
        .iter()
        .map(|key| upload("BE", "BE", slice::from_ref(key)))
        .collect();
    audit.push(upload("DE", "DE", slice::from_ref(&german)));
    let verified = verify(&[&keys[..], slice::from_ref(&german)].concat(), &audit).unwrap();
    assert!(verified.trusted == [&keys[..200], &[german]].concat());
    let reason = QuarantineReason::TooManyUploads;
    assert_eq!(verified.quarantined, [("BE".parse().ok(), reason)]);
}

#[test]
fn a_batch_whose_amounts_do_not_add_up_is_quarantined_as_a_whole() {
    let (keys, audit) = batch();
    assert_eq!(verify(&keys[1..], &audit), Err(QuarantineReason::Amounts));
    assert_eq!(verify(&keys, &audit[1..]), Err(QuarantineReason::Amounts));
    assert_eq!(verify(&keys, &[]), Err(QuarantineReason::Amounts));
    let mut endless = audit.clone();
    endless[0].amount = u64::MAX;
    assert_eq!(verify(&keys, &endless), Err(QuarantineReason::Amounts));
}

#[test]
fn keys_of_countries_that_do_not_participate_are_ignored() {
    let denmark = [key(1, "DK")];
    let (germany, keys) = ([key(2, "DE")], [key(1, "DK"), key(2, "DE")]);
    let audit = [upload("DK", "DK", &denmark), upload("DE", "DE", &germany)];
    let verified = verify(&keys, &audit).unwrap();
    assert!(verified.trusted == germany && verified.quarantined.is_empty());
    // An unknown country code is not passed on.
    let mut unknown = audit.clone();
    unknown[0].country = "<b>".to_owned();
    let verified = verify(&keys, &unknown).unwrap();
    assert_eq!(
        verified.quarantined,
        [(None, QuarantineReason::UnknownCountry)]
    );
}

#[test]
fn an_expired_certificate_is_not_trusted() {
    let (keys, audit) = batch();
    let verified = verify_at("2037-01-01T00:00:00Z".parse().unwrap(), &keys, &audit).unwrap();
    assert!(verified.trusted.is_empty());
    let expired = ["DE", "BE"].map(|code| {
        let country: Country = code.parse().unwrap();
        (Some(country), QuarantineReason::CertificateExpired)
    });
    assert_eq!(verified.quarantined, expired);
}
