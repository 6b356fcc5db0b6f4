//! Decoys: requests that look like those of an ill person, so that an eavesdropper who sees a phone register and upload
//! learns nothing.
//!
//! Once a day a phone throws a die with the published probability. When it falls right, some time in the next 24 hours a
//! first decoy plays the registration, and a while later a second one the upload.

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    time::{DAY_SECONDS, UtcDay, shift},
};

/// Of a hundred persons, how many upload within [`SOON_SECONDS`] of registering: they do both on the telephone with the
/// GGD.
const SOON_PERCENT: u32 = 90;

/// A quarter of an hour.
const SOON_SECONDS: i64 = 900;

/// What is planned.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Decoys {
    /// The day for which the die was thrown last.
    thrown: Option<UtcDay>,
    registration_at: Option<Timestamp>,
    upload_at: Option<Timestamp>,
}

/// A decoy whose time has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decoy {
    /// Looks like a registration.
    Registration,
    /// Looks like an upload.
    Upload,
}

impl Decoys {
    /// Throws the die, unless it has been thrown today or a pair is still under way. `probability` is that of a pair a day.
    pub fn throw(&mut self, probability: f64, now: Timestamp, random: &mut impl Rng) {
        let today = UtcDay::of(now);
        if self.thrown == Some(today) {
            return;
        }
        self.thrown = Some(today);
        if self.upload_at.is_none() && random.random_bool(probability.clamp(0.0, 1.0)) {
            self.plan(shift(now, random.random_range(0..DAY_SECONDS)), random);
        }
    }

    /// Plans a pair that begins at `start`.
    pub fn plan(&mut self, start: Timestamp, random: &mut impl Rng) {
        let longest = if random.random_range(0..100) < SOON_PERCENT {
            SOON_SECONDS
        } else {
            DAY_SECONDS
        };
        self.registration_at = Some(start);
        self.upload_at = Some(shift(start, random.random_range(1..=longest)));
    }

    /// The decoy to send now. It is not due a second time.
    pub fn take_due(&mut self, now: Timestamp) -> Option<Decoy> {
        if self.registration_at.is_some_and(|at| at <= now) {
            self.registration_at = None;
            return Some(Decoy::Registration);
        }
        if self.registration_at.is_none() && self.upload_at.is_some_and(|at| at <= now) {
            self.upload_at = None;
            return Some(Decoy::Upload);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T01:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_registration_comes_before_an_upload_and_each_once() {
        let mut random = StdRng::seed_from_u64(1);
        let mut decoys = Decoys::default();
        assert_eq!(decoys.take_due(now()), None);
        decoys.throw(1.0, now(), &mut random);
        assert_eq!(decoys.take_due(shift(now(), -1)), None);
        let later = shift(now(), 2 * DAY_SECONDS);
        assert_eq!(decoys.take_due(later), Some(Decoy::Registration));
        assert_eq!(decoys.take_due(later), Some(Decoy::Upload));
        assert_eq!(decoys.take_due(later), None);
    }

    #[test]
    fn the_die_is_thrown_once_a_day() {
        let mut random = StdRng::seed_from_u64(2);
        let mut decoys = Decoys::default();
        decoys.throw(0.0, now(), &mut random);
        decoys.throw(1.0, shift(now(), 60), &mut random);
        assert_eq!(decoys.take_due(shift(now(), 3 * DAY_SECONDS)), None);
        decoys.throw(1.0, shift(now(), DAY_SECONDS), &mut random);
        assert!(decoys.take_due(shift(now(), 3 * DAY_SECONDS)).is_some());
    }

    #[test]
    fn pairs_come_with_the_published_probability_and_mostly_close_together() {
        let mut random = StdRng::seed_from_u64(3);
        let (mut pairs, mut close) = (0, 0);
        for _ in 0..20_000 {
            let mut decoys = Decoys::default();
            decoys.throw(0.1, now(), &mut random);
            let (Some(first), Some(second)) = (decoys.registration_at, decoys.upload_at) else {
                continue;
            };
            assert!(now() <= first && first < shift(now(), DAY_SECONDS));
            assert!(first < second && second <= shift(first, DAY_SECONDS));
            pairs += 1;
            close += usize::from(second <= shift(first, SOON_SECONDS));
        }
        // Five standard deviations around 2,000, and around nine of ten.
        assert!((1_790..=2_210).contains(&pairs), "{pairs}");
        assert!(
            (0.87..=0.94).contains(&(close as f64 / pairs as f64)),
            "{close} of {pairs}"
        );
    }
}
