//! The two languages of the service, and how each of them names days.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A language that people are addressed in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Language {
    /// `nl`.
    #[serde(rename = "nl")]
    Dutch,
    /// `en`.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The tag of the language (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }

    /// A day, as people say it: weekday, day, month. Without the year, since no date here is older
    /// than a month.
    pub fn day(self, date: Date) -> String {
        let (weekdays, months) = match self {
            Self::Dutch => (&DUTCH_WEEKDAYS, &DUTCH_MONTHS),
            Self::English => (&ENGLISH_WEEKDAYS, &ENGLISH_MONTHS),
        };
        let weekday = name(weekdays, date.weekday().to_monday_zero_offset());
        let month = name(months, date.month() - 1);
        format!("{weekday} {} {month}", date.day())
    }

    /// How long ago a day is.
    pub fn days_ago(self, days: u32) -> String {
        match (self, days) {
            (Self::Dutch, 0) => "vandaag".to_owned(),
            (Self::Dutch, 1) => "gisteren".to_owned(),
            (Self::Dutch, days) => format!("{days} dagen geleden"),
            (Self::English, 0) => "today".to_owned(),
            (Self::English, 1) => "yesterday".to_owned(),
            (Self::English, days) => format!("{days} days ago"),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// Neither `nl` nor `en`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the languages are nl and en")]
pub struct LanguageError;

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(tag: &str) -> Result<Self, LanguageError> {
        [Self::Dutch, Self::English]
            .into_iter()
            .find(|language| language.tag() == tag)
            .ok_or(LanguageError)
    }
}

fn name(names: &[&'static str], place: i8) -> &'static str {
    usize::try_from(place)
        .ok()
        .and_then(|place| names.get(place))
        .copied()
        .unwrap_or_default()
}

const DUTCH_WEEKDAYS: [&str; 7] = [
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
];

const DUTCH_MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

const ENGLISH_WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_named_as_people_say_it() {
        let monday: Date = "2026-11-23".parse().unwrap();
        assert_eq!(Language::Dutch.day(monday), "maandag 23 november");
        assert_eq!(Language::English.day(monday), "Monday 23 November");
        let sunday: Date = "2027-01-03".parse().unwrap();
        assert_eq!(Language::Dutch.day(sunday), "zondag 3 januari");
        assert_eq!(Language::English.day(sunday), "Sunday 3 January");
    }

    #[test]
    fn a_day_is_so_many_days_ago() {
        let said = |language: Language| [0, 1, 2].map(|days| language.days_ago(days));
        assert_eq!(
            said(Language::Dutch),
            ["vandaag", "gisteren", "2 dagen geleden"]
        );
        assert_eq!(
            said(Language::English),
            ["today", "yesterday", "2 days ago"]
        );
    }

    #[test]
    fn a_language_is_known_by_its_tag() {
        for language in [Language::Dutch, Language::English] {
            assert_eq!(language.to_string().parse(), Ok(language));
            let json = serde_json::to_string(&language).unwrap();
            assert_eq!(json, format!("\"{language}\""));
        }
        assert_eq!("NL".parse::<Language>(), Err(LanguageError));
    }
}
