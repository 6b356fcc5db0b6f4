//! Standard base64 with padding (RFC 4648 §4): the text form of binary values in the phone API
//! (design §4.1.7) and in the exchange with other countries.

use ::base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

/// The base64 text of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes `text` to exactly `N` bytes; `None` if it is not base64 of that length.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode_vec(text)?.try_into().ok()
}

/// Decodes `text` to bytes; `None` if it is not base64.
pub fn decode_vec(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Writes a byte array as base64 text, for `#[serde(with = "crate::base64")]`.
pub fn serialize<S: Serializer, const N: usize>(
    bytes: &[u8; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode(bytes))
}

/// Reads a byte array from base64 text, for `#[serde(with = "crate::base64")]`.
pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    decode(&text).ok_or_else(|| D::Error::custom("not base64 of the expected length"))
}

/// For `#[serde(with = "crate::base64::vec")]` on bytes of any length.
pub mod vec {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    /// Writes bytes as base64 text.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::encode(bytes))
    }

    /// Reads bytes from base64 text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::decode_vec(&text).ok_or_else(|| D::Error::custom("not base64"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_whole_standard_base64_of_the_length_is_read() {
        assert_eq!(decode(&encode(&[0xfb; 4])), Some([0xfb; 4]));
        for text in [
            "",
            "+/v7+w",
            "-_v7-w==",
            "+/v7+w==\n",
            " +/v7+w==",
            "+/v7+w===",
            "+/v7+z==",
        ] {
            assert_eq!(decode::<4>(text), None, "{text}");
        }
    }

    #[test]
    fn binary_fields_are_base64_in_json() {
        #[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        struct Fields {
            #[serde(with = "crate::base64")]
            array: [u8; 4],
            #[serde(with = "crate::base64::vec")]
            vec: Vec<u8>,
        }
        let fields = Fields {
            array: [0xfb; 4],
            vec: vec![1, 2, 3, 4, 5],
        };
        let json = r#"{"array":"+/v7+w==","vec":"AQIDBAU="}"#;
        assert_eq!(serde_json::to_string(&fields).unwrap(), json);
        assert_eq!(serde_json::from_str::<Fields>(json).unwrap(), fields);
        for wrong in [("+/v7+w==", "+/v7"), ("AQIDBAU=", "AQIDBAU")] {
            let json = json.replace(wrong.0, wrong.1);
            assert!(serde_json::from_str::<Fields>(&json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*", bytes: [u8; 16]) {
            if let Some(read) = decode::<16>(&text) {
                prop_assert_eq!(encode(&read), text);
            }
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
