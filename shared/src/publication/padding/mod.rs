//! Invented persons that fill up small files, so that a file does not show how many people, or who,
//! are in it (design §3).
//!
//! An invented person goes the way of a real one: an illness, a call, a phone that shares a key for
//! each day and cuts today's, the same rules for what is taken, converted and released. Only whole
//! persons are added, since a lone key would stand out among the runs of days that real ones leave.
//!
//! What this cannot hide: without a real key no file is made, so while hardly anyone is ill the
//! later keys of invented persons may wait for longer than a real person's ever do.

mod distributions;
mod sharing;

use jiff::{Timestamp, ToSpan as _, civil::Date};
use rand::{Rng, RngExt as _};

use crate::{
    enrolment,
    keys::{
        conversion::DiagnosisKey,
        illness::Illness,
        tek,
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    time::{INTERVALS_PER_DAY, Interval, UtcDay, netherlands, shift},
};
use distributions::{
    DAYS_FROM_ONSET_TO_TEST_PERCENT, DAYS_FROM_TEST_TO_CALL_PERCENT, DAYS_OFF_PERMILLE,
    INSTALLED_RECENTLY_PERCENT, LATE_DAYS, LATE_PERCENT, SHARES_TWICE_PERCENT, SYMPTOMATIC_PERCENT,
    UPLOADS_AGAIN_PERCENT, draw, happens,
};
use sharing::SharingTimes;

/// Nobody is called at night: who shares within so many seconds after midnight in the Netherlands
/// was called the day before.
const CALLED_THE_DAY_BEFORE_SECONDS: i64 = 6 * 3_600;

/// A person who does not exist.
#[derive(Clone, Debug)]
pub struct SyntheticUploader {
    /// When the person would have uploaded.
    pub shared: Timestamp,
    /// The keys that the service would have of the person.
    pub keys: Vec<DiagnosisKey>,
}

/// Within how many intervals somebody shares a second time: two hours, for as long as the service
/// takes keys of the day.
const SHARED_AGAIN_INTERVALS: u32 = 12;

/// How long a phone waits after an upload before it uploads by itself, in seconds: the
/// `repeatedUploadDelay` of the app configuration.
const UPLOAD_AGAIN_SECONDS: i64 = 14_400;

/// Invented persons, each with the keys that the service would have of them, until at least
/// `missing` of the keys may be published at `now`.
///
/// They shared after `since`, the previous run of the publication, as everyone did whose first keys
/// come out at `now`. Keys that may not be published yet are among them too: they are held back as
/// those of real persons are, and come out in a later file.
pub fn synthetic_uploaders(
    missing: usize,
    since: Timestamp,
    now: Timestamp,
    random: &mut impl Rng,
) -> Vec<SyntheticUploader> {
    let times = SharingTimes::between(since, now);
    let mut persons = Vec::new();
    let mut releasable = 0;
    while releasable < missing {
        let shared = times.draw(random);
        let keys = invent_keys(shared, random);
        releasable += keys.iter().filter(|key| key.is_releasable(now)).count();
        persons.push(SyntheticUploader { shared, keys });
    }
    persons
}

/// The keys of a person who shared at `shared`.
fn invent_keys(shared: Timestamp, random: &mut impl Rng) -> Vec<DiagnosisKey> {
    let called = netherlands::today(shift(shared, -CALLED_THE_DAY_BEFORE_SECONDS));
    let symptomatic = happens(SYMPTOMATIC_PERCENT, random);
    let mut days_ago = draw(&DAYS_FROM_TEST_TO_CALL_PERCENT, random);
    if symptomatic {
        days_ago += draw(&DAYS_FROM_ONSET_TO_TEST_PERCENT, random);
    }
    if happens(LATE_PERCENT, random) {
        days_ago = random.random_range(LATE_DAYS);
    }
    let date = called.saturating_sub(i64::from(days_ago).days());
    // A date of the last four weeks is always a possible one.
    let Ok(illness) = Illness::new(symptomatic, date, shared) else {
        return Vec::new();
    };
    // The service takes no key of a day after the registration's, and the phone registered for the
    // call.
    let registered = UtcDay::of_date(called);
    phone_keys(shared, enrolment::valid_until(noon(called)), random)
        .into_iter()
        .filter(|key| key.day() <= registered)
        .filter_map(|key| DiagnosisKey::convert(key, illness))
        .collect()
}

/// What a phone uploads whose owner shares at `shared`: whole days, the key that is cut then and,
/// mostly, the one for the rest of that day, if the phone may upload it before the enrolment ends
/// at `until`.
fn phone_keys(
    shared: Timestamp,
    until: Timestamp,
    random: &mut impl Rng,
) -> Vec<TemporaryExposureKey> {
    let installed_days = if happens(INSTALLED_RECENTLY_PERCENT, random) {
        random.random_range(0..tek::MAX_KEY_AGE_DAYS)
    } else {
        tek::MAX_KEY_AGE_DAYS
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
    // Who shares in the day's last ten minutes needs no other key for the rest of it.
    let may_upload_again = shift(shared, UPLOAD_AGAIN_SECONDS) < until;
    if used < i64::from(INTERVALS_PER_DAY)
        && may_upload_again
        && happens(UPLOADS_AGAIN_PERCENT, random)
    {
        keys.push(random_key(today.start(), RollingPeriod::DAY, random));
    }
    keys
}

/// A moment of `day` in the Netherlands.
fn noon(day: Date) -> Timestamp {
    let noon = day.at(12, 0, 0, 0);
    netherlands::amsterdam()
        .to_timestamp(noon)
        .unwrap_or_default()
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
    use crate::keys::conversion::Infectiousness;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn keys_of(persons: Vec<SyntheticUploader>) -> Vec<DiagnosisKey> {
        persons.into_iter().flat_map(|person| person.keys).collect()
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
                let keys = keys_of(synthetic_uploaders(missing, at(since), now, &mut random));
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
        let mut cut_twice = 0;
        let mut with_every_day = 0;
        for _ in 0..1_000 {
            let keys = phone_keys(shared, enrolment::valid_until(shared), &mut random);
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
    fn who_shares_in_the_last_interval_of_a_day_has_no_rest_of_it() {
        let mut random = StdRng::seed_from_u64(3);
        let shared = at("2026-11-23T23:59:59Z");
        for _ in 0..100 {
            let keys = phone_keys(shared, enrolment::valid_until(shared), &mut random);
            let last = keys.last().map(shape).unwrap();
            assert_eq!(last, (UtcDay::of(shared).start().number(), 144));
        }
    }

    #[test]
    fn whose_code_ends_before_the_phone_may_upload_again_has_no_rest_of_the_day() {
        let mut random = StdRng::seed_from_u64(6);
        // A quarter to midnight in the Netherlands in summer: the code ends at two o'clock UTC.
        let shared = at("2026-07-01T22:15:00Z");
        let rest = (UtcDay::of(shared).start().number(), 144);
        for _ in 0..100 {
            let until = at("2026-07-02T02:00:00Z");
            let keys = phone_keys(shared, until, &mut random);
            assert!(!keys.iter().any(|key| shape(key) == rest));
        }
    }

    #[test]
    fn no_day_and_no_second_cut_key_is_a_real_persons_for_certain() {
        let mut random = StdRng::seed_from_u64(7);
        let shared = at("2026-11-23T10:00:00Z");
        let today = UtcDay::of(shared);
        let mut seen = HashSet::new();
        for _ in 0..20_000 {
            for key in invent_keys(shared, &mut random) {
                seen.insert((today.days_since(key.key.day()), key.infectiousness));
            }
        }
        // An illness of up to thirty days ago can make any of these; twenty-five is as far as a day
        // still counts.
        for days_ago in 0..=14 {
            assert!(
                seen.contains(&(days_ago, Infectiousness::Late)),
                "{days_ago}"
            );
            assert!(
                seen.contains(&(days_ago, Infectiousness::Peak)),
                "{days_ago}"
            );
        }
    }

    #[test]
    fn who_shares_at_night_was_called_the_evening_before() {
        let mut random = StdRng::seed_from_u64(4);
        let shared = at("2026-11-23T01:30:00Z");
        for _ in 0..1_000 {
            let newest = invent_keys(shared, &mut random)
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
        let keys = keys_of(synthetic_uploaders(150, since, now, &mut random));
        let held: Vec<_> = keys.iter().filter(|key| !key.is_releasable(now)).collect();
        assert!(held.len() > 20);
        assert!(
            held.iter()
                .all(|key| key.key.day().days_since(UtcDay::of(now)) == 0)
        );
    }
}
