//! One run of the download from the gateway: which batch to request next, where the next run
//! begins, and when a failing batch is quarantined.
//!
//! When a batch fails, the run continues after it. If a later batch succeeds, that is evidence that
//! the batch itself is bad: the next runs begin with it again, and after [`MAX_ATTEMPTS`] it is
//! quarantined. If the later one fails too, the gateway itself is failing, and the attempts of
//! neither batch count.

use crate::{
    cursor::{Cursor, Next},
    tag::BatchTag,
};
use shared::api::{QuarantineReason, RunOutcome};

/// A batch is quarantined when it has failed in this many runs in which others succeeded: half a
/// day.
pub const MAX_ATTEMPTS: i64 = 6;

/// What to request from the gateway.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DownloadRequest {
    /// The requested batch.
    pub cursor: Cursor,
    /// Whether the batch is only presumed to exist: the gateway has not named it.
    pub is_guess: bool,
}

impl DownloadRequest {
    /// A request for a day, or for a batch that the gateway has named.
    pub fn named(cursor: Cursor) -> Self {
        Self {
            cursor,
            is_guess: false,
        }
    }

    /// A request for the batch after one that the gateway does not give, if it numbers its batches.
    pub fn guess_after(tag: &BatchTag) -> Option<Self> {
        Some(Self {
            cursor: Cursor::Batch(tag.following()?),
            is_guess: true,
        })
    }
}

/// What a success proves that the gateway can give.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Evidence {
    /// A batch.
    Batch,
    /// A batch and its audit.
    Audit,
}

/// The result of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Attempt {
    /// The gateway gave a usable response, which is stored.
    Succeeded {
        /// The position after it.
        next: Next,
        /// What it proves.
        evidence: Evidence,
    },
    /// The gateway has no such batch. This moves no checkpoint, since a gateway that is failing may
    /// say the same.
    Absent(Next),
    /// There is no usable response.
    Failed(FailedAttempt),
}

/// A failure of a batch, or of the gateway.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FailedAttempt {
    /// The requested batch; `None` for a request for a day.
    pub tag: Option<BatchTag>,
    /// In how many runs the batch has failed, including this one.
    pub attempts: i64,
    /// What proves that the batch is bad, and not the gateway.
    pub required_evidence: Evidence,
    /// The request after the batch.
    pub next: Option<DownloadRequest>,
    /// The reason for a quarantine.
    pub reason: QuarantineReason,
    /// The outcome of the run.
    pub outcome: RunOutcome,
}

/// What to do after an attempt.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Actions {
    /// Quarantine this batch.
    pub quarantine: Option<(BatchTag, QuarantineReason)>,
    /// Do not count this run's attempts of these batches.
    pub uncounted: Vec<BatchTag>,
    /// Store this as the position at which the next run begins.
    pub checkpoint: Option<Cursor>,
    /// End the run with this outcome.
    pub outcome: Option<RunOutcome>,
}

/// A run of the download.
///
/// ```
/// use federation::{
///     cursor::{Cursor, Next},
///     download_run::{Attempt, DownloadRun, Evidence},
/// };
/// use shared::api::RunOutcome;
///
/// let batch = |tag: &str| Ok::<_, &str>(Cursor::Batch(tag.parse()?));
/// let mut run = DownloadRun::begin(batch("20261125-1")?);
/// // The gateway gives this batch with its audit, and names the next one.
/// let actions = run.take(Attempt::Succeeded {
///     next: Next::Continue(batch("20261125-2")?),
///     evidence: Evidence::Audit,
/// });
/// assert_eq!(actions.checkpoint, Some(batch("20261125-2")?));
/// assert_eq!(run.request().cursor, batch("20261125-2")?);
/// // It gives that one too, and names none.
/// let actions = run.take(Attempt::Succeeded {
///     next: Next::Wait(batch("20261125-2")?),
///     evidence: Evidence::Audit,
/// });
/// assert_eq!(actions.outcome, Some(RunOutcome::Done));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug)]
pub struct DownloadRun {
    request: DownloadRequest,
    /// The failing batch, until there is evidence against it.
    failing: Option<FailedAttempt>,
    /// How the first batch failed that the next run must request again.
    unresolved: Option<RunOutcome>,
}

impl DownloadRun {
    /// A run that begins at `cursor`.
    pub fn begin(cursor: Cursor) -> Self {
        Self {
            request: DownloadRequest::named(cursor),
            failing: None,
            unresolved: None,
        }
    }

    /// The request to make now.
    pub fn request(&self) -> &DownloadRequest {
        &self.request
    }

    /// Takes the result of [`Self::request`], and moves on.
    pub fn take(&mut self, attempt: Attempt) -> Actions {
        let mut actions = Actions::default();
        let next = match attempt {
            Attempt::Failed(failed) => return self.fail(failed),
            Attempt::Absent(next) => next,
            Attempt::Succeeded { next, evidence } => {
                let is_proven = |failed: &mut FailedAttempt| failed.required_evidence <= evidence;
                if let Some(failed) = self.failing.take_if(is_proven) {
                    actions.quarantine = self.settle(failed);
                }
                if self.failing.is_none() && self.unresolved.is_none() {
                    actions.checkpoint = Some(next.cursor().clone());
                }
                next
            }
        };
        match next {
            Next::Continue(cursor) => self.request = DownloadRequest::named(cursor),
            Next::Wait(_) => self.end(RunOutcome::Done, &mut actions),
        }
        actions
    }

    /// Ends the run before the last batch.
    pub fn stop(&mut self) -> Actions {
        let mut actions = Actions::default();
        self.end(RunOutcome::Unfinished, &mut actions);
        actions
    }

    fn fail(&mut self, mut failed: FailedAttempt) -> Actions {
        let mut actions = Actions::default();
        match failed.next.take() {
            Some(next) if self.failing.is_none() => {
                self.request = next;
                self.failing = Some(failed);
            }
            _ => {
                actions.uncounted.extend(failed.tag);
                self.end(failed.outcome, &mut actions);
            }
        }
        actions
    }

    /// Decides about a batch with evidence against it: it is quarantined now, or requested again by
    /// the next run.
    fn settle(&mut self, failed: FailedAttempt) -> Option<(BatchTag, QuarantineReason)> {
        match failed.tag {
            Some(tag) if failed.attempts >= MAX_ATTEMPTS => Some((tag, failed.reason)),
            _ => {
                self.unresolved.get_or_insert(failed.outcome);
                None
            }
        }
    }

    fn end(&mut self, outcome: RunOutcome, actions: &mut Actions) {
        let failing = self.failing.take();
        let failed = failing.as_ref().map(|failed| failed.outcome);
        actions.outcome = Some(self.unresolved.or(failed).unwrap_or(outcome));
        actions
            .uncounted
            .extend(failing.and_then(|failed| failed.tag));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(number: u32) -> Cursor {
        Cursor::Batch(tag(number))
    }

    fn tag(number: u32) -> BatchTag {
        format!("20261125-{number}").parse().unwrap()
    }

    fn succeeded(next: Next, evidence: Evidence) -> Attempt {
        Attempt::Succeeded { next, evidence }
    }

    const REFUSED: RunOutcome = RunOutcome::Refused { status: 400 };

    /// The failure of the batch `number`, which has failed in this many runs.
    fn failed(number: u32, attempts: i64) -> FailedAttempt {
        FailedAttempt {
            tag: Some(tag(number)),
            attempts,
            required_evidence: Evidence::Batch,
            next: DownloadRequest::guess_after(&tag(number)),
            reason: QuarantineReason::NoBatch,
            outcome: REFUSED,
        }
    }

    fn checkpoint(number: u32) -> Actions {
        Actions {
            checkpoint: Some(batch(number)),
            ..Actions::default()
        }
    }

    fn ended(outcome: RunOutcome) -> Actions {
        Actions {
            outcome: Some(outcome),
            ..Actions::default()
        }
    }

    #[test]
    fn batches_are_requested_one_after_the_other() {
        let mut run = DownloadRun::begin(batch(1));
        let next = succeeded(Next::Continue(batch(2)), Evidence::Audit);
        assert_eq!(run.take(next), checkpoint(2));
        assert_eq!(run.request(), &DownloadRequest::named(batch(2)));
        let last = succeeded(Next::Wait(batch(2)), Evidence::Audit);
        assert_eq!(
            run.take(last),
            Actions {
                outcome: Some(RunOutcome::Done),
                ..checkpoint(2)
            }
        );
    }

    #[test]
    fn an_absent_batch_moves_no_checkpoint() {
        let mut run = DownloadRun::begin(batch(1));
        let actions = run.take(Attempt::Absent(Next::Continue(batch(7))));
        assert_eq!(actions, Actions::default());
        assert_eq!(run.request().cursor, batch(7));
        let last = Attempt::Absent(Next::Wait(batch(7)));
        assert_eq!(run.take(last), ended(RunOutcome::Done));
    }

    #[test]
    fn the_run_continues_after_a_failing_batch_and_the_next_one_begins_with_it() {
        let mut run = DownloadRun::begin(batch(1));
        assert_eq!(run.take(Attempt::Failed(failed(1, 1))), Actions::default());
        let guess = DownloadRequest::guess_after(&tag(1)).unwrap();
        assert_eq!(run.request(), &guess);
        assert!(guess.is_guess);
        let next = succeeded(Next::Continue(batch(3)), Evidence::Batch);
        assert_eq!(run.take(next), Actions::default());
        let last = succeeded(Next::Wait(batch(3)), Evidence::Batch);
        assert_eq!(run.take(last), ended(REFUSED));
    }

    #[test]
    fn a_batch_that_fails_in_the_last_permitted_run_is_quarantined() {
        let mut run = DownloadRun::begin(batch(1));
        run.take(Attempt::Failed(failed(1, MAX_ATTEMPTS)));
        assert_eq!(
            run.take(succeeded(Next::Continue(batch(3)), Evidence::Batch)),
            Actions {
                quarantine: Some((tag(1), QuarantineReason::NoBatch)),
                ..checkpoint(3)
            }
        );
        let last = succeeded(Next::Wait(batch(3)), Evidence::Batch);
        let outcome = run.take(last).outcome;
        assert_eq!(outcome, Some(RunOutcome::Done));
    }

    #[test]
    fn a_batch_whose_attempts_exceed_the_limit_is_quarantined_too() {
        let mut run = DownloadRun::begin(batch(1));
        run.take(Attempt::Failed(failed(1, MAX_ATTEMPTS + 1)));
        let actions = run.take(succeeded(Next::Continue(batch(3)), Evidence::Batch));
        assert!(actions.quarantine.is_some());
    }

    #[test]
    fn when_two_batches_fail_in_a_row_neither_attempt_counts() {
        let mut run = DownloadRun::begin(batch(1));
        run.take(Attempt::Failed(failed(1, MAX_ATTEMPTS)));
        assert_eq!(
            run.take(Attempt::Failed(failed(2, 1))),
            Actions {
                uncounted: vec![tag(2), tag(1)],
                ..ended(REFUSED)
            }
        );
    }

    #[test]
    fn when_no_batch_follows_a_failing_one_its_attempt_does_not_count() {
        let mut run = DownloadRun::begin(batch(1));
        run.take(Attempt::Failed(failed(1, MAX_ATTEMPTS)));
        let uncounted = Actions {
            uncounted: vec![tag(1)],
            ..ended(REFUSED)
        };
        let mut other = run.clone();
        assert_eq!(run.take(Attempt::Absent(Next::Wait(batch(2)))), uncounted);
        assert_eq!(other.stop(), uncounted);
    }

    #[test]
    fn only_another_audit_is_evidence_against_a_batch_without_audit() {
        let mut run = DownloadRun::begin(batch(1));
        run.take(Attempt::Failed(FailedAttempt {
            required_evidence: Evidence::Audit,
            ..failed(1, MAX_ATTEMPTS)
        }));
        let without = succeeded(Next::Continue(batch(3)), Evidence::Batch);
        assert_eq!(run.take(without), Actions::default());
        let with = run.take(succeeded(Next::Continue(batch(4)), Evidence::Audit));
        assert!(with.quarantine.is_some());
    }

    #[test]
    fn two_failing_batches_are_both_requested_again() {
        let mut run = DownloadRun::begin(batch(1));
        run.take(Attempt::Failed(failed(1, 3)));
        run.take(succeeded(Next::Continue(batch(3)), Evidence::Batch));
        run.take(Attempt::Failed(failed(3, MAX_ATTEMPTS)));
        let actions = run.take(succeeded(Next::Continue(batch(5)), Evidence::Batch));
        // The first one is unresolved, so the next run does not begin after it.
        assert_eq!(
            (actions.quarantine.is_some(), actions.checkpoint),
            (true, None)
        );
        let outcome = run.stop().outcome;
        assert_eq!(outcome, Some(REFUSED));
    }

    #[test]
    fn a_failing_day_ends_the_run() {
        let mut run = DownloadRun::begin(Cursor::Day("2026-11-25".parse().unwrap()));
        let day = Attempt::Failed(FailedAttempt {
            tag: None,
            next: None,
            ..failed(1, 1)
        });
        assert_eq!(run.take(day), ended(REFUSED));
    }
}
