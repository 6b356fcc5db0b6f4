//! The import of one batch of other countries' keys: it is verified by its audit, and its keys are
//! stored or quarantined.

use std::io::BufReader;

use federation::{
    acceptance,
    audit::{AuditedUpload, read_audit},
    batch::{DiagnosisKeyBatch, MAX_BATCH_KEYS},
    download_run::Evidence,
    responses::DownloadAction,
    settings::ExchangeSettings,
    tag::BatchTag,
    verification::{BatchVerifier, VerifiedBatch},
};
use shared::{
    Timestamp,
    api::{QuarantineReason, RunOutcome},
    time::{UtcDay, retention},
};
use worker::{Result, console_error};

use super::{gateway::Gateway, store::ExchangeStore};
use crate::{objects::ledger::diagnosis_keys::DiagnosisKeys, platform::body::Body};

/// More keys than any batch has: the gateway's batches have at most [`MAX_BATCH_KEYS`] today.
const MAX_DOWNLOADED_KEYS: usize = 4 * MAX_BATCH_KEYS;

/// Imports batches.
pub struct BatchImporter<'a> {
    /// Where keys wait for their publication.
    pub keys: &'a DiagnosisKeys,
    /// Which batches are imported, and which are quarantined.
    pub store: &'a ExchangeStore,
    pub gateway: &'a Gateway,
    pub settings: &'a ExchangeSettings,
    pub now: Timestamp,
}

/// The result of an import.
pub enum Import {
    /// The keys of the batch are stored or quarantined.
    Done(Evidence),
    /// The gateway did not give a usable audit. Nothing is stored; a run that ends here has this
    /// outcome.
    NoAudit(RunOutcome),
}

/// The gateway's response to a request for an audit.
enum AuditResponse {
    Audit(Vec<AuditedUpload>),
    /// There will never be a usable audit.
    Never(QuarantineReason),
    /// There is no usable audit now.
    NotNow(RunOutcome),
}

impl BatchImporter<'_> {
    /// Imports the batch `tag`; without a body it is quarantined.
    pub async fn import(&self, tag: &BatchTag, body: Option<Body>) -> Result<Import> {
        let (verified, evidence) = match body.and_then(read) {
            None => (Err(QuarantineReason::Unreadable), Evidence::Batch),
            // The gateway may have no audit of a batch without keys.
            Some(batch) if batch.keys.is_empty() => (Ok(VerifiedBatch::default()), Evidence::Batch),
            Some(batch) => match self.audit(tag).await {
                AuditResponse::Audit(audit) => {
                    (self.verifier().verify(batch.keys, &audit), Evidence::Audit)
                }
                AuditResponse::Never(reason) => (Err(reason), Evidence::Audit),
                AuditResponse::NotNow(outcome) => return Ok(Import::NoAudit(outcome)),
            },
        };
        match verified {
            Ok(verified) => self.keep(tag, verified)?,
            Err(reason) => self.quarantine(tag, reason)?,
        }
        Ok(Import::Done(evidence))
    }

    async fn audit(&self, tag: &BatchTag) -> AuditResponse {
        let Some(mut response) = self.gateway.audit(tag).await else {
            return AuditResponse::NotNow(RunOutcome::NoAnswer);
        };
        match DownloadAction::of(response.status) {
            DownloadAction::Take => {}
            DownloadAction::Gone => return AuditResponse::Never(QuarantineReason::NoAudit),
            DownloadAction::NotFound | DownloadAction::Stop => {
                return AuditResponse::NotNow(response.refused());
            }
        }
        let Some(body) = response.take_body() else {
            return AuditResponse::Never(QuarantineReason::Unreadable);
        };
        match read_audit(BufReader::new(body)) {
            Ok(audit) => AuditResponse::Audit(audit),
            Err(_) => AuditResponse::NotNow(response.unreadable()),
        }
    }

    fn verifier(&self) -> BatchVerifier<'_> {
        BatchVerifier {
            own: self.settings.own,
            participants: &self.settings.participants,
            anchor: &self.settings.anchor,
            now: self.now,
        }
    }

    /// Quarantines the whole batch `tag`.
    pub fn quarantine(&self, tag: &BatchTag, reason: QuarantineReason) -> Result<()> {
        let verified = VerifiedBatch {
            trusted: Vec::new(),
            quarantined: vec![(None, reason)],
        };
        self.keep(tag, verified)
    }

    /// Stores the accepted keys of a batch, its quarantines, and that it is imported. There is no
    /// `.await` in it: all of it is stored or nothing.
    fn keep(&self, tag: &BatchTag, verified: VerifiedBatch) -> Result<()> {
        let (own, participants) = (self.settings.own, &self.settings.participants);
        let keys: Vec<_> = verified
            .trusted
            .iter()
            .filter_map(|key| acceptance::accept(key, own, participants, self.now).ok())
            .collect();
        let created = UtcDay::of_date(tag.day()).start().start().min(self.now);
        self.keys
            .insert_imported(&keys, retention::ends_at(created))?;
        for (country, reason) in &verified.quarantined {
            let of = country.map(|country| format!(" of {country}"));
            console_error!(
                "exchange: keys{} in batch {tag} quarantined: {reason}",
                of.unwrap_or_default()
            );
            self.store.quarantine(tag, *country, *reason, self.now)?;
        }
        self.store.mark_seen(tag, self.now)
    }
}

fn read(body: Body) -> Option<DiagnosisKeyBatch> {
    DiagnosisKeyBatch::read(&body.into_bytes(), MAX_DOWNLOADED_KEYS).ok()
}
