//! Invented persons that fill up small files, so that a file does not show how many people, or who, are in it (design §3).
//!
//! An invented person goes the way of a real one: an illness, a key for each day, the same conversion and the same release
//! rule. Only whole persons are added, since a lone key would stand out among the runs of days that real ones leave.

use jiff::{Timestamp, ToSpan as _};
use rand::{Rng, RngExt as _};

use crate::{
    conversion::DiagnosisKey,
    dates::{self, Illness},
    tek::{self, KeyData, RollingPeriod, TemporaryExposureKey},
    time::UtcDay,
};

/// Of a hundred persons whom the GGD calls, how many have symptoms.
const SYMPTOMATIC_PERCENT: u32 = 85;

/// Of a hundred persons with symptoms, how many call 0, 1, 2… days after the first day of illness: a test is asked for after
/// a day or two and its result takes another.
const DAYS_SINCE_ONSET_PERCENT: [u32; 11] = [2, 10, 20, 22, 17, 11, 7, 5, 3, 2, 1];

/// Of a hundred persons without symptoms, how many call 0, 1, 2… days after the test.
const DAYS_SINCE_TEST_PERCENT: [u32; 4] = [15, 50, 25, 10];

/// The keys of invented persons, until at least `missing` of them may be published at `now`.
///
/// Keys of today are among them too: they are held back as those of real persons are, and come out in a later file.
pub fn invent_persons(missing: usize, now: Timestamp, random: &mut impl Rng) -> Vec<DiagnosisKey> {
    let mut keys = Vec::new();
    let mut releasable = 0;
    while releasable < missing {
        let person = invent_person(now, random);
        releasable += person.iter().filter(|key| key.is_releasable(now)).count();
        keys.extend(person);
    }
    keys
}

fn invent_person(now: Timestamp, random: &mut impl Rng) -> Vec<DiagnosisKey> {
    let symptomatic = random.random_range(0..100) < SYMPTOMATIC_PERCENT;
    let days_ago = if symptomatic {
        draw(&DAYS_SINCE_ONSET_PERCENT, random)
    } else {
        draw(&DAYS_SINCE_TEST_PERCENT, random)
    };
    let date = dates::today(now).saturating_sub(days_ago.days());
    // A date of the last two weeks is always a possible one.
    let Ok(illness) = Illness::new(symptomatic, date, now) else {
        return Vec::new();
    };
    let today = UtcDay::of(now);
    (0..=tek::OLDEST_DAYS)
        .map(|days| TemporaryExposureKey {
            data: KeyData::from_bytes(random.random()),
            rolling_start: today.minus(days).start(),
            rolling_period: RollingPeriod::DAY,
        })
        .filter_map(|key| DiagnosisKey::convert(key, illness))
        .collect()
}

/// A number with the probability that its place in `percent`, which sums to 100, gives.
fn draw(percent: &[u32], random: &mut impl Rng) -> i64 {
    let mut drawn = random.random_range(0..100);
    let mut number = 0;
    for share in percent {
        if drawn < *share {
            break;
        }
        drawn -= share;
        number += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};
    use std::collections::HashSet;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_distributions_are_whole() {
        assert_eq!(DAYS_SINCE_ONSET_PERCENT.iter().sum::<u32>(), 100);
        assert_eq!(DAYS_SINCE_TEST_PERCENT.iter().sum::<u32>(), 100);
    }

    #[test]
    fn enough_keys_are_invented_and_hardly_more() {
        let mut random = StdRng::seed_from_u64(1);
        for missing in [0, 1, 10, 149] {
            let keys = invent_persons(missing, now(), &mut random);
            let releasable = keys.iter().filter(|key| key.is_releasable(now())).count();
            assert!(
                (missing..missing + 15).contains(&releasable),
                "{missing}: {releasable}"
            );
            let distinct: HashSet<_> = keys.iter().map(|key| key.key.data).collect();
            assert_eq!(distinct.len(), keys.len());
        }
    }

    #[test]
    fn an_invented_person_has_a_run_of_days_up_to_today() {
        let mut random = StdRng::seed_from_u64(2);
        for _ in 0..1_000 {
            let mut days: Vec<u32> = invent_person(now(), &mut random)
                .iter()
                .map(|key| key.key.day().number())
                .collect();
            days.sort_unstable();
            assert_eq!(days.last(), Some(&UtcDay::of(now()).number()));
            assert!(
                days.windows(2).all(|pair| pair[1] == pair[0] + 1),
                "{days:?}"
            );
        }
    }
}
