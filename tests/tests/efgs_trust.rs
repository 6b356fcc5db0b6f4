//! Which keys of a batch are believed: those that their country signed, exactly as they are.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::slice;

use federation::{
    audit::{AuditEntry, Judge, Judged},
    batch::DiagnosisKey,
    certificate::TrustAnchor,
    signing_text::signing_text,
};
use shared::{
    Timestamp,
    api::SetAsideReason,
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

fn key(number: u8, origin: &str) -> DiagnosisKey {
    foreign_key([number; 16], origin, 2_991_888)
}

/// The entry for `keys`, signed by `signer`.
fn entry(country: &str, signer: &str, keys: &[DiagnosisKey]) -> AuditEntry {
    let signature = sign(signer, &signing_text(keys));
    let operator = format!("{country}/signing.operator-signature");
    AuditEntry {
        country: country.to_owned(),
        amount: keys.len() as u64,
        signing_certificate: read(&format!("{signer}.crt.pem")),
        signing_certificate_operator_signature: read(&operator),
        batch_signature: base64::encode(&signature),
    }
}

fn judge(keys: &[DiagnosisKey], audit: &[AuditEntry]) -> Result<Judged, SetAsideReason> {
    judge_at(now(), keys, audit)
}

fn judge_at(
    now: Timestamp,
    keys: &[DiagnosisKey],
    audit: &[AuditEntry],
) -> Result<Judged, SetAsideReason> {
    Judge {
        own: Country::NETHERLANDS,
        participants: &Participants::of(Country::NETHERLANDS, "BE DE").unwrap(),
        anchor: &TrustAnchor::from_pem(&read("trust-anchor.crt.pem")).unwrap(),
        now,
    }
    .judge(keys.to_vec(), audit)
}

/// Keys of two German uploads and a Belgian one, and their audit, which has an entry of our own
/// between them.
fn batch() -> (Vec<DiagnosisKey>, Vec<AuditEntry>) {
    let first: Vec<_> = (1..=3).map(|number| key(number, "DE")).collect();
    let second = vec![key(9, "BE")];
    let third = vec![key(5, "DE"), key(4, "DE")];
    let audit = vec![
        entry("DE", "DE/signing", &first),
        entry("NL", "NL/signing", &[key(8, "NL")]),
        entry("BE", "BE/signing", &second),
        entry("DE", "DE/signing", &third),
    ];
    ([first, second, third].concat(), audit)
}

#[test]
fn every_key_of_a_batch_that_its_countries_signed_is_believed() {
    let (keys, audit) = batch();
    let judged = judge(&keys, &audit).unwrap();
    assert!(judged.trusted == keys && judged.set_aside.is_empty());
    assert_eq!(judge(&[], &[]), Ok(Judged::default()));
    // Only our own keys, which are not in the download.
    assert_eq!(judge(&[], &audit[1..2]), Ok(Judged::default()));
}

#[test]
fn keys_of_uploads_that_came_at_the_same_moment_are_told_apart() {
    let (keys, audit) = batch();
    // The Belgian key among those of the first German upload.
    let mixed = [&keys[..1], &keys[3..4], &keys[1..3], &keys[4..]].concat();
    let judged = judge(&mixed, &audit).unwrap();
    assert!(judged.trusted == keys && judged.set_aside.is_empty());
}

#[test]
fn keys_that_their_country_did_not_sign_exactly_are_set_aside_and_the_others_used() {
    let germany: Country = "DE".parse().unwrap();
    let (keys, audit) = batch();
    type Change = fn(&mut Vec<DiagnosisKey>, &mut Vec<AuditEntry>);
    let changes: [(&str, Change, SetAsideReason); 10] = [
        (
            "one changed",
            |keys, _| keys[1].rolling_period = 143,
            SetAsideReason::Signature,
        ),
        (
            "one added",
            |keys, audit| {
                keys.insert(3, key(77, "DE"));
                audit[0].amount += 1;
            },
            SetAsideReason::Signature,
        ),
        (
            "one too few",
            |keys, audit| {
                keys.remove(0);
                audit[0].amount -= 1;
            },
            SetAsideReason::Signature,
        ),
        (
            "signed over the records in another order",
            |keys, audit| {
                let mut text = String::from_utf8(signing_text(&keys[..3])).unwrap();
                // Each record has eight fields: the first record goes to the end.
                let end = text.match_indices('.').nth(7).unwrap().0 + 1;
                let first: String = text.drain(..end).collect();
                text.push_str(&first);
                let signature = sign("DE/signing", text.as_bytes());
                audit[0].batch_signature = base64::encode(&signature);
            },
            SetAsideReason::Signature,
        ),
        (
            "signed by another key of the country",
            |keys, audit| {
                let signature = sign("DE/other", &signing_text(&keys[..3]));
                audit[0].batch_signature = base64::encode(&signature);
            },
            SetAsideReason::Signature,
        ),
        (
            "no signature",
            |_, audit| audit[0].batch_signature.clear(),
            SetAsideReason::Signature,
        ),
        (
            "a certificate that the operator has not signed",
            |keys, audit| audit[0] = entry("DE", "DE/other", &keys[..3]),
            SetAsideReason::UntrustedCertificate,
        ),
        (
            "no certificate",
            |_, audit| audit[0].signing_certificate.clear(),
            SetAsideReason::UntrustedCertificate,
        ),
        (
            "another country's certificate",
            |keys, audit| {
                let mut entry = entry("BE", "BE/signing", &keys[..3]);
                entry.country = "DE".to_owned();
                audit[0] = entry;
            },
            SetAsideReason::CertificateCountry,
        ),
        (
            "a key that claims to be ours",
            |keys, audit| {
                keys[2].origin = "NL".to_owned();
                audit[0] = entry("DE", "DE/signing", &keys[..3]);
            },
            SetAsideReason::Origin,
        ),
    ];
    for (name, change, reason) in changes {
        let (mut keys_now, mut audit_now) = (keys.clone(), audit.clone());
        change(&mut keys_now, &mut audit_now);
        let judged = judge(&keys_now, &audit_now).unwrap();
        assert_eq!(judged.set_aside, [(Some(germany), reason)], "{name}");
        assert!(judged.trusted == keys[3..], "{name}");
    }
}

#[test]
fn of_a_country_with_too_many_uploads_the_first_are_used() {
    let keys: Vec<_> = (0..=200).map(|number| key(number, "DE")).collect();
    let belgian = key(9, "BE");
    let mut audit: Vec<_> = keys
        .iter()
        .map(|key| entry("DE", "DE/signing", slice::from_ref(key)))
        .collect();
    audit.push(entry("BE", "BE/signing", slice::from_ref(&belgian)));
    let judged = judge(&[&keys[..], slice::from_ref(&belgian)].concat(), &audit).unwrap();
    assert!(judged.trusted == [&keys[..200], &[belgian]].concat());
    let reason = SetAsideReason::TooManyUploads;
    assert_eq!(judged.set_aside, [("DE".parse().ok(), reason)]);
}

#[test]
fn a_batch_whose_amounts_do_not_add_up_is_set_aside_whole() {
    let (keys, audit) = batch();
    assert_eq!(judge(&keys[1..], &audit), Err(SetAsideReason::Amounts));
    assert_eq!(judge(&keys, &audit[1..]), Err(SetAsideReason::Amounts));
    assert_eq!(judge(&keys, &[]), Err(SetAsideReason::Amounts));
    let mut endless = audit.clone();
    endless[0].amount = u64::MAX;
    assert_eq!(judge(&keys, &endless), Err(SetAsideReason::Amounts));
}

#[test]
fn keys_of_countries_that_do_not_take_part_are_passed_over() {
    let denmark = [key(1, "DK")];
    let (germany, keys) = ([key(2, "DE")], [key(1, "DK"), key(2, "DE")]);
    let audit = [
        entry("DK", "DK/signing", &denmark),
        entry("DE", "DE/signing", &germany),
    ];
    let judged = judge(&keys, &audit).unwrap();
    assert!(judged.trusted == germany && judged.set_aside.is_empty());
    // A country that there is not is named nowhere.
    let mut nowhere = audit.clone();
    nowhere[0].country = "<b>".to_owned();
    let judged = judge(&keys, &nowhere).unwrap();
    assert_eq!(judged.set_aside, [(None, SetAsideReason::UnknownCountry)]);
}

#[test]
fn a_certificate_that_has_ended_counts_no_more() {
    let (keys, audit) = batch();
    let judged = judge_at(shift(now(), 3_651 * 86_400), &keys, &audit).unwrap();
    assert!(judged.trusted.is_empty());
    let expired = ["DE", "BE"].map(|code| {
        let country: Country = code.parse().unwrap();
        (Some(country), SetAsideReason::CertificateExpired)
    });
    assert_eq!(judged.set_aside, expired);
}
