//! The two signing keys of publication, and their PEM forms (PKCS#8 for secret keys, SPKI for
//! public keys).
//!
//! Ed25519 signs the manifest and the other JSON documents; ECDSA P-256 signs exposure key sets,
//! since the phones' operating systems accept nothing else.

use ed25519_dalek::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePublicKey as _, spki::der::pem::LineEnding,
};
use thiserror::Error;

/// The secret key that signs JSON documents.
pub type ManifestSigningKey = ed25519_dalek::SigningKey;
/// The public key that verifies JSON documents.
pub type ManifestVerifyingKey = ed25519_dalek::VerifyingKey;
/// The secret key that signs exposure key sets.
pub type ExportSigningKey = p256::ecdsa::SigningKey;
/// The public key that verifies exposure key sets.
pub type ExportVerifyingKey = p256::ecdsa::VerifyingKey;

/// A PEM text is not a key of the expected kind. The message leaves out the text, which may be a
/// secret.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a PEM key of the kind {0}")]
pub struct KeyError(&'static str);

const ED25519_SECRET: KeyError = KeyError("Ed25519, PKCS#8");
const ED25519_PUBLIC: KeyError = KeyError("Ed25519, SPKI");
const P256_SECRET: KeyError = KeyError("P-256, PKCS#8");
const P256_PUBLIC: KeyError = KeyError("P-256, SPKI");

/// Parses the secret key of JSON documents.
pub fn manifest_signing_key(pem: &str) -> Result<ManifestSigningKey, KeyError> {
    ManifestSigningKey::from_pkcs8_pem(pem).map_err(|_| ED25519_SECRET)
}

/// Parses the public key of JSON documents.
pub fn manifest_verifying_key(pem: &str) -> Result<ManifestVerifyingKey, KeyError> {
    ManifestVerifyingKey::from_public_key_pem(pem).map_err(|_| ED25519_PUBLIC)
}

/// Parses the secret key of exposure key sets.
pub fn export_signing_key(pem: &str) -> Result<ExportSigningKey, KeyError> {
    ExportSigningKey::from_pkcs8_pem(pem).map_err(|_| P256_SECRET)
}

/// Parses the public key of exposure key sets.
pub fn export_verifying_key(pem: &str) -> Result<ExportVerifyingKey, KeyError> {
    ExportVerifyingKey::from_public_key_pem(pem).map_err(|_| P256_PUBLIC)
}

/// The PEM text that [`manifest_verifying_key`] reads.
pub fn manifest_verifying_key_pem(key: &ManifestVerifyingKey) -> Result<String, KeyError> {
    key.to_public_key_pem(LineEnding::LF)
        .map_err(|_| ED25519_PUBLIC)
}

/// The PEM text that [`export_verifying_key`] reads.
pub fn export_verifying_key_pem(key: &ExportVerifyingKey) -> Result<String, KeyError> {
    key.to_public_key_pem(LineEnding::LF)
        .map_err(|_| P256_PUBLIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with `openssl genpkey`; used nowhere else.
    const ED25519: &str = include_str!("../../tests/fixtures/ed25519.pem");
    const ED25519_PUB: &str = include_str!("../../tests/fixtures/ed25519.pub.pem");
    const P256: &str = include_str!("../../tests/fixtures/p256.pem");
    const P256_PUB: &str = include_str!("../../tests/fixtures/p256.pub.pem");

    #[test]
    fn keys_of_openssl_are_parsed() {
        let manifest = manifest_signing_key(ED25519).unwrap();
        assert_eq!(
            manifest.verifying_key(),
            manifest_verifying_key(ED25519_PUB).unwrap()
        );
        let export = export_signing_key(P256).unwrap();
        assert_eq!(
            *export.verifying_key(),
            export_verifying_key(P256_PUB).unwrap()
        );
    }

    #[test]
    fn public_keys_are_written_as_openssl_writes_them() {
        let manifest = manifest_verifying_key(ED25519_PUB).unwrap();
        assert_eq!(manifest_verifying_key_pem(&manifest).unwrap(), ED25519_PUB);
        let export = export_verifying_key(P256_PUB).unwrap();
        assert_eq!(export_verifying_key_pem(&export).unwrap(), P256_PUB);
    }

    #[test]
    fn a_key_of_the_other_kind_is_refused() {
        assert_eq!(manifest_signing_key(P256).err(), Some(ED25519_SECRET));
        assert_eq!(manifest_verifying_key(ED25519).err(), Some(ED25519_PUBLIC));
        assert_eq!(export_signing_key(ED25519).err(), Some(P256_SECRET));
        assert_eq!(export_verifying_key("").err(), Some(P256_PUBLIC));
    }
}
