//! The certificates that countries sign with, and the gateway operator's word for them.

use der::{Decode as _, Encode as _, asn1::ObjectIdentifier};
use thiserror::Error;

use super::public_key::{Hash, PublicKey};
use shared::{Timestamp, base64, country::Country};

/// An X.509 certificate with a key of a known kind.
#[derive(Clone, Debug)]
pub struct Certificate {
    x509: x509_cert::Certificate,
    key: PublicKey,
}

/// The text is no certificate, or one with a key of another kind than EC P-256, EC P-384 or RSA.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a certificate in PEM with an EC P-256, EC P-384 or RSA key")]
pub struct CertificateError;

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");

impl Certificate {
    /// Reads the first certificate in `pem`, however its lines are broken.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let (_, rest) = pem
            .split_once("-----BEGIN CERTIFICATE-----")
            .ok_or(CertificateError)?;
        let (text, _) = rest
            .split_once("-----END CERTIFICATE-----")
            .ok_or(CertificateError)?;
        let text: String = text.split_ascii_whitespace().collect();
        let der = base64::decode_vec(&text).ok_or(CertificateError)?;
        let x509 = x509_cert::Certificate::from_der(&der).map_err(|_| CertificateError)?;
        let key = x509.tbs_certificate().subject_public_key_info();
        let key = PublicKey::of(key).ok_or(CertificateError)?;
        Ok(Self { x509, key })
    }

    /// The country in its subject, if it names exactly one that can take part.
    pub fn country(&self) -> Option<Country> {
        let subject = self.x509.tbs_certificate().subject();
        let mut countries = subject.iter().filter(|attribute| attribute.oid == COUNTRY);
        let country = countries.next()?;
        if countries.next().is_some() {
            return None;
        }
        std::str::from_utf8(country.value.value())
            .ok()?
            .parse()
            .ok()
    }

    /// Whether `now` lies within its validity.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        let validity = self.x509.tbs_certificate().validity();
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
        u64::try_from(now.as_second()).is_ok_and(|now| {
            (seconds(validity.not_before)..=seconds(validity.not_after)).contains(&now)
        })
    }

    /// Its public key.
    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(super) fn x509(&self) -> &x509_cert::Certificate {
        &self.x509
    }

    /// Its public key as SPKI.
    pub(super) fn public_key_der(&self) -> Option<Vec<u8>> {
        let key = self.x509.tbs_certificate().subject_public_key_info();
        key.to_der().ok()
    }
}

/// The certificate of the gateway's operator, who signs those of the countries.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    certificate: Certificate,
    /// The operator signs as its own certificate is signed.
    hash: Hash,
}

impl TrustAnchor {
    /// Reads the operator's certificate.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let certificate = Certificate::from_pem(pem)?;
        let algorithm = certificate.x509.signature_algorithm().oid;
        Ok(Self {
            hash: Hash::of_signature(algorithm).ok_or(CertificateError)?,
            certificate,
        })
    }

    /// Whether `signature`, in base64, is the operator's over a certificate, as its PEM text
    /// stands.
    pub fn vouches_for(&self, pem: &str, signature: &str) -> bool {
        base64::decode_vec(signature).is_some_and(|signature| {
            self.certificate
                .key
                .verifies(self.hash, pem.as_bytes(), &signature)
        })
    }
}
