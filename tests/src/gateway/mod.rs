//! A federation gateway for tests, after the published interface of the European one: the same
//! endpoints, checks in the same order, batches, audit and retention, over TLS with client
//! certificates.
//!
//! It verifies signatures with OpenSSL, over a text that it builds itself. It shares only the
//! encoding of a batch with the service under test; a vector of the real gateway checks that
//! (`federation::batch`). A test can make it fail in every documented way, and make it serve keys
//! that a country never signed.

mod fault;
mod http;
mod rules;
mod server;
mod state;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use federation::batch::EfgsKey;
use shared::{Timestamp, base64, country::Country};
use xtask::{
    efgs_keys::{EfgsKeys, KeyKind},
    workerd::Exchange,
};

use crate::openssl;

pub use fault::{Endpoint, Fault, SHORT_TIMEOUT, Tampering};
use state::{GatewayState, Shared};
pub use state::{RequestRecord, StoredUpload};

/// A running gateway. Its threads end with the process.
pub struct Gateway {
    port: u16,
    shared: Arc<Shared>,
}

impl Gateway {
    /// Starts a gateway for `countries`, with new keys and certificates. The signing key of each
    /// country is of the given kind.
    ///
    /// # Panics
    /// When it does not start.
    #[expect(
        clippy::expect_used,
        reason = "a test cannot go on without its gateway"
    )]
    pub fn for_countries(countries: &[(&str, KeyKind)]) -> Arc<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder").keep();
        let kinds: Vec<(Country, KeyKind)> = countries
            .iter()
            .map(|(code, kind)| (code.parse().expect("a country"), *kind))
            .collect();
        let keys = EfgsKeys::create(&folder, &kinds).expect("keys");
        let countries: Vec<_> = kinds.into_iter().map(|(country, _)| country).collect();
        Arc::new(Self::start(keys, &countries))
    }

    /// Starts a gateway that knows `countries`, whose keys and certificates are in `keys`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(keys: EfgsKeys, countries: &[Country]) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(GatewayState::new(countries)),
            keys,
        });
        let port = server::listen(&shared);
        Self { port, shared }
    }

    /// The settings with which the service of `country` exchanges keys with `participants` through
    /// this gateway.
    pub fn exchange<'a>(&'a self, country: Country, participants: &'a str) -> Exchange<'a> {
        Exchange {
            port: self.port,
            keys: &self.shared.keys,
            country,
            participants,
        }
    }

    /// Sets the gateway's clock to `offset` seconds after the real time.
    pub fn set_clock(&self, offset: i64) {
        self.shared.state().offset = offset;
    }

    /// The gateway's time.
    pub fn now(&self) -> Timestamp {
        self.shared.state().now()
    }

    /// Fails in the next `times` requests to `endpoint`.
    pub fn fail(&self, endpoint: Endpoint, fault: Fault, times: usize) {
        let faults = std::iter::repeat_n((endpoint, fault), times);
        self.shared.state().faults.extend(faults);
    }

    /// Drops the faults that have not occurred yet.
    pub fn recover(&self) {
        self.shared.state().faults.clear();
    }

    /// Refuses every download of the batch `tag` with `status`, or serves the batch again.
    pub fn refuse_batch(&self, tag: &str, status: Option<u16>) {
        let mut state = self.shared.state();
        state.refused.remove(tag);
        state
            .refused
            .extend(status.map(|status| (tag.to_owned(), status)));
    }

    /// Interleaves the keys of a batch's uploads from now on, as if the uploads were simultaneous.
    pub fn interleave(&self) {
        self.shared.state().interleaving = true;
    }

    /// Serves every batch changed by `tampering`.
    pub fn tamper(&self, tampering: Option<Tampering>) {
        self.shared.state().tampering = tampering;
    }

    /// Accepts batches of at most this many keys.
    pub fn limit(&self, keys: usize) {
        self.shared.state().limit = keys;
    }

    /// Keeps batches for this many days before today.
    pub fn set_retention(&self, days: u32) {
        self.shared.state().retention_days = days;
    }

    /// Makes batches at this interval, which is 300 seconds in reality and none in tests.
    pub fn set_batching(&self, interval: Duration) {
        self.shared.state().batching = interval;
    }

    /// Rejects a country's certificates.
    pub fn lock_out(&self, country: Country) {
        let mut state = self.shared.state();
        state.countries.retain(|known| *known != country);
    }

    /// Accepts a country's certificates.
    pub fn let_in(&self, country: Country) {
        self.shared.state().countries.push(country);
    }

    /// Stores `keys` as an upload of `country`, without any check.
    ///
    /// # Panics
    /// When OpenSSL does not sign.
    pub fn put(&self, country: Country, keys: &[EfgsKey]) {
        self.put_signed(country, &format!("{country}/signing"), keys);
    }

    /// Stores `keys` as an upload of `country` with this tag.
    ///
    /// # Panics
    /// When OpenSSL does not sign.
    pub fn put_tagged(&self, country: Country, tag: &str, keys: &[EfgsKey]) {
        let signer = format!("{country}/signing");
        self.put_with_text(country, &signer, keys, &rules::text(keys), Some(tag));
    }

    /// Stores `keys` as an upload of `country`, signed by the key `signer` of the set.
    ///
    /// # Panics
    /// When OpenSSL does not sign.
    pub fn put_signed(&self, country: Country, signer: &str, keys: &[EfgsKey]) {
        self.put_with_text(country, signer, keys, &rules::text(keys), None);
    }

    /// Stores `keys` as an upload of `country`, signed in a wrong order of the records.
    ///
    /// # Panics
    /// When OpenSSL does not sign.
    pub fn put_signed_in_wrong_order(&self, country: Country, keys: &[EfgsKey]) {
        let mut one_by_one: Vec<_> = keys
            .iter()
            .map(|key| rules::text(std::slice::from_ref(key)))
            .collect();
        // The reverse order is wrong for all keys.
        one_by_one.sort_by_key(|text| std::cmp::Reverse(base64::encode(text.as_bytes())));
        let signer = format!("{country}/signing");
        self.put_with_text(country, &signer, keys, &one_by_one.concat(), None);
    }

    fn put_with_text(
        &self,
        country: Country,
        signer: &str,
        keys: &[EfgsKey],
        text: &str,
        tag: Option<&str>,
    ) {
        let signature = openssl::sign(&self.shared.keys, signer, text.as_bytes(), &[]);
        let number = self.shared.state().uploads().len();
        let upload = StoredUpload {
            country,
            tag: tag.map_or_else(|| format!("put-{number}"), str::to_owned),
            keys: keys.to_vec(),
            signature: base64::encode(&signature),
            signer: signer.to_owned(),
            at: self.now(),
        };
        self.shared.state().store(upload);
    }

    /// Makes an empty batch: the batch of uploads that are all of the requesting country.
    pub fn make_batch(&self) {
        self.shared.state().make_batch(Vec::new());
    }

    /// The stored uploads.
    pub fn uploads(&self) -> Vec<StoredUpload> {
        self.shared.state().uploads().to_vec()
    }

    /// The tags of the batches.
    pub fn batches(&self) -> Vec<String> {
        let mut state = self.shared.state();
        state.batch_if_due();
        state.batch_tags()
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.state().requests.clone()
    }

    /// The keys and certificates of the gateway and the countries.
    pub fn keys(&self) -> &EfgsKeys {
        &self.shared.keys
    }
}
