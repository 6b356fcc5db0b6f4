//! The illness of a person who shares keys, as a GGD employee enters it: the first day of symptoms
//! or the day of the test, calendar days in the Netherlands (design §3.20).

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::{UtcDay, netherlands::today, rfc3339::parse_day};

/// The most days between the onset of illness, or the test, and today.
pub const MAX_ILLNESS_AGE_DAYS: i32 = 30;

/// The number of days before the onset of symptoms on which a person counts as infectious.
const INFECTIOUS_BEFORE_ONSET_DAYS: u32 = 2;

/// An illness: the first day of symptoms or, without symptoms, the day of the test.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct Illness {
    symptomatic: bool,
    date: Date,
}

impl Illness {
    /// The illness with a date in the form `YYYY-MM-DD`, checked as by [`Illness::new`].
    pub fn parse(symptomatic: bool, date: &str, now: Timestamp) -> Result<Self, DateError> {
        let parsed = parse_day(date).ok_or(DateError::Malformed)?;
        Self::new(symptomatic, parsed, now)
    }

    /// The illness with `date`, if that is today or one of the 30 days before, in the Netherlands
    /// at `now`.
    pub fn new(symptomatic: bool, date: Date, now: Timestamp) -> Result<Self, DateError> {
        if date > today(now) {
            Err(DateError::Future)
        } else if date < oldest(now) {
            Err(DateError::TooOld)
        } else {
            Ok(Self { symptomatic, date })
        }
    }

    /// Whether the person has symptoms.
    pub fn symptomatic(self) -> bool {
        self.symptomatic
    }

    /// The day from which days since onset are counted: that of the first symptoms or the test.
    pub fn onset(self) -> UtcDay {
        UtcDay::of_date(self.date)
    }

    /// The first day on which the person counts as infectious: two days before the first symptoms,
    /// or the day of the test.
    pub fn infectious_from(self) -> Date {
        let before = if self.symptomatic {
            INFECTIOUS_BEFORE_ONSET_DAYS
        } else {
            0
        };
        self.onset().minus(before).date()
    }
}

hidden_debug!(Illness);

/// Why a date is not accepted as that of an illness.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum DateError {
    /// The date is after today.
    #[error("the date lies in the future")]
    Future,
    /// The text is not a calendar day in the form `YYYY-MM-DD`.
    #[error("not a date")]
    Malformed,
    /// The date is more than [`MAX_ILLNESS_AGE_DAYS`] days ago.
    #[error("the date is more than 30 days ago")]
    TooOld,
}

/// The oldest date of an illness that is accepted at `now`.
pub fn oldest(now: Timestamp) -> Date {
    UtcDay::of_date(today(now))
        .minus(MAX_ILLNESS_AGE_DAYS.unsigned_abs())
        .date()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn dates_from_thirty_days_ago_up_to_today_are_accepted() {
        let now = at("2026-11-23T23:30:00Z"); // already the 24th in the Netherlands
        for (text, expected) in [
            ("2026-11-25", Err(DateError::Future)),
            ("2026-11-24", Ok(())),
            ("2026-10-25", Ok(())),
            ("2026-10-24", Err(DateError::TooOld)),
            ("0001-01-01", Err(DateError::TooOld)),
            ("9999-12-31", Err(DateError::Future)),
        ] {
            assert_eq!(
                Illness::new(true, date(text), now).map(|_| ()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn only_calendar_days_in_one_form_are_dates() {
        let now = at("2026-11-23T10:00:00Z");
        assert!(Illness::parse(true, "2026-11-23", now).is_ok());
        for text in [
            "",
            "2026-11-31",
            "20261123",
            "2026-11-23T10:00",
            "23-11-2026",
            " 2026-11-23",
        ] {
            assert_eq!(
                Illness::parse(true, text, now),
                Err(DateError::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn the_infectious_period_starts_two_days_before_onset_or_on_the_day_of_the_test() {
        let now = at("2026-11-23T10:00:00Z");
        let ill = Illness::new(true, date("2026-11-01"), now).unwrap();
        assert_eq!(ill.infectious_from(), date("2026-10-30"));
        let well = Illness::new(false, date("2026-11-01"), now).unwrap();
        assert_eq!(well.infectious_from(), date("2026-11-01"));
        assert!(ill.symptomatic() && !well.symptomatic());
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_refused(text in "\\PC*", day in -40..40_i32) {
            let now = at("2026-11-23T10:00:00Z");
            let _ = Illness::parse(true, &text, now);
            let date = today(now).saturating_add(day.days());
            let parsed = Illness::parse(true, &date.to_string(), now);
            prop_assert_eq!(parsed.is_ok(), (-MAX_ILLNESS_AGE_DAYS..=0).contains(&day));
            prop_assert_eq!(parsed.is_ok(), date >= oldest(now) && day <= 0);
        }
    }
}
