//! Temporary exposure keys (TEKs), from which phones derive the identifiers that they broadcast,
//! and the rules for which of them the service accepts and when it may publish them
//! (design §3.13–14).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::{INTERVALS_PER_DAY, Interval, UtcDay, shift};

/// The most days between the day of a key and today.
pub const MAX_KEY_AGE_DAYS: u32 = 14;

/// How long after validation a key of the upload's own day is still accepted.
pub const SAME_DAY_WINDOW_SECONDS: i64 = 120 * 60;

/// How long after its rolling period a key is held back. Phones accept an identifier up to two
/// hours after its time, so identifiers of a key that is published earlier could be replayed.
pub const RELEASE_DELAY_SECONDS: i64 = 2 * 3_600;

/// The sixteen secret bytes of a key.
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct KeyData(#[serde(with = "crate::base64")] [u8; 16]);

impl KeyData {
    /// The key data with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

hidden_debug!(KeyData);

/// For how many intervals of ten minutes a key was in use: 1 to 144.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct RollingPeriod(u8);

impl RollingPeriod {
    /// The rolling period of a whole day.
    pub const DAY: Self = Self(INTERVALS_PER_DAY as u8);

    /// The rolling period of `intervals`, if that is 1 to 144.
    pub fn new(intervals: i64) -> Option<Self> {
        (1..=i64::from(INTERVALS_PER_DAY))
            .contains(&intervals)
            .then_some(Self(intervals as u8))
    }

    /// The number of intervals: 1 to 144.
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

/// A temporary exposure key: a phone derives the identifiers of one day from it.
///
/// ```
/// use shared::{
///     keys::tek::{KeyData, RollingPeriod, TemporaryExposureKey},
///     time::{Interval, UtcDay},
/// };
///
/// // A key that was replaced when its owner shared it, at 09:30.
/// let key = TemporaryExposureKey {
///     data: KeyData::from_bytes([7; 16]),
///     rolling_start: UtcDay::of_date("2026-11-20".parse()?).start(),
///     rolling_period: RollingPeriod::new(57).unwrap(),
/// };
/// assert_eq!(key.day().date(), "2026-11-20".parse()?);
///
/// // Phones accept its identifiers for two more hours; only then it may be published.
/// assert_eq!(key.releasable_at(), "2026-11-20T11:30:00Z".parse()?);
///
/// // The service accepts keys of today and of the 14 days before.
/// assert!(key.is_recent("2026-12-04T23:59:00Z".parse()?));
/// assert!(!key.is_recent("2026-12-05T00:00:00Z".parse()?));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct TemporaryExposureKey {
    /// The bytes from which the identifiers are derived.
    pub data: KeyData,
    /// The first interval in which the key was in use.
    pub rolling_start: Interval,
    /// The number of intervals in which the key was in use.
    pub rolling_period: RollingPeriod,
}

impl TemporaryExposureKey {
    /// The UTC day of the rolling start.
    pub fn day(&self) -> UtcDay {
        self.rolling_start.day()
    }

    /// The same key, its rolling period cut off at the end of its UTC day. Phones change keys at
    /// midnight, and a longer period would reach into a day after the registration's.
    pub fn within_its_day(self) -> Self {
        let remaining = INTERVALS_PER_DAY - self.rolling_start.number() % INTERVALS_PER_DAY;
        let intervals = self.rolling_period.intervals().min(remaining);
        Self {
            rolling_period: RollingPeriod::new(intervals.into()).unwrap_or(self.rolling_period),
            ..self
        }
    }

    /// The time from which the key may be published: two hours after its rolling period.
    pub fn releasable_at(&self) -> Timestamp {
        let end = self.rolling_start.plus(self.rolling_period.intervals());
        shift(end.start(), RELEASE_DELAY_SECONDS)
    }

    /// Whether the rolling start is not in the future, and on one of the 14 days before today or
    /// later.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        oldest_start(now) <= self.rolling_start && self.rolling_start <= Interval::at(now)
    }
}

/// The earliest rolling start that is accepted at `now`: midnight UTC, 14 days ago.
pub fn oldest_start(now: Timestamp) -> Interval {
    UtcDay::of(now).minus(MAX_KEY_AGE_DAYS).start()
}

/// What decides which keys of an upload an enrolment accepts.
#[derive(Clone, Copy, Debug)]
pub struct Acceptance {
    /// When the upload arrived.
    pub now: Timestamp,
    /// The UTC day on which the phone registered.
    pub registered: UtcDay,
    /// When an employee validated the code; `None` before that.
    pub validated: Option<Timestamp>,
}

impl Acceptance {
    /// Whether `key` is accepted. One that is not is dropped, and the phone does not learn it.
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
    fn a_rolling_period_is_sent_and_read_back_as_its_number() {
        let period = RollingPeriod::new(57).unwrap();
        assert_eq!(serde_json::to_string(&period).unwrap(), "57");
        assert_eq!(serde_json::from_str::<RollingPeriod>("57").unwrap(), period);
    }

    #[test]
    fn a_rolling_period_is_cut_off_at_the_end_of_its_day() {
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
    fn an_enrolment_accepts_keys_up_to_its_own_day_and_todays_key_for_two_hours() {
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
        // After midnight, the key is that of a past day.
        assert!(takes(
            "2026-11-23T00:30:00Z",
            Some("2026-11-22T10:00:00Z"),
            &yesterday
        ));
        // A key of a day after the registration's day is never accepted.
        assert!(!takes("2026-11-23T02:30:00Z", None, &today));
    }
}
