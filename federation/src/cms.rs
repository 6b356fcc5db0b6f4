//! Batch signatures: detached signatures in the Cryptographic Message Syntax (RFC 5652), as the
//! gateway defines them: with SHA-256, and with the signer's certificate but no other.

use cms::{
    cert::{CertificateChoices, IssuerAndSerialNumber},
    content_info::{CmsVersion, ContentInfo},
    signed_data::{
        CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo,
        SignerInfos,
    },
};
use der::{
    Any, Decode as _, Encode as _, EncodingRules,
    asn1::{ObjectIdentifier, OctetString, SetOfVec},
};
use rand::CryptoRng;
use thiserror::Error;
use x509_cert::{
    attr::{Attribute, Attributes},
    spki::AlgorithmIdentifierOwned,
};

use crate::{
    certificate::Certificate,
    public_key::{Hash, SHA_256},
    signing_key::SigningIdentity,
};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");

/// The key cannot sign, or the signature cannot be encoded.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the key and certificate cannot sign")]
pub struct SigningError;

/// Signs `text`: a signature in DER, with signed attributes.
pub fn sign(
    text: &[u8],
    identity: &SigningIdentity,
    random: &mut impl CryptoRng,
) -> Result<Vec<u8>, SigningError> {
    let attributes = signed_attributes(text).map_err(|_| SigningError)?;
    let signed = attributes.to_der().map_err(|_| SigningError)?;
    let signature = identity.sign(&signed, random).ok_or(SigningError)?;
    encode(identity, attributes, signature).map_err(|_| SigningError)
}

fn signed_attributes(text: &[u8]) -> der::Result<Attributes> {
    let attribute = |oid, value: Any| -> der::Result<Attribute> {
        let values = SetOfVec::try_from(vec![value])?;
        Ok(Attribute { oid, values })
    };
    let digest = OctetString::new(Hash::Sha256.digest(text))?;
    SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        attribute(MESSAGE_DIGEST, Any::encode_from(&digest)?)?,
    ])
}

fn encode(
    identity: &SigningIdentity,
    attributes: Attributes,
    signature: Vec<u8>,
) -> der::Result<Vec<u8>> {
    let sha_256 = AlgorithmIdentifierOwned {
        oid: SHA_256,
        parameters: None,
    };
    let certificate = identity.certificate().x509();
    let subject = certificate.tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: subject.issuer().clone(),
            serial_number: subject.serial_number().clone(),
        }),
        digest_alg: sha_256.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: identity.algorithm(),
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let certificate = CertificateChoices::Certificate(certificate.clone());
    let signed_data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![sha_256])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet::try_from(vec![certificate])?),
        crls: None,
        signer_infos: SignerInfos::try_from(vec![signer])?,
    };
    ContentInfo {
        content_type: SIGNED_DATA,
        content: Any::encode_from(&signed_data)?,
    }
    .to_der()
}

/// Whether `signature` is a signature over `text` by the key of `certificate`. It may be in DER or,
/// as Java's libraries encode it, in BER with indefinite lengths; with signed attributes or
/// without. The certificates in it are ignored.
pub fn verifies(signature: &[u8], text: &[u8], certificate: &Certificate) -> bool {
    let Some(signer) = only_signer(signature) else {
        return false;
    };
    let Some(hash) = Hash::of_digest(signer.digest_alg.oid) else {
        return false;
    };
    // If the algorithm of the signature names a hash function too, it must be the same.
    if Hash::of_signature(signer.signature_algorithm.oid).is_some_and(|other| other != hash) {
        return false;
    }
    let signed = match &signer.signed_attrs {
        None => text.to_vec(),
        Some(attributes) => {
            if content_type(attributes) != Some(DATA)
                || message_digest(attributes).as_deref() != Some(&*hash.digest(text))
            {
                return false;
            }
            // The signature is over the DER form, in which a set is sorted (RFC 5652 §5.4).
            match SetOfVec::try_from(attributes.clone().into_vec()).map(|sorted| sorted.to_der()) {
                Ok(Ok(signed)) => signed,
                _ => return false,
            }
        }
    };
    certificate
        .key()
        .verifies(hash, &signed, signer.signature.as_bytes())
}

/// The one signer of a detached signature.
fn only_signer(signature: &[u8]) -> Option<SignerInfo> {
    let info = ContentInfo::from_ber(signature).ok()?;
    if info.content_type != SIGNED_DATA {
        return None;
    }
    let signed_data: SignedData = info.content.decode_as_encoding(EncodingRules::Ber).ok()?;
    let content = signed_data.encap_content_info;
    if content.econtent_type != DATA || content.econtent.is_some() {
        return None;
    }
    match <[SignerInfo; 1]>::try_from(signed_data.signer_infos.0.into_vec()) {
        Ok([signer]) => Some(signer),
        Err(_) => None,
    }
}

/// The type of the signed content, by the signed attributes.
fn content_type(attributes: &Attributes) -> Option<ObjectIdentifier> {
    only_value(attributes, CONTENT_TYPE)?.decode_as().ok()
}

/// The hash of the signed content, by the signed attributes.
fn message_digest(attributes: &Attributes) -> Option<Vec<u8>> {
    let digest: OctetString = only_value(attributes, MESSAGE_DIGEST)?.decode_as().ok()?;
    Some(digest.into_bytes().into())
}

/// The value of an attribute that occurs exactly once.
fn only_value(attributes: &Attributes, oid: ObjectIdentifier) -> Option<&Any> {
    let mut values = attributes
        .iter()
        .filter(|attribute| attribute.oid == oid)
        .flat_map(|attribute| attribute.values.iter());
    let value = values.next()?;
    values.next().is_none().then_some(value)
}
