//! Signatures and certificates of the exchange with other countries: OpenSSL accepts ours, and we
//! accept OpenSSL's.

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

/// OpenSSL's signature over `text` by the key `name`.
fn openssl_signs(name: &str, text: &[u8], options: &[&str]) -> Vec<u8> {
    openssl::sign(&SIGNERS, name, text, options)
}

fn openssl_accepts(name: &str, text: &[u8], signature: &[u8]) -> bool {
    openssl::verifies(&SIGNERS, name, text, signature)
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

/// Made by Bouncy Castle 1.72 (`CMSSignedDataGenerator`, `getEncoded`), which other countries'
/// services and the gateway use.
#[test]
fn signatures_in_which_java_leaves_lengths_open_are_accepted() {
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

#[test]
fn an_operator_may_sign_with_rsa() {
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
    assert!(anchor.vouches_for(&pem, &signature));
    assert!(!anchor.vouches_for(&format!("{pem}\n"), &signature));
    assert!(!anchor.vouches_for(&pem, &read("DE/signing.operator-signature")));
}
