//! Whether padding hides which keys of a file are real. An outbreak is generated, published and
//! padded; then classifiers learn from one half of the uploaders which are synthetic, and guess it
//! of the other half.
//!
//! The observer knows more than the files show: which keys belong together. A real uploader is
//! compared with a synthetic one whose first key is in the same file, so that a guess is right with
//! a probability of one half, and the time of day, which is public, does not help.

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
use publication::{Padding, Uploader};

/// The fewest pairs from which an accuracy follows: with 2,000 pairs to guess, chance is off by
/// more than two percentage points once in a hundred times.
const ENOUGH_PAIRS: usize = 4_000;

/// Pairs of a real and a synthetic uploader whose first keys are in the same file.
type Pairs<'a> = Vec<[&'a Uploader; 2]>;

/// The keys of one outbreak, the same for every padding.
static ARRIVALS: LazyLock<Vec<Arrival>> =
    LazyLock::new(|| outbreak::arrivals(&OUTBREAK, &mut StdRng::seed_from_u64(1)));

fn published(padding: Padding) -> Vec<Uploader> {
    publication::publish(&ARRIVALS, padding, &mut StdRng::seed_from_u64(2))
}

fn pairs<'a>(uploaders: &'a [Uploader], random: &mut StdRng) -> Pairs<'a> {
    let mut files: BTreeMap<i64, [Vec<&Uploader>; 2]> = BTreeMap::new();
    for uploader in uploaders {
        let [real, synthetic] = files.entry(uploader.first().file).or_default();
        let group = if uploader.real { real } else { synthetic };
        group.push(uploader);
    }
    let mut pairs = Vec::new();
    for [mut real, mut synthetic] in files.into_values() {
        real.shuffle(random);
        synthetic.shuffle(random);
        pairs.extend(real.into_iter().zip(synthetic).map(<[_; 2]>::from));
    }
    pairs.shuffle(random);
    pairs
}

/// The share of uploaders that the better classifier recognises by their `features`.
fn accuracy(uploaders: &[Uploader], features: fn(&Uploader) -> Vec<i64>) -> f64 {
    let pairs = pairs(uploaders, &mut StdRng::seed_from_u64(3));
    assert!(pairs.len() >= ENOUGH_PAIRS, "{}", pairs.len());
    let example = |uploader: &&Uploader| (features(uploader), uploader.real);
    let (seen, unseen) = pairs.split_at(pairs.len() / 2);
    let examples =
        |pairs: &[[&Uploader; 2]]| -> Vec<_> { pairs.as_flattened().iter().map(example).collect() };
    classifier::accuracy(&examples(seen), &examples(unseen))
}

#[test]
fn synthetic_uploaders_are_hardly_distinguished_from_real_ones() {
    let recognised = accuracy(&published(padding::synthetic_uploaders), observer::features);
    println!("recognised by features: {recognised:.3}");
    assert!(recognised <= 0.55, "{recognised}");
}

#[test]
fn the_order_of_a_file_does_not_show_which_uploaders_are_real() {
    let recognised = accuracy(&published(padding::synthetic_uploaders), observer::order);
    println!("recognised by order: {recognised:.3}");
    // The range of chance with ENOUGH_PAIRS.
    assert!((0.48..=0.52).contains(&recognised), "{recognised}");
}

#[test]
fn synthetic_uploaders_whose_key_of_today_is_whole_are_recognised() {
    assert_recognised(poor_padding::todays_key_is_whole);
}

#[test]
fn padding_keys_without_an_uploader_are_recognised() {
    assert_recognised(poor_padding::lone_keys);
}

#[test]
fn synthetic_uploaders_who_never_upload_again_are_recognised() {
    assert_recognised(poor_padding::never_uploaded_again);
}

#[test]
fn synthetic_uploaders_who_shared_at_any_time_are_recognised() {
    assert_recognised(poor_padding::shared_at_any_time);
}

/// Asserts that the classifiers are good enough to recognise the uploaders of a poor padding.
fn assert_recognised(padding: Padding) {
    let recognised = accuracy(&published(padding), observer::features);
    println!("recognised by features: {recognised:.3}");
    assert!(recognised > 0.65, "{recognised}");
}
