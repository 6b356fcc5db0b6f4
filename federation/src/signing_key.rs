//! The signing identity of a country: the secret key that it signs its batches with, and the
//! certificate that belongs to it.

use der::{AnyRef, asn1::ObjectIdentifier};
use p256::{
    ecdsa::signature::Signer as _,
    pkcs8::{DecodePrivateKey as _, EncodePublicKey as _},
};
use rand::CryptoRng;
use rsa::{pkcs1v15, signature::RandomizedSigner as _};
use sha2::Sha256;
use thiserror::Error;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::{
    certificate::Certificate,
    public_key::{ECDSA_WITH_SHA_256, RSA},
};

/// A secret key and the certificate of its public key.
pub struct SigningIdentity {
    key: SigningKey,
    certificate: Certificate,
}

enum SigningKey {
    P256(p256::ecdsa::SigningKey),
    Rsa(Box<rsa::PrivateKey>),
}

/// Why two PEM texts are not a signing identity. It quotes neither text, since one is secret.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum IdentityError {
    /// The first text is not a PKCS #8 key for EC P-256 or RSA.
    #[error("not a P-256 or RSA key in PKCS#8 PEM")]
    Key,
    /// The second text is not a certificate with a supported key.
    #[error("not a certificate in PEM with a supported key")]
    Certificate,
    /// The key is not that of the certificate.
    #[error("the key is not the certificate's")]
    Mismatch,
}

impl SigningIdentity {
    /// Reads a key (PKCS #8) and its certificate, both in PEM.
    pub fn from_pem(key: &str, certificate: &str) -> Result<Self, IdentityError> {
        let key = SigningKey::from_pem(key).ok_or(IdentityError::Key)?;
        let certificate =
            Certificate::from_pem(certificate).map_err(|_| IdentityError::Certificate)?;
        if key.public_der().as_deref() != certificate.public_key_der().as_deref() {
            return Err(IdentityError::Mismatch);
        }
        Ok(Self { key, certificate })
    }

    /// The certificate of the key.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Signs `message`, hashed with SHA-256. `random` blinds RSA.
    pub(crate) fn sign(&self, message: &[u8], random: &mut impl CryptoRng) -> Option<Vec<u8>> {
        match &self.key {
            SigningKey::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.try_sign(message).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            SigningKey::Rsa(key) => {
                let key = pkcs1v15::SigningKey::<Sha256>::new(rsa::PrivateKey::clone(key));
                let signature = key.try_sign_with_rng(random, message).ok()?;
                Some(Box::<[u8]>::from(signature).into_vec())
            }
        }
    }

    /// The signature algorithm of [`Self::sign`].
    pub(crate) fn algorithm(&self) -> AlgorithmIdentifierOwned {
        let identifier =
            |oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>| AlgorithmIdentifierOwned {
                oid,
                parameters: parameters.map(Into::into),
            };
        match self.key {
            SigningKey::P256(_) => identifier(ECDSA_WITH_SHA_256, None),
            SigningKey::Rsa(_) => identifier(RSA, Some(AnyRef::NULL)),
        }
    }
}

impl SigningKey {
    fn from_pem(pem: &str) -> Option<Self> {
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_pem(pem) {
            return Some(Self::P256(key));
        }
        let key = rsa::PrivateKey::from_pkcs8_pem(pem).ok()?;
        Some(Self::Rsa(Box::new(key)))
    }

    fn public_der(&self) -> Option<Vec<u8>> {
        let der = match self {
            Self::P256(key) => key.verifying_key().to_public_key_der(),
            Self::Rsa(key) => key.to_public_key().to_public_key_der(),
        };
        Some(der.ok()?.into_vec())
    }
}
