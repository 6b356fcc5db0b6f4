//! The probability distributions from which synthetic uploaders are drawn: every number in one
//! place.
//!
//! The service keeps no statistics, so none of this is measured on its own users. The numbers are
//! what is plausible for the Netherlands; `tests/padding` checks them against generated outbreaks,
//! which have numbers of their own.

use std::ops::RangeInclusive;

use rand::{Rng, RngExt as _};

/// The percentage of called people who have symptoms. Nearly everyone who is tested is tested
/// because of them; the others are mostly contacts of an infected person.
pub const SYMPTOMATIC_PERCENT: u32 = 84;

/// The percentages of people with symptoms who are tested 0, 1, 2… days after the first day of
/// illness: most make an appointment after a day or two, some first wait for it to pass.
pub const DAYS_FROM_ONSET_TO_TEST_PERCENT: [u32; 9] = [3, 40, 31, 14, 6, 3, 1, 1, 1];

/// The percentages of people who are called 0, 1, 2… days after the test: a laboratory takes about
/// a day, and the GGD calls on the day of the result or on the next.
pub const DAYS_FROM_TEST_TO_CALL_PERCENT: [u32; 4] = [2, 65, 28, 5];

/// The percentage of people who are called long after they fell ill, on each of [`LATE_DAYS`]
/// equally often. Without any, an old day in a file would be a real person's for certain.
pub const LATE_PERCENT: u32 = 2;

/// The days between the onset of illness and such a late call. After a later one, no key is of an
/// infectious day.
pub const LATE_DAYS: RangeInclusive<u32> = 9..=25;

/// The relative frequency of sharing at 0:00, 1:00, 2:00… in the Netherlands, interpolated
/// linearly between full hours. The GGD begins at eight, has most results to tell in the morning,
/// since laboratories work at night, and has fewer employees in the evening. Some people share
/// hours after the call, so no hour is without any.
pub const SHARING_AT_HOUR: [u32; 24] = [
    1, 1, 1, 1, 1, 1, 1, 1, 5, 85, 90, 75, 55, 50, 50, 48, 42, 27, 20, 19, 18, 5, 2, 1,
];

/// The percentages of people who share 0, 1, 2… minutes before the employee confirms the code; 0
/// includes those who share afterwards. Keys wait for the confirmation, perhaps past a run of the
/// publication.
pub const MINUTES_BEFORE_CONFIRMATION_PERCENT: [u32; 11] = [60, 12, 8, 6, 4, 3, 2, 2, 1, 1, 1];

/// The percentage of people who share long before the employee, called away or cut off, confirms
/// the code: up to [`CONFIRMED_LATE_MINUTES`] before, each minute equally often.
pub const CONFIRMED_LATE_PERCENT: u32 = 2;

/// The longest time between sharing and a late confirmation: four hours.
pub const CONFIRMED_LATE_MINUTES: u32 = 240;

/// The percentage of people who share a second time within two hours, which cuts another key of
/// that day.
pub const SHARES_TWICE_PERCENT: u32 = 2;

/// The percentage of people who installed the app less than 14 days ago, on each of these days
/// equally often: an app stays installed for a year or so.
pub const INSTALLED_RECENTLY_PERCENT: u32 = 5;

/// The days in a thousand on which a phone is off, or exposure notification paused, from midnight
/// to midnight, so that the day has no key. Without any, such a gap would be a real person's for
/// certain.
pub const DAYS_OFF_PERMILLE: u32 = 4;

/// The percentage of phones that upload again after midnight, with the key for the rest of the day
/// on which their owner shared. The others are off until the enrolment has ended.
pub const UPLOADS_AGAIN_PERCENT: u32 = 88;

/// A random index into `percent`, which sums to 100, each with the probability at that index.
pub fn draw(percent: &[u32], random: &mut impl Rng) -> u32 {
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

/// True with a probability of `percent`.
pub fn happens(percent: u32, random: &mut impl Rng) -> bool {
    random.random_range(0..100) < percent
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn percentages_sum_to_a_hundred() {
        for percent in [
            &DAYS_FROM_ONSET_TO_TEST_PERCENT[..],
            &DAYS_FROM_TEST_TO_CALL_PERCENT,
            &MINUTES_BEFORE_CONFIRMATION_PERCENT,
        ] {
            assert_eq!(percent.iter().sum::<u32>(), 100);
        }
    }

    #[test]
    fn no_hour_is_without_sharing() {
        assert!(SHARING_AT_HOUR.iter().all(|weight| *weight > 0));
    }

    #[test]
    fn an_index_is_drawn_with_its_probability() {
        let mut random = StdRng::seed_from_u64(1);
        let mut drawn = [0; 4];
        for _ in 0..10_000 {
            drawn[draw(&DAYS_FROM_TEST_TO_CALL_PERCENT, &mut random) as usize] += 1;
        }
        for (drawn, percent) in drawn.into_iter().zip(DAYS_FROM_TEST_TO_CALL_PERCENT) {
            assert!((percent * 100).abs_diff(drawn) < 200, "{percent}: {drawn}");
        }
    }
}
