//! Padding that looks plausible but is not: the classifiers must recognise it.

use jiff::ToSpan as _;
use rand::{RngExt as _, rngs::StdRng};
use shared::{
    Timestamp,
    keys::{
        conversion::DiagnosisKey,
        illness::Illness,
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    publication::{padding, padding::SyntheticUploader},
    time::{UtcDay, netherlands},
};

/// Plausible illnesses, but phones that never cut a key, so that today's is published tomorrow.
pub fn todays_key_is_whole(
    missing: usize,
    _: Timestamp,
    now: Timestamp,
    random: &mut StdRng,
) -> Vec<SyntheticUploader> {
    until_enough(missing, now, || {
        let days_ago = random.random_range(1..6);
        let date = netherlands::today(now).saturating_sub(days_ago.days());
        let illness = Illness::new(random.random_bool(0.85), date, now).unwrap();
        let days = (0..=14).map(|days| whole_day(now, days, random));
        days.filter_map(|key| DiagnosisKey::convert(key, illness))
            .collect()
    })
}

/// Keys of any day and any risk, like the stuffing of CoronaMelder.
pub fn lone_keys(
    missing: usize,
    _: Timestamp,
    now: Timestamp,
    random: &mut StdRng,
) -> Vec<SyntheticUploader> {
    until_enough(missing, now, || {
        let mut lone_key = || {
            let date = netherlands::today(now).saturating_sub(random.random_range(0..12).days());
            let illness = Illness::new(true, date, now).unwrap();
            DiagnosisKey::convert(whole_day(now, random.random_range(1..12), random), illness)
        };
        (0..7).filter_map(|_| lone_key()).collect()
    })
}

/// The padding, but without the keys for the rest of the day.
pub fn never_uploaded_again(
    missing: usize,
    since: Timestamp,
    now: Timestamp,
    random: &mut StdRng,
) -> Vec<SyntheticUploader> {
    let mut uploaders = padding::synthetic_uploaders(missing, since, now, random);
    for SyntheticUploader { keys, .. } in &mut uploaders {
        let cut_days: Vec<_> = keys
            .iter()
            .filter(|key| key.key.rolling_period != RollingPeriod::DAY)
            .map(|key| key.key.day())
            .collect();
        keys.retain(|key| {
            key.key.rolling_period != RollingPeriod::DAY || !cut_days.contains(&key.key.day())
        });
    }
    uploaders
}

/// The padding, but with uploaders who shared at any time of the last two days.
pub fn shared_at_any_time(
    missing: usize,
    _: Timestamp,
    now: Timestamp,
    random: &mut StdRng,
) -> Vec<SyntheticUploader> {
    padding::synthetic_uploaders(missing, now - 48.hours(), now, random)
}

fn until_enough(
    missing: usize,
    now: Timestamp,
    mut uploader: impl FnMut() -> Vec<DiagnosisKey>,
) -> Vec<SyntheticUploader> {
    let mut uploaders = Vec::new();
    let mut releasable = 0;
    while releasable < missing {
        let keys = uploader();
        releasable += keys.iter().filter(|key| key.is_releasable(now)).count();
        uploaders.push(SyntheticUploader { shared: now, keys });
    }
    uploaders
}

fn whole_day(now: Timestamp, days_ago: u32, random: &mut StdRng) -> TemporaryExposureKey {
    TemporaryExposureKey {
        data: KeyData::from_bytes(random.random::<u128>().to_be_bytes()),
        rolling_start: UtcDay::of(now).minus(days_ago).start(),
        rolling_period: RollingPeriod::DAY,
    }
}
