//! A run of the download: what to ask next, what to remember of it, and whose fault a failure is.
//!
//! When a batch fails, the run goes on behind it. If that succeeds, it is the batch's own fault:
//! the next runs begin with it again, and after some it is set aside. If that fails too, the
//! gateway is out of order, and nothing is held against the batch.

use super::{
    cursor::{Cursor, Next},
    tag::BatchTag,
};
use shared::api::{RunOutcome, SetAsideReason};

/// In how many runs a batch may fail while others do not, before it is set aside: half a day.
pub const MAX_RUNS: i64 = 6;

/// What to ask the gateway for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    /// This.
    pub cursor: Cursor,
    /// The gateway has not named it.
    pub is_guess: bool,
}

impl Question {
    /// What the gateway has named, or a day.
    pub fn named(cursor: Cursor) -> Self {
        Self {
            cursor,
            is_guess: false,
        }
    }

    /// The batch behind one that the gateway does not give, if it counts them.
    pub fn guess_after(tag: &BatchTag) -> Option<Self> {
        Some(Self {
            cursor: Cursor::Batch(tag.following()?),
            is_guess: true,
        })
    }
}

/// What the gateway has shown that it can give.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Proof {
    /// A batch.
    Batch,
    /// A batch and its audit.
    Audit,
}

/// What came of a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answered {
    /// There is something, and it is done with.
    Found {
        /// What comes after it.
        next: Next,
        /// What that has shown.
        proof: Proof,
    },
    /// There is nothing. That is not remembered: a gateway that is out of order may say the same.
    Absent(Next),
    /// There is no answer that can be used.
    Failed(Failure),
}

/// A failure of a batch, or of the gateway.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// The batch that was asked for; a day knows none.
    pub tag: Option<BatchTag>,
    /// In how many runs it has failed, this one included.
    pub runs: i64,
    /// What would show that it is the batch's fault.
    pub proof: Proof,
    /// What is behind it.
    pub next: Option<Question>,
    /// With what it is set aside in the end.
    pub reason: SetAsideReason,
    /// With what the run ends.
    pub outcome: RunOutcome,
}

/// What an answer leads to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Consequence {
    /// This batch is set aside.
    pub set_aside: Option<(BatchTag, SetAsideReason)>,
    /// This run does not count against these batches.
    pub pardoned: Vec<BatchTag>,
    /// The next run begins here.
    pub remembered: Option<Cursor>,
    /// The run ends.
    pub outcome: Option<RunOutcome>,
}

/// A run on its way.
#[derive(Clone, Debug)]
pub struct Walk {
    question: Question,
    /// What failed, as long as nothing behind it has succeeded.
    suspect: Option<Failure>,
    /// How a batch failed that the next run begins with.
    held: Option<RunOutcome>,
}

impl Walk {
    /// A run that begins at `cursor`.
    pub fn from(cursor: Cursor) -> Self {
        Self {
            question: Question::named(cursor),
            suspect: None,
            held: None,
        }
    }

    /// What to ask now.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Takes the answer to the question.
    pub fn take(&mut self, answered: Answered) -> Consequence {
        let mut consequence = Consequence::default();
        let next = match answered {
            Answered::Failed(failure) => return self.fail(failure),
            Answered::Absent(next) => next,
            Answered::Found { next, proof } => {
                if let Some(failure) = self.suspect.take_if(|failure| failure.proof <= proof) {
                    consequence.set_aside = self.convict(failure);
                }
                if self.suspect.is_none() && self.held.is_none() {
                    consequence.remembered = Some(next.cursor().clone());
                }
                next
            }
        };
        match next {
            Next::Ask(cursor) => self.question = Question::named(cursor),
            Next::Wait(_) => self.end(RunOutcome::Done, &mut consequence),
        }
        consequence
    }

    /// Ends the run although there is more.
    pub fn stop(&mut self) -> Consequence {
        let mut consequence = Consequence::default();
        self.end(RunOutcome::Unfinished, &mut consequence);
        consequence
    }

    fn fail(&mut self, mut failure: Failure) -> Consequence {
        let mut consequence = Consequence::default();
        match failure.next.take() {
            Some(next) if self.suspect.is_none() => {
                self.question = next;
                self.suspect = Some(failure);
            }
            _ => {
                consequence.pardoned.extend(failure.tag);
                self.end(failure.outcome, &mut consequence);
            }
        }
        consequence
    }

    /// The gateway is in order, so it is the batch. What is set aside then.
    fn convict(&mut self, failure: Failure) -> Option<(BatchTag, SetAsideReason)> {
        match failure.tag {
            Some(tag) if failure.runs >= MAX_RUNS => Some((tag, failure.reason)),
            _ => {
                self.held.get_or_insert(failure.outcome);
                None
            }
        }
    }

    fn end(&mut self, outcome: RunOutcome, consequence: &mut Consequence) {
        let suspect = self.suspect.take();
        let failed = suspect.as_ref().map(|failure| failure.outcome);
        consequence.outcome = Some(self.held.or(failed).unwrap_or(outcome));
        consequence
            .pardoned
            .extend(suspect.and_then(|failure| failure.tag));
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

    fn found(next: Next, proof: Proof) -> Answered {
        Answered::Found { next, proof }
    }

    const REFUSED: RunOutcome = RunOutcome::Refused { status: 400 };

    /// The batch with this number fails, in its so many runs.
    fn failed(number: u32, runs: i64) -> Answered {
        Answered::Failed(Failure {
            tag: Some(tag(number)),
            runs,
            proof: Proof::Batch,
            next: Question::guess_after(&tag(number)),
            reason: SetAsideReason::NoBatch,
            outcome: REFUSED,
        })
    }

    fn remembered(number: u32) -> Consequence {
        Consequence {
            remembered: Some(batch(number)),
            ..Consequence::default()
        }
    }

    fn ended(outcome: RunOutcome) -> Consequence {
        Consequence {
            outcome: Some(outcome),
            ..Consequence::default()
        }
    }

    #[test]
    fn batches_are_asked_for_one_after_the_other() {
        let mut walk = Walk::from(batch(1));
        let next = found(Next::Ask(batch(2)), Proof::Audit);
        assert_eq!(walk.take(next), remembered(2));
        assert_eq!(walk.question(), &Question::named(batch(2)));
        let last = found(Next::Wait(batch(2)), Proof::Audit);
        assert_eq!(
            walk.take(last),
            Consequence {
                outcome: Some(RunOutcome::Done),
                ..remembered(2)
            }
        );
    }

    #[test]
    fn what_is_absent_is_not_remembered() {
        let mut walk = Walk::from(batch(1));
        let consequence = walk.take(Answered::Absent(Next::Ask(batch(7))));
        assert_eq!(consequence, Consequence::default());
        assert_eq!(walk.question().cursor, batch(7));
        let last = Answered::Absent(Next::Wait(batch(7)));
        assert_eq!(walk.take(last), ended(RunOutcome::Done));
    }

    #[test]
    fn behind_a_batch_that_fails_the_run_goes_on_and_the_next_one_begins_with_it() {
        let mut walk = Walk::from(batch(1));
        assert_eq!(walk.take(failed(1, 1)), Consequence::default());
        let guess = Question::guess_after(&tag(1)).unwrap();
        assert_eq!(walk.question(), &guess);
        assert!(guess.is_guess);
        let next = found(Next::Ask(batch(3)), Proof::Batch);
        assert_eq!(walk.take(next), Consequence::default());
        let last = found(Next::Wait(batch(3)), Proof::Batch);
        assert_eq!(walk.take(last), ended(REFUSED));
    }

    #[test]
    fn a_batch_that_has_failed_often_enough_is_set_aside() {
        let mut walk = Walk::from(batch(1));
        walk.take(failed(1, MAX_RUNS));
        assert_eq!(
            walk.take(found(Next::Ask(batch(3)), Proof::Batch)),
            Consequence {
                set_aside: Some((tag(1), SetAsideReason::NoBatch)),
                ..remembered(3)
            }
        );
        let last = found(Next::Wait(batch(3)), Proof::Batch);
        let outcome = walk.take(last).outcome;
        assert_eq!(outcome, Some(RunOutcome::Done));
    }

    #[test]
    fn when_what_is_behind_it_fails_too_nothing_is_held_against_either() {
        let mut walk = Walk::from(batch(1));
        walk.take(failed(1, MAX_RUNS));
        assert_eq!(
            walk.take(failed(2, 1)),
            Consequence {
                pardoned: vec![tag(2), tag(1)],
                ..ended(REFUSED)
            }
        );
    }

    #[test]
    fn when_there_is_nothing_behind_it_nothing_is_held_against_it() {
        let mut walk = Walk::from(batch(1));
        walk.take(failed(1, MAX_RUNS));
        let pardoned = Consequence {
            pardoned: vec![tag(1)],
            ..ended(REFUSED)
        };
        let mut other = walk.clone();
        assert_eq!(walk.take(Answered::Absent(Next::Wait(batch(2)))), pardoned);
        assert_eq!(other.stop(), pardoned);
    }

    #[test]
    fn a_batch_without_audit_is_judged_by_other_audits() {
        let mut walk = Walk::from(batch(1));
        let Answered::Failed(failure) = failed(1, MAX_RUNS) else {
            panic!("it fails");
        };
        walk.take(Answered::Failed(Failure {
            proof: Proof::Audit,
            ..failure
        }));
        let without = found(Next::Ask(batch(3)), Proof::Batch);
        assert_eq!(walk.take(without), Consequence::default());
        let with = walk.take(found(Next::Ask(batch(4)), Proof::Audit));
        assert!(with.set_aside.is_some());
    }

    #[test]
    fn two_batches_that_fail_are_both_asked_for_again() {
        let mut walk = Walk::from(batch(1));
        walk.take(failed(1, 3));
        walk.take(found(Next::Ask(batch(3)), Proof::Batch));
        walk.take(failed(3, MAX_RUNS));
        let consequence = walk.take(found(Next::Ask(batch(5)), Proof::Batch));
        // The first one is still to come, so the next run does not begin behind it.
        assert_eq!(
            (consequence.set_aside.is_some(), consequence.remembered),
            (true, None)
        );
        let outcome = walk.stop().outcome;
        assert_eq!(outcome, Some(REFUSED));
    }

    #[test]
    fn a_day_that_fails_ends_the_run() {
        let mut walk = Walk::from(Cursor::Day("2026-11-25".parse().unwrap()));
        let Answered::Failed(failure) = failed(1, 1) else {
            panic!("it fails");
        };
        let day = Answered::Failed(Failure {
            tag: None,
            next: None,
            ..failure
        });
        assert_eq!(walk.take(day), ended(REFUSED));
    }
}
