//! The download: imports what other countries have published, day by day and batch by batch, from
//! where the last run ended.
//!
//! The keys of a batch and the fact that it is imported are stored in one transaction, so a batch
//! that comes twice changes nothing.

use federation::{
    cursor::{Cursor, KeptDays, Next},
    download_run::{
        Actions, Attempt, DownloadRequest, DownloadRun, Evidence, FailedAttempt, MAX_ATTEMPTS,
    },
    responses::DownloadAction,
    settings::ExchangeSettings,
    tag::BatchTag,
};
use shared::{
    Timestamp,
    api::{QuarantineReason, RunOutcome},
};
use worker::{Result, console_error};

use super::{
    batch::{BatchImporter, Import},
    gateway::{Gateway, GatewayResponse},
    job::MAX_BATCHES_PER_RUN,
    store::ExchangeStore,
};
use crate::objects::ledger::diagnosis_keys::DiagnosisKeys;

/// Imports what other countries have published since the last run.
pub async fn run(
    keys: &DiagnosisKeys,
    store: &ExchangeStore,
    gateway: &Gateway,
    settings: &ExchangeSettings,
    now: Timestamp,
) -> Result<RunOutcome> {
    let download = Download {
        importer: BatchImporter {
            keys,
            store,
            gateway,
            settings,
            now,
        },
        kept: KeptDays::new(now, settings.retention_days),
    };
    // Beginning again is harmless: processed batches are known.
    let position = store.cursor().unwrap_or_else(|error| {
        console_error!("exchange: the position of the download is lost: {error}");
        None
    });
    let mut run = DownloadRun::begin(Cursor::begin(position, download.kept));
    for _ in 0..MAX_BATCHES_PER_RUN {
        let attempt = download.attempt(run.request()).await?;
        if let Some(outcome) = download.perform(run.take(attempt))? {
            return Ok(outcome);
        }
    }
    let outcome = download.perform(run.stop())?;
    Ok(outcome.unwrap_or(RunOutcome::Unfinished))
}

struct Download<'a> {
    importer: BatchImporter<'a>,
    kept: KeptDays,
}

impl Download<'_> {
    /// Makes a request, and imports the batch in the response.
    async fn attempt(&self, request: &DownloadRequest) -> Result<Attempt> {
        let Some(tag) = request.cursor.tag() else {
            return self.attempt_day(&request.cursor).await;
        };
        // Counted before the request, so that a batch which ends the isolate counts too.
        let attempts = self.importer.store.count_attempt(tag, self.importer.now)?;
        let failed = |reason, outcome| {
            Attempt::Failed(FailedAttempt {
                tag: Some(tag.clone()),
                attempts,
                required_evidence: Evidence::Batch,
                next: DownloadRequest::guess_after(tag),
                reason,
                outcome,
            })
        };
        if attempts > MAX_ATTEMPTS {
            return Ok(failed(QuarantineReason::Unreadable, RunOutcome::Unreadable));
        }
        let Some(mut response) = self.importer.gateway.download(&request.cursor).await else {
            return Ok(failed(QuarantineReason::NoBatch, RunOutcome::NoAnswer));
        };
        let attempt = match DownloadAction::of(response.status) {
            DownloadAction::Take => match self.tags(&request.cursor, &response) {
                Some((_, next)) => {
                    let next = Cursor::after_batch(tag, next, self.kept);
                    self.take(tag, attempts, &mut response, next).await?
                }
                None => failed(QuarantineReason::NoBatch, response.unreadable()),
            },
            DownloadAction::NotFound if request.is_guess => {
                Attempt::Absent(request.cursor.after_not_found(self.kept))
            }
            DownloadAction::Gone => self.gone(&request.cursor),
            DownloadAction::NotFound | DownloadAction::Stop => {
                failed(QuarantineReason::NoBatch, response.refused())
            }
        };
        if !matches!(attempt, Attempt::Failed(_)) {
            self.importer.store.forget_attempts(tag)?;
        }
        Ok(attempt)
    }

    /// Requests the first batch of a day. A batch that is new is then requested by its tag, under
    /// which its attempts are counted.
    async fn attempt_day(&self, cursor: &Cursor) -> Result<Attempt> {
        let failed = |outcome| {
            Attempt::Failed(FailedAttempt {
                tag: None,
                attempts: 0,
                required_evidence: Evidence::Batch,
                next: None,
                reason: QuarantineReason::NoBatch,
                outcome,
            })
        };
        let Some(response) = self.importer.gateway.download(cursor).await else {
            return Ok(failed(RunOutcome::NoAnswer));
        };
        Ok(match DownloadAction::of(response.status) {
            DownloadAction::Take => match self.tags(cursor, &response) {
                Some((tag, next)) => Attempt::Succeeded {
                    next: if self.importer.store.has_seen(&tag)? {
                        Cursor::after_batch(&tag, next, self.kept)
                    } else {
                        Next::Continue(Cursor::Batch(tag))
                    },
                    evidence: Evidence::Batch,
                },
                None => failed(response.unreadable()),
            },
            DownloadAction::NotFound => Attempt::Absent(cursor.after_not_found(self.kept)),
            DownloadAction::Gone => self.gone(cursor),
            DownloadAction::Stop => failed(response.refused()),
        })
    }

    fn gone(&self, cursor: &Cursor) -> Attempt {
        Attempt::Succeeded {
            next: cursor.after_gone(self.kept),
            evidence: Evidence::Batch,
        }
    }

    /// The batch tag and next batch tag of a response, if they fit the requested position.
    fn tags(
        &self,
        requested: &Cursor,
        response: &GatewayResponse,
    ) -> Option<(BatchTag, Option<BatchTag>)> {
        response
            .batch_tags()
            .filter(|(tag, next)| requested.accepts(tag, next.as_ref(), self.kept))
    }

    /// Imports the batch `tag`, unless it is imported already. The position after it is `next`.
    async fn take(
        &self,
        tag: &BatchTag,
        attempts: i64,
        response: &mut GatewayResponse,
        next: Next,
    ) -> Result<Attempt> {
        let import = if self.importer.store.has_seen(tag)? {
            Import::Done(Evidence::Batch)
        } else {
            self.importer.import(tag, response.take_body()).await?
        };
        Ok(match import {
            Import::Done(evidence) => Attempt::Succeeded { next, evidence },
            Import::NoAudit(outcome) => Attempt::Failed(FailedAttempt {
                tag: Some(tag.clone()),
                attempts,
                required_evidence: Evidence::Audit,
                next: match next {
                    Next::Continue(cursor) => Some(DownloadRequest::named(cursor)),
                    Next::Wait(_) => None,
                },
                reason: match outcome {
                    RunOutcome::Unreadable => QuarantineReason::Unreadable,
                    _ => QuarantineReason::NoAudit,
                },
                outcome,
            }),
        })
    }

    /// Performs the actions after an attempt. Returns the outcome, if the run ends.
    fn perform(&self, actions: Actions) -> Result<Option<RunOutcome>> {
        if let Some((tag, reason)) = &actions.quarantine {
            if !self.importer.store.has_seen(tag)? {
                self.importer.quarantine(tag, *reason)?;
            }
            self.importer.store.forget_attempts(tag)?;
        }
        for tag in &actions.uncounted {
            self.importer.store.uncount_attempt(tag)?;
        }
        if let Some(cursor) = &actions.checkpoint {
            self.importer.store.set_cursor(cursor)?;
        }
        Ok(actions.outcome)
    }
}
