//! Signatures of the exchange with other countries: OpenSSL accepts ours, we accept OpenSSL's, and of a batch whose signature
//! is not right nothing is believed.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::LazyLock,
};

use shared::{
    Timestamp, base64,
    country::{Country, Participants},
    efgs::{
        audit::{AuditEntry, Judge, Judged, SetAsideReason},
        batch::{DiagnosisKey, NO_RISK_LEVEL},
        certificate::{Certificate, TrustAnchor},
        cms,
        signing_key::{IdentityError, SigningIdentity},
        signing_text::signing_text,
    },
    time::shift,
};
use tempfile::TempDir;
use tests::random;
use xtask::efgs_keys::{EfgsKeys, KeyKind};

struct Set {
    keys: EfgsKeys,
    _folder: TempDir,
}

/// One set for all tests: BE signs with P-384, DE with RSA, the others with P-256.
static SET: LazyLock<Set> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let countries = [
        ("BE", KeyKind::P384),
        ("DE", KeyKind::Rsa),
        ("DK", KeyKind::P256),
        ("NL", KeyKind::P256),
    ];
    let countries = countries.map(|(code, kind)| (code.parse().unwrap(), kind));
    let keys = EfgsKeys::create(folder.path(), &countries).unwrap();
    // A second certificate of Germany, which the operator has not seen.
    let subject = "/C=DE/O=Somebody else/CN=Signing";
    keys.make("DE/other", KeyKind::P256, subject, &[]).unwrap();
    Set {
        keys,
        _folder: folder,
    }
});

fn read(name: &str) -> String {
    SET.keys.read(name).unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&read(&format!("{name}.crt.pem"))).unwrap()
}

fn identity(name: &str) -> SigningIdentity {
    SigningIdentity::from_pem(
        &read(&format!("{name}.pem")),
        &read(&format!("{name}.crt.pem")),
    )
    .unwrap()
}

fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("openssl");
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

/// OpenSSL's signature over `text` by the key `name`.
fn openssl_signs(name: &str, text: &[u8], options: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("text"), text).unwrap();
    let set = SET.keys.folder.display();
    let signer = format!("{set}/{name}.crt.pem");
    let key = format!("{set}/{name}.pem");
    let arguments = [
        &[
            "cms", "-sign", "-binary", "-md", "sha256", "-in", "text", "-outform", "DER",
        ],
        &["-signer", &*signer, "-inkey", &*key, "-out", "signature"][..],
        options,
    ]
    .concat();
    let output = openssl(folder.path(), &arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::read(folder.path().join("signature")).unwrap()
}

fn openssl_accepts(name: &str, text: &[u8], signature: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("text"), text).unwrap();
    fs::write(folder.path().join("signature"), signature).unwrap();
    let trusted = format!("{}/{name}.crt.pem", SET.keys.folder.display());
    let arguments = [
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "signature",
        "-content",
        "text",
        "-CAfile",
        &trusted,
        "-purpose",
        "any",
        "-out",
        "verified",
    ];
    let output = openssl(folder.path(), &arguments);
    // With signed attributes or without, OpenSSL gives the content back only when the signature holds.
    output.status.success() && fs::read(folder.path().join("verified")).unwrap() == text
}

#[test]
fn openssl_accepts_what_is_signed_here() {
    for name in ["NL/signing", "DE/signing"] {
        let identity = identity(name);
        let signature = cms::sign(b"some text.", &identity, &mut random()).unwrap();
        assert!(openssl_accepts(name, b"some text.", &signature), "{name}");
        assert!(!openssl_accepts(name, b"some texT.", &signature), "{name}");
        assert!(!openssl_accepts("DK/signing", b"some text.", &signature));
        // The gateway's column for signatures has 8,000 characters.
        assert!(base64::encode(&signature).len() < 4_000);
    }
}

#[test]
fn what_openssl_signs_is_accepted_here() {
    for name in ["NL/signing", "BE/signing", "DE/signing"] {
        for options in [&[][..], &["-noattr"], &["-nosmimecap"], &["-nocerts"]] {
            let signature = openssl_signs(name, b"some text.", options);
            let certificate = certificate(name);
            let label = format!("{name} {options:?}");
            assert!(
                cms::verifies(&signature, b"some text.", &certificate),
                "{label}"
            );
            assert!(
                !cms::verifies(&signature, b"some texT.", &certificate),
                "{label}"
            );
            let other = self::certificate("DK/signing");
            assert!(!cms::verifies(&signature, b"some text.", &other), "{label}");
        }
    }
}

#[test]
fn a_signature_may_leave_the_lengths_of_its_outer_parts_open() {
    let der = openssl_signs("DE/signing", b"some text.", &[]);
    // ContentInfo, its content, and SignedData, each with a length of two bytes; Java's libraries write it so.
    let (info, content, data) = (&der[..4], &der[15..19], &der[19..23]);
    for (part, tag) in [(info, 0x30), (content, 0xa0), (data, 0x30)] {
        assert_eq!(part[..2], [tag, 0x82]);
    }
    let ber = [
        &[0x30, 0x80],
        &der[4..15],
        &[0xa0, 0x80, 0x30, 0x80],
        &der[23..],
        &[0; 6],
    ]
    .concat();
    let certificate = certificate("DE/signing");
    assert!(cms::verifies(&ber, b"some text.", &certificate));
    assert!(!cms::verifies(&ber, b"some texT.", &certificate));
    assert!(openssl_accepts("DE/signing", b"some text.", &ber));
    assert!(!cms::verifies(
        &ber[..ber.len() - 2],
        b"some text.",
        &certificate
    ));
}

#[test]
fn what_is_no_detached_signature_is_refused() {
    let certificate = certificate("NL/signing");
    for options in [
        &["-nodetach"][..],
        &["-stream"],
        // Of something else than data.
        &["-econtent_type", "pkcs7-signedData"],
    ] {
        let other = openssl_signs("NL/signing", b"some text.", options);
        let accepted = cms::verifies(&other, b"some text.", &certificate);
        assert!(!accepted, "{options:?}");
    }
    let good = openssl_signs("NL/signing", b"some text.", &[]);
    for length in 0..good.len() {
        assert!(!cms::verifies(&good[..length], b"some text.", &certificate));
    }
    let mut refused = 0;
    for place in 0..good.len() {
        let mut changed = good.clone();
        changed[place] ^= 1;
        refused += usize::from(!cms::verifies(&changed, b"some text.", &certificate));
    }
    // Bits of the certificate that is carried along do not matter, those of the signature do.
    assert!(refused > 250, "{refused} of {}", good.len());
}

#[test]
fn a_key_belongs_to_its_certificate() {
    let pair = |key: &str, certificate: &str| {
        SigningIdentity::from_pem(&read(key), &read(certificate))
            .map(|_| ())
            .err()
    };
    assert_eq!(pair("DE/signing.pem", "DE/signing.crt.pem"), None);
    assert_eq!(
        pair("NL/signing.pem", "DK/signing.crt.pem"),
        Some(IdentityError::Mismatch)
    );
    assert_eq!(
        pair("NL/signing.crt.pem", "NL/signing.crt.pem"),
        Some(IdentityError::Key)
    );
    assert_eq!(
        pair("NL/signing.pem", "NL/signing.pem"),
        Some(IdentityError::Certificate)
    );
}

#[test]
fn a_certificate_names_its_country_and_its_time() {
    let certificate = certificate("DE/signing");
    let now = now();
    assert_eq!(certificate.country(), "DE".parse().ok());
    assert!(certificate.is_valid(now));
    assert!(!certificate.is_valid(shift(now, -86_400)));
    assert!(!certificate.is_valid(shift(now, 3_651 * 86_400)));
    assert_eq!(self::certificate("ca").country(), None);
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests run where there is a clock"
)]
fn now() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).unwrap()
}

fn key(number: u8, origin: &str) -> DiagnosisKey {
    DiagnosisKey {
        key_data: vec![number; 16],
        rolling_start_interval_number: 2_991_888,
        rolling_period: 144,
        transmission_risk_level: NO_RISK_LEVEL,
        visited_countries: vec!["NL".to_owned()],
        origin: origin.to_owned(),
        report_type: 1,
        days_since_onset_of_symptoms: 0,
    }
}

/// The entry for `keys`, signed by `signer`.
fn entry(country: &str, signer: &str, keys: &[DiagnosisKey]) -> AuditEntry {
    let signature = openssl_signs(signer, &signing_text(keys), &[]);
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
        participants: &"BE DE".parse::<Participants>().unwrap(),
        anchor: &TrustAnchor::from_pem(&read("trust-anchor.crt.pem")).unwrap(),
        now,
    }
    .judge(keys.to_vec(), audit)
}

/// Keys of two German uploads and a Belgian one, and their audit, which has an entry of our own between them.
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
                let signature = openssl_signs("DE/signing", text.as_bytes(), &[]);
                audit[0].batch_signature = base64::encode(&signature);
            },
            SetAsideReason::Signature,
        ),
        (
            "signed by another key of the country",
            |keys, audit| {
                let signature = openssl_signs("DE/other", &signing_text(&keys[..3]), &[]);
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
        .map(|key| entry("DE", "DE/signing", std::slice::from_ref(key)))
        .collect();
    audit.push(entry("BE", "BE/signing", std::slice::from_ref(&belgian)));
    let judged = judge(&[&keys[..], &[belgian.clone()]].concat(), &audit).unwrap();
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

#[test]
fn an_operator_may_sign_with_rsa() {
    let folder = tempfile::tempdir().unwrap();
    let rsa = EfgsKeys {
        folder: folder.path().to_path_buf(),
    };
    fs::copy(
        SET.keys.folder.join("openssl.cnf"),
        folder.path().join("openssl.cnf"),
    )
    .unwrap();
    rsa.make("trust-anchor", KeyKind::Rsa, "/CN=Anchor", &[])
        .unwrap();
    rsa.make("signing", KeyKind::P256, "/C=DE/CN=Signing", &[])
        .unwrap();
    rsa.vouch_for("signing").unwrap();
    let anchor = TrustAnchor::from_pem(&rsa.read("trust-anchor.crt.pem").unwrap()).unwrap();
    let pem = rsa.read("signing.crt.pem").unwrap();
    let signature = rsa.read("signing.operator-signature").unwrap();
    assert!(anchor.vouches_for(&pem, &signature));
    assert!(!anchor.vouches_for(&format!("{pem}\n"), &signature));
    assert!(!anchor.vouches_for(&pem, &read("DE/signing.operator-signature")));
}
