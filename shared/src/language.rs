//! The two languages of the service, Dutch and English, and how each of them names days.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A language of the service's texts.
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
    /// The BCP 47 tag of the language: `nl` or `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }

    /// The name of a day: weekday, day and month, as in "Monday 23 November". The year is left out,
    /// since no date in the service is older than a month.
    pub fn day(self, date: Date) -> String {
        let (weekdays, months) = match self {
            Self::Dutch => (&DUTCH_WEEKDAYS, &DUTCH_MONTHS),
            Self::English => (&ENGLISH_WEEKDAYS, &ENGLISH_MONTHS),
        };
        let weekday = name(weekdays, date.weekday().to_monday_zero_offset());
        let month = name(months, date.month() - 1);
        format!("{weekday} {} {month}", date.day())
    }

    /// The name of the day `days` before today, as in "yesterday" or "3 days ago".
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

/// A language tag is neither `nl` nor `en`.
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

fn name(names: &[&'static str], index: i8) -> &'static str {
    usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index))
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
    fn a_day_is_named_by_weekday_day_and_month() {
        let monday: Date = "2026-11-23".parse().unwrap();
        assert_eq!(Language::Dutch.day(monday), "maandag 23 november");
        assert_eq!(Language::English.day(monday), "Monday 23 November");
        let sunday: Date = "2027-01-03".parse().unwrap();
        assert_eq!(Language::Dutch.day(sunday), "zondag 3 januari");
        assert_eq!(Language::English.day(sunday), "Sunday 3 January");
    }

    #[test]
    fn today_and_yesterday_have_names_and_other_days_a_number() {
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
    fn a_language_is_parsed_from_its_tag() {
        for language in [Language::Dutch, Language::English] {
            assert_eq!(language.to_string().parse(), Ok(language));
            let json = serde_json::to_string(&language).unwrap();
            assert_eq!(json, format!("\"{language}\""));
        }
        assert_eq!("NL".parse::<Language>(), Err(LanguageError));
    }
}
