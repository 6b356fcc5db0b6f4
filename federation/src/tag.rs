//! Names of batches: those that the gateway gives to what can be downloaded, and ours for what is
//! uploaded.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use rand::CryptoRng;
use sha2::{Digest as _, Sha256};

/// The gateway's name for a batch: `yyyyMMdd-N`. It begins with the day on which the gateway made
/// the batch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BatchTag {
    day: Date,
    text: String,
}

/// As long as a tag may be.
const MAX_LENGTH: usize = 64;

impl BatchTag {
    /// The day on which the batch was made, in UTC.
    pub fn day(&self) -> Date {
        self.day
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The tag of the day's next batch, if the gateway counts them.
    pub fn following(&self) -> Option<Self> {
        let (day, number) = self.text.split_once('-')?;
        let number = number.parse::<u64>().ok()?.checked_add(1)?;
        format!("{day}-{number}").parse().ok()
    }
}

impl FromStr for BatchTag {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MALFORMED: &str = "not the tag of a batch";
        let (day, rest) = text.split_once('-').ok_or(MALFORMED)?;
        let fits = day.len() == 8
            && !rest.is_empty()
            && text.len() <= MAX_LENGTH
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !fits {
            return Err(MALFORMED);
        }
        Ok(Self {
            day: Date::strptime("%Y%m%d", day).map_err(|_| MALFORMED)?,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for BatchTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How many bytes our tags have, written in hex; the gateway takes 64 characters.
const UPLOAD_TAG_BYTES: usize = 20;

/// The tag under which the batch with this signing text is sent. It comes from the content, so a
/// batch that is sent again because an answer was lost has the same one.
pub fn upload_tag(signing_text: &[u8]) -> String {
    let mut tag = hex::encode(Sha256::digest(signing_text));
    tag.truncate(2 * UPLOAD_TAG_BYTES);
    tag
}

/// A tag that nobody can have used before.
pub fn random_upload_tag(random: &mut impl CryptoRng) -> String {
    let mut tag = [0; UPLOAD_TAG_BYTES];
    random.fill_bytes(&mut tag);
    hex::encode(tag)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_begins_with_its_day() {
        let tag: BatchTag = "20201130-12".parse().unwrap();
        assert_eq!(tag.day().to_string(), "2020-11-30");
        assert_eq!(tag.to_string(), "20201130-12");
        let long = format!("20201130-{}", "1".repeat(56));
        for text in [
            "",
            "null",
            "20201131-1",
            "2020-11-30",
            "20201130-",
            "20201130",
            "20201130-1/2",
            &long,
        ] {
            assert!(text.parse::<BatchTag>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_following_tag_is_the_next_number_of_the_day() {
        let following = |tag: &str| tag.parse::<BatchTag>().unwrap().following();
        let next = following("20201130-9").map(|tag| tag.to_string());
        assert_eq!(next.as_deref(), Some("20201130-10"));
        assert_eq!(following("20201130-a"), None);
        assert_eq!(following(&format!("20201130-{}", u64::MAX)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            if let Ok(tag) = text.parse::<BatchTag>() {
                prop_assert_eq!(tag.to_string(), text);
                let _ = tag.following();
            }
        }
    }
}
