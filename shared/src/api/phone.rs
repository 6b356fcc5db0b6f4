//! The answers to phones that register or upload (design §4.1.1–4).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::enrolment::{BucketId, ConfirmationKey, Enrolment, code::ValidationCode, valid_until};

/// The size of every answer to a phone's request, in bytes. It is one size, so that an eavesdropper
/// cannot tell the answers apart.
pub const PHONE_ANSWER_BYTES: usize = 512;

/// A new enrolment. On failure its members are null.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// The validation code.
    pub ggd_key: Option<ValidationCode>,
    /// The bucket that uploads name.
    pub bucket_id: Option<BucketId>,
    /// The key that signs uploads.
    pub confirmation_key: Option<ConfirmationKey>,
    /// The remaining validity of the enrolment in seconds; −1 on failure.
    pub validity: i64,
}

impl Registration {
    /// The answer with `enrolment`, which was made at `now`.
    pub fn success(enrolment: Enrolment, now: Timestamp) -> Self {
        Self {
            ggd_key: Some(enrolment.code),
            bucket_id: Some(enrolment.bucket),
            confirmation_key: Some(enrolment.confirmation_key),
            validity: valid_until(now).as_second() - now.as_second(),
        }
    }

    /// The answer when there is no enrolment to give.
    pub const fn failure() -> Self {
        Self {
            ggd_key: None,
            bucket_id: None,
            confirmation_key: None,
            validity: -1,
        }
    }

    /// The body: exactly [`PHONE_ANSWER_BYTES`].
    pub fn to_body(&self) -> String {
        // No member of this struct can fail to serialise.
        let json = serde_json::to_string(self).unwrap_or_default();
        padded(json.strip_suffix('}').unwrap_or_default())
    }
}

/// The body of every answer to an upload or a decoy: exactly [`PHONE_ANSWER_BYTES`].
pub fn upload_answer() -> String {
    padded("{")
}

/// `json`, an object without its closing brace, closed by a member `padding` that fills it up.
fn padded(json: &str) -> String {
    let mut body = String::with_capacity(PHONE_ANSWER_BYTES);
    body.push_str(json);
    body.push_str(if json.len() > 1 {
        r#","padding":""#
    } else {
        r#""padding":""#
    });
    while body.len() < PHONE_ANSWER_BYTES - 2 {
        body.push('0');
    }
    body.push_str("\"}");
    body
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;
    use crate::enrolment::intake::IntakeNumber;

    #[test]
    fn every_answer_to_a_phone_has_512_bytes_of_json() {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let enrolment = Enrolment::random(IntakeNumber::modulo(3), &mut StdRng::seed_from_u64(1));
        let success = Registration::success(enrolment.clone(), now).to_body();
        let failure = Registration::failure().to_body();
        for body in [&success, &failure, &upload_answer()] {
            assert_eq!(body.len(), 512);
            let json: serde_json::Value = serde_json::from_str(body).unwrap();
            assert!(json["padding"].is_string());
        }
        let read: Registration = serde_json::from_str(&success).unwrap();
        assert_eq!(read.ggd_key, Some(enrolment.code));
        assert_eq!(read.bucket_id, Some(enrolment.bucket));
        assert_eq!(read.validity, 17 * 3_600);
        assert!(failure.starts_with(
            r#"{"ggdKey":null,"bucketId":null,"confirmationKey":null,"validity":-1,"padding":""#
        ));
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_refused_without_panic(bytes: Vec<u8>) {
            let _ = serde_json::from_slice::<Registration>(&bytes);
        }
    }
}
