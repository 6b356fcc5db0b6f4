//! The verification of a batch: a key is trusted if its country signed it exactly as it is.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::slice;

use federation::{
    audit::AuditedUpload,
    batch::EfgsKey,
    certificate::TrustAnchor,
    signing_text::signing_text,
    verification::{BatchVerifier, VerifiedBatch},
};
use shared::{
    Timestamp,
    api::QuarantineReason,
    base64,
    country::{Country, Participants},
    time::shift,
};
use tests::{
    foreign_keys::foreign_key,
    now,
    openssl::{self, SIGNERS},
};

fn read(name: &str) -> String {
    SIGNERS.read(name).unwrap()
}

fn sign(signer: &str, text: &[u8]) -> Vec<u8> {
    openssl::sign(&SIGNERS, signer, text, &[])
}

fn key(number: u8, origin: &str) -> EfgsKey {
    foreign_key([number; 16], origin, 2_991_888)
}

/// The audit of an upload of `keys`, signed by `signer`.
fn upload(country: &str, signer: &str, keys: &[EfgsKey]) -> AuditedUpload {
    let signature = sign(signer, &signing_text(keys));
    let operator = format!("{country}/signing.operator-signature");
    AuditedUpload {
        country: country.to_owned(),
        amount: keys.len() as u64,
        signing_certificate: read(&format!("{signer}.crt.pem")),
        signing_certificate_operator_signature: read(&operator),
        batch_signature: base64::encode(&signature),
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
        anchor: &TrustAnchor::from_pem(&read("trust-anchor.crt.pem")).unwrap(),
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
        upload("DE", "DE/signing", &first),
        upload("NL", "NL/signing", &[key(8, "NL")]),
        upload("BE", "BE/signing", &second),
        upload("DE", "DE/signing", &third),
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
                let signature = sign("DE/signing", text.as_bytes());
                audit[0].batch_signature = base64::encode(&signature);
            },
            QuarantineReason::Signature,
        ),
        (
            "signed by another key of the country",
            |keys, audit| {
                let signature = sign("DE/other", &signing_text(&keys[..3]));
                audit[0].batch_signature = base64::encode(&signature);
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
            |keys, audit| audit[0] = upload("DE", "DE/other", &keys[..3]),
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
                    ..upload("BE", "BE/signing", &keys[..3])
                };
            },
            QuarantineReason::CertificateCountry,
        ),
        (
            "a key with our country as origin",
            |keys, audit| {
                keys[2].origin = "NL".to_owned();
                audit[0] = upload("DE", "DE/signing", &keys[..3]);
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
    let keys: Vec<_> = (0..=200).map(|number| key(number, "DE")).collect();
    let belgian = key(9, "BE");
    let mut audit: Vec<_> = keys
        .iter()
        .map(|key| upload("DE", "DE/signing", slice::from_ref(key)))
        .collect();
    audit.push(upload("BE", "BE/signing", slice::from_ref(&belgian)));
    let verified = verify(&[&keys[..], slice::from_ref(&belgian)].concat(), &audit).unwrap();
    assert!(verified.trusted == [&keys[..200], &[belgian]].concat());
    let reason = QuarantineReason::TooManyUploads;
    assert_eq!(verified.quarantined, [("DE".parse().ok(), reason)]);
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
    let audit = [
        upload("DK", "DK/signing", &denmark),
        upload("DE", "DE/signing", &germany),
    ];
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
    let verified = verify_at(shift(now(), 3_651 * 86_400), &keys, &audit).unwrap();
    assert!(verified.trusted.is_empty());
    let expired = ["DE", "BE"].map(|code| {
        let country: Country = code.parse().unwrap();
        (Some(country), QuarantineReason::CertificateExpired)
    });
    assert_eq!(verified.quarantined, expired);
}
