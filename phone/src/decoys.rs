//! Decoys: requests that look like those of an ill person, so that an eavesdropper who sees a phone
//! register and upload learns nothing.
//!
//! Once a day a phone decides at random, with the published probability, to act like a person who
//! is called by the GGD. A first decoy at a random time in the next 24 hours looks like the
//! registration, a second one a while later like the upload, and mostly a third one like the upload
//! of the rest of the day, which phones send by themselves after midnight. Each is sent on its own,
//! at the time at which an ill person's request would be sent.

use std::{collections::VecDeque, time::Duration};

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use shared::{
    Timestamp, enrolment,
    time::{DAY_SECONDS, UtcDay, shift},
};

/// Of a hundred people, how many upload within [`SOON_SECONDS`] of registering: they do both on
/// the telephone with the GGD.
const SOON_PERCENT: u32 = 90;

/// A quarter of an hour.
const SOON_SECONDS: i64 = 900;

/// Of a hundred phones, how many are awake between midnight and the end of the enrolment.
const AGAIN_PERCENT: u32 = 90;

/// A decoy is sent at most this late. A phone that was off at the time sends none, instead of all
/// at once as soon as it is on.
const LATE_SECONDS: i64 = 900;

/// The decoys that are planned.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Decoys {
    /// The day of the last random decision.
    thrown: Option<UtcDay>,
    /// In the order of time.
    planned: VecDeque<Planned>,
}

/// A decoy, and the time in which it may be sent.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Planned {
    decoy: Decoy,
    from: Timestamp,
    until: Timestamp,
}

/// A decoy to send.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Decoy {
    Registration,
    Upload,
}

impl Decoys {
    /// Decides at random whether to plan decoys, once a day, and not while others are planned.
    /// `probability` is that of one day. Phones wait for `upload_delay` after an upload before
    /// they upload by themselves.
    pub fn decide(
        &mut self,
        probability: f64,
        upload_delay: Duration,
        now: Timestamp,
        random: &mut impl Rng,
    ) {
        let today = UtcDay::of(now);
        if self.thrown == Some(today) {
            return;
        }
        self.thrown = Some(today);
        if self.planned.is_empty() && random.random_bool(probability.clamp(0.0, 1.0)) {
            let called = shift(now, random.random_range(0..DAY_SECONDS));
            self.plan(called, upload_delay, random);
        }
    }

    /// Plans the decoys of a person who is called at `called`.
    fn plan(&mut self, called: Timestamp, upload_delay: Duration, random: &mut impl Rng) {
        let longest = if random.random_range(0..100) < SOON_PERCENT {
            SOON_SECONDS
        } else {
            DAY_SECONDS
        };
        let shared = shift(called, random.random_range(1..=longest));
        let punctual = |decoy, at| Planned {
            decoy,
            from: at,
            until: shift(at, LATE_SECONDS),
        };
        self.planned
            .push_back(punctual(Decoy::Registration, called));
        self.planned.push_back(punctual(Decoy::Upload, shared));
        let again = Planned {
            decoy: Decoy::Upload,
            from: UtcDay::of(shared)
                .next()
                .start()
                .start()
                .max(shift(shared, upload_delay.as_secs().cast_signed())),
            until: enrolment::valid_until(called),
        };
        if again.from < again.until && random.random_range(0..100) < AGAIN_PERCENT {
            self.planned.push_back(again);
        }
    }

    /// The decoy to send now, if one is due. It stays due until it [is sent](Self::sent), since a
    /// real request that fails is tried again, too.
    pub fn due(&mut self, now: Timestamp) -> Option<Decoy> {
        let next = self.planned.front()?;
        if next.until < now {
            self.planned.clear();
            return None;
        }
        (next.from <= now).then_some(next.decoy)
    }

    /// Removes the decoy that was due.
    pub fn sent(&mut self) {
        self.planned.pop_front();
    }

    /// The time at which the phone must wake to send the next decoy. The upload after midnight
    /// waits until the phone wakes by itself.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let next = self.planned.front()?;
        (next.until == shift(next.from, LATE_SECONDS)).then_some(next.from)
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T01:00:00Z".parse().unwrap()
    }

    fn planned(seed: u64) -> Decoys {
        let mut decoys = Decoys::default();
        decoys.decide(1.0, DELAY, now(), &mut StdRng::seed_from_u64(seed));
        decoys
    }

    const DELAY: Duration = Duration::from_secs(14_400);

    /// What is sent at `time`.
    fn send(decoys: &mut Decoys, time: Timestamp) -> Option<Decoy> {
        decoys.due(time).inspect(|_| decoys.sent())
    }

    #[test]
    fn a_person_registers_shares_and_shares_again_after_midnight() {
        let mut decoys = planned(1);
        let registration = decoys.next_wake().unwrap();
        assert_eq!(send(&mut decoys, shift(registration, -1)), None);
        assert_eq!(send(&mut decoys, registration), Some(Decoy::Registration));
        // One at a time.
        assert_eq!(send(&mut decoys, registration), None);
        let upload = decoys.next_wake().unwrap();
        assert!(registration < upload);
        assert_eq!(send(&mut decoys, upload), Some(Decoy::Upload));
        assert_eq!(decoys.next_wake(), None);
        let midnight = UtcDay::of(upload).next().start().start();
        assert_eq!(send(&mut decoys, shift(midnight, -1)), None);
        assert_eq!(
            send(&mut decoys, shift(midnight, 3_600)),
            Some(Decoy::Upload)
        );
        assert_eq!(send(&mut decoys, shift(midnight, 3_600)), None);
    }

    #[test]
    fn a_decoy_that_did_not_arrive_is_tried_again_as_a_real_request_is() {
        let mut decoys = planned(1);
        let registration = decoys.next_wake().unwrap();
        assert_eq!(decoys.due(registration), Some(Decoy::Registration));
        let later = shift(registration, 60);
        assert_eq!(decoys.due(later), Some(Decoy::Registration));
    }

    #[test]
    fn no_decoy_uploads_again_before_a_phone_would() {
        let mut random = StdRng::seed_from_u64(4);
        let mut seen = 0;
        for minute in 0..1_440 {
            let mut decoys = Decoys::default();
            decoys.plan(shift(now(), minute * 60), DELAY, &mut random);
            let [_, upload, again] = decoys.planned.make_contiguous() else {
                continue;
            };
            seen += 1;
            assert!(shift(upload.from, 14_400) <= again.from);
            assert!(again.from < again.until);
        }
        assert!(seen > 1_000, "{seen}");
    }

    #[test]
    fn a_phone_that_was_off_does_not_make_up_for_it() {
        let mut decoys = planned(1);
        let registration = decoys.next_wake().unwrap();
        assert_eq!(
            send(&mut decoys, shift(registration, LATE_SECONDS + 1)),
            None
        );
        assert_eq!(decoys.next_wake(), None);

        let mut decoys = planned(1);
        send(&mut decoys, registration);
        let upload = decoys.next_wake().unwrap();
        assert_eq!(send(&mut decoys, shift(upload, DAY_SECONDS)), None);
        assert_eq!(decoys.next_wake(), None);
    }

    #[test]
    fn a_phone_decides_once_a_day() {
        let mut random = StdRng::seed_from_u64(2);
        let mut decoys = Decoys::default();
        decoys.decide(0.0, DELAY, now(), &mut random);
        decoys.decide(1.0, DELAY, shift(now(), 60), &mut random);
        assert_eq!(decoys.next_wake(), None);
        decoys.decide(1.0, DELAY, shift(now(), DAY_SECONDS), &mut random);
        assert!(decoys.next_wake().is_some());
    }

    #[test]
    fn persons_come_with_the_published_probability_and_mostly_share_at_once() {
        let mut random = StdRng::seed_from_u64(3);
        let (mut people, mut soon, mut again) = (0, 0, 0);
        for _ in 0..20_000 {
            let mut decoys = Decoys::default();
            decoys.decide(0.1, DELAY, now(), &mut random);
            let Some(registration) = decoys.next_wake() else {
                continue;
            };
            assert!(now() <= registration && registration < shift(now(), DAY_SECONDS));
            send(&mut decoys, registration);
            let upload = decoys.next_wake().unwrap();
            assert!(registration < upload && upload <= shift(registration, DAY_SECONDS));
            people += 1;
            soon += usize::from(upload <= shift(registration, SOON_SECONDS));
            again += usize::from(decoys.planned.len() == 2);
        }
        // Five standard deviations around 2,000, and around nine of ten.
        assert!((1_790..=2_210).contains(&people), "{people}");
        let share = |count| f64::from(count as u32) / f64::from(people as u32);
        assert!((0.87..=0.94).contains(&share(soon)), "{soon} of {people}");
        // Not those who share after the midnight of their code.
        assert!((0.75..=0.92).contains(&share(again)), "{again} of {people}");
    }
}
