//! The gateway's names for its batches: `yyyyMMdd-N`.

use std::{fmt, str::FromStr};

use jiff::civil::Date;

/// The name of a batch. It begins with the day on which the gateway made the batch.
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

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            if let Ok(tag) = text.parse::<BatchTag>() {
                prop_assert_eq!(tag.to_string(), text);
            }
        }
    }
}
