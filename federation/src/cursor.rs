//! Where the download stands: day by day, and within a day from batch to batch.

use jiff::{ToSpan as _, civil::Date};

use super::tag::BatchTag;
use shared::{
    Timestamp,
    time::{UtcDay, shift},
};

/// The next thing to ask for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cursor {
    /// The first batch that was made on this day; the gateway may give one of a later day, if there
    /// is none.
    Day(Date),
    /// This batch.
    Batch(BatchTag),
}

/// What comes after an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
    /// This at once.
    Ask(Cursor),
    /// Nothing now; the next run begins with this.
    Wait(Cursor),
}

impl Next {
    /// What is asked for, now or then.
    pub fn cursor(&self) -> &Cursor {
        match self {
            Self::Ask(cursor) | Self::Wait(cursor) => cursor,
        }
    }
}

/// How long after midnight the gateway may still make a batch of the day before, and how far its
/// clock may be ahead of ours.
const SLACK_SECONDS: i64 = 300;

/// For how many days before today a gateway may keep batches. A file of ours ends 14 days after the
/// oldest batch with a key in it was made, so older ones would end it too early.
pub const MAX_RETENTION_DAYS: u32 = 7;

/// The days of which the gateway keeps batches at some moment.
#[derive(Clone, Copy, Debug)]
pub struct KeptDays {
    now: Timestamp,
    retention_days: u32,
}

impl KeptDays {
    /// Those of a gateway that keeps batches for `retention_days` before today, at `now`.
    pub fn new(now: Timestamp, retention_days: u32) -> Self {
        Self {
            now,
            retention_days,
        }
    }

    fn oldest(self) -> Date {
        UtcDay::of(self.now).minus(self.retention_days).date()
    }

    fn today(self) -> Date {
        UtcDay::of(self.now).date()
    }

    /// Whether `day` can be one, with a gateway that may keep more than it is said to and whose
    /// clock may be ahead.
    fn may_include(self, day: Date) -> bool {
        let oldest = UtcDay::of(self.now).minus(MAX_RETENTION_DAYS).date();
        (oldest..=self.newest()).contains(&day)
    }

    fn newest(self) -> Date {
        UtcDay::of(shift(self.now, SLACK_SECONDS)).date()
    }

    /// Whether `day` gets no batch any more.
    fn is_closed(self, day: Date) -> bool {
        day < UtcDay::of(shift(self.now, -SLACK_SECONDS)).date()
    }
}

impl Cursor {
    /// The day that is asked for, or that of the batch.
    pub fn day(&self) -> Date {
        match self {
            Self::Day(day) => *day,
            Self::Batch(tag) => tag.day(),
        }
    }

    /// The batch that is asked for.
    pub fn tag(&self) -> Option<&BatchTag> {
        match self {
            Self::Day(_) => None,
            Self::Batch(tag) => Some(tag),
        }
    }

    /// Where a run begins that finds `stored`: there, unless the gateway cannot have that day. One
    /// that is yet to come, as from a clock that was wrong, would hold up everything until
    /// then.
    pub fn begin(stored: Option<Self>, kept: KeptDays) -> Self {
        stored
            .filter(|cursor| kept.may_include(cursor.day()))
            .unwrap_or(Self::Day(kept.oldest()))
    }

    /// Whether the batch `tag` that names `next` as the following one answers this.
    pub fn is_answered_by(&self, tag: &BatchTag, next: Option<&BatchTag>, kept: KeptDays) -> bool {
        let is_asked_for = match self {
            Self::Day(day) => tag.day() >= *day,
            Self::Batch(asked) => tag == asked,
        };
        let next_day = next.map_or(tag.day(), BatchTag::day);
        is_asked_for && (tag.day()..=kept.newest()).contains(&next_day)
    }

    /// After the batch `tag` that names `next` as the following one. A run that ends here begins
    /// with the same batch again, to see whether another one has come after it.
    pub fn after_batch(tag: &BatchTag, next: Option<BatchTag>, kept: KeptDays) -> Next {
        match next {
            Some(next) if next != *tag => Next::Ask(Self::Batch(next)),
            _ if kept.is_closed(tag.day()) => Next::Ask(Self::Day(following(tag.day()))),
            _ => Next::Wait(Self::Batch(tag.clone())),
        }
    }

    /// After the word that there is no such batch, which the gateway has not named. A past day
    /// without any, or without any more, is passed over.
    pub fn after_not_found(&self, kept: KeptDays) -> Next {
        if kept.is_closed(self.day()) {
            return Next::Ask(Self::Day(following(self.day())));
        }
        Next::Wait(self.clone())
    }

    /// After the word that the day is over: the oldest day that is kept.
    pub fn after_gone(&self, kept: KeptDays) -> Next {
        let next = following(self.day()).max(kept.oldest());
        if next > kept.today() {
            return Next::Wait(Self::Day(kept.today()));
        }
        Next::Ask(Self::Day(next))
    }
}

fn following(day: Date) -> Date {
    day.saturating_add(1.day())
}
#[cfg(test)]
mod tests {
    use super::*;

    fn kept(now: &str) -> KeptDays {
        KeptDays::new(now.parse().unwrap(), 2)
    }

    fn day(day: &str) -> Cursor {
        Cursor::Day(day.parse().unwrap())
    }

    fn batch(tag: &str) -> Cursor {
        Cursor::Batch(tag.parse().unwrap())
    }

    const TODAY: &str = "2026-11-25";
    const NOON: &str = "2026-11-25T12:00:00Z";

    #[test]
    fn a_run_begins_where_the_last_one_ended_or_at_the_oldest_day_kept() {
        let begin = |stored, now| Cursor::begin(stored, kept(now));
        let oldest = day("2026-11-23");
        assert_eq!(begin(None, NOON), oldest);
        let stored = batch("20261124-3");
        assert_eq!(begin(Some(stored.clone()), NOON), stored);
        // A gateway may keep more than it is said to; if it does not, it says so.
        let old = batch("20261118-3");
        assert_eq!(begin(Some(old.clone()), NOON), old);
        assert_eq!(begin(Some(batch("20261117-3")), NOON), oldest);
        let future = batch("20261126-1");
        assert_eq!(begin(Some(future.clone()), NOON), oldest);
        assert_eq!(begin(Some(future.clone()), "2026-11-25T23:56:00Z"), future);
    }

    #[test]
    fn an_answer_is_the_batch_asked_for_and_leads_forward_but_not_into_the_future() {
        let answers = |asked: &Cursor, tag: &str, next: Option<&str>| {
            let next = next.map(|next| next.parse().unwrap());
            asked.is_answered_by(&tag.parse().unwrap(), next.as_ref(), kept(NOON))
        };
        let day = day("2026-11-24");
        assert!(answers(&day, "20261124-1", None));
        assert!(answers(&day, "20261125-1", None));
        assert!(!answers(&day, "20261123-9", None));
        assert!(!answers(&day, "20261126-1", None));
        let batch = batch("20261124-2");
        assert!(answers(&batch, "20261124-2", None));
        assert!(!answers(&batch, "20261124-3", None));
        for (next, good) in [
            ("20261124-3", true),
            ("20261125-1", true),
            ("20261126-1", false),
            ("20261123-1", false),
            ("99991231-1", false),
        ] {
            assert_eq!(answers(&batch, "20261124-2", Some(next)), good, "{next}");
        }
    }

    #[test]
    fn batches_follow_each_other_also_over_midnight() {
        let after = |tag: &str, next: Option<&str>| {
            let next = next.map(|next| next.parse().unwrap());
            Cursor::after_batch(&tag.parse().unwrap(), next, kept(NOON))
        };
        assert_eq!(
            after("20261124-3", Some("20261124-4")),
            Next::Ask(batch("20261124-4"))
        );
        assert_eq!(
            after("20261124-4", Some("20261125-1")),
            Next::Ask(batch("20261125-1"))
        );
        assert_eq!(after("20261124-4", None), Next::Ask(day(TODAY)));
        let last = Next::Wait(batch("20261125-1"));
        assert_eq!(after("20261125-1", None), last);
        // A gateway that names a batch as its own successor does not keep the run busy for ever.
        assert_eq!(after("20261125-1", Some("20261125-1")), last);
    }

    #[test]
    fn a_day_is_left_only_when_it_gets_no_batch_any_more() {
        let tag = "20261124-4".parse().unwrap();
        let after = |now| Cursor::after_batch(&tag, None, kept(now));
        assert_eq!(
            after("2026-11-25T00:04:59Z"),
            Next::Wait(batch("20261124-4"))
        );
        assert_eq!(after("2026-11-25T00:05:00Z"), Next::Ask(day(TODAY)));
        let yesterday = day("2026-11-24");
        assert_eq!(
            yesterday.after_not_found(kept("2026-11-25T00:04:59Z")),
            Next::Wait(yesterday.clone())
        );
    }

    #[test]
    fn a_day_without_batches_is_passed_over_and_today_ends_the_run() {
        let after = |cursor: Cursor| cursor.after_not_found(kept(NOON));
        assert_eq!(after(day("2026-11-23")), Next::Ask(day("2026-11-24")));
        assert_eq!(after(batch("20261123-9")), Next::Ask(day("2026-11-24")));
        assert_eq!(after(day(TODAY)), Next::Wait(day(TODAY)));
        assert_eq!(after(batch("20261125-9")), Next::Wait(batch("20261125-9")));
    }

    #[test]
    fn a_day_that_is_gone_leads_to_the_oldest_one_kept() {
        let after = |cursor: Cursor| cursor.after_gone(kept(NOON));
        let oldest = Next::Ask(day("2026-11-23"));
        assert_eq!(after(batch("20261120-1")), oldest);
        // The gateway keeps less than the setting says.
        assert_eq!(after(day("2026-11-23")), Next::Ask(day("2026-11-24")));
        assert_eq!(after(day(TODAY)), Next::Wait(day(TODAY)));
    }
}
