//! What the gateway has: uploads, and the batches that are made of them.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use federation::batch::DiagnosisKey;
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use shared::{
    Date, Timestamp,
    country::Country,
    time::{UtcDay, shift},
};

use super::{Failure, Route, Seen, Tampering};
use crate::now;

/// What one country uploaded at once.
#[derive(Clone)]
pub struct Upload {
    /// The country.
    pub country: Country,
    /// The tag that it gave.
    pub tag: String,
    /// The keys, in its order.
    pub keys: Vec<DiagnosisKey>,
    /// The signature as it came: base64.
    pub signature: String,
    /// Whose certificate goes with it: its name in the set.
    pub signer: String,
    /// When it came.
    pub at: Timestamp,
}

/// Several uploads that are downloaded together.
pub struct Batch {
    pub tag: String,
    pub day: Date,
    /// The places of its uploads.
    pub uploads: Vec<usize>,
}

/// Everything that changes.
pub struct State {
    pub countries: Vec<Country>,
    pub offset: i64,
    pub failures: VecDeque<(Route, Failure)>,
    /// The statuses with which downloads of batches are refused.
    pub refused: HashMap<String, u16>,
    pub interleaving: bool,
    pub tampering: Option<Tampering>,
    pub limit: usize,
    pub retention_days: u32,
    pub batching: Duration,
    pub seen: Vec<Seen>,
    uploads: Vec<Upload>,
    /// How many of the uploads are in batches.
    batched: usize,
    batches: Vec<Batch>,
    last_batching: Option<Timestamp>,
    records: HashSet<[u8; 32]>,
}

/// Keys in a batch.
const BATCH_KEYS: usize = 5_000;

impl State {
    pub fn new(countries: &[Country]) -> Self {
        Self {
            countries: countries.to_vec(),
            offset: 0,
            failures: VecDeque::new(),
            refused: HashMap::new(),
            interleaving: false,
            tampering: None,
            limit: BATCH_KEYS,
            retention_days: 2,
            batching: Duration::ZERO,
            seen: Vec::new(),
            uploads: Vec::new(),
            batched: 0,
            batches: Vec::new(),
            last_batching: None,
            records: HashSet::new(),
        }
    }

    pub fn now(&self) -> Timestamp {
        shift(now(), self.offset)
    }

    pub fn today(&self) -> Date {
        UtcDay::of(self.now()).date()
    }

    /// The failure that was ordered for a request to `route`.
    pub fn next_failure(&mut self, route: Route) -> Option<Failure> {
        let place = self.failures.iter().position(|(of, _)| *of == route)?;
        self.failures.remove(place).map(|(_, failure)| failure)
    }

    pub fn uploads(&self) -> &[Upload] {
        &self.uploads
    }

    pub fn has_tag(&self, tag: &str) -> bool {
        self.uploads.iter().any(|upload| upload.tag == tag)
    }

    /// Whether a key is stored with all that is said of it.
    pub fn has_record(&self, key: &DiagnosisKey) -> bool {
        self.records.contains(&record(key))
    }

    pub fn store(&mut self, upload: Upload) {
        self.records.extend(upload.keys.iter().map(record));
        self.uploads.push(upload);
    }

    /// Makes batches of what is not in one, if it is time.
    pub fn batch_if_due(&mut self) {
        let now = self.now();
        let pause = i64::try_from(self.batching.as_secs()).unwrap_or(i64::MAX);
        if self
            .last_batching
            .is_some_and(|last| now.as_second() < last.as_second() + pause)
        {
            return;
        }
        self.last_batching = Some(now);
        while self.batched < self.uploads.len() {
            let mut keys = 0;
            let waiting = self.uploads.iter().skip(self.batched);
            let fitting = waiting
                .take_while(|upload| {
                    keys += upload.keys.len();
                    keys <= BATCH_KEYS
                })
                .count()
                .max(1);
            let places = (self.batched..self.batched + fitting).collect();
            self.batched += fitting;
            self.make_batch(places);
        }
    }

    pub fn make_batch(&mut self, uploads: Vec<usize>) {
        let day = self.today();
        let number = self.batches.iter().filter(|batch| batch.day == day).count() + 1;
        self.batches.push(Batch {
            tag: format!("{}-{number}", day.strftime("%Y%m%d")),
            day,
            uploads,
        });
    }

    pub fn batch_tags(&self) -> Vec<String> {
        self.batches.iter().map(|batch| batch.tag.clone()).collect()
    }

    pub fn first_of(&self, day: Date) -> Option<&Batch> {
        self.batches.iter().find(|batch| batch.day == day)
    }

    pub fn batch(&self, tag: &str) -> Option<&Batch> {
        self.batches.iter().find(|batch| batch.tag == tag)
    }

    /// The batch behind `tag`, also over midnight.
    pub fn next_after(&self, tag: &str) -> Option<&Batch> {
        let mut batches = self.batches.iter().skip_while(|batch| batch.tag != tag);
        batches.nth(1)
    }
}

fn record(key: &DiagnosisKey) -> [u8; 32] {
    Sha256::digest(key.encode_to_vec()).into()
}
