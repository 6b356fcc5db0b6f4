//! The keys that a phone derives its identifiers from: one a UTC day, and a second one on a day on
//! which the first was shared.
//!
//! A key that is shared ends with the interval in which it is shared, and another one takes its
//! place. The first can be published two hours later, and must not identify what the phone
//! broadcasts from then on. Both begin at midnight, as in Apple's and Google's version 1.5.

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    keys::tek::{KeyData, MAX_KEY_AGE_DAYS, RollingPeriod, TemporaryExposureKey},
    time::{Interval, UtcDay},
};

/// A phone's own keys, in the order in which they were used.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct OwnKeys(Vec<TemporaryExposureKey>);

impl OwnKeys {
    /// The keys of a phone that has been in use for 14 days and today.
    pub fn of_past_days(now: Timestamp, random: &mut impl Rng) -> Self {
        let today = UtcDay::of(now);
        let days = (0..=MAX_KEY_AGE_DAYS).rev().map(|days| today.minus(days));
        Self(days.map(|day| key_of(day, random)).collect())
    }

    pub fn all(&self) -> &[TemporaryExposureKey] {
        &self.0
    }

    /// The key in use at `time`. Makes one when there is none, and forgets keys of more than 14
    /// days before.
    pub fn at(&mut self, time: Timestamp, random: &mut impl Rng) -> TemporaryExposureKey {
        let interval = Interval::at(time);
        // Of two keys of a day the later one is used from where the earlier one ends.
        if let Some(key) = self.0.iter().find(|key| covers(key, interval)) {
            return *key;
        }
        let key = key_of(interval.day(), random);
        self.forget_before(time);
        self.0.push(key);
        key
    }

    /// Ends the key in use with the current interval, so that it can be shared.
    pub fn cut(&mut self, now: Timestamp, random: &mut impl Rng) {
        let interval = Interval::at(now);
        let data = self.at(now, random).data;
        if let Some(key) = self.0.iter_mut().find(|key| key.data == data) {
            let intervals = interval.number() + 1 - key.rolling_start.number();
            if let Some(period) = RollingPeriod::new(intervals.into()) {
                key.rolling_period = period;
            }
        }
    }

    /// The keys of the past 14 days whose use ends with the current interval or has ended: those
    /// that may leave the phone.
    pub fn ended(&self, now: Timestamp) -> impl Iterator<Item = TemporaryExposureKey> {
        let next = Interval::at(now).plus(1);
        self.0
            .iter()
            .filter(move |key| key.is_recent(now) && end_of(key) <= next)
            .copied()
    }

    /// Forgets what is older than 14 days.
    pub fn forget_before(&mut self, now: Timestamp) {
        let oldest = UtcDay::of(now).minus(MAX_KEY_AGE_DAYS);
        self.0.retain(|key| key.day() >= oldest);
    }
}

/// The first interval in which the key is no longer used.
pub fn end_of(key: &TemporaryExposureKey) -> Interval {
    key.rolling_start.plus(key.rolling_period.intervals())
}

fn covers(key: &TemporaryExposureKey, interval: Interval) -> bool {
    key.rolling_start <= interval && interval < end_of(key)
}

fn key_of(day: UtcDay, random: &mut impl Rng) -> TemporaryExposureKey {
    TemporaryExposureKey {
        data: KeyData::from_bytes(random.random()),
        rolling_start: day.start(),
        rolling_period: RollingPeriod::DAY,
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};
    use shared::time::{DAY_SECONDS, shift};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T10:05:00Z".parse().unwrap()
    }

    fn random() -> StdRng {
        StdRng::seed_from_u64(1)
    }

    #[test]
    fn a_key_serves_for_a_utc_day() {
        let mut random = random();
        let mut keys = OwnKeys::default();
        let morning = keys.at(now(), &mut random);
        assert_eq!(
            keys.at("2026-11-24T23:59:59Z".parse().unwrap(), &mut random),
            morning
        );
        let next = keys.at("2026-11-25T00:00:00Z".parse().unwrap(), &mut random);
        assert_ne!(next.data, morning.data);
        assert_eq!(
            next.rolling_start,
            UtcDay::of(now()).minus(0).start().plus(144)
        );
        assert_eq!(keys.all().len(), 2);
        // The past is not rewritten.
        assert_eq!(keys.at(now(), &mut random), morning);
    }

    #[test]
    fn the_key_in_use_stays_on_the_phone_until_it_is_cut() {
        let mut random = random();
        let mut keys = OwnKeys::of_past_days(now(), &mut random);
        assert_eq!(keys.ended(now()).count(), 14);
        let today = keys.at(now(), &mut random);
        keys.cut(now(), &mut random);
        let shared: Vec<_> = keys.ended(now()).collect();
        assert_eq!(shared.len(), 15);
        // 10:05 is in the 61st interval of the day.
        assert_eq!(shared[14].data, today.data);
        assert_eq!(shared[14].rolling_period.intervals(), 61);

        // Until 10:10 the same identifier is in the air; then another key takes over.
        assert_eq!(keys.at(shift(now(), 299), &mut random).data, today.data);
        let second = keys.at(shift(now(), 300), &mut random);
        assert_ne!(second.data, today.data);
        assert_eq!(second.rolling_start, today.rolling_start);
        assert_eq!(second.rolling_period, RollingPeriod::DAY);
        assert_eq!(keys.ended(shift(now(), 300)).count(), 15);
        assert_eq!(keys.ended(shift(now(), DAY_SECONDS)).count(), 15);
    }

    #[test]
    fn cutting_twice_in_an_interval_makes_no_third_key() {
        let mut random = random();
        let mut keys = OwnKeys::default();
        keys.cut(now(), &mut random);
        keys.cut(shift(now(), 1), &mut random);
        assert_eq!(keys.all().len(), 1);
        keys.cut(shift(now(), 600), &mut random);
        let periods: Vec<_> = keys
            .all()
            .iter()
            .map(|key| key.rolling_period.intervals())
            .collect();
        assert_eq!(periods, [61, 62]);
    }

    #[test]
    fn keys_are_kept_for_fourteen_days() {
        let mut random = random();
        let mut keys = OwnKeys::of_past_days(now(), &mut random);
        for days in 1..=20 {
            keys.at(shift(now(), days * DAY_SECONDS), &mut random);
            assert_eq!(keys.all().len(), 15);
        }
        keys.forget_before(shift(now(), 40 * DAY_SECONDS));
        assert!(keys.all().is_empty());
    }
}
