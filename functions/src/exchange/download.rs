//! The download: what other countries have published is taken in, day by day and batch by batch, from where the last run ended.
//!
//! What is taken from a batch and that it was taken is one transaction, so a batch that comes twice changes nothing.

use shared::{
    Timestamp,
    api::RunOutcome,
    efgs::{
        answers::AfterDownload,
        audit::SetAsideReason,
        cursor::{Cursor, KeptDays, Next},
        tag::BatchTag,
    },
};
use worker::Result;

use super::{
    MAX_BATCHES,
    batch::{Batches, Proof},
    gateway::{Answer, Gateway},
    settings::Settings,
    store::Store,
};
use crate::ledger::LedgerStore;

/// In how many runs a batch may fail while others do not, before it is set aside.
const MAX_RUNS: i64 = 6;

/// What came of a question.
enum Answered {
    /// There is something.
    Found { next: Next, proof: Proof },
    /// There is nothing. That is not remembered: a gateway that is out of order may say the same.
    Absent(Next),
    /// There is no answer that can be used.
    Failed(Failure),
}

struct Failure {
    /// The batch that was asked for. It is not told from others as long as a day is asked for.
    tag: Option<BatchTag>,
    /// In how many runs it has failed.
    runs: i64,
    /// What would show that it is the batch's fault, and not the gateway's.
    proof: Proof,
    /// What to ask then; a guess if the gateway has not named it.
    next: Option<Question>,
    /// With what it is set aside in the end.
    reason: SetAsideReason,
    /// With what the run ends.
    outcome: RunOutcome,
}

struct Question {
    cursor: Cursor,
    /// The gateway has not named it.
    is_guess: bool,
}

impl Question {
    fn named(cursor: Cursor) -> Self {
        Self {
            cursor,
            is_guess: false,
        }
    }

    /// The batch behind one that the gateway does not give.
    fn guess_after(tag: &BatchTag) -> Option<Self> {
        Some(Self {
            cursor: Cursor::Batch(tag.following()?),
            is_guess: true,
        })
    }
}

/// Takes in what has come since the last run.
///
/// When a batch fails, the run goes on behind it. If that succeeds, the batch is asked for again in the next runs, and set aside
/// after some; if it fails too, the gateway is out of order, and nothing is held against the batch.
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
        store,
        gateway,
        now,
        kept: KeptDays::new(now, settings.retention_days),
    };
    let mut question = Question::named(Cursor::begin(store.cursor()?, job.kept));
    // What failed, as long as nothing behind it has succeeded.
    let mut suspect: Option<Failure> = None;
    // How a batch failed that is to be asked for again. The next run begins with it.
    let mut held = None;
    let mut end = RunOutcome::Unfinished;
    for _ in 0..MAX_BATCHES {
        let next = match job.ask(&question).await? {
            Answered::Found { next, proof } => {
                if let Some(failure) = suspect.take_if(|failure| failure.proof <= proof)
                    && !job.give_up(&failure)?
                {
                    held.get_or_insert(failure.outcome);
                }
                if suspect.is_none() && held.is_none() {
                    store.set_cursor(next.cursor())?;
                }
                next
            }
            Answered::Absent(next) => next,
            Answered::Failed(mut failure) => {
                if suspect.is_none()
                    && let Some(next) = failure.next.take()
                {
                    suspect = Some(failure);
                    question = next;
                    continue;
                }
                job.pardon(&failure)?;
                end = failure.outcome;
                break;
            }
        };
        match next {
            Next::Ask(cursor) => question = Question::named(cursor),
            Next::Wait(_) => {
                end = RunOutcome::Done;
                break;
            }
        }
    }
    if let Some(failure) = &suspect {
        job.pardon(failure)?;
    }
    let failed = suspect.map(|failure| failure.outcome);
    Ok(held.or(failed).unwrap_or(end))
}

struct Download<'a> {
    batches: Batches<'a>,
    store: &'a Store,
    gateway: &'a Gateway,
    now: Timestamp,
    kept: KeptDays,
}

impl Download<'_> {
    /// Asks, and takes in what comes.
    async fn ask(&self, question: &Question) -> Result<Answered> {
        let Some(tag) = question.cursor.tag() else {
            return self.ask_day(&question.cursor).await;
        };
        // Counted before it is asked for, so that a batch which ends the isolate counts too.
        let runs = self.store.count_run(tag, self.now)?;
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
        let Some(mut answer) = self.gateway.download(&question.cursor).await else {
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
            self.store.forget_runs(tag)?;
        }
        Ok(answered)
    }

    /// Asks for the first batch of a day. One that is not known yet is then asked for by its name, under which it is counted.
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
        let Some(answer) = self.gateway.download(cursor).await else {
            return Ok(failed(RunOutcome::NoAnswer));
        };
        Ok(match AfterDownload::of(answer.status) {
            AfterDownload::Take => match self.tags(cursor, &answer) {
                Some((tag, next)) => Answered::Found {
                    next: if self.store.has_seen(&tag)? {
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
        let taken = if self.store.has_seen(tag)? {
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

    /// Sets aside what has failed often enough while the gateway was in order. Whether it did.
    fn give_up(&self, failure: &Failure) -> Result<bool> {
        let Some(tag) = failure.tag.as_ref().filter(|_| failure.runs >= MAX_RUNS) else {
            return Ok(false);
        };
        if !self.store.has_seen(tag)? {
            self.batches.set_aside(tag, failure.reason)?;
        }
        self.store.forget_runs(tag)?;
        Ok(true)
    }

    /// Holds nothing against what failed while the gateway was out of order.
    fn pardon(&self, failure: &Failure) -> Result<()> {
        match &failure.tag {
            Some(tag) => self.store.forget_run(tag),
            None => Ok(()),
        }
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
