//! Batch signatures and certificates, against OpenSSL and Bouncy Castle: OpenSSL accepts our
//! signatures, and we accept theirs.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use federation::{
    certificate::{Certificate, TrustAnchor},
    cms,
    signing_key::{IdentityError, SigningIdentity},
};
use shared::{base64, time::shift};
use tests::{
    now,
    openssl::{self, SIGNERS},
    random,
};
use xtask::efgs_keys::{EfgsKeys, KeyKind};

fn read(name: &str) -> String {
    SIGNERS.read(name).unwrap()
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

/// A signature by OpenSSL over `text` with the key `name`.
fn openssl_signs(name: &str, text: &[u8], options: &[&str]) -> Vec<u8> {
    openssl::sign(&SIGNERS, name, text, options)
}

fn openssl_accepts(name: &str, text: &[u8], signature: &[u8]) -> bool {
    openssl::verifies(&SIGNERS, name, text, signature)
}

#[test]
fn openssl_accepts_our_signatures() {
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
fn signatures_by_openssl_are_accepted() {
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

/// The fixtures are from Bouncy Castle 1.72 (`CMSSignedDataGenerator`, `getEncoded`), which the
/// gateway and other countries' services use.
#[test]
fn signatures_with_the_indefinite_lengths_of_bouncy_castle_are_accepted() {
    let certificate =
        Certificate::from_pem(include_str!("fixtures/bouncy-castle.crt.pem")).unwrap();
    for signature in [
        &include_bytes!("fixtures/bouncy-castle.cms")[..],
        include_bytes!("fixtures/bouncy-castle-without-attributes.cms"),
    ] {
        assert_eq!(signature[..2], [0x30, 0x80]);
        assert!(cms::verifies(signature, b"some text.", &certificate));
        assert!(!cms::verifies(signature, b"some texT.", &certificate));
        let cut = &signature[..signature.len() - 2];
        assert!(!cms::verifies(cut, b"some text.", &certificate));
        let other = self::certificate("DE/signing");
        assert!(!cms::verifies(signature, b"some text.", &other));
    }
}

#[test]
fn all_but_an_intact_detached_signature_is_refused() {
    let certificate = certificate("NL/signing");
    for options in [
        &["-nodetach"][..],
        &["-stream"],
        // The content is not data.
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
    for index in 0..good.len() {
        let mut changed = good.clone();
        changed[index] ^= 1;
        refused += usize::from(!cms::verifies(&changed, b"some text.", &certificate));
    }
    // Changes of the included certificate do not matter; those of the signature do.
    assert!(refused > 250, "{refused} of {}", good.len());
}

#[test]
fn a_key_is_accepted_only_with_its_own_certificate() {
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
fn a_certificate_has_a_country_and_a_validity() {
    let certificate = certificate("DE/signing");
    let now = now();
    assert_eq!(certificate.country(), "DE".parse().ok());
    assert!(certificate.is_valid(now));
    assert!(!certificate.is_valid(shift(now, -86_400)));
    assert!(!certificate.is_valid(shift(now, 3_651 * 86_400)));
    assert_eq!(self::certificate("ca").country(), None);
}

#[test]
fn an_operator_can_sign_with_rsa() {
    let folder = tempfile::tempdir().unwrap();
    let rsa = EfgsKeys {
        folder: folder.path().to_path_buf(),
    };
    fs::copy(
        SIGNERS.folder.join("openssl.cnf"),
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
    assert!(anchor.has_signed(&pem, &signature));
    assert!(!anchor.has_signed(&format!("{pem}\n"), &signature));
    assert!(!anchor.has_signed(&pem, &read("DE/signing.operator-signature")));
}
