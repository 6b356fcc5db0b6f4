//! What invented persons are drawn from: every number in one place.
//!
//! The service keeps no statistics, so none of this is measured on its own users. The numbers are
//! what is plausible for the Netherlands, and a test over generated outbreaks, which have numbers
//! of their own, says whether they are close enough.

use std::ops::RangeInclusive;

use rand::{Rng, RngExt as _};

/// Of a hundred persons whom the GGD calls, how many have symptoms. Nearly everyone who is tested
/// is tested because of them; the others are mostly contacts of an infected person.
pub const SYMPTOMATIC_PERCENT: u32 = 84;

/// Of a hundred persons with symptoms, how many are tested 0, 1, 2… days after the first day of
/// illness: most make an appointment after a day or two, some wait for it to pass first.
pub const DAYS_FROM_ONSET_TO_TEST_PERCENT: [u32; 9] = [3, 40, 31, 14, 6, 3, 1, 1, 1];

/// Of a hundred persons, how many are called 0, 1, 2… days after the test: a laboratory takes about
/// a day, and the GGD calls on the day of the result or on the next.
pub const DAYS_FROM_TEST_TO_CALL_PERCENT: [u32; 4] = [2, 65, 28, 5];

/// Of a hundred persons, how many are reached long after they fell ill, each of [`LATE_DAYS`] as
/// likely. Few, but an old day in a file must not be a real person's for certain.
pub const LATE_PERCENT: u32 = 2;

/// How many days ago the illness of a late person began. Of one who fell ill earlier no day counts
/// any more.
pub const LATE_DAYS: RangeInclusive<u32> = 9..=25;

/// How many persons share at 0:00, 1:00, 2:00… in the Netherlands, compared with each other;
/// between full hours the number goes in a straight line. The GGD begins at eight, has most results
/// to tell in the morning, as laboratories work at night, and fewer employees in the evening. Some
/// persons share hours after the call, so that no hour is without any.
pub const SHARING_AT_HOUR: [u32; 24] = [
    1, 1, 1, 1, 1, 1, 1, 1, 5, 85, 90, 75, 55, 50, 50, 48, 42, 27, 20, 19, 18, 5, 2, 1,
];

/// Of a hundred persons, how many share so many minutes before the employee confirms the code; at 0
/// stand those who share after it too. Their keys wait until then, perhaps past a run of the
/// publication.
pub const MINUTES_BEFORE_CONFIRMATION_PERCENT: [u32; 11] = [60, 12, 8, 6, 4, 3, 2, 2, 1, 1, 1];

/// Of a hundred persons, how many share hours before the employee confirms the code, who was called
/// away or cut off: up to [`CONFIRMED_LATE_MINUTES`], each minute as likely.
pub const CONFIRMED_LATE_PERCENT: u32 = 2;

/// Four hours.
pub const CONFIRMED_LATE_MINUTES: u32 = 240;

/// Of a hundred persons, how many share a second time within two hours, which cuts another key of
/// that day.
pub const SHARES_TWICE_PERCENT: u32 = 2;

/// Of a hundred persons, how many have had the app for less than 14 days, each of these days as
/// likely: who installs an app keeps it for a year or so.
pub const INSTALLED_RECENTLY_PERCENT: u32 = 5;

/// Of a thousand days, on how many a phone is off or exposure notification paused from midnight to
/// midnight, so that the day has no key. Rare, but a real person with such a gap must not be the
/// only one.
pub const DAYS_OFF_PERMILLE: u32 = 4;

/// Of a hundred phones, how many upload again after midnight, with the key of the rest of the day
/// on which the owner shared. The others are off until the enrolment has ended.
pub const UPLOADS_AGAIN_PERCENT: u32 = 88;

/// A number with the probability that its place in `percent`, which sums to 100, gives.
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

/// True in `percent` of a hundred cases.
pub fn happens(percent: u32, random: &mut impl Rng) -> bool {
    random.random_range(0..100) < percent
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn the_distributions_are_whole() {
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
    fn numbers_are_drawn_as_often_as_their_share_says() {
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
