//! Matching: which of the identifiers that a phone heard come from a key that was published.
//!
//! A key has up to 144 identifiers, and almost none of them was heard, so the time goes into
//! computing and rejecting them. Keys are taken in batches, since a processor computes several
//! independent hashes at the same time ([`derivation`]). Identifiers come from the processor's AES
//! instructions, or without them, as in a browser, from a bitsliced AES for all keys of a batch
//! ([`sliced`]). Those that pass the [`Filter`] are compared with what was heard.

mod derivation;
mod filter;
mod lanes;
mod sliced;

use aes::{
    Aes128Enc, Block,
    cipher::{BlockCipherEncrypt as _, KeyInit as _},
};
use shared::{
    keys::tek::TemporaryExposureKey,
    time::{INTERVALS_PER_DAY, Interval},
};

use self::{derivation::Derivation, filter::Filter, lanes::LANES, sliced::Sliced};
use crate::identifiers::{RollingProximityIdentifier, padded_data};

/// The greatest difference between the clocks of two phones, in intervals: two hours, as in Android
/// and iOS.
pub(crate) const TOLERANCE: u32 = 12;

const MAX_IDENTIFIERS: usize = INTERVALS_PER_DAY as usize;

/// What a phone heard, for look-ups.
#[derive(Debug)]
pub struct Heard {
    filter: Filter,
    /// By identifier.
    sightings: Vec<Sighting>,
    /// The intervals in which anything was heard, in order.
    intervals: Vec<Interval>,
}

/// An identifier that was heard.
#[derive(Clone, Copy, Debug)]
struct Sighting {
    identifier: RollingProximityIdentifier,
    interval: Interval,
    encounter: usize,
}

/// An identifier that was heard and comes from a published key.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Match {
    /// The place of the key among those that were given.
    pub key: usize,
    /// The interval for which the identifier was made.
    pub interval: Interval,
    /// The place of the encounter among those that were heard.
    pub encounter: usize,
}

/// A key that could match, and its place.
type Candidate = (usize, TemporaryExposureKey);

impl Heard {
    /// What was heard, and in which interval.
    pub fn new(heard: impl IntoIterator<Item = (Interval, RollingProximityIdentifier)>) -> Self {
        let mut sightings: Vec<_> = heard
            .into_iter()
            .enumerate()
            .map(|(encounter, (interval, identifier))| Sighting {
                identifier,
                interval,
                encounter,
            })
            .collect();
        sightings.sort_unstable_by_key(|sighting| sighting.identifier);
        let mut intervals: Vec<_> = sightings.iter().map(|sighting| sighting.interval).collect();
        intervals.sort_unstable();
        intervals.dedup();
        intervals.shrink_to_fit();
        let filter = Filter::new(sightings.iter().map(|sighting| sighting.identifier));
        Self {
            filter,
            sightings,
            intervals,
        }
    }

    /// Calls `found` for each identifier that comes from one of `keys` and was heard within two
    /// hours of its time, in no particular order.
    pub fn find(
        &self,
        keys: impl IntoIterator<Item = TemporaryExposureKey>,
        found: impl FnMut(Match),
    ) {
        if aes::hardware_accelerated() {
            self.find_with(Self::find_by_key, keys, found);
        } else {
            self.find_with(Self::find_by_interval, keys, found);
        }
    }

    fn find_with<F: FnMut(Match)>(
        &self,
        find: impl Fn(&Self, &Derivation, &[Candidate], &mut F),
        keys: impl IntoIterator<Item = TemporaryExposureKey>,
        mut found: F,
    ) {
        let derivation = Derivation::new();
        let mut batch = Vec::with_capacity(LANES);
        for candidate in keys.into_iter().enumerate() {
            if !self.could_be_heard(&candidate.1) {
                continue;
            }
            batch.push(candidate);
            if batch.len() == LANES {
                find(self, &derivation, &batch, &mut found);
                batch.clear();
            }
        }
        if !batch.is_empty() {
            find(self, &derivation, &batch, &mut found);
        }
    }

    /// Whether anything was heard within two hours of the key's use.
    fn could_be_heard(&self, key: &TemporaryExposureKey) -> bool {
        let start = key.rolling_start.number();
        let from = Interval::new(start.saturating_sub(TOLERANCE));
        // No identifier has a number that does not exist.
        let Some(last) = start.checked_add(key.rolling_period.intervals() - 1) else {
            return false;
        };
        let until = Interval::new(last).plus(TOLERANCE);
        let next = self.intervals.partition_point(|heard| *heard < from);
        self.intervals
            .get(next)
            .is_some_and(|heard| *heard <= until)
    }

    /// All identifiers of a key, then those of the next one.
    fn find_by_key(
        &self,
        derivation: &Derivation,
        batch: &[Candidate],
        found: &mut impl FnMut(Match),
    ) {
        // Of two intervals only the number differs, so the rest is written once.
        let mut plain = [Block::from(padded_data(Interval::new(0))); MAX_IDENTIFIERS];
        let mut identifiers = plain;
        let identifier_keys = derivation.identifier_keys(batch.iter().map(|(_, key)| key.data));
        for ((place, key), identifier_key) in batch.iter().zip(identifier_keys) {
            for (number, block) in (key.rolling_start.number()..).zip(&mut plain) {
                if let Some(bytes) = block.last_chunk_mut() {
                    *bytes = number.to_le_bytes();
                }
            }
            // The two have one length.
            let encrypted =
                Aes128Enc::new(&identifier_key.into()).encrypt_blocks_b2b(&plain, &mut identifiers);
            debug_assert!(encrypted.is_ok());
            let period = key.rolling_period.intervals();
            for (number, block) in (0..period).zip(&identifiers) {
                let identifier = RollingProximityIdentifier::from_bytes((*block).into());
                if self.filter.may_have(Filter::bits(&identifier)) {
                    let interval = key.rolling_start.plus(number);
                    self.look_up(*place, interval, &identifier, found);
                }
            }
        }
    }

    /// The first identifiers of all keys, then the second ones of all keys.
    fn find_by_interval(
        &self,
        derivation: &Derivation,
        batch: &[Candidate],
        found: &mut impl FnMut(Match),
    ) {
        let identifier_keys = derivation.identifier_keys(batch.iter().map(|(_, key)| key.data));
        let mut starts = [0; LANES];
        let mut last = 0;
        for (start, (_, key)) in starts.iter_mut().zip(batch) {
            *start = key.rolling_start.number();
            last = last.max(key.rolling_period.intervals());
        }
        let mut sliced = Sliced::new(&identifier_keys, &starts);
        for number in 0..last {
            let bits = sliced.next_bits();
            for ((bits, (place, key)), identifier_key) in
                bits.into_iter().zip(batch).zip(&identifier_keys)
            {
                if self.filter.may_have(bits) && number < key.rolling_period.intervals() {
                    let interval = key.rolling_start.plus(number);
                    let mut block = padded_data(interval).into();
                    Aes128Enc::new(identifier_key.into()).encrypt_block(&mut block);
                    let identifier = RollingProximityIdentifier::from_bytes(block.into());
                    self.look_up(*place, interval, &identifier, found);
                }
            }
        }
    }

    fn look_up(
        &self,
        key: usize,
        interval: Interval,
        identifier: &RollingProximityIdentifier,
        found: &mut impl FnMut(Match),
    ) {
        let first = self
            .sightings
            .partition_point(|sighting| sighting.identifier < *identifier);
        self.sightings
            .iter()
            .skip(first)
            .take_while(|sighting| sighting.identifier == *identifier)
            .filter(|sighting| sighting.interval.number().abs_diff(interval.number()) <= TOLERANCE)
            .for_each(|sighting| {
                found(Match {
                    key,
                    interval,
                    encounter: sighting.encounter,
                });
            });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::keys::tek::{KeyData, RollingPeriod};

    use super::*;
    use crate::identifiers::DayKeys;

    /// Google's test vectors v1.2.
    const VECTORS: &str = include_str!("../../tests/fixtures/gaen-vectors-v1.2.txt");

    const START: u32 = 2_642_976;

    type Hearing = (Interval, RollingProximityIdentifier);

    fn key(data: [u8; 16], start: u32, period: u32) -> TemporaryExposureKey {
        TemporaryExposureKey {
            data: KeyData::from_bytes(data),
            rolling_start: Interval::new(start),
            rolling_period: RollingPeriod::new(period.into()).unwrap(),
        }
    }

    fn identifier(key: &TemporaryExposureKey, number: u32) -> RollingProximityIdentifier {
        DayKeys::derive(&key.data).identifier(key.rolling_start.plus(number))
    }

    /// What the plain form finds.
    fn naive(heard: &[Hearing], keys: &[TemporaryExposureKey]) -> Vec<Match> {
        let mut matches = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            for number in 0..key.rolling_period.intervals() {
                let interval = key.rolling_start.plus(number);
                let identifier = identifier(key, number);
                for (encounter, (at, heard)) in heard.iter().enumerate() {
                    let apart = at.number().abs_diff(interval.number());
                    if *heard == identifier && apart <= 12 {
                        matches.push(Match {
                            key: place,
                            interval,
                            encounter,
                        });
                    }
                }
            }
        }
        matches
    }

    /// What is found with the processor's AES, if it has it, and what is found without. Both must
    /// be the same.
    fn found(heard: &[Hearing], keys: &[TemporaryExposureKey]) -> Vec<Match> {
        let heard = Heard::new(heard.iter().copied());
        let [one, other, chosen] = [
            |heard: &Heard, keys: Vec<_>, matches: &mut Vec<_>| {
                heard.find_with(Heard::find_by_key, keys, |found| matches.push(found));
            },
            |heard: &Heard, keys: Vec<_>, matches: &mut Vec<_>| {
                heard.find_with(Heard::find_by_interval, keys, |found| matches.push(found));
            },
            |heard: &Heard, keys: Vec<_>, matches: &mut Vec<_>| {
                heard.find(keys, |found| matches.push(found));
            },
        ]
        .map(|find| {
            let mut matches = Vec::new();
            find(&heard, keys.to_vec(), &mut matches);
            matches.sort_unstable();
            matches
        });
        assert_eq!(one, other);
        assert_eq!(one, chosen);
        one
    }

    #[test]
    fn the_official_vectors_are_found_in_their_intervals() {
        let data = hex::decode("75c734c6dd1a782de7a965da5eb93125").unwrap();
        let heard: Vec<_> = (START..)
            .zip(VECTORS.lines())
            .map(|(interval, line)| {
                let bytes = hex::decode(line.split_whitespace().nth(1).unwrap()).unwrap();
                let bytes = bytes.try_into().unwrap();
                let identifier = RollingProximityIdentifier::from_bytes(bytes);
                (Interval::new(interval), identifier)
            })
            .collect();
        let expected: Vec<_> = (0..144)
            .map(|number| Match {
                key: 0,
                interval: Interval::new(START + number),
                encounter: number as usize,
            })
            .collect();
        let key = key(data.try_into().unwrap(), START, 144);
        assert_eq!(found(&heard, &[key]), expected);
    }

    #[test]
    fn an_identifier_counts_for_two_hours_before_and_after_its_time() {
        let key = key([1; 16], START, 144);
        for number in [0, 70, 143] {
            let identifier = identifier(&key, number);
            let interval = START + number;
            for (at, counts) in [
                (interval - 13, false),
                (interval - 12, true),
                (interval, true),
                (interval + 12, true),
                (interval + 13, false),
            ] {
                let heard = [(Interval::new(at), identifier)];
                assert_eq!(found(&heard, &[key]).len(), usize::from(counts), "{at}");
            }
        }
    }

    #[test]
    fn a_key_has_no_identifiers_outside_its_period() {
        let day = key([2; 16], START, 144);
        let heard: Vec<_> = (0..144)
            .map(|number| (Interval::new(START + number), identifier(&day, number)))
            .collect();
        let numbers = |start, period| -> Vec<_> {
            found(&heard, &[key([2; 16], START + start, period)])
                .iter()
                .map(|found| found.interval.number() - START)
                .collect()
        };
        assert_eq!(numbers(0, 1), [0]);
        assert_eq!(numbers(143, 1), [143]);
        assert_eq!(numbers(140, 144), [140, 141, 142, 143]);
        assert_eq!(numbers(20, 57), (20..77).collect::<Vec<_>>());
    }

    #[test]
    fn every_encounter_with_an_identifier_and_every_key_that_has_it_counts() {
        let key = key([3; 16], START, 144);
        let heard = [5, 6, 7, 90].map(|at| (Interval::new(START + at), identifier(&key, 6)));
        let matches: Vec<_> = found(&heard, &[key, key])
            .iter()
            .map(|found| (found.key, found.encounter))
            .collect();
        assert_eq!(matches, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
    }

    #[test]
    fn nothing_heard_and_keys_at_the_end_of_time_are_no_trouble() {
        let late = key([4; 16], u32::MAX, 144);
        let early = key([4; 16], 0, 1);
        assert_eq!(found(&[], &[late, early]), []);
        let heard = [0, u32::MAX].map(|at| (Interval::new(at), identifier(&early, 0)));
        assert_eq!(found(&heard, &[late, early]).len(), 1);
        assert_eq!(found(&heard, &[]), []);
    }

    /// A key that begins anywhere near, also where the low byte of the number of the interval
    /// overflows.
    fn any_key() -> impl Strategy<Value = TemporaryExposureKey> {
        (any::<[u8; 16]>(), START - 300..START + 300, 1..=144_u32)
            .prop_map(|(data, start, period)| key(data, start, period))
    }

    /// Which of the keys, the number of the identifier, and how many intervals later it is heard.
    fn any_hearing() -> impl Strategy<Value = (prop::sample::Index, u32, i32)> {
        (any::<prop::sample::Index>(), 0..150_u32, -14..=14)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_same_is_found_as_in_the_plain_form(
            mut keys in prop::collection::vec(any_key(), 1..300),
            hearings in prop::collection::vec(any_hearing(), 0..200),
            strangers: Vec<[u8; 16]>,
            repeated: prop::sample::Index,
        ) {
            keys.push(keys[repeated.index(keys.len())]);
            let mut heard: Vec<_> = hearings
                .iter()
                .map(|(place, number, later)| {
                    let key = &keys[place.index(keys.len())];
                    let at = key.rolling_start.number() + number;
                    (Interval::new(at.strict_add_signed(*later)), identifier(key, *number))
                })
                .collect();
            for bytes in strangers {
                let identifier = RollingProximityIdentifier::from_bytes(bytes);
                heard.push((Interval::new(START), identifier));
            }
            prop_assert_eq!(found(&heard, &keys), naive(&heard, &keys));
        }
    }
}
