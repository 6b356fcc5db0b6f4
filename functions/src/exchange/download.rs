//! The download: what other countries have published is taken in, day by day and batch by batch, from where the last run ended.
//!
//! What is taken from a batch and that it was taken is one transaction, so a batch that comes twice changes nothing.

use shared::{
    Timestamp,
    api::RunOutcome,
    efgs::{
        MAX_KEYS, acceptance,
        answers::AfterDownload,
        audit::{AuditEntry, Judge, Judged, SetAsideReason},
        batch::DiagnosisKeyBatch,
        cursor::{Cursor, Next, Span},
        tag::BatchTag,
    },
    retention,
    time::UtcDay,
};
use worker::{Result, console_error};

use super::{
    MAX_BATCHES,
    gateway::{Answer, Gateway},
    settings::Settings,
    store::Store,
};
use crate::ledger::LedgerStore;

/// How many runs ask for the audit of a batch: half a day's. A batch that has none would otherwise hold up all behind it.
const AUDIT_RUNS: i64 = 6;

/// What is no batch any more: the gateway makes batches of [`MAX_KEYS`] now.
const MOST_KEYS: usize = 4 * MAX_KEYS;

/// A part of the job: a value, or the outcome with which the run ends.
type Step<T> = std::result::Result<T, RunOutcome>;

/// Takes in what has come since the last run.
pub async fn run(
    ledger: &LedgerStore,
    store: &Store,
    gateway: &Gateway,
    settings: &Settings,
    now: Timestamp,
) -> Result<RunOutcome> {
    let job = Download {
        ledger,
        store,
        gateway,
        settings,
        now,
        span: Span::new(now, settings.retention_days),
    };
    let mut cursor = Cursor::begin(store.cursor()?, job.span);
    for _ in 0..MAX_BATCHES {
        match job.ask(cursor).await? {
            Ok(Next::Ask(next)) => {
                store.set_cursor(&next)?;
                cursor = next;
            }
            Ok(Next::Wait(next)) => {
                store.set_cursor(&next)?;
                break;
            }
            Err(outcome) => return Ok(outcome),
        }
    }
    Ok(RunOutcome::Done)
}

struct Download<'a> {
    ledger: &'a LedgerStore,
    store: &'a Store,
    gateway: &'a Gateway,
    settings: &'a Settings,
    now: Timestamp,
    span: Span,
}

impl Download<'_> {
    async fn ask(&self, cursor: Cursor) -> Result<Step<Next>> {
        let Some(answer) = self.gateway.download(&cursor).await else {
            return Ok(Err(RunOutcome::NoAnswer));
        };
        Ok(match AfterDownload::of(answer.status) {
            AfterDownload::Take => return self.take(&cursor, &answer).await,
            AfterDownload::NotFound => Ok(cursor.after_not_found(self.span)),
            AfterDownload::Gone => Ok(cursor.after_gone(self.span)),
            AfterDownload::Again => Err(RunOutcome::NoAnswer),
            AfterDownload::Stop => Err(answer.refused()),
        })
    }

    /// Takes in a batch, if it was not before, and says what comes after it.
    async fn take(&self, cursor: &Cursor, answer: &Answer) -> Result<Step<Next>> {
        let tags =
            tags(answer).filter(|(tag, next)| cursor.is_answered_by(tag, next.as_ref(), self.span));
        let Some((tag, next)) = tags else {
            return Ok(Err(RunOutcome::Unreadable));
        };
        if !self.store.has_seen(&tag)? {
            let judged = match read(answer) {
                // Of a batch without keys the gateway may have no audit.
                Ok(batch) if batch.keys.is_empty() => Ok(Judged::default()),
                Ok(batch) => match self.audit(&tag).await {
                    Ok(audit) => audit.and_then(|audit| self.judge(batch, &audit)),
                    Err(outcome) if self.store.count_failed_audit(&tag, self.now)? < AUDIT_RUNS => {
                        return Ok(Err(outcome));
                    }
                    Err(_) => Err(SetAsideReason::NoAudit),
                },
                Err(reason) => Err(reason),
            };
            self.store_batch(&tag, judged)?;
        }
        Ok(Ok(Cursor::after_batch(&tag, next, self.span)))
    }

    /// Who uploaded what is in the batch. That it cannot be had now ends the run.
    async fn audit(
        &self,
        tag: &BatchTag,
    ) -> Step<std::result::Result<Vec<AuditEntry>, SetAsideReason>> {
        let Some(answer) = self.gateway.audit(tag).await else {
            return Err(RunOutcome::NoAnswer);
        };
        match AfterDownload::of(answer.status) {
            AfterDownload::Take => {
                let body = answer.body.as_deref().unwrap_or_default();
                Ok(serde_json::from_slice(body).map_err(|_| SetAsideReason::Unreadable))
            }
            AfterDownload::Gone => Ok(Err(SetAsideReason::NoAudit)),
            AfterDownload::Again => Err(RunOutcome::NoAnswer),
            AfterDownload::NotFound | AfterDownload::Stop => Err(answer.refused()),
        }
    }

    fn judge(
        &self,
        batch: DiagnosisKeyBatch,
        audit: &[AuditEntry],
    ) -> std::result::Result<Judged, SetAsideReason> {
        let judge = Judge {
            own: self.settings.own,
            participants: &self.settings.participants,
            anchor: &self.settings.anchor,
            now: self.now,
        };
        judge.judge(batch.keys, audit)
    }

    /// Keeps what may be used of a batch, and remembers it, without `.await`: all or nothing.
    fn store_batch(
        &self,
        tag: &BatchTag,
        judged: std::result::Result<Judged, SetAsideReason>,
    ) -> Result<()> {
        let judged = judged.unwrap_or_else(|reason| Judged {
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

fn read(answer: &Answer) -> std::result::Result<DiagnosisKeyBatch, SetAsideReason> {
    let body = answer.body.as_deref().ok_or(SetAsideReason::Unreadable)?;
    DiagnosisKeyBatch::read(body, MOST_KEYS).map_err(|_| SetAsideReason::Unreadable)
}

/// The names of the batch and of the one behind it.
fn tags(answer: &Answer) -> Option<(BatchTag, Option<BatchTag>)> {
    let tag = answer.header("batchTag")?.parse().ok()?;
    let next = match answer.header("nextBatchTag") {
        Some(next) if next != NO_TAG => Some(next.parse().ok()?),
        _ => None,
    };
    Some((tag, next))
}

/// What the gateway writes where there is no following batch.
const NO_TAG: &str = "null";
