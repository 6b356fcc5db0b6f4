//! Batch signatures, against the OpenSSL of this machine: each side accepts the other's signatures.

#![expect(clippy::unwrap_used, reason = "tests")]

use federation::{certificate::Certificate, cms, signing_key::SigningIdentity};
use tests::{
    openssl::{self, SIGNERS},
    random,
};

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
