//! The download: what other countries have published is taken in, day by day and batch by batch, from where the last run ended.
//!
//! What is taken from a batch and that it was taken is one transaction, so a batch that comes twice changes nothing.

use std::io::BufReader;

use shared::{
    Timestamp,
    api::RunOutcome,
    efgs::{
        MAX_KEYS, acceptance,
        answers::AfterDownload,
        audit::{Judge, Judged, SetAsideReason, read_audit},
        batch::DiagnosisKeyBatch,
        cursor::{Cursor, KeptDays, Next},
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
use crate::{body::Body, ledger::LedgerStore};

/// In how many runs a question may fail, half a day's, before what is behind it goes first.
const MAX_RUNS: i64 = 6;

/// More keys than any batch has: the gateway makes batches of [`MAX_KEYS`] now.
const MAX_DOWNLOADED_KEYS: usize = 4 * MAX_KEYS;

/// Why a question has no answer.
enum Failed {
    /// The gateway as a whole fails, or does not know us: it is asked the same again, however long that takes.
    Gateway(RunOutcome),
    /// The gateway has no answer to this question, and perhaps never will.
    Question(RunOutcome),
}

type Answered<T> = std::result::Result<T, Failed>;

/// What is left of a batch, or why all of it is set aside.
type Verdict = std::result::Result<Judged, SetAsideReason>;

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
        kept: KeptDays::new(now, settings.retention_days),
    };
    let mut cursor = Cursor::begin(store.cursor()?, job.kept);
    for _ in 0..MAX_BATCHES {
        // Counted before it is asked, so that a question whose answer ends the isolate counts too.
        let runs = store.count_run(&cursor, now)?;
        let answered = if runs > MAX_RUNS {
            Err(Failed::Question(RunOutcome::NoAnswer))
        } else {
            job.ask(&cursor, runs == MAX_RUNS).await?
        };
        let next = match answered {
            Ok(next) => next,
            Err(Failed::Gateway(outcome)) => {
                store.forget_runs(&cursor)?;
                return Ok(outcome);
            }
            Err(Failed::Question(outcome)) if runs < MAX_RUNS => return Ok(outcome),
            Err(Failed::Question(outcome)) => job.pass_over(&cursor, outcome)?,
        };
        store.forget_runs(&cursor)?;
        match next {
            Next::Ask(next) => {
                store.set_cursor(&next)?;
                cursor = next;
            }
            Next::Wait(next) => {
                store.set_cursor(&next)?;
                return Ok(RunOutcome::Done);
            }
        }
    }
    Ok(RunOutcome::Unfinished)
}

struct Download<'a> {
    ledger: &'a LedgerStore,
    store: &'a Store,
    gateway: &'a Gateway,
    settings: &'a Settings,
    now: Timestamp,
    kept: KeptDays,
}

impl Download<'_> {
    /// Asks for what is at `cursor`, takes it in, and says what comes after it. When it `is_last_try`, a batch whose audit
    /// cannot be had is set aside.
    async fn ask(&self, cursor: &Cursor, is_last_try: bool) -> Result<Answered<Next>> {
        let Some(answer) = self.gateway.download(cursor).await else {
            return Ok(Err(Failed::Gateway(RunOutcome::NoAnswer)));
        };
        Ok(match AfterDownload::of(answer.status) {
            AfterDownload::Take => return self.take(cursor, answer, is_last_try).await,
            AfterDownload::NotFound => cursor
                .after_not_found(self.kept)
                .ok_or_else(|| Failed::Question(answer.refused())),
            AfterDownload::Gone => Ok(cursor.after_gone(self.kept)),
            AfterDownload::Refused => Err(Failed::Question(answer.refused())),
            AfterDownload::Stop => Err(Failed::Gateway(answer.refused())),
        })
    }

    /// Takes in a batch, if it was not before, and says what comes after it.
    async fn take(
        &self,
        cursor: &Cursor,
        mut answer: Answer,
        is_last_try: bool,
    ) -> Result<Answered<Next>> {
        let tags = tags(&answer)
            .filter(|(tag, next)| cursor.is_answered_by(tag, next.as_ref(), self.kept));
        let Some((tag, next)) = tags else {
            return Ok(Err(Failed::Question(answer.unreadable())));
        };
        if !self.store.has_seen(&tag)? {
            let verdict = match self.judge(&tag, answer.take_body()).await {
                Ok(verdict) => verdict,
                Err(_) if is_last_try => Err(SetAsideReason::NoAudit),
                Err(outcome) => return Ok(Err(Failed::Question(outcome))),
            };
            self.store_batch(&tag, verdict)?;
        }
        Ok(Ok(Cursor::after_batch(&tag, next, self.kept)))
    }

    /// Judges a batch by its audit. The error says why there is none now.
    async fn judge(
        &self,
        tag: &BatchTag,
        body: Option<Body>,
    ) -> std::result::Result<Verdict, RunOutcome> {
        let Some(batch) = body.and_then(read_batch) else {
            return Ok(Err(SetAsideReason::Unreadable));
        };
        // Of a batch without keys the gateway may have no audit.
        if batch.keys.is_empty() {
            return Ok(Ok(Judged::default()));
        }
        let Some(mut answer) = self.gateway.audit(tag).await else {
            return Err(RunOutcome::NoAnswer);
        };
        match AfterDownload::of(answer.status) {
            AfterDownload::Take => {}
            AfterDownload::Gone => return Ok(Err(SetAsideReason::NoAudit)),
            _ => return Err(answer.refused()),
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

    /// Leaves what has failed too often, and says what comes after it.
    fn pass_over(&self, cursor: &Cursor, outcome: RunOutcome) -> Result<Next> {
        match cursor.tag() {
            Some(tag) if self.store.has_seen(tag)? => {}
            Some(tag) => self.store_batch(tag, Err(SetAsideReason::NoBatch))?,
            None => console_error!("exchange: the batches of {cursor} are passed over"),
        }
        let is_there = outcome != RunOutcome::Refused { status: 404 };
        Ok(cursor.passed_over(is_there, self.kept))
    }

    /// Keeps what may be used of a batch, and remembers it, without `.await`: all or nothing.
    fn store_batch(&self, tag: &BatchTag, verdict: Verdict) -> Result<()> {
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

fn read_batch(body: Body) -> Option<DiagnosisKeyBatch> {
    DiagnosisKeyBatch::read(&body.into_bytes(), MAX_DOWNLOADED_KEYS).ok()
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
