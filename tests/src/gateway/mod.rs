//! A gateway to exchange keys through, as the European one is published: the same routes, checks in
//! the same order, batches, audit and retention, over TLS with client certificates.
//!
//! Signatures are verified by OpenSSL, over a text that is built here; only the form of a batch is
//! the service's own, which a vector of the real gateway holds (`federation::batch`). It can be
//! told to fail in every way that is documented, and to serve what a country never signed.

mod http;
mod rules;
mod server;
mod state;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use federation::{audit::AuditEntry, batch::DiagnosisKey};
use shared::{Timestamp, base64, country::Country};
use xtask::{
    efgs_keys::{EfgsKeys, KeyKind},
    workerd::Exchange,
};

use crate::openssl;

use state::State;
pub use state::Upload;

/// A running gateway. Its threads end with the process.
pub struct Gateway {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    keys: EfgsKeys,
    state: Mutex<State>,
}

impl Shared {
    #[expect(clippy::expect_used, reason = "a test cannot go on")]
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread of the gateway panics")
    }
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Route {
    /// `GET /diagnosiskeys/audit/download/…`
    Audit,
    /// `GET /diagnosiskeys/download/…`
    Download,
    /// `POST /diagnosiskeys/upload`
    Upload,
}

/// How the gateway fails.
#[derive(Clone, Copy, Debug)]
pub enum Failure {
    /// It does what it is asked, and cuts the connection before it answers.
    CutAfter,
    /// It cuts the connection before it does anything.
    CutBefore,
    /// It cuts the connection within the answer's body.
    CutWithin,
    /// It does what it is asked, and answers with another value of this header.
    Header(&'static str, &'static str),
    /// It does what it is asked, and answers with a body of this many bytes.
    Inflated(usize),
    /// It does what it is asked, and answers this late.
    Slow(Duration),
    /// It answers with this status and does nothing.
    Status(u16),
}

impl Failure {
    /// Those that pass by themselves; the slow one takes longer than [`PATIENCE`] allows.
    pub const PASSING: [Self; 7] = [
        Self::Status(500),
        Self::Status(503),
        Self::Status(429),
        Self::CutBefore,
        Self::CutAfter,
        Self::CutWithin,
        Self::Slow(Duration::from_secs(3)),
    ];
}

/// The setting of a service that does not wait for a slow gateway.
pub const PATIENCE: (&str, &str) = ("EFGS_TIMEOUT_SECONDS", "2");

/// A request and its answer, as a test sees them afterwards.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Seen {
    /// Where it went.
    pub route: Route,
    /// Who asked.
    pub country: String,
    /// What: the path's end, and for uploads the tag.
    pub what: String,
    /// The answer's status; 0 when the connection was cut.
    pub status: u16,
}

/// Changes what is served of a batch.
pub type Tampering = fn(&mut Vec<DiagnosisKey>, &mut Vec<AuditEntry>);

impl Gateway {
    /// Starts a gateway for `countries`, with new keys and certificates; of these, the countries'
    /// signing keys are of the given kinds.
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
            state: Mutex::new(State::new(countries)),
            keys,
        });
        let port = server::listen(&shared);
        Self { port, shared }
    }

    /// How the service of `country` reaches it, to exchange keys with `participants`.
    pub fn exchange<'a>(&'a self, country: Country, participants: &'a str) -> Exchange<'a> {
        Exchange {
            port: self.port,
            keys: &self.shared.keys,
            country,
            participants,
        }
    }

    /// Moves its clock to so many seconds after the real time.
    pub fn set_clock(&self, offset: i64) {
        self.shared.state().offset = offset;
    }

    /// The gateway's time.
    pub fn now(&self) -> Timestamp {
        self.shared.state().now()
    }

    /// Fails with the next `times` requests to `route`.
    pub fn fail(&self, route: Route, failure: Failure, times: usize) {
        let failures = std::iter::repeat_n((route, failure), times);
        self.shared.state().failures.extend(failures);
    }

    /// Forgets failures that have not happened.
    pub fn recover(&self) {
        self.shared.state().failures.clear();
    }

    /// Answers the download of the batch `tag` with `status`, until it is told otherwise.
    pub fn refuse_batch(&self, tag: &str, status: Option<u16>) {
        let mut state = self.shared.state();
        state.refused.remove(tag);
        state
            .refused
            .extend(status.map(|status| (tag.to_owned(), status)));
    }

    /// Mixes the keys of a batch's uploads from now on, as when all came at the same moment.
    pub fn interleave(&self) {
        self.shared.state().interleaving = true;
    }

    /// Serves every batch changed by `tampering`.
    pub fn tamper(&self, tampering: Option<Tampering>) {
        self.shared.state().tampering = tampering;
    }

    /// Takes batches of at most so many keys.
    pub fn limit(&self, keys: usize) {
        self.shared.state().limit = keys;
    }

    /// Keeps batches for so many days before today.
    pub fn set_retention(&self, days: u32) {
        self.shared.state().retention_days = days;
    }

    /// Makes batches this often: each 300 seconds in reality, at once here.
    pub fn set_batching(&self, interval: Duration) {
        self.shared.state().batching = interval;
    }

    /// Lets a country's certificates count no more.
    pub fn lock_out(&self, country: Country) {
        let mut state = self.shared.state();
        state.countries.retain(|known| *known != country);
    }

    /// Knows a country's certificates.
    pub fn let_in(&self, country: Country) {
        self.shared.state().countries.push(country);
    }

    /// Takes `keys` as if `country` had uploaded them, without any check.
    ///
    /// # Panics
    /// When OpenSSL does not sign.
    pub fn put(&self, country: Country, keys: &[DiagnosisKey]) {
        self.put_signed(country, &format!("{country}/signing"), keys);
    }

    /// The same, under the tag `tag`.
    ///
    /// # Panics
    /// When OpenSSL does not sign.
    pub fn put_tagged(&self, country: Country, tag: &str, keys: &[DiagnosisKey]) {
        let signer = format!("{country}/signing");
        self.put_with_text(country, &signer, keys, &rules::text(keys), Some(tag));
    }

    /// The same, signed by the key `signer` of the set.
    ///
    /// # Panics
    /// When OpenSSL does not sign.
    pub fn put_signed(&self, country: Country, signer: &str, keys: &[DiagnosisKey]) {
        self.put_with_text(country, signer, keys, &rules::text(keys), None);
    }

    /// The same, with a signature over another text than that of `keys` in their order.
    ///
    /// # Panics
    /// When OpenSSL does not sign.
    pub fn put_signed_in_wrong_order(&self, country: Country, keys: &[DiagnosisKey]) {
        let mut one_by_one: Vec<_> = keys
            .iter()
            .map(|key| rules::text(std::slice::from_ref(key)))
            .collect();
        // Backwards, so it is wrong whatever the keys are.
        one_by_one.sort_by_key(|text| std::cmp::Reverse(base64::encode(text.as_bytes())));
        let signer = format!("{country}/signing");
        self.put_with_text(country, &signer, keys, &one_by_one.concat(), None);
    }

    fn put_with_text(
        &self,
        country: Country,
        signer: &str,
        keys: &[DiagnosisKey],
        text: &str,
        tag: Option<&str>,
    ) {
        let signature = openssl::sign(&self.shared.keys, signer, text.as_bytes(), &[]);
        let number = self.shared.state().uploads().len();
        let upload = Upload {
            country,
            tag: tag.map_or_else(|| format!("put-{number}"), str::to_owned),
            keys: keys.to_vec(),
            signature: base64::encode(&signature),
            signer: signer.to_owned(),
            at: self.now(),
        };
        self.shared.state().store(upload);
    }

    /// Makes an empty batch, as when all its uploads are of a country that asks.
    pub fn make_batch(&self) {
        self.shared.state().make_batch(Vec::new());
    }

    /// Every upload that is stored.
    pub fn uploads(&self) -> Vec<Upload> {
        self.shared.state().uploads().to_vec()
    }

    /// The names of the batches that there are.
    pub fn batches(&self) -> Vec<String> {
        let mut state = self.shared.state();
        state.batch_if_due();
        state.batch_tags()
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.state().seen.clone()
    }

    /// The keys and certificates of the gateway and the countries.
    pub fn keys(&self) -> &EfgsKeys {
        &self.shared.keys
    }
}
