//! The certificates that countries sign their batches with, and the trust anchor: the certificate
//! of the gateway's operator, who signs those of the countries.

use der::{Decode as _, Encode as _, asn1::ObjectIdentifier};
use thiserror::Error;

use crate::public_key::{Hash, PublicKey};
use shared::{Timestamp, base64, country::Country};

/// An X.509 certificate with a key of a known kind.
#[derive(Clone, Debug)]
pub struct Certificate {
    x509: x509_cert::Certificate,
    key: PublicKey,
}

/// The text is not a certificate with an EC P-256, EC P-384 or RSA key.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a certificate in PEM with an EC P-256, EC P-384 or RSA key")]
pub struct CertificateError;

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");

impl Certificate {
    /// Reads the first certificate in `pem`. Lines may have any length.
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

    /// The country in the subject, if the subject names exactly one that can participate.
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

    /// Whether the certificate is valid at the time `now`.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        let validity = self.x509.tbs_certificate().validity();
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
        u64::try_from(now.as_second()).is_ok_and(|now| {
            (seconds(validity.not_before)..=seconds(validity.not_after)).contains(&now)
        })
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(crate) fn x509(&self) -> &x509_cert::Certificate {
        &self.x509
    }

    /// The public key as `SubjectPublicKeyInfo`.
    pub(crate) fn public_key_der(&self) -> Option<Vec<u8>> {
        let key = self.x509.tbs_certificate().subject_public_key_info();
        key.to_der().ok()
    }
}

/// The certificate of the gateway's operator.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    certificate: Certificate,
    /// The hash function of the operator's signatures: that of the signature on its own
    /// certificate.
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

    /// Whether `signature`, in base64, is the operator's signature over a certificate's PEM text.
    pub fn has_signed(&self, pem: &str, signature: &str) -> bool {
        base64::decode_vec(signature).is_some_and(|signature| {
            self.certificate
                .key
                .verifies(self.hash, pem.as_bytes(), &signature)
        })
    }
}
