//! The public keys of countries, which verify their signatures: EC P-256, EC P-384 and RSA
//! (PKCS #1 v1.5).

use der::{Encode as _, asn1::ObjectIdentifier};
use p256::pkcs8::DecodePublicKey as _;
use rsa::{pkcs1v15, signature::hazmat::PrehashVerifier as _};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

/// A hash function of signatures. The gateway demands SHA-256; the longer ones are accepted too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

pub(crate) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
pub(crate) const ECDSA_WITH_SHA_256: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_WITH_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_WITH_SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
pub(crate) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_WITH_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_WITH_SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");

impl Hash {
    /// The hash function that a digest algorithm names.
    pub fn of_digest(algorithm: ObjectIdentifier) -> Option<Self> {
        match algorithm {
            SHA_256 => Some(Self::Sha256),
            SHA_384 => Some(Self::Sha384),
            SHA_512 => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash function that a signature algorithm names.
    pub fn of_signature(algorithm: ObjectIdentifier) -> Option<Self> {
        match algorithm {
            ECDSA_WITH_SHA_256 | RSA_WITH_SHA_256 => Some(Self::Sha256),
            ECDSA_WITH_SHA_384 | RSA_WITH_SHA_384 => Some(Self::Sha384),
            ECDSA_WITH_SHA_512 | RSA_WITH_SHA_512 => Some(Self::Sha512),
            _ => None,
        }
    }

    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

#[derive(Clone, Debug)]
pub enum PublicKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    /// From 1,024 bits; the gateway's operator admits no key with fewer than 3,072.
    Rsa(Box<rsa::PublicKey>),
}

impl PublicKey {
    /// The public key in a certificate, if it is of a supported kind.
    pub fn of(key: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        let der = key.to_der().ok()?;
        if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_der(&der) {
            return Some(Self::P256(key));
        }
        if let Ok(key) = p384::ecdsa::VerifyingKey::from_public_key_der(&der) {
            return Some(Self::P384(key));
        }
        let key = rsa::PublicKey::from_public_key_der(&der).ok()?;
        Some(Self::Rsa(Box::new(key)))
    }

    /// Whether `signature` is a signature by this key over `message`, hashed with `hash`. ECDSA
    /// signatures are in DER.
    pub fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let digest = hash.digest(message);
        match self {
            Self::P256(key) => p256::ecdsa::DerSignature::try_from(signature)
                .is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::DerSignature::try_from(signature)
                .is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok()),
            Self::Rsa(key) => {
                let Ok(signature) = pkcs1v15::Signature::try_from(signature) else {
                    return false;
                };
                let key = rsa::PublicKey::clone(key);
                match hash {
                    Hash::Sha256 => pkcs1v15::VerifyingKey::<Sha256>::new(key)
                        .verify_prehash(&digest, &signature),
                    Hash::Sha384 => pkcs1v15::VerifyingKey::<Sha384>::new(key)
                        .verify_prehash(&digest, &signature),
                    Hash::Sha512 => pkcs1v15::VerifyingKey::<Sha512>::new(key)
                        .verify_prehash(&digest, &signature),
                }
                .is_ok()
            }
        }
    }
}
