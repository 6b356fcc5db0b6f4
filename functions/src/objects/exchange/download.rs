//! The download: what other countries have published is taken in, day by day and batch by batch,
//! from where the last run ended.
//!
//! What is taken from a batch and that it was taken is one transaction, so a batch that comes twice
//! changes nothing.

use federation::{
    answers::AfterDownload,
    cursor::{Cursor, KeptDays, Next},
    tag::BatchTag,
    walk::{Answered, Consequence, Failure, MAX_RUNS, Proof, Question, Walk},
};
use shared::{
    Timestamp,
    api::{RunOutcome, SetAsideReason},
};
use worker::Result;

use super::{
    MAX_BATCHES,
    batch::Batches,
    gateway::{Answer, Gateway},
    settings::Settings,
    store::Store,
};
use crate::objects::ledger::LedgerStore;

/// Takes in what has come since the last run.
pub async fn run(
    ledger: &LedgerStore,
    store: &Store,
    gateway: &Gateway,
    settings: &Settings,
    now: Timestamp,
) -> Result<RunOutcome> {
    let job = Download {
        batches: Batches {
            ledger,
            store,
            gateway,
            settings,
            now,
        },
        kept: KeptDays::new(now, settings.retention_days),
    };
    let mut walk = Walk::from(Cursor::begin(store.cursor()?, job.kept));
    for _ in 0..MAX_BATCHES {
        let answered = job.ask(walk.question()).await?;
        if let Some(outcome) = job.carry_out(walk.take(answered))? {
            return Ok(outcome);
        }
    }
    let outcome = job.carry_out(walk.stop())?;
    Ok(outcome.unwrap_or(RunOutcome::Unfinished))
}

struct Download<'a> {
    batches: Batches<'a>,
    kept: KeptDays,
}

impl Download<'_> {
    /// Asks, and takes in what comes.
    async fn ask(&self, question: &Question) -> Result<Answered> {
        let Some(tag) = question.cursor.tag() else {
            return self.ask_day(&question.cursor).await;
        };
        // Counted before it is asked for, so that a batch which ends the isolate counts too.
        let runs = self.batches.store.count_run(tag, self.batches.now)?;
        let failed = |reason, outcome| {
            Answered::Failed(Failure {
                tag: Some(tag.clone()),
                runs,
                proof: Proof::Batch,
                next: Question::guess_after(tag),
                reason,
                outcome,
            })
        };
        if runs > MAX_RUNS {
            return Ok(failed(SetAsideReason::Unreadable, RunOutcome::Unreadable));
        }
        let Some(mut answer) = self.batches.gateway.download(&question.cursor).await else {
            return Ok(failed(SetAsideReason::NoBatch, RunOutcome::NoAnswer));
        };
        let answered = match AfterDownload::of(answer.status) {
            AfterDownload::Take => match self.tags(&question.cursor, &answer) {
                Some((_, next)) => {
                    let next = Cursor::after_batch(tag, next, self.kept);
                    self.take(tag, runs, &mut answer, next).await?
                }
                None => failed(SetAsideReason::NoBatch, answer.unreadable()),
            },
            AfterDownload::NotFound if question.is_guess => {
                Answered::Absent(question.cursor.after_not_found(self.kept))
            }
            AfterDownload::Gone => self.gone(&question.cursor),
            AfterDownload::NotFound | AfterDownload::Stop => {
                failed(SetAsideReason::NoBatch, answer.refused())
            }
        };
        if !matches!(answered, Answered::Failed(_)) {
            self.batches.store.forget_runs(tag)?;
        }
        Ok(answered)
    }

    /// Asks for the first batch of a day. One that is not known yet is then asked for by its name,
    /// under which it is counted.
    async fn ask_day(&self, cursor: &Cursor) -> Result<Answered> {
        let failed = |outcome| {
            Answered::Failed(Failure {
                tag: None,
                runs: 0,
                proof: Proof::Batch,
                next: None,
                reason: SetAsideReason::NoBatch,
                outcome,
            })
        };
        let Some(answer) = self.batches.gateway.download(cursor).await else {
            return Ok(failed(RunOutcome::NoAnswer));
        };
        Ok(match AfterDownload::of(answer.status) {
            AfterDownload::Take => match self.tags(cursor, &answer) {
                Some((tag, next)) => Answered::Found {
                    next: if self.batches.store.has_seen(&tag)? {
                        Cursor::after_batch(&tag, next, self.kept)
                    } else {
                        Next::Ask(Cursor::Batch(tag))
                    },
                    proof: Proof::Batch,
                },
                None => failed(answer.unreadable()),
            },
            AfterDownload::NotFound => Answered::Absent(cursor.after_not_found(self.kept)),
            AfterDownload::Gone => self.gone(cursor),
            AfterDownload::Stop => failed(answer.refused()),
        })
    }

    fn gone(&self, cursor: &Cursor) -> Answered {
        Answered::Found {
            next: cursor.after_gone(self.kept),
            proof: Proof::Batch,
        }
    }

    /// The names of the batch in `answer` and of the one behind it, if they answer what was asked.
    fn tags(&self, asked: &Cursor, answer: &Answer) -> Option<(BatchTag, Option<BatchTag>)> {
        tags(answer).filter(|(tag, next)| asked.is_answered_by(tag, next.as_ref(), self.kept))
    }

    /// Takes in the batch `tag`, if it was not before. Behind it comes `next`.
    async fn take(
        &self,
        tag: &BatchTag,
        runs: i64,
        answer: &mut Answer,
        next: Next,
    ) -> Result<Answered> {
        let taken = if self.batches.store.has_seen(tag)? {
            Ok(Proof::Batch)
        } else {
            self.batches.take_in(tag, answer.take_body()).await?
        };
        Ok(match taken {
            Ok(proof) => Answered::Found { next, proof },
            Err(outcome) => Answered::Failed(Failure {
                tag: Some(tag.clone()),
                runs,
                proof: Proof::Audit,
                next: match next {
                    Next::Ask(cursor) => Some(Question::named(cursor)),
                    Next::Wait(_) => None,
                },
                reason: match outcome {
                    RunOutcome::Unreadable => SetAsideReason::Unreadable,
                    _ => SetAsideReason::NoAudit,
                },
                outcome,
            }),
        })
    }

    /// Does what an answer leads to. The outcome, if the run ends.
    fn carry_out(&self, consequence: Consequence) -> Result<Option<RunOutcome>> {
        if let Some((tag, reason)) = &consequence.set_aside {
            if !self.batches.store.has_seen(tag)? {
                self.batches.set_aside(tag, *reason)?;
            }
            self.batches.store.forget_runs(tag)?;
        }
        for tag in &consequence.pardoned {
            self.batches.store.forget_run(tag)?;
        }
        if let Some(cursor) = &consequence.remembered {
            self.batches.store.set_cursor(cursor)?;
        }
        Ok(consequence.outcome)
    }
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
