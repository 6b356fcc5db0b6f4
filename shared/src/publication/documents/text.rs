//! A text that phones show: words, simple markup, and placeholders for the dates of an exposure,
//! which only the phone knows.

use std::str::FromStr;

use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;
use thiserror::Error;

use crate::time::UtcDay;

/// The length of quarantine, in days after the exposure: the Dutch rule of 2020 and 2021.
const STAY_HOME_DAYS: u32 = 10;

/// A text with known placeholders and valid markup. It is never empty.
///
/// The placeholders are CoronaMelder's: `{ExposureDate}`, `{ExposureDate+5}`, `{ExposureDate+10}`,
/// `{ExposureDaysAgo}`, and `{StayHomeUntilDate}`, the last day of quarantine. The markup is `b`,
/// `i`, `ul`, `li`, and `a` with an https address.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct Text(Vec<Piece>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece {
    /// The date this number of days after the exposure.
    Date(u32),
    DaysAgo,
    /// A tag, including its brackets.
    Tag(String),
    Words(String),
}

/// The dates that a phone puts in a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ExposureDates {
    /// The day of the exposure.
    pub date: Date,
    /// The day on which the text is shown.
    pub today: Date,
}

/// A value that a phone writes in its language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Detail {
    /// A date, as in "Monday 23 November".
    Date(Date),
    /// A number of days before today, as in "today" or "3 days ago".
    DaysAgo(u32),
}

impl Text {
    /// The text about `exposure`, with its markup. `say` writes a date or a number of days ago in
    /// the language of the text.
    pub fn fill(&self, exposure: ExposureDates, say: impl Fn(Detail) -> String) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Date(days) => say(Detail::Date(exposure.date_after(*days))),
                Piece::DaysAgo => say(Detail::DaysAgo(exposure.days_ago())),
                Piece::Tag(text) | Piece::Words(text) => text.clone(),
            })
            .collect()
    }

    /// Whether the text is without markup, so that a notification can show it.
    pub(super) fn is_plain(&self) -> bool {
        !self.0.iter().any(|piece| matches!(piece, Piece::Tag(_)))
    }
}

impl ExposureDates {
    /// The number of days from the exposure to today; 0 if today is before it.
    pub fn days_ago(self) -> u32 {
        let days = UtcDay::of_date(self.today).days_since(UtcDay::of_date(self.date));
        u32::try_from(days).unwrap_or(0)
    }

    fn date_after(self, days: u32) -> Date {
        self.date.saturating_add(i64::from(days).days())
    }
}

/// Why a text is refused.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TextError {
    /// The text is empty or only white space.
    #[error("the text is empty")]
    Empty,
    /// A tag is unknown, not closed, or closed by another.
    #[error("the markup is not b, i, ul, li or a with an https address, each closed in turn")]
    Markup,
    /// A placeholder is unknown or incomplete.
    #[error("unknown placeholder {{{0}}}")]
    Placeholder(String),
}

impl FromStr for Text {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if text.trim().is_empty() {
            return Err(TextError::Empty);
        }
        let mut pieces = Vec::new();
        let mut open = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let piece;
            (piece, rest) = if let Some(inside) = rest.strip_prefix('{') {
                let (name, rest) = inside.split_once('}').ok_or_else(|| unknown(inside))?;
                (placeholder(name)?, rest)
            } else if let Some(inside) = rest.strip_prefix('<') {
                let (tag, rest) = inside.split_once('>').ok_or(TextError::Markup)?;
                follow_tag(tag, &mut open)?;
                (Piece::Tag(format!("<{tag}>")), rest)
            } else {
                let (words, rest) = rest.split_at(rest.find(['{', '<']).unwrap_or(rest.len()));
                (Piece::Words(without_ends(words)?), rest)
            };
            pieces.push(piece);
        }
        if open.is_empty() {
            Ok(Self(pieces))
        } else {
            Err(TextError::Markup)
        }
    }
}

impl TryFrom<String> for Text {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

fn placeholder(name: &str) -> Result<Piece, TextError> {
    match name {
        "ExposureDate" => Ok(Piece::Date(0)),
        "ExposureDate+5" => Ok(Piece::Date(5)),
        "ExposureDate+10" => Ok(Piece::Date(10)),
        "StayHomeUntilDate" => Ok(Piece::Date(STAY_HOME_DAYS)),
        "ExposureDaysAgo" => Ok(Piece::DaysAgo),
        _ => Err(unknown(name)),
    }
}

/// Updates `open`, the stack of open elements, for `tag`, which is without its brackets.
fn follow_tag<'a>(tag: &'a str, open: &mut Vec<&'a str>) -> Result<(), TextError> {
    if let Some(name) = tag.strip_prefix('/') {
        return match open.pop() {
            Some(opened) if opened == name => Ok(()),
            _ => Err(TextError::Markup),
        };
    }
    match tag {
        "b" | "i" | "ul" | "li" => open.push(tag),
        _ if is_link(tag) => open.push("a"),
        _ => return Err(TextError::Markup),
    }
    Ok(())
}

/// Whether `tag` is an `a` with only an https address, since phones open the address.
fn is_link(tag: &str) -> bool {
    tag.strip_prefix("a href=\"https://")
        .and_then(|tag| tag.strip_suffix('"'))
        .is_some_and(|address| {
            !address.is_empty() && !address.contains(['"', '{', '<', ' ', '\t', '\n'])
        })
}

/// `words`, if they contain no end of a placeholder or tag.
fn without_ends(words: &str) -> Result<String, TextError> {
    if words.contains('}') {
        return Err(unknown(words));
    }
    if words.contains('>') {
        return Err(TextError::Markup);
    }
    Ok(words.into())
}

fn unknown(placeholder: &str) -> TextError {
    TextError::Placeholder(placeholder.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn say(detail: Detail) -> String {
        match detail {
            Detail::Date(date) => date.to_string(),
            Detail::DaysAgo(days) => format!("{days} days ago"),
        }
    }

    fn fill(text: &str, date: &str, today: &str) -> String {
        let exposure = ExposureDates {
            date: date.parse().unwrap(),
            today: today.parse().unwrap(),
        };
        text.parse::<Text>().unwrap().fill(exposure, say)
    }

    #[test]
    fn every_placeholder_is_filled() {
        for (text, filled) in [
            ("{ExposureDate}", "2026-11-23"),
            ("{ExposureDate+5}", "2026-11-28"),
            ("{ExposureDate+10}", "2026-12-03"),
            ("{StayHomeUntilDate}", "2026-12-03"),
            ("{ExposureDaysAgo}", "4 days ago"),
            (
                "It was {ExposureDaysAgo}: <b>{ExposureDate}</b>.",
                "It was 4 days ago: <b>2026-11-23</b>.",
            ),
            ("None", "None"),
        ] {
            assert_eq!(fill(text, "2026-11-23", "2026-11-27"), filled, "{text}");
        }
    }

    #[test]
    fn days_ago_are_calendar_days_and_never_negative() {
        let text = "{ExposureDaysAgo}";
        assert_eq!(fill(text, "2026-12-31", "2027-01-01"), "1 days ago");
        assert_eq!(fill(text, "2026-11-23", "2026-11-23"), "0 days ago");
        assert_eq!(fill(text, "2026-11-23", "2026-11-22"), "0 days ago");
        assert_eq!(
            fill("{ExposureDate+10}", "9999-12-31", "9999-12-31"),
            "9999-12-31"
        );
    }

    #[test]
    fn markup_of_five_tags_is_kept() {
        for text in [
            "<b>one</b> and <i>two</i>",
            "<ul><li>one</li><li><b>two</b></li></ul>",
            "<a href=\"https://ggd.example/test\">a test</a>",
        ] {
            assert_eq!(fill(text, "2026-11-23", "2026-11-23"), text);
            assert!(!text.parse::<Text>().unwrap().is_plain());
        }
        assert!("One {ExposureDate}".parse::<Text>().unwrap().is_plain());
    }

    #[test]
    fn a_text_with_an_error_is_refused() {
        for text in ["", " \n"] {
            assert_eq!(text.parse::<Text>(), Err(TextError::Empty), "{text:?}");
        }
        for text in [
            "<u>one</u>",
            "<b>one",
            "one</b>",
            "<b><i>one</b></i>",
            "<b",
            "b>",
            "<B>one</B>",
            "<b class=\"x\">one</b>",
            "<br/>",
            "<a>one</a>",
            "<a href=\"http://ggd.example\">one</a>",
            "<a href=\"javascript:x\">one</a>",
            "<a href=\"https://\">one</a>",
            "<a href=\"https://x\" onclick=\"y\">one</a>",
            "<a href=\"https://x/{ExposureDate}\">one</a>",
            "<script>one</script>",
        ] {
            assert_eq!(text.parse::<Text>(), Err(TextError::Markup), "{text}");
        }
        for text in [
            "{}",
            "{exposureDate}",
            "{ ExposureDate }",
            "{ExposureDate+6}",
            "{ExposureDate",
            "ExposureDate}",
            "{{ExposureDate}}",
            "{PhoneNumber}",
        ] {
            let error = text.parse::<Text>();
            assert!(matches!(error, Err(TextError::Placeholder(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_without_braces_and_brackets_is_shown_as_it_is(text in "[^{}<>]*[a-z][^{}<>]*") {
            prop_assert_eq!(fill(&text, "2026-11-23", "2026-11-23"), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[{}<>/\"]|<b>|</b>|\\{ExposureDate\\})*") {
            if let Ok(read) = text.parse::<Text>() {
                let date = Date::constant(2026, 11, 23);
                let dates = ExposureDates { date, today: date };
                let filled = read.fill(dates, |_| "{ExposureDate}".into());
                prop_assert_eq!(filled, text);
            }
        }
    }
}
