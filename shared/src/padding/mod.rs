//! Invented persons that fill up small files, so that a file does not show how many people, or who, are in it (design §3).
//!
//! An invented person goes the way of a real one: an illness, a call, a phone that shares a key for each day and cuts
//! today's, the same rules for what is taken, converted and released. Only whole persons are added, since a lone key would
//! stand out among the runs of days that real ones leave.
//!
//! What this cannot hide: without a real key no file is made, so while hardly anyone is ill the later keys of invented
//! persons may wait for longer than a real person's ever do.

mod distributions;
mod sharing;

use jiff::{Timestamp, ToSpan as _};
use rand::{Rng, RngExt as _};

use crate::{
    conversion::DiagnosisKey,
    dates::{self, Illness},
    tek::{self, KeyData, RollingPeriod, TemporaryExposureKey},
    time::{INTERVALS_PER_DAY, Interval, UtcDay, shift},
};
use distributions::{
    DAYS_FROM_ONSET_TO_TEST_PERCENT, DAYS_FROM_TEST_TO_CALL_PERCENT, DAYS_OFF_PERMILLE,
    INSTALLED_RECENTLY_PERCENT, SYMPTOMATIC_PERCENT, UPLOADS_AGAIN_PERCENT, draw, happens,
};
use sharing::SharingTimes;

/// Nobody is called at night: who shares within so many seconds after midnight in the Netherlands was called the day before.
const CALLED_THE_DAY_BEFORE_SECONDS: i64 = 6 * 3_600;

/// Invented persons, each with the keys that the service would have of them, until at least `missing` of the keys may be
/// published at `now`.
///
/// They shared after `since`, the previous run of the publication, as everyone did whose first keys come out at `now`.
/// Keys that may not be published yet are among them too: they are held back as those of real persons are, and come out in
/// a later file.
pub fn invent_persons(
    missing: usize,
    since: Timestamp,
    now: Timestamp,
    random: &mut impl Rng,
) -> Vec<Vec<DiagnosisKey>> {
    let times = SharingTimes::between(since, now);
    let mut persons = Vec::new();
    let mut releasable = 0;
    while releasable < missing {
        let person = invent_person(times.draw(random), random);
        releasable += person.iter().filter(|key| key.is_releasable(now)).count();
        persons.push(person);
    }
    persons
}

/// A person who shared at `shared`.
fn invent_person(shared: Timestamp, random: &mut impl Rng) -> Vec<DiagnosisKey> {
    let called = dates::today(shift(shared, -CALLED_THE_DAY_BEFORE_SECONDS));
    let symptomatic = happens(SYMPTOMATIC_PERCENT, random);
    let mut days_ago = draw(&DAYS_FROM_TEST_TO_CALL_PERCENT, random);
    if symptomatic {
        days_ago += draw(&DAYS_FROM_ONSET_TO_TEST_PERCENT, random);
    }
    let date = called.saturating_sub(i64::from(days_ago).days());
    // A date of the last two weeks is always a possible one.
    let Ok(illness) = Illness::new(symptomatic, date, shared) else {
        return Vec::new();
    };
    // The service takes no key of a day after the registration's, and the phone registered for the call.
    let registered = UtcDay::of_date(called);
    phone_keys(shared, random)
        .into_iter()
        .filter(|key| key.day() <= registered)
        .filter_map(|key| DiagnosisKey::convert(key, illness))
        .collect()
}

/// What a phone uploads whose owner shares at `shared`: whole days, the key that is cut then and, mostly, the one for the
/// rest of that day.
fn phone_keys(shared: Timestamp, random: &mut impl Rng) -> Vec<TemporaryExposureKey> {
    let installed_days = if happens(INSTALLED_RECENTLY_PERCENT, random) {
        random.random_range(0..tek::OLDEST_DAYS)
    } else {
        tek::OLDEST_DAYS
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
    // Who shares in the day's last ten minutes needs no other key for the rest of it.
    if used < i64::from(INTERVALS_PER_DAY) && happens(UPLOADS_AGAIN_PERCENT, random) {
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
    use std::collections::HashSet;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shape(key: &TemporaryExposureKey) -> (u32, u32) {
        (key.rolling_start.number(), key.rolling_period.intervals())
    }

    #[test]
    fn enough_keys_are_invented_and_hardly_more() {
        let mut random = StdRng::seed_from_u64(1);
        // By day, at night, over midnight, and after a standstill.
        for (since, now) in [
            ("2026-11-23T08:00:00Z", "2026-11-23T12:00:00Z"),
            ("2026-11-23T00:00:00Z", "2026-11-23T04:00:00Z"),
            ("2026-11-22T20:00:00Z", "2026-11-23T00:00:00Z"),
            ("2026-11-01T08:00:00Z", "2026-11-23T12:00:00Z"),
            ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z"),
        ] {
            let now = at(now);
            for missing in [0, 1, 10, 149] {
                let keys = invent_persons(missing, at(since), now, &mut random).concat();
                let releasable = keys.iter().filter(|key| key.is_releasable(now)).count();
                assert!(
                    (missing..missing + 15).contains(&releasable),
                    "{missing}: {releasable}"
                );
                let distinct: HashSet<_> = keys.iter().map(|key| key.key.data).collect();
                assert_eq!(distinct.len(), keys.len());
            }
        }
    }

    #[test]
    fn a_phone_shares_whole_days_then_the_cut_key_and_then_the_rest_of_the_day() {
        let mut random = StdRng::seed_from_u64(2);
        let shared = at("2026-11-23T10:05:00Z");
        let today = UtcDay::of(shared);
        let cut = (today.start().number(), 61);
        let rest = (today.start().number(), 144);
        let mut with_rest = 0;
        let mut with_every_day = 0;
        for _ in 0..1_000 {
            let mut shapes: Vec<_> = phone_keys(shared, &mut random).iter().map(shape).collect();
            with_rest += usize::from(shapes.pop_if(|last| *last == rest).is_some());
            assert_eq!(shapes.pop(), Some(cut));
            assert!(shapes.len() <= 14);
            assert!(shapes.iter().all(|(start, period)| {
                (today.minus(14).start().number()..cut.0).contains(start)
                    && start % 144 == 0
                    && *period == 144
            }));
            with_every_day += usize::from(shapes.len() == 14);
        }
        assert!((870..930).contains(&with_rest), "{with_rest}");
        assert!((850..950).contains(&with_every_day), "{with_every_day}");
    }

    #[test]
    fn who_shares_in_the_last_interval_of_a_day_has_no_rest_of_it() {
        let mut random = StdRng::seed_from_u64(3);
        let shared = at("2026-11-23T23:59:59Z");
        for _ in 0..100 {
            let keys = phone_keys(shared, &mut random);
            let last = keys.last().map(shape).unwrap();
            assert_eq!(last, (UtcDay::of(shared).start().number(), 144));
        }
    }

    #[test]
    fn who_shares_at_night_was_called_the_evening_before() {
        let mut random = StdRng::seed_from_u64(4);
        let shared = at("2026-11-23T01:30:00Z");
        for _ in 0..1_000 {
            let newest = invent_person(shared, &mut random)
                .iter()
                .map(|key| key.key.day())
                .max_by_key(|day| day.number());
            assert!(newest.is_none_or(|day| day.days_since(UtcDay::of(shared)) < 0));
        }
    }

    #[test]
    fn keys_of_today_are_held_back_as_those_of_real_persons_are() {
        let mut random = StdRng::seed_from_u64(5);
        let (since, now) = (at("2026-11-23T08:00:00Z"), at("2026-11-23T12:00:00Z"));
        let keys = invent_persons(150, since, now, &mut random).concat();
        let held: Vec<_> = keys.iter().filter(|key| !key.is_releasable(now)).collect();
        assert!(held.len() > 20);
        assert!(
            held.iter()
                .all(|key| key.key.day().days_since(UtcDay::of(now)) == 0)
        );
    }
}
