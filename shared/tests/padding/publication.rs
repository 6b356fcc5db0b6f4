//! Files every four hours, filled up by a padding, and what they show of each person.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use shared::{
    Timestamp,
    keys::conversion::DiagnosisKey,
    publication::{export::MIN_FILE_KEYS, padding::SyntheticUploader},
    time::{retention, shift},
};

use crate::outbreak::Arrival;

/// A way to invent persons: how many keys are missing, since when the file's persons shared, and
/// now.
pub type Padding = fn(usize, Timestamp, Timestamp, &mut StdRng) -> Vec<SyntheticUploader>;

/// From one run of the publication to the next.
pub const FILE_SECONDS: i64 = 4 * 3_600;

/// Jobs start a few seconds late.
const START_SECONDS: i64 = 9;

/// A published key of a person.
pub struct Sighting {
    /// The number of its file; runs without a file count.
    pub file: i64,
    /// The end of its file's window.
    pub end: Timestamp,
    /// When the file is taken off the manifest.
    pub expires_at: Timestamp,
    /// Where in the file it stands, from 0 to 1.
    pub position: f64,
    /// The key.
    pub key: DiagnosisKey,
}

/// A person with the keys that were published, the oldest file first.
pub struct Person {
    /// Whether it fell ill, or was invented.
    pub real: bool,
    /// At least one.
    pub sightings: Vec<Sighting>,
}

impl Person {
    /// The first sighting.
    pub fn first(&self) -> &Sighting {
        &self.sightings[0]
    }
}

#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Owner {
    Real(usize),
    Invented(usize),
}

/// A key that is in no file yet.
struct Waiting {
    owner: Owner,
    uploaded: Timestamp,
    key: DiagnosisKey,
}

/// Publishes `arrivals`, which are in the order of their moments, in files filled up by `padding`.
pub fn publish(arrivals: &[Arrival], padding: Padding, random: &mut StdRng) -> Vec<Person> {
    let number = |arrival: &Arrival| arrival.from.as_second() / FILE_SECONDS;
    let (first, last) = (number(&arrivals[0]), number(&arrivals[arrivals.len() - 1]));
    let mut coming = arrivals.iter().peekable();
    let mut held = Vec::new();
    let mut invented = 0;
    let mut persons: BTreeMap<Owner, Vec<Sighting>> = BTreeMap::new();
    for number in first..=last + 1 {
        let now = Timestamp::from_second(number * FILE_SECONDS + START_SECONDS).unwrap();
        let mut file = Vec::new();
        while let Some(arrival) = coming.next_if(|arrival| arrival.from <= now) {
            file.push(Waiting {
                owner: Owner::Real(arrival.person),
                uploaded: arrival.uploaded,
                key: arrival.key,
            });
        }
        if file.is_empty() {
            continue;
        }
        file.extend(held.extract_if(.., |waiting: &mut Waiting| waiting.key.is_releasable(now)));
        let missing = MIN_FILE_KEYS.saturating_sub(file.len());
        for person in padding(missing, shift(now, -FILE_SECONDS), now, random) {
            invented += 1;
            let (released, later): (Vec<_>, Vec<_>) = person
                .keys
                .into_iter()
                .map(|key| Waiting {
                    owner: Owner::Invented(invented),
                    uploaded: person.shared,
                    key,
                })
                .partition(|waiting| waiting.key.is_releasable(now));
            file.extend(released);
            held.extend(later);
        }
        // As the export does.
        file.sort_by_key(|waiting| waiting.key.key.data);
        let size = file.len() as f64;
        let ends = file
            .iter()
            .map(|waiting| retention::file_ends_at(waiting.uploaded));
        let expires_at = ends.min().unwrap();
        for (place, Waiting { owner, key, .. }) in file.into_iter().enumerate() {
            persons.entry(owner).or_default().push(Sighting {
                file: number,
                end: now,
                expires_at,
                position: place as f64 / size,
                key,
            });
        }
    }
    persons
        .into_iter()
        .map(|(owner, sightings)| Person {
            real: matches!(owner, Owner::Real(_)),
            sightings,
        })
        .collect()
}
