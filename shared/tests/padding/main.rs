//! Whether files tell real persons from invented ones. Outbreaks are generated, published and
//! padded; then classifiers learn from one half of the persons, whose nature they are told, and
//! guess the nature of the other half.
//!
//! The observer knows more than the files say: which keys belong together. Persons are compared
//! within the file that first has a key of them, one invented person for each real one, so that
//! chance is a half, and the time of day, which everyone knows, tells nothing.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod classifier;
mod observer;
mod outbreak;
mod poor_padding;
mod publication;

use std::{collections::BTreeMap, sync::LazyLock};

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use shared::publication::padding;

use outbreak::{Arrival, OUTBREAK};
use publication::{Padding, Person};

/// The fewest pairs of a real and an invented person from which an accuracy follows: with 2,000
/// pairs to guess, chance alone is off by more than two percentage points once in a hundred times.
const ENOUGH_PAIRS: usize = 4_000;

/// A real and an invented person from the same file, many times.
type Pairs<'a> = Vec<[&'a Person; 2]>;

/// The keys of one outbreak, for every padding the same.
static ARRIVALS: LazyLock<Vec<Arrival>> =
    LazyLock::new(|| outbreak::arrivals(&OUTBREAK, &mut StdRng::seed_from_u64(1)));

fn published(padding: Padding) -> Vec<Person> {
    publication::publish(&ARRIVALS, padding, &mut StdRng::seed_from_u64(2))
}

fn pairs<'a>(persons: &'a [Person], random: &mut StdRng) -> Pairs<'a> {
    let mut files: BTreeMap<i64, [Vec<&Person>; 2]> = BTreeMap::new();
    for person in persons {
        let [real, invented] = files.entry(person.first().file).or_default();
        let group = if person.real { real } else { invented };
        group.push(person);
    }
    let mut pairs = Vec::new();
    for [mut real, mut invented] in files.into_values() {
        real.shuffle(random);
        invented.shuffle(random);
        pairs.extend(real.into_iter().zip(invented).map(<[_; 2]>::from));
    }
    pairs.shuffle(random);
    pairs
}

/// The share of persons that are told right by what `features` shows of them.
fn accuracy(persons: &[Person], features: fn(&Person) -> Vec<i64>) -> f64 {
    let pairs = pairs(persons, &mut StdRng::seed_from_u64(3));
    assert!(pairs.len() >= ENOUGH_PAIRS, "{}", pairs.len());
    let example = |person: &&Person| (features(person), person.real);
    let (seen, unseen) = pairs.split_at(pairs.len() / 2);
    let examples =
        |pairs: &[[&Person; 2]]| -> Vec<_> { pairs.as_flattened().iter().map(example).collect() };
    classifier::accuracy(&examples(seen), &examples(unseen))
}

#[test]
fn invented_persons_are_hardly_told_from_real_ones() {
    let told = accuracy(&published(padding::synthetic_uploaders), observer::features);
    println!("told right by features: {told:.3}");
    assert!(told <= 0.55, "{told}");
}

#[test]
fn the_order_of_a_file_tells_nothing() {
    let told = accuracy(&published(padding::synthetic_uploaders), observer::order);
    println!("told right by order: {told:.3}");
    // What chance gives: ENOUGH_PAIRS.
    assert!((0.48..=0.52).contains(&told), "{told}");
}

#[test]
fn an_invented_person_whose_key_of_today_is_whole_is_told() {
    assert_told(poor_padding::todays_key_is_whole);
}

#[test]
fn invented_keys_without_a_person_are_told() {
    assert_told(poor_padding::lone_keys);
}

#[test]
fn invented_persons_who_never_upload_again_are_told() {
    assert_told(poor_padding::nobody_uploads_again);
}

#[test]
fn invented_persons_who_shared_at_any_time_are_told() {
    assert_told(poor_padding::shared_at_any_time);
}

/// The classifiers are good enough to notice a padding that is not.
fn assert_told(padding: Padding) {
    let told = accuracy(&published(padding), observer::features);
    println!("told right by features: {told:.3}");
    assert!(told > 0.65, "{told}");
}
