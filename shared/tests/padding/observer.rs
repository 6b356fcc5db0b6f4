//! The features of an uploader that an observer derives from the files, given which keys belong
//! together. Each is a number that stands for a category; its size means nothing.

use shared::{
    keys::conversion::{DiagnosisKey, Infectiousness},
    time::{INTERVALS_PER_DAY, Interval, UtcDay, retention::RETENTION_SECONDS},
};

use crate::publication::{FILE_SECONDS, Sighting, Uploader};

/// The value of a feature of a key that the uploader does not have.
const NONE: i64 = -1;

/// The precision of times: half an hour, in intervals. The classifiers have too few uploaders for
/// more.
const BIN: i64 = 3;

/// The features in which uploaders may differ: their keys, days, times and files.
pub fn features(uploader: &Uploader) -> Vec<i64> {
    [
        amounts(uploader),
        days(uploader),
        risks(uploader),
        cut_key(uploader),
        rest_key(uploader),
    ]
    .concat()
}

/// The positions of the uploader's oldest and newest key in its first file, in twentieths.
pub fn order(uploader: &Uploader) -> Vec<i64> {
    let first = uploader.first();
    let mut keys: Vec<_> = uploader
        .sightings
        .iter()
        .filter(|key| key.file == first.file)
        .map(|key| (key.key.key.rolling_start.number(), key.position))
        .collect();
    keys.sort_by_key(|(start, _)| *start);
    [keys[0], keys[keys.len() - 1]]
        .into_iter()
        .map(|(_, position)| (position * 20.0) as i64)
        .collect()
}

/// The number of keys in the first file and in the later ones, and the runs from first to last.
fn amounts(uploader: &Uploader) -> Vec<i64> {
    let first = uploader.first();
    let all = uploader.sightings.len();
    let in_first = uploader
        .sightings
        .iter()
        .filter(|key| key.file == first.file)
        .count();
    let last = uploader
        .sightings
        .last()
        .map_or(first.file, |last| last.file);
    vec![in_first as i64, (all - in_first) as i64, last - first.file]
}

/// The days between the file and the oldest and newest whole key, and the numbers of gaps and of
/// days with two keys.
fn days(uploader: &Uploader) -> Vec<i64> {
    let first = uploader.first();
    let mut days: Vec<_> = uploader
        .sightings
        .iter()
        .map(|key| days_before(key, first))
        .collect();
    days.sort_unstable();
    let twice = days.windows(2).filter(|pair| pair[0] == pair[1]).count() as i64;
    days.dedup();
    let gaps = days.windows(2).filter(|pair| pair[1] - pair[0] > 1).count() as i64;
    let whole = whole_days(uploader).map(|key| days_before(key, first));
    let newest_whole = whole.min().unwrap_or(NONE);
    vec![days[days.len() - 1], newest_whole, gaps, twice]
}

/// The number of keys of each class, and the classes of all whole days as one number.
fn risks(uploader: &Uploader) -> Vec<i64> {
    let first = uploader.first();
    let keys = &uploader.sightings;
    let mut counts: Vec<_> = (1..=4)
        .map(|number| keys.iter().filter(|key| class(&key.key) == number).count() as i64)
        .collect();
    let digit = |key: &Sighting| {
        let place = days_before(key, first).clamp(0, 20) as u32;
        class(&key.key) * 5_i64.pow(place)
    };
    counts.push(whole_days(uploader).map(digit).sum());
    counts
}

/// When the cut key of the day of sharing ends: in its day, before the first file, and after the
/// oldest upload in its own file, as far as that file's end shows it. Then the run that published
/// it, the lateness, and the class.
fn cut_key(uploader: &Uploader) -> Vec<i64> {
    let first = uploader.first();
    let Some(cut) = uploader.sightings.iter().find(|key| is_cut(&key.key)) else {
        return vec![NONE; 6];
    };
    let end = end(&cut.key);
    let before_file = Interval::at(first.end)
        .number()
        .saturating_sub(end.number());
    vec![
        within_day(end) / BIN,
        i64::from(before_file) / BIN,
        (end.start().as_second() + RETENTION_SECONDS - cut.expires_at.as_second())
            .div_euclid(FILE_SECONDS),
        cut.file - first.file,
        lateness(cut),
        class(&cut.key),
    ]
}

/// The run that published the key for the rest of the day of sharing, its lateness, and whether
/// there is such a key.
fn rest_key(uploader: &Uploader) -> Vec<i64> {
    let Some(rest) = uploader
        .sightings
        .iter()
        .find(|key| is_rest(&key.key, uploader))
    else {
        return vec![NONE; 3];
    };
    vec![rest.file - uploader.first().file, lateness(rest), 1]
}

/// The class of a key as a number from 1 to 4.
fn class(key: &DiagnosisKey) -> i64 {
    match key.infectiousness {
        Infectiousness::Before => 1,
        Infectiousness::Peak => 2,
        Infectiousness::Falling => 3,
        Infectiousness::Late => 4,
    }
}

/// The number of runs between the first that could have published the key and the one that did.
fn lateness(sighting: &Sighting) -> i64 {
    let releasable_at = sighting.key.key.releasable_at();
    (sighting.end.as_second() - releasable_at.as_second()) / FILE_SECONDS
}

fn days_before(sighting: &Sighting, first: &Sighting) -> i64 {
    UtcDay::of(first.end)
        .days_since(sighting.key.key.day())
        .into()
}

fn end(key: &DiagnosisKey) -> Interval {
    key.key
        .rolling_start
        .plus(key.key.rolling_period.intervals())
}

fn within_day(interval: Interval) -> i64 {
    i64::from(interval.number() % INTERVALS_PER_DAY)
}

fn whole_days(uploader: &Uploader) -> impl Iterator<Item = &Sighting> {
    uploader
        .sightings
        .iter()
        .filter(|sighting| is_whole(&sighting.key) && !is_rest(&sighting.key, uploader))
}

fn is_whole(key: &DiagnosisKey) -> bool {
    key.key.rolling_period.intervals() == INTERVALS_PER_DAY
}

fn is_cut(key: &DiagnosisKey) -> bool {
    within_day(key.key.rolling_start) == 0 && !is_whole(key)
}

/// Whether the key replaced a cut key of the same day.
fn is_rest(key: &DiagnosisKey, uploader: &Uploader) -> bool {
    let mut others = uploader.sightings.iter();
    is_whole(key) && others.any(|other| is_cut(&other.key) && other.key.key.day() == key.key.day())
}
