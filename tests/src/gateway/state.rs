//! What the test gateway stores: uploads, the batches that it makes of them, and the faults that a
//! test has switched on.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use federation::batch::EfgsKey;
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use shared::{
    Date, Timestamp,
    country::Country,
    time::{UtcDay, shift},
};
use xtask::efgs_keys::EfgsKeys;

use super::fault::{Endpoint, Fault, Tampering};
use crate::environment::now;

/// What all connections of the gateway share.
pub struct Shared {
    pub keys: EfgsKeys,
    pub state: Mutex<GatewayState>,
}

impl Shared {
    #[expect(clippy::expect_used, reason = "a test cannot go on")]
    pub fn state(&self) -> MutexGuard<'_, GatewayState> {
        self.state.lock().expect("no thread of the gateway panics")
    }
}

/// A request that the gateway has answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RequestRecord {
    /// Where it was sent.
    pub endpoint: Endpoint,
    /// The country that sent it.
    pub country: String,
    /// The batch tag of an upload, or the end of the path.
    pub target: String,
    /// The response's status; 0 if the connection was cut.
    pub status: u16,
}

/// An upload of a country.
#[derive(Clone)]
pub struct StoredUpload {
    /// The uploading country.
    pub country: Country,
    /// The tag that the country gave it.
    pub tag: String,
    /// The keys, in the country's order.
    pub keys: Vec<EfgsKey>,
    /// The batch signature as it was received: base64.
    pub signature: String,
    /// The name of the signing certificate in the set of keys.
    pub signer: String,
    /// The time of the upload.
    pub at: Timestamp,
}

/// A batch for download, made of several uploads.
pub struct StoredBatch {
    pub tag: String,
    pub day: Date,
    /// The indexes of its uploads.
    pub uploads: Vec<usize>,
}

/// What changes while the gateway runs.
pub struct GatewayState {
    pub countries: Vec<Country>,
    pub offset: i64,
    /// The faults of the next requests.
    pub faults: VecDeque<(Endpoint, Fault)>,
    /// The batches whose download is refused, and with which status.
    pub refused: HashMap<String, u16>,
    pub interleaving: bool,
    pub tampering: Option<Tampering>,
    pub limit: usize,
    pub retention_days: u32,
    pub batching: Duration,
    pub requests: Vec<RequestRecord>,
    uploads: Vec<StoredUpload>,
    /// The number of uploads that are in batches.
    batched: usize,
    batches: Vec<StoredBatch>,
    last_batching: Option<Timestamp>,
    records: HashSet<[u8; 32]>,
}

/// The most keys in a batch.
const BATCH_KEYS: usize = 5_000;

impl GatewayState {
    pub fn new(countries: &[Country]) -> Self {
        Self {
            countries: countries.to_vec(),
            offset: 0,
            faults: VecDeque::new(),
            refused: HashMap::new(),
            interleaving: false,
            tampering: None,
            limit: BATCH_KEYS,
            retention_days: 2,
            batching: Duration::ZERO,
            requests: Vec::new(),
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

    /// The fault of this request to `endpoint`.
    pub fn next_fault(&mut self, endpoint: Endpoint) -> Option<Fault> {
        let index = self.faults.iter().position(|(of, _)| *of == endpoint)?;
        self.faults.remove(index).map(|(_, fault)| fault)
    }

    pub fn uploads(&self) -> &[StoredUpload] {
        &self.uploads
    }

    pub fn has_tag(&self, tag: &str) -> bool {
        self.uploads.iter().any(|upload| upload.tag == tag)
    }

    /// Whether the same key with the same fields is stored.
    pub fn has_record(&self, key: &EfgsKey) -> bool {
        self.records.contains(&record(key))
    }

    pub fn store(&mut self, upload: StoredUpload) {
        self.records.extend(upload.keys.iter().map(record));
        self.uploads.push(upload);
    }

    /// Makes batches of the uploads that are not in one, if it is time.
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
            let indexes = (self.batched..self.batched + fitting).collect();
            self.batched += fitting;
            self.make_batch(indexes);
        }
    }

    pub fn make_batch(&mut self, uploads: Vec<usize>) {
        let day = self.today();
        let number = self.batches.iter().filter(|batch| batch.day == day).count() + 1;
        self.batches.push(StoredBatch {
            tag: format!("{}-{number}", day.strftime("%Y%m%d")),
            day,
            uploads,
        });
    }

    pub fn batch_tags(&self) -> Vec<String> {
        self.batches.iter().map(|batch| batch.tag.clone()).collect()
    }

    pub fn first_of(&self, day: Date) -> Option<&StoredBatch> {
        self.batches.iter().find(|batch| batch.day == day)
    }

    pub fn batch(&self, tag: &str) -> Option<&StoredBatch> {
        self.batches.iter().find(|batch| batch.tag == tag)
    }

    /// The batch after `tag`, also across midnight.
    pub fn next_after(&self, tag: &str) -> Option<&StoredBatch> {
        let mut batches = self.batches.iter().skip_while(|batch| batch.tag != tag);
        batches.nth(1)
    }
}

fn record(key: &EfgsKey) -> [u8; 32] {
    Sha256::digest(key.encode_to_vec()).into()
}
