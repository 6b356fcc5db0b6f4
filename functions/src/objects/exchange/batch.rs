//! One batch of other countries' keys: judged by its audit, and kept or set aside.

use std::io::BufReader;

use federation::{
    MAX_KEYS, acceptance,
    answers::AfterDownload,
    audit::{Judge, Judged, read_audit},
    batch::DiagnosisKeyBatch,
    tag::BatchTag,
    walk::Proof,
};
use shared::{
    Timestamp,
    api::{RunOutcome, SetAsideReason},
    time::{UtcDay, retention},
};
use worker::{Result, console_error};

use super::{gateway::Gateway, settings::Settings, store::Store};
use crate::{objects::ledger::LedgerStore, platform::body::Body};

/// More keys than any batch has: the gateway makes batches of [`MAX_KEYS`] now.
const MAX_DOWNLOADED_KEYS: usize = 4 * MAX_KEYS;

/// What is left of a batch, or why all of it is set aside.
type Verdict = std::result::Result<Judged, SetAsideReason>;

/// Where batches go.
pub struct Batches<'a> {
    /// Where keys wait for their publication.
    pub ledger: &'a LedgerStore,
    /// What the exchange remembers.
    pub store: &'a Store,
    /// Who gives the audits.
    pub gateway: &'a Gateway,
    /// By what batches are judged.
    pub settings: &'a Settings,
    /// The time.
    pub now: Timestamp,
}

impl Batches<'_> {
    /// Takes in the batch `tag`. The inner error is the outcome of a run that does not get its
    /// audit.
    pub async fn take_in(
        &self,
        tag: &BatchTag,
        body: Option<Body>,
    ) -> Result<std::result::Result<Proof, RunOutcome>> {
        let (verdict, proof) = match body.and_then(read) {
            None => (Err(SetAsideReason::Unreadable), Proof::Batch),
            // Of a batch without keys the gateway may have no audit.
            Some(batch) if batch.keys.is_empty() => (Ok(Judged::default()), Proof::Batch),
            Some(batch) => match self.judge(tag, batch).await {
                Ok(verdict) => (verdict, Proof::Audit),
                Err(outcome) => return Ok(Err(outcome)),
            },
        };
        self.keep(tag, verdict)?;
        Ok(Ok(proof))
    }

    /// Judges a batch by its audit. The error says why there is none now.
    async fn judge(
        &self,
        tag: &BatchTag,
        batch: DiagnosisKeyBatch,
    ) -> std::result::Result<Verdict, RunOutcome> {
        let Some(mut answer) = self.gateway.audit(tag).await else {
            return Err(RunOutcome::NoAnswer);
        };
        match AfterDownload::of(answer.status) {
            AfterDownload::Take => {}
            AfterDownload::Gone => return Ok(Err(SetAsideReason::NoAudit)),
            AfterDownload::NotFound | AfterDownload::Stop => return Err(answer.refused()),
        }
        let Some(body) = answer.take_body() else {
            return Ok(Err(SetAsideReason::Unreadable));
        };
        let Ok(audit) = read_audit(BufReader::new(body)) else {
            return Err(answer.unreadable());
        };
        let judge = Judge {
            own: self.settings.own,
            participants: &self.settings.participants,
            anchor: &self.settings.anchor,
            now: self.now,
        };
        Ok(judge.judge(batch.keys, &audit))
    }

    /// Sets all of the batch `tag` aside.
    pub fn set_aside(&self, tag: &BatchTag, reason: SetAsideReason) -> Result<()> {
        self.keep(tag, Err(reason))
    }

    /// Keeps what may be used of a batch, and remembers it, without `.await`: all or nothing.
    fn keep(&self, tag: &BatchTag, verdict: Verdict) -> Result<()> {
        let judged = verdict.unwrap_or_else(|reason| Judged {
            trusted: Vec::new(),
            set_aside: vec![(None, reason)],
        });
        let (own, participants) = (self.settings.own, &self.settings.participants);
        let keys: Vec<_> = judged
            .trusted
            .iter()
            .filter_map(|key| acceptance::accept(key, own, participants, self.now).ok())
            .collect();
        let made = UtcDay::of_date(tag.day()).start().start().min(self.now);
        self.ledger
            .insert_imported(&keys, retention::ends_at(made))?;
        for (country, reason) in &judged.set_aside {
            let of = country.map(|country| format!(" of {country}"));
            console_error!(
                "exchange: keys{} in batch {tag} set aside: {reason}",
                of.unwrap_or_default()
            );
            self.store.set_aside(tag, *country, *reason, self.now)?;
        }
        self.store.mark_seen(tag, self.now)
    }
}

fn read(body: Body) -> Option<DiagnosisKeyBatch> {
    DiagnosisKeyBatch::read(&body.into_bytes(), MAX_DOWNLOADED_KEYS).ok()
}
