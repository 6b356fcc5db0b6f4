//! Temporary exposure keys and the rules that decide which of them the service takes and when it
//! may publish them (design §3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::{INTERVALS_PER_DAY, Interval, UtcDay, shift};

/// How many days before today a key may start.
pub const MAX_KEY_AGE_DAYS: u32 = 14;

/// How long after validation a key of the upload's own day is still taken.
pub const SAME_DAY_WINDOW_SECONDS: i64 = 120 * 60;

/// How long after its rolling period a key is held back: phones accept an identifier up to two
/// hours after its time, so a key that is known earlier could be replayed.
pub const RELEASE_DELAY_SECONDS: i64 = 2 * 3_600;

/// The sixteen bytes of a key.
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct KeyData(#[serde(with = "crate::base64")] [u8; 16]);

impl KeyData {
    /// The key with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

hidden_debug!(KeyData);

/// How long a key was in use: 1 to 144 intervals.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct RollingPeriod(u8);

impl RollingPeriod {
    /// A whole day.
    pub const DAY: Self = Self(INTERVALS_PER_DAY as u8);

    /// The period of so many intervals, if that is 1 to 144.
    pub fn new(intervals: i64) -> Option<Self> {
        (1..=i64::from(INTERVALS_PER_DAY))
            .contains(&intervals)
            .then_some(Self(intervals as u8))
    }

    /// The number of intervals.
    pub const fn intervals(self) -> u32 {
        self.0 as u32
    }
}

impl TryFrom<i64> for RollingPeriod {
    type Error = &'static str;

    fn try_from(intervals: i64) -> Result<Self, Self::Error> {
        Self::new(intervals).ok_or("a rolling period has 1 to 144 intervals")
    }
}

impl From<RollingPeriod> for i64 {
    fn from(period: RollingPeriod) -> Self {
        period.0.into()
    }
}

/// A temporary exposure key: what a phone derived its identifiers from on one day.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct TemporaryExposureKey {
    /// The key itself.
    pub data: KeyData,
    /// The first interval in which it was used.
    pub rolling_start: Interval,
    /// For how many intervals it was used.
    pub rolling_period: RollingPeriod,
}

impl TemporaryExposureKey {
    /// The UTC day in which the key's use began.
    pub fn day(&self) -> UtcDay {
        self.rolling_start.day()
    }

    /// The key, used until midnight of its day at most. Phones change keys then; a longer period
    /// would reach into a day after the registration's.
    pub fn within_its_day(self) -> Self {
        let left = INTERVALS_PER_DAY - self.rolling_start.number() % INTERVALS_PER_DAY;
        let intervals = self.rolling_period.intervals().min(left);
        Self {
            rolling_period: RollingPeriod::new(intervals.into()).unwrap_or(self.rolling_period),
            ..self
        }
    }

    /// The first moment at which the key may be published.
    pub fn releasable_at(&self) -> Timestamp {
        let end = self.rolling_start.plus(self.rolling_period.intervals());
        shift(end.start(), RELEASE_DELAY_SECONDS)
    }

    /// Whether its start is at most 14 days before today and not in the future.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        oldest_start(now) <= self.rolling_start && self.rolling_start <= Interval::at(now)
    }
}

/// The earliest rolling start that is taken at `now`: midnight UTC, 14 days ago.
pub fn oldest_start(now: Timestamp) -> Interval {
    UtcDay::of(now).minus(MAX_KEY_AGE_DAYS).start()
}

/// Which keys an enrolment takes.
#[derive(Clone, Copy, Debug)]
pub struct Acceptance {
    /// When the request arrived.
    pub now: Timestamp,
    /// The UTC day of the registration.
    pub registered: UtcDay,
    /// When the GGD confirmed the code, if it has.
    pub validated: Option<Timestamp>,
}

impl Acceptance {
    /// Whether `key` is taken; one that is not is dropped without a word.
    pub fn takes(&self, key: &TemporaryExposureKey) -> bool {
        let same_day = key.day() == UtcDay::of(self.now);
        let window_over = self
            .validated
            .is_some_and(|validated| self.now > shift(validated, SAME_DAY_WINDOW_SECONDS));
        key.is_recent(self.now) && key.day() <= self.registered && !(same_day && window_over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn key(start: Interval, period: i64) -> TemporaryExposureKey {
        TemporaryExposureKey {
            data: KeyData::from_bytes([7; 16]),
            rolling_start: start,
            rolling_period: RollingPeriod::new(period).unwrap(),
        }
    }

    #[test]
    fn a_period_has_1_to_144_intervals() {
        for (intervals, valid) in [
            (i64::MIN, false),
            (0, false),
            (1, true),
            (144, true),
            (145, false),
        ] {
            assert_eq!(
                RollingPeriod::new(intervals).is_some(),
                valid,
                "{intervals}"
            );
        }
    }

    #[test]
    fn a_key_ends_with_its_day() {
        let day = UtcDay::of(at("2026-11-20T12:00:00Z")).start();
        for (start, period, left) in [
            (0, 144, 144),
            (0, 1, 1),
            (1, 144, 143),
            (70, 74, 74),
            (143, 144, 1),
        ] {
            let cut = key(day.plus(start), period).within_its_day();
            assert_eq!(cut.rolling_period.intervals(), left, "{start} {period}");
            assert_eq!(cut.rolling_start, day.plus(start));
        }
    }

    #[test]
    fn a_key_may_be_published_two_hours_after_its_period() {
        let day = UtcDay::of(at("2026-11-20T12:00:00Z")).start();
        assert_eq!(key(day, 144).releasable_at(), at("2026-11-21T02:00:00Z"));
        assert_eq!(key(day, 57).releasable_at(), at("2026-11-20T11:30:00Z"));
    }

    #[test]
    fn keys_of_the_last_fourteen_days_are_recent() {
        let now = at("2026-11-23T10:05:00Z");
        let today = UtcDay::of(now).start();
        let oldest = UtcDay::of(now).minus(14).start();
        for (start, recent) in [
            (Interval::new(oldest.number() - 1), false),
            (oldest, true),
            (today, true),
            (Interval::at(now), true),
            (Interval::at(now).plus(1), false),
            (Interval::new(0), false),
            (Interval::new(u32::MAX), false),
        ] {
            assert_eq!(key(start, 1).is_recent(now), recent, "{start:?}");
        }
    }

    #[test]
    fn an_enrolment_takes_keys_up_to_its_own_day_and_todays_key_for_two_hours() {
        let registered = at("2026-11-22T10:00:00Z");
        let yesterday = key(UtcDay::of(registered).start(), 144);
        let today = key(UtcDay::of(registered).start().plus(144), 10);
        let takes = |now: &str, validated: Option<&str>, key| {
            Acceptance {
                now: at(now),
                registered: UtcDay::of(registered),
                validated: validated.map(at),
            }
            .takes(key)
        };
        assert!(takes("2026-11-22T10:00:00Z", None, &yesterday));
        assert!(takes(
            "2026-11-22T12:00:00Z",
            Some("2026-11-22T10:00:00Z"),
            &yesterday
        ));
        assert!(!takes(
            "2026-11-22T12:00:01Z",
            Some("2026-11-22T10:00:00Z"),
            &yesterday
        ));
        // After midnight the key is one of a past day.
        assert!(takes(
            "2026-11-23T00:30:00Z",
            Some("2026-11-22T10:00:00Z"),
            &yesterday
        ));
        // A day after the registration's day is never taken.
        assert!(!takes("2026-11-23T02:30:00Z", None, &today));
    }
}
