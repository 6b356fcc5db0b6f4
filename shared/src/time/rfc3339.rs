//! Timestamps and dates in the JSON between the portal and the service, in the one form in which
//! the service writes them (RFC 3339, in UTC).
//!
//! The parser of `jiff` takes a dozen forms and explains what is wrong with each. In the portal it
//! would be a tenth of what a browser downloads.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Parses a timestamp such as `2026-11-23T10:15:00Z`, with or without a fraction of the second.
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = time.split(':').map(|part| digits(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || fraction.len() > 9 {
        return None;
    }
    let nanoseconds = digits(fraction, fraction.len())? * 10_i32.pow(9 - fraction.len() as u32);
    let small = |number: i32| i8::try_from(number).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, nanoseconds).ok()?;
    let datetime = parse_day(day)?.to_datetime(time);
    TimeZone::UTC.to_timestamp(datetime).ok()
}

/// Parses a date such as `2026-11-23`.
pub fn parse_day(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let small = |text| i8::try_from(digits(text, 2)?).ok();
    let year = i16::try_from(digits(year, 4)?).ok()?;
    Date::new(year, small(month)?, small(day)?).ok()
}

/// Parses a number of exactly `length` digits, nine at most.
fn digits(text: &str, length: usize) -> Option<i32> {
    let all = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok())?
}

/// For `#[serde(with = …)]` on a timestamp.
pub(crate) mod timestamp {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        time.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        parse_timestamp(&text).ok_or_else(|| D::Error::custom("not a timestamp"))
    }
}

/// For `#[serde(with = …)]` on a date.
pub(crate) mod day {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
        day.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        parse_day(&text).ok_or_else(|| D::Error::custom("not a day"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_one_form_is_read() {
        let time = "2026-11-23T10:15:00Z".parse().unwrap();
        assert_eq!(parse_timestamp("2026-11-23T10:15:00Z"), Some(time));
        assert_eq!(parse_timestamp("2026-11-23T10:15:00.000Z"), Some(time));
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T10:15:00",
            "2026-11-23T10:15Z",
            "2026-11-23T10:15:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T10:15:00.Z",
            "2026-11-23T10:15:00.0000000000Z",
            "2026-11-23T10:15:00+01:00",
            "2026-02-29T10:15:00Z",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
        for text in [
            "",
            "2026-1-1",
            "2026-13-01",
            "20261123",
            "2026-11-23-",
            "+026-11-23",
            "2026-11-2٣",
        ] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_in_json_is_read_in_its_one_form() {
        #[derive(Deserialize)]
        struct Answer(#[serde(with = "super::day")] Date);

        let read = |json| serde_json::from_str::<Answer>(json).map(|answer| answer.0);
        assert_eq!(read("\"2026-11-23\"").ok(), parse_day("2026-11-23"));
        assert!(read("\"20261123\"").is_err());
    }

    proptest! {
        #[test]
        fn every_written_timestamp_is_read(
            second in 0..253_402_000_000_i64,
            nanosecond in 0..1_000_000_000_i32,
        ) {
            for nanosecond in [0, nanosecond] {
                let time = Timestamp::new(second, nanosecond).unwrap();
                prop_assert_eq!(parse_timestamp(&time.to_string()), Some(time));
                let day = TimeZone::UTC.to_datetime(time).date();
                prop_assert_eq!(parse_day(&day.to_string()), Some(day));
            }
        }

        #[test]
        fn any_text_is_read_as_the_calendar_reads_it_or_refused(
            text in "[0-9]{4}-[0-9]{2}-[0-9]{2}\
                (T[0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,9})?Z)?|\\PC*",
        ) {
            if let Some(time) = parse_timestamp(&text) {
                prop_assert_eq!(text.parse().ok(), Some(time));
            }
            if let Some(day) = parse_day(&text) {
                prop_assert_eq!(text.parse().ok(), Some(day));
            }
        }
    }
}
