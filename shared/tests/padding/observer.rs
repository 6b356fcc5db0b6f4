//! What an observer makes of the files who knows which keys belong together: features of a person,
//! each a number that stands for itself, without order.

use shared::{
    keys::conversion::{DiagnosisKey, Infectiousness},
    time::{INTERVALS_PER_DAY, Interval, UtcDay, retention::RETENTION_SECONDS},
};

use crate::publication::{FILE_SECONDS, Person, Sighting};

/// Stands where a person has no such key.
const NONE: i64 = -1;

/// Half an hour, in intervals: times are seen so exactly, since the classifiers have too few
/// persons for more.
const BIN: i64 = 3;

/// How a person's keys, days, times and files may differ from another's.
pub fn features(person: &Person) -> Vec<i64> {
    [
        amounts(person),
        days(person),
        risks(person),
        cut_key(person),
        rest_key(person),
    ]
    .concat()
}

/// Where in the file, in twentieths, the person's oldest key stands, and its newest one there.
pub fn order(person: &Person) -> Vec<i64> {
    let first = person.first();
    let mut keys: Vec<_> = person
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

/// How many keys the first file has, how many the later ones, and how long these took.
fn amounts(person: &Person) -> Vec<i64> {
    let first = person.first();
    let all = person.sightings.len();
    let in_first = person
        .sightings
        .iter()
        .filter(|key| key.file == first.file)
        .count();
    let last = person.sightings.last().map_or(first.file, |last| last.file);
    vec![in_first as i64, (all - in_first) as i64, last - first.file]
}

/// How long before the file the days of the keys are, which of them are missing, and which have two
/// keys.
fn days(person: &Person) -> Vec<i64> {
    let first = person.first();
    let mut days: Vec<_> = person
        .sightings
        .iter()
        .map(|key| days_before(key, first))
        .collect();
    days.sort_unstable();
    let twice = days.windows(2).filter(|pair| pair[0] == pair[1]).count() as i64;
    days.dedup();
    let gaps = days.windows(2).filter(|pair| pair[1] - pair[0] > 1).count() as i64;
    let whole = whole_days(person).map(|key| days_before(key, first));
    let newest_whole = whole.min().unwrap_or(NONE);
    vec![days[days.len() - 1], newest_whole, gaps, twice]
}

/// How many keys are of each class, and all classes of the whole days together, as one number.
fn risks(person: &Person) -> Vec<i64> {
    let first = person.first();
    let keys = &person.sightings;
    let mut counts: Vec<_> = (1..=4)
        .map(|number| keys.iter().filter(|key| class(&key.key) == number).count() as i64)
        .collect();
    let digit = |key: &Sighting| {
        let place = days_before(key, first).clamp(0, 20) as u32;
        class(&key.key) * 5_i64.pow(place)
    };
    counts.push(whole_days(person).map(digit).sum());
    counts
}

/// When today's key ends: in the day, before the file, and after the oldest upload of the file that
/// it came in, as far as that one's end tells; in which file it came, and how late; its class.
fn cut_key(person: &Person) -> Vec<i64> {
    let first = person.first();
    let Some(cut) = person.sightings.iter().find(|key| is_cut(&key.key)) else {
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

/// In which file the second key of today came, and how late; whether there is one at all.
fn rest_key(person: &Person) -> Vec<i64> {
    let Some(rest) = person
        .sightings
        .iter()
        .find(|key| is_rest(&key.key, person))
    else {
        return vec![NONE; 3];
    };
    vec![rest.file - person.first().file, lateness(rest), 1]
}

/// The class as a number from 1 to 4.
fn class(key: &DiagnosisKey) -> i64 {
    match key.infectiousness {
        Infectiousness::Before => 1,
        Infectiousness::Peak => 2,
        Infectiousness::Falling => 3,
        Infectiousness::Late => 4,
    }
}

/// How many files later than possible a key came out.
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

fn whole_days(person: &Person) -> impl Iterator<Item = &Sighting> {
    person
        .sightings
        .iter()
        .filter(|sighting| is_whole(&sighting.key) && !is_rest(&sighting.key, person))
}

fn is_whole(key: &DiagnosisKey) -> bool {
    key.key.rolling_period.intervals() == INTERVALS_PER_DAY
}

fn is_cut(key: &DiagnosisKey) -> bool {
    within_day(key.key.rolling_start) == 0 && !is_whole(key)
}

/// Whether the key took over from one of the same day that was cut.
fn is_rest(key: &DiagnosisKey, person: &Person) -> bool {
    let mut others = person.sightings.iter();
    is_whole(key) && others.any(|other| is_cut(&other.key) && other.key.key.day() == key.key.day())
}
