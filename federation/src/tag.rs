//! Batch tags: the names that the gateway gives to batches for download, and those that a country
//! gives to its uploads.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use rand::CryptoRng;
use sha2::{Digest as _, Sha256};

/// The gateway's name for a batch: `yyyyMMdd-N`. It begins with the day on which the gateway
/// created the batch.
///
/// ```
/// use federation::tag::BatchTag;
///
/// let tag: BatchTag = "20261125-9".parse()?;
/// assert_eq!(tag.day().to_string(), "2026-11-25");
/// assert_eq!(tag.following(), Some("20261125-10".parse()?));
/// assert!("20261131-1".parse::<BatchTag>().is_err());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BatchTag {
    day: Date,
    text: String,
}

/// The most characters in a tag.
const MAX_LENGTH: usize = 64;

impl BatchTag {
    /// The day on which the gateway created the batch, in UTC.
    pub fn day(&self) -> Date {
        self.day
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The tag of the day's next batch, if the gateway numbers its batches.
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

/// The number of bytes in the tag of an upload, which is written in hex. The gateway accepts 64
/// characters.
const UPLOAD_TAG_BYTES: usize = 20;

/// The tag of the upload with this signing text. It is derived from the content, so a batch that is
/// sent again after a lost response has the same tag.
///
/// ```
/// use federation::{batch::EfgsKey, signing_text::signing_text, tag::upload_tag};
///
/// let keys = [1, 2].map(|byte| EfgsKey {
///     key_data: vec![byte; 16],
///     ..EfgsKey::default()
/// });
/// let [first, second] = keys.clone();
/// let tag = upload_tag(&signing_text(&keys));
/// assert_eq!(tag.len(), 40);
/// assert_eq!(tag, upload_tag(&signing_text(&[second, first])));
/// ```
pub fn upload_tag(signing_text: &[u8]) -> String {
    let mut tag = hex::encode(Sha256::digest(signing_text));
    tag.truncate(2 * UPLOAD_TAG_BYTES);
    tag
}

/// A random tag, which no other upload has.
pub fn random_upload_tag(random: &mut impl CryptoRng) -> String {
    let mut tag = [0; UPLOAD_TAG_BYTES];
    random.fill_bytes(&mut tag);
    hex::encode(tag)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn a_tag_begins_with_its_day() {
        let tag: BatchTag = "20201130-12".parse().unwrap();
        assert_eq!(tag.day().to_string(), "2020-11-30");
        assert_eq!(
            (tag.as_str(), &*tag.to_string()),
            ("20201130-12", "20201130-12")
        );
        let longest = format!("20201130-{}", "1".repeat(55));
        assert!(longest.parse::<BatchTag>().is_ok());
        let long = format!("{longest}1");
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

    #[test]
    fn random_upload_tags_have_forty_hex_digits_and_differ() {
        let mut random = StdRng::seed_from_u64(1);
        let [one, other] = [(); 2].map(|()| random_upload_tag(&mut random));
        assert_ne!(one, other);
        for tag in [one, other] {
            assert!(
                hex::decode(&tag).is_ok_and(|bytes| bytes.len() == 20),
                "{tag}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "\\PC*") {
            if let Ok(tag) = text.parse::<BatchTag>() {
                prop_assert_eq!(tag.to_string(), text);
                let _ = tag.following();
            }
        }
    }
}
