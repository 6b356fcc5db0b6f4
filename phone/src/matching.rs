//! Matching: which of the identifiers that a phone heard come from a key that was published.

use std::collections::HashMap;

use shared::{tek::TemporaryExposureKey, time::Interval};

use crate::identifiers::{DayKeys, RollingProximityIdentifier};

/// How far the clocks of two phones may be apart, in intervals: two hours, as Android and iOS have it.
const TOLERANCE: u32 = 12;

/// What a phone heard, for look-ups.
#[derive(Debug)]
pub struct Heard(HashMap<RollingProximityIdentifier, Vec<(Interval, usize)>>);

/// An identifier that was heard and comes from a published key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Match {
    /// The place of the key among those that were given.
    pub key: usize,
    /// The interval for which the identifier was made.
    pub interval: Interval,
    /// The place of the encounter among those that were heard.
    pub encounter: usize,
}

impl Heard {
    /// What was heard, and in which interval.
    pub fn new(heard: impl IntoIterator<Item = (Interval, RollingProximityIdentifier)>) -> Self {
        let mut places: HashMap<_, Vec<_>> = HashMap::new();
        for (place, (interval, identifier)) in heard.into_iter().enumerate() {
            places
                .entry(identifier)
                .or_default()
                .push((interval, place));
        }
        Self(places)
    }

    /// Calls `found` for each identifier that comes from one of `keys` and was heard within two hours of its time.
    pub fn find(&self, keys: &[TemporaryExposureKey], mut found: impl FnMut(Match)) {
        for (key, tek) in keys.iter().enumerate() {
            let day_keys = DayKeys::derive(&tek.data);
            for interval in 0..tek.rolling_period.intervals() {
                let interval = tek.rolling_start.plus(interval);
                let identifier = day_keys.identifier(interval);
                for (heard, encounter) in self.0.get(&identifier).into_iter().flatten() {
                    if heard.number().abs_diff(interval.number()) <= TOLERANCE {
                        found(Match {
                            key,
                            interval,
                            encounter: *encounter,
                        });
                    }
                }
            }
        }
    }
}
