//! Padding of small files, so that a file does not show how many people are in it, or which keys
//! are theirs (design §3.21).
//!
//! A file with too few keys gets those of synthetic uploaders. Each is generated along the path of
//! a real one: an illness, a call, a phone that shares a key for each day and cuts today's, the
//! same rules of acceptance, conversion and release. Only whole uploads are added, since a lone key
//! would stand out among the runs of days of real uploads.
//!
//! Padding cannot hide everything: without a real key no file is made, so while hardly anyone is
//! ill, later keys of synthetic uploaders may wait longer than those of real ones ever do.

mod distributions;
mod phone;
mod sharing;

use jiff::{Timestamp, ToSpan as _, civil::Date};
use rand::{Rng, RngExt as _};

use self::{
    distributions::{
        DAYS_FROM_ONSET_TO_TEST_PERCENT, DAYS_FROM_TEST_TO_CALL_PERCENT, LATE_DAYS, LATE_PERCENT,
        SYMPTOMATIC_PERCENT, draw, happens,
    },
    phone::uploaded_keys,
    sharing::SharingTimes,
};
use crate::{
    enrolment,
    keys::{conversion::DiagnosisKey, illness::Illness},
    time::{UtcDay, netherlands, shift},
};

/// The seconds after midnight in the Netherlands within which a person who shares was called the
/// day before: the GGD does not call at night.
const CALLED_THE_DAY_BEFORE_SECONDS: i64 = 6 * 3_600;

/// An uploader who does not exist, with keys like a real one's.
#[derive(Clone, Debug)]
pub struct SyntheticUploader {
    /// When a real uploader with these keys would have shared them.
    pub shared: Timestamp,
    /// The keys that the service would have received and converted.
    pub keys: Vec<DiagnosisKey>,
}

/// Synthetic uploaders, generated until at least `missing` of their keys may be published at `now`.
///
/// They shared after `since`, the previous run of the publication, like all whose first keys are
/// published at `now`. Keys that must wait for their release are held back, like those of real
/// uploaders, and belong in a later file.
pub fn synthetic_uploaders(
    missing: usize,
    since: Timestamp,
    now: Timestamp,
    random: &mut impl Rng,
) -> Vec<SyntheticUploader> {
    let times = SharingTimes::between(since, now);
    let mut uploaders = Vec::new();
    let mut releasable = 0;
    while releasable < missing {
        let shared = times.draw(random);
        let keys = converted_keys(shared, random);
        releasable += keys.iter().filter(|key| key.is_releasable(now)).count();
        uploaders.push(SyntheticUploader { shared, keys });
    }
    uploaders
}

/// The diagnosis keys of a synthetic uploader who shared at `shared`.
fn converted_keys(shared: Timestamp, random: &mut impl Rng) -> Vec<DiagnosisKey> {
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
    // A date of the last four weeks is always valid.
    let Ok(illness) = Illness::new(symptomatic, date, shared) else {
        return Vec::new();
    };
    // The service takes no key of a day after the registration's day, which is that of the call.
    let registered = UtcDay::of_date(called);
    uploaded_keys(shared, enrolment::valid_until(noon(called)), random)
        .into_iter()
        .filter(|key| key.day() <= registered)
        .filter_map(|key| DiagnosisKey::convert(key, illness))
        .collect()
}

/// Noon of `day` in the Netherlands, for a time that lies on that day.
fn noon(day: Date) -> Timestamp {
    let noon = day.at(12, 0, 0, 0);
    netherlands::amsterdam()
        .to_timestamp(noon)
        .unwrap_or_default()
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

    fn keys_of(uploaders: Vec<SyntheticUploader>) -> Vec<DiagnosisKey> {
        uploaders
            .into_iter()
            .flat_map(|uploader| uploader.keys)
            .collect()
    }

    #[test]
    fn enough_keys_are_generated_and_hardly_more() {
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
            assert!(synthetic_uploaders(0, at(since), now, &mut random).is_empty());
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
    fn every_day_and_class_of_a_real_upload_occurs_in_padding() {
        let mut random = StdRng::seed_from_u64(7);
        let shared = at("2026-11-23T10:00:00Z");
        let today = UtcDay::of(shared);
        let mut seen = HashSet::new();
        for _ in 0..20_000 {
            for key in converted_keys(shared, &mut random) {
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
    fn an_uploader_who_shares_at_night_was_called_the_evening_before() {
        let mut random = StdRng::seed_from_u64(4);
        let shared = at("2026-11-23T01:30:00Z");
        for _ in 0..1_000 {
            let newest = converted_keys(shared, &mut random)
                .iter()
                .map(|key| key.key.day())
                .max_by_key(|day| day.number());
            assert!(newest.is_none_or(|day| day.days_since(UtcDay::of(shared)) < 0));
        }
    }

    #[test]
    fn keys_of_today_are_held_back_like_those_of_real_uploaders() {
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
