//! Publishes the keys of an outbreak with padding, in a file every four hours, and records what the
//! files show of each uploader.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use shared::{
    Timestamp,
    keys::conversion::DiagnosisKey,
    publication::{export::MIN_FILE_KEYS, padding::SyntheticUploader},
    time::{retention, shift},
};

use crate::outbreak::Arrival;

/// A kind of padding, with the arguments of [`synthetic_uploaders`].
///
/// [`synthetic_uploaders`]: shared::publication::padding::synthetic_uploaders
pub type Padding = fn(usize, Timestamp, Timestamp, &mut StdRng) -> Vec<SyntheticUploader>;

/// The time from one run of the publication to the next.
pub const FILE_SECONDS: i64 = 4 * 3_600;

/// The delay with which a job starts.
const START_SECONDS: i64 = 9;

/// A published key of an uploader.
pub struct Sighting {
    /// The number of the run that published the key, including runs without a file.
    pub file: i64,
    /// The end of the file's window.
    pub end: Timestamp,
    /// When the file is taken off the manifest.
    pub expires_at: Timestamp,
    /// The position of the key in the file, from 0 to 1.
    pub position: f64,
    /// The published key.
    pub key: DiagnosisKey,
}

/// An uploader, as the published files show it.
pub struct Uploader {
    /// Whether it is real or synthetic.
    pub real: bool,
    /// Its published keys, those of the oldest file first; at least one.
    pub sightings: Vec<Sighting>,
}

impl Uploader {
    /// The first published key.
    pub fn first(&self) -> &Sighting {
        &self.sightings[0]
    }
}

#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Owner {
    Real(usize),
    Synthetic(usize),
}

/// A key that is not in a file yet.
struct Waiting {
    owner: Owner,
    uploaded: Timestamp,
    key: DiagnosisKey,
}

/// Publishes `arrivals`, which are sorted by time, in files with `padding`.
pub fn publish(arrivals: &[Arrival], padding: Padding, random: &mut StdRng) -> Vec<Uploader> {
    let number = |arrival: &Arrival| arrival.from.as_second() / FILE_SECONDS;
    let (first, last) = (number(&arrivals[0]), number(&arrivals[arrivals.len() - 1]));
    let mut coming = arrivals.iter().peekable();
    let mut held = Vec::new();
    let mut synthetic = 0;
    let mut uploaders: BTreeMap<Owner, Vec<Sighting>> = BTreeMap::new();
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
        for uploader in padding(missing, shift(now, -FILE_SECONDS), now, random) {
            synthetic += 1;
            let (released, later): (Vec<_>, Vec<_>) = uploader
                .keys
                .into_iter()
                .map(|key| Waiting {
                    owner: Owner::Synthetic(synthetic),
                    uploaded: uploader.shared,
                    key,
                })
                .partition(|waiting| waiting.key.is_releasable(now));
            file.extend(released);
            held.extend(later);
        }
        // The export sorts by key data.
        file.sort_by_key(|waiting| waiting.key.key.data);
        let size = file.len() as f64;
        let ends = file
            .iter()
            .map(|waiting| retention::file_ends_at(waiting.uploaded));
        let expires_at = ends.min().unwrap();
        for (place, Waiting { owner, key, .. }) in file.into_iter().enumerate() {
            uploaders.entry(owner).or_default().push(Sighting {
                file: number,
                end: now,
                expires_at,
                position: place as f64 / size,
                key,
            });
        }
    }
    uploaders
        .into_iter()
        .map(|(owner, sightings)| Uploader {
            real: matches!(owner, Owner::Real(_)),
            sightings,
        })
        .collect()
}
