//! The keys that the phone of a synthetic uploader sends.

use jiff::Timestamp;
use rand::{Rng, RngExt as _};

use crate::{
    keys::tek::{KeyData, MAX_KEY_AGE_DAYS, RollingPeriod, TemporaryExposureKey},
    publication::padding::distributions::{
        DAYS_OFF_PERMILLE, INSTALLED_RECENTLY_PERCENT, SHARES_TWICE_PERCENT, UPLOADS_AGAIN_PERCENT,
        happens,
    },
    time::{INTERVALS_PER_DAY, Interval, UtcDay, shift},
};

/// The most intervals between sharing and sharing a second time: two hours, for which the service
/// takes keys of the day.
const SHARED_AGAIN_INTERVALS: u32 = 12;

/// The seconds after an upload before a phone uploads by itself: the `repeatedUploadDelay` of the
/// app configuration.
const UPLOAD_AGAIN_SECONDS: i64 = 14_400;

/// The keys that a phone uploads whose owner shares at `shared`: one for each past day, the key of
/// today, which sharing cuts, and mostly another for the rest of today, if the phone may upload it
/// before the enrolment ends at `until`.
pub fn uploaded_keys(
    shared: Timestamp,
    until: Timestamp,
    random: &mut impl Rng,
) -> Vec<TemporaryExposureKey> {
    let installed_days = if happens(INSTALLED_RECENTLY_PERCENT, random) {
        random.random_range(0..MAX_KEY_AGE_DAYS)
    } else {
        MAX_KEY_AGE_DAYS
    };
    let today = UtcDay::of(shared);
    let mut keys = Vec::new();
    for days in 1..=installed_days {
        if random.random_range(0..1_000) >= DAYS_OFF_PERMILLE {
            let start = today.minus(days).start();
            keys.push(random_key(start, RollingPeriod::DAY, random));
        }
    }
    let cut = Interval::at(shared).plus(1);
    let used = i64::from(cut.number()) - i64::from(today.start().number());
    if let Some(used) = RollingPeriod::new(used) {
        keys.push(random_key(today.start(), used, random));
    }
    let again = i64::from(random.random_range(1..=SHARED_AGAIN_INTERVALS));
    if used + again < i64::from(INTERVALS_PER_DAY)
        && happens(SHARES_TWICE_PERCENT, random)
        && let Some(used) = RollingPeriod::new(used + again)
    {
        keys.push(random_key(today.start(), used, random));
    }
    // A cut in the day's last interval leaves no rest of the day.
    let may_upload_again = shift(shared, UPLOAD_AGAIN_SECONDS) < until;
    if used < i64::from(INTERVALS_PER_DAY)
        && may_upload_again
        && happens(UPLOADS_AGAIN_PERCENT, random)
    {
        keys.push(random_key(today.start(), RollingPeriod::DAY, random));
    }
    keys
}

fn random_key(
    rolling_start: Interval,
    rolling_period: RollingPeriod,
    random: &mut impl Rng,
) -> TemporaryExposureKey {
    TemporaryExposureKey {
        data: KeyData::from_bytes(random.random::<u128>().to_be_bytes()),
        rolling_start,
        rolling_period,
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;
    use crate::enrolment;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shape(key: &TemporaryExposureKey) -> (u32, u32) {
        (key.rolling_start.number(), key.rolling_period.intervals())
    }

    #[test]
    fn a_phone_shares_whole_days_then_the_cut_key_and_then_the_rest_of_the_day() {
        let mut random = StdRng::seed_from_u64(2);
        let shared = at("2026-11-23T10:05:00Z");
        let today = UtcDay::of(shared);
        let cut = (today.start().number(), 61);
        let rest = (today.start().number(), 144);
        let mut with_rest = 0;
        let mut cut_twice = 0;
        let mut with_every_day = 0;
        for _ in 0..1_000 {
            let keys = uploaded_keys(shared, enrolment::valid_until(shared), &mut random);
            let mut shapes: Vec<_> = keys.iter().map(shape).collect();
            with_rest += usize::from(shapes.pop_if(|last| *last == rest).is_some());
            let second_cut = shapes.pop_if(|(start, period)| *start == cut.0 && *period > cut.1);
            cut_twice += usize::from(second_cut.is_some());
            assert_eq!(shapes.pop(), Some(cut));
            assert!(shapes.len() <= 14);
            assert!(shapes.iter().all(|(start, period)| {
                (today.minus(14).start().number()..cut.0).contains(start)
                    && start % 144 == 0
                    && *period == 144
            }));
            with_every_day += usize::from(shapes.len() == 14);
        }
        assert!((850..910).contains(&with_rest), "{with_rest}");
        assert!((5..40).contains(&cut_twice), "{cut_twice}");
        assert!((850..950).contains(&with_every_day), "{with_every_day}");
    }

    #[test]
    fn an_upload_in_the_last_interval_of_a_day_leaves_no_rest_of_it() {
        let mut random = StdRng::seed_from_u64(3);
        let shared = at("2026-11-23T23:59:59Z");
        for _ in 0..100 {
            let keys = uploaded_keys(shared, enrolment::valid_until(shared), &mut random);
            let today: Vec<_> = keys
                .iter()
                .filter(|key| key.day() == UtcDay::of(shared))
                .collect();
            assert_eq!(today.len(), 1);
            assert_eq!(today[0].rolling_period, RollingPeriod::DAY);
        }
    }

    #[test]
    fn a_second_cut_is_within_the_day() {
        let mut random = StdRng::seed_from_u64(4);
        let shared = at("2026-11-23T22:35:00Z");
        for _ in 0..5_000 {
            let keys = uploaded_keys(shared, shared, &mut random);
            let mut today = keys.iter().filter(|key| key.day() == UtcDay::of(shared));
            assert!(today.all(|key| (136..144).contains(&key.rolling_period.intervals())));
        }
    }

    #[test]
    fn an_enrolment_that_ends_before_the_next_upload_leaves_out_the_rest_of_the_day() {
        let mut random = StdRng::seed_from_u64(6);
        // A quarter to midnight in the Netherlands in summer: the code ends at two o'clock UTC.
        let shared = at("2026-07-01T22:15:00Z");
        let rest = (UtcDay::of(shared).start().number(), 144);
        for until in ["2026-07-02T02:00:00Z", "2026-07-02T02:15:00Z"] {
            for _ in 0..100 {
                let keys = uploaded_keys(shared, at(until), &mut random);
                assert!(!keys.iter().any(|key| shape(key) == rest));
            }
        }
    }
}
