//! The audit of a batch: the list of the uploads that are in it (design §4.4.11).

use std::{collections::HashMap, fmt, io};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, SeqAccess, Visitor},
};

/// One upload in a batch, as the gateway's audit lists it. The uploads are in the order of the
/// first key of each.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AuditedUpload {
    /// The code of the country that uploaded.
    pub country: String,
    /// The number of keys.
    pub amount: u64,
    /// The certificate that the country signed with, PEM; empty if the gateway no longer has it.
    #[serde(deserialize_with = "text_or_null")]
    pub signing_certificate: String,
    /// The gateway operator's signature over the PEM text, base64; empty if the gateway no longer
    /// has it.
    #[serde(deserialize_with = "text_or_null")]
    pub signing_certificate_operator_signature: String,
    /// The country's signature over the keys: CMS, base64.
    #[serde(deserialize_with = "text_or_null")]
    pub batch_signature: String,
}

fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// How many uploads of a country in one batch are verified. A country sends many keys at a time;
/// verifying thousands of small uploads would take the time, and keeping their signatures the
/// memory, that all countries' keys need.
pub(crate) const MAX_VERIFIED_UPLOADS: usize = 200;

/// How many uploads an audit has at most.
const MAX_AUDITED_UPLOADS: usize = 20_000;

/// Reads the audit of a batch: JSON. The uploads of a country after its first 200 keep only their
/// amounts.
pub fn read_audit(json: impl io::Read) -> Result<Vec<AuditedUpload>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_reader(json);
    let uploads = reader.deserialize_seq(AuditVisitor)?;
    reader.end()?;
    Ok(uploads)
}

struct AuditVisitor;

impl<'de> Visitor<'de> for AuditVisitor {
    type Value = Vec<AuditedUpload>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MAX_AUDITED_UPLOADS} uploads")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<AuditedUpload>, A::Error> {
        let mut uploads = Vec::new();
        let mut counts = HashMap::<String, usize>::new();
        while let Some(mut upload) = seq.next_element::<AuditedUpload>()? {
            if uploads.len() == MAX_AUDITED_UPLOADS {
                return Err(A::Error::invalid_length(MAX_AUDITED_UPLOADS + 1, &self));
            }
            let count = counts.entry(upload.country.clone()).or_default();
            *count += 1;
            if *count > MAX_VERIFIED_UPLOADS {
                upload = AuditedUpload {
                    country: upload.country,
                    amount: upload.amount,
                    ..AuditedUpload::default()
                };
            }
            uploads.push(upload);
        }
        Ok(uploads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_the_gateway_has_lost_is_read_as_an_empty_text() {
        let json = r#"[{"country":"DE","amount":1,"signingCertificate":null,
            "signingCertificateOperatorSignature":null,"batchSignature":null,"more":1}]"#;
        let upload = AuditedUpload {
            country: "DE".to_owned(),
            amount: 1,
            ..AuditedUpload::default()
        };
        assert_eq!(read_audit(json.as_bytes()).unwrap(), [upload]);
        for json in ["", "{}", "[1]", "[] []", r#"[{"amount":-1}]"#] {
            assert!(read_audit(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn after_the_first_two_hundred_uploads_of_a_country_only_the_amounts_are_kept() {
        let read = |upload: &str, count| {
            let json = format!("[{}]", vec![upload; count].join(","));
            read_audit(json.as_bytes())
        };
        let upload = r#"{"country":"DE","amount":2,"batchSignature":"AA=="}"#;
        let uploads = read(upload, 201).unwrap();
        assert!(
            uploads[..200]
                .iter()
                .all(|upload| upload.batch_signature == "AA==")
        );
        assert_eq!((&*uploads[200].country, uploads[200].amount), ("DE", 2));
        assert_eq!(uploads[200].batch_signature, "");
        assert!(read("{}", 20_000).is_ok());
        let too_many = read("{}", 20_001).unwrap_err().to_string();
        let expected = "invalid length 20001, expected a list of at most 20000 uploads";
        assert!(too_many.contains(expected), "{too_many}");
    }
}
