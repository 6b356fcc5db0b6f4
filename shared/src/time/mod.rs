//! Intervals of ten minutes and UTC days: the units of time of exposure notification (Google's and
//! Apple's GAEN), and of every rule in this crate.

pub mod netherlands;
pub mod retention;
pub mod rfc3339;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The length of an interval, in seconds.
const INTERVAL_SECONDS: i64 = 600;

/// The number of intervals in a UTC day.
pub const INTERVALS_PER_DAY: u32 = 144;

/// The length of a UTC day, in seconds.
pub const DAY_SECONDS: i64 = 86_400;

/// Ten minutes, numbered from 1970: GAEN's ENIntervalNumber, `floor(unix seconds / 600)`.
///
/// ```
/// use shared::time::{Interval, UtcDay};
///
/// let interval = Interval::at("2020-08-12T09:05:00Z".parse()?);
/// assert_eq!(interval.number(), 2_662_038);
/// assert_eq!(interval.start(), "2020-08-12T09:00:00Z".parse()?);
///
/// let day = interval.day();
/// assert_eq!(day, UtcDay::of_date("2020-08-12".parse()?));
/// assert_eq!(day.start().plus(54), interval);
/// assert_eq!(day.days_since(day.minus(14)), 14);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Interval(u32);

impl Interval {
    /// The interval with this ENIntervalNumber.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The interval that contains `time`; the first one if `time` is before 1970.
    pub fn at(time: Timestamp) -> Self {
        let number = time.as_second().div_euclid(INTERVAL_SECONDS);
        // The last Timestamp is in the year 9999, so only times before 1970 do not fit.
        Self(u32::try_from(number).unwrap_or(0))
    }

    /// The ENIntervalNumber.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The ENIntervalNumber as the signed integer of the export format.
    pub fn as_i32(self) -> i32 {
        i32::try_from(self.0).unwrap_or(i32::MAX)
    }

    /// The time at which the interval begins.
    pub fn start(self) -> Timestamp {
        // The largest number lies in the year 83626, which a Timestamp cannot hold.
        Timestamp::from_second(i64::from(self.0) * INTERVAL_SECONDS).unwrap_or(Timestamp::MAX)
    }

    /// The interval `intervals` after this one.
    pub const fn plus(self, intervals: u32) -> Self {
        Self(self.0.saturating_add(intervals))
    }

    /// The UTC day that contains the interval.
    pub const fn day(self) -> UtcDay {
        UtcDay(self.0 / INTERVALS_PER_DAY)
    }
}

/// A UTC day, stored as the number of days since 1970-01-01.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct UtcDay(u32);

impl UtcDay {
    /// The UTC day that contains `time`.
    pub fn of(time: Timestamp) -> Self {
        Interval::at(time).day()
    }

    /// The UTC day with the calendar date `date`.
    pub fn of_date(date: Date) -> Self {
        date.to_zoned(TimeZone::UTC)
            .map_or(Self(0), |midnight| Self::of(midnight.timestamp()))
    }

    /// The calendar date of the day.
    pub fn date(self) -> Date {
        TimeZone::UTC.to_datetime(self.start().start()).date()
    }

    /// The first interval of the day.
    pub const fn start(self) -> Interval {
        Interval(self.0.saturating_mul(INTERVALS_PER_DAY))
    }

    /// The day `days` before this one.
    pub const fn minus(self, days: u32) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// The day after this one.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The number of days from `earlier` to this day, negative when `earlier` is later; limited to
    /// the range of the type.
    pub fn days_since(self, earlier: Self) -> i32 {
        let days = i64::from(self.0) - i64::from(earlier.0);
        days.clamp(i32::MIN.into(), i32::MAX.into()) as i32
    }

    /// The number of days since 1970-01-01.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The day `number` days after 1970-01-01.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
}

/// The time `seconds` after `time`, or before it if negative; limited to the range of a
/// [`Timestamp`].
pub fn shift(time: Timestamp, seconds: i64) -> Timestamp {
    time.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_vectors_of_earlier_systems_hold() {
        for (number, time) in [
            (2_661_984, "2020-08-12T00:00:00Z"),
            (2_638_224, "2020-02-29T00:00:00Z"),
            (307_296, "1975-11-05T00:00:00Z"),
            (2_757_312, "2022-06-05T00:00:00Z"),
            (2_642_976, "2020-04-02T00:00:00Z"),
        ] {
            let time: Timestamp = time.parse().unwrap();
            assert_eq!(Interval::at(time), Interval::new(number));
            assert_eq!(Interval::new(number).start(), time);
            assert_eq!(
                UtcDay::of(shift(time, 86_399)).start(),
                Interval::new(number)
            );
            assert_eq!(UtcDay::of_date(UtcDay::of(time).date()), UtcDay::of(time));
        }
    }

    #[test]
    fn times_outside_the_unsigned_range_do_not_wrap() {
        assert_eq!(
            Interval::at(Timestamp::from_second(-1).unwrap()),
            Interval::new(0)
        );
        assert_eq!(Interval::new(u32::MAX).start(), Timestamp::MAX);
        assert_eq!(Interval::new(u32::MAX).plus(1).number(), u32::MAX);
        assert_eq!(Interval::new(u32::MAX).as_i32(), i32::MAX);
        assert_eq!(Interval::new(2_992_032).as_i32(), 2_992_032);
        let (first, last) = (UtcDay::new(0), UtcDay::new(u32::MAX));
        assert_eq!(last.days_since(first), i32::MAX);
        assert_eq!(first.days_since(last), i32::MIN);
        assert_eq!(first.minus(1), first);
        assert_eq!(last.next(), last);
    }

    #[test]
    fn days_are_counted_in_both_directions() {
        let day = UtcDay::new(20_780);
        assert_eq!(
            (day.next().number(), day.minus(3).number()),
            (20_781, 20_777)
        );
        assert_eq!(day.days_since(day.minus(3)), 3);
        assert_eq!(day.minus(3).days_since(day), -3);
    }

    #[test]
    fn a_shifted_time_stays_in_range() {
        let time: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        assert_eq!(shift(time, -90), "2026-11-23T09:58:30Z".parse().unwrap());
        assert_eq!(shift(time, i64::MAX), Timestamp::MAX);
        assert_eq!(shift(time, i64::MIN), Timestamp::MIN);
    }
}
