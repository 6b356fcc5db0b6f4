//! The position of the download from the gateway: it goes from day to day, and within a day from
//! batch to batch.

use jiff::{ToSpan as _, civil::Date};

use crate::tag::BatchTag;
use shared::{
    Timestamp,
    settings::MAX_RETENTION_DAYS,
    time::{UtcDay, shift},
};

/// The next batch to request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cursor {
    /// The first batch of this day; the gateway may give one of a later day, if this day has none.
    Day(Date),
    /// The batch with this tag.
    Batch(BatchTag),
}

/// The next position of the download after a response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
    /// The run continues here.
    Continue(Cursor),
    /// The run ends, and the next one begins here.
    Wait(Cursor),
}

impl Next {
    /// The position, of this run or the next one.
    pub fn cursor(&self) -> &Cursor {
        match self {
            Self::Continue(cursor) | Self::Wait(cursor) => cursor,
        }
    }
}

/// How long after midnight the gateway may still create a batch of the day before, and how far its
/// clock may be ahead of ours.
const SLACK_SECONDS: i64 = 300;

/// The days of which the gateway keeps batches at a given time.
#[derive(Clone, Copy, Debug)]
pub struct KeptDays {
    now: Timestamp,
    retention_days: u32,
}

impl KeptDays {
    /// The days that a gateway keeps at `now`, if it keeps batches for `retention_days` before
    /// today.
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

    /// Whether the gateway can have batches of `day`. It may keep more days than configured, and
    /// its clock may be ahead.
    fn may_include(self, day: Date) -> bool {
        let oldest = UtcDay::of(self.now).minus(MAX_RETENTION_DAYS).date();
        (oldest..=self.newest()).contains(&day)
    }

    fn newest(self) -> Date {
        UtcDay::of(shift(self.now, SLACK_SECONDS)).date()
    }

    /// Whether the gateway creates no more batches of `day`.
    fn is_closed(self, day: Date) -> bool {
        day < UtcDay::of(shift(self.now, -SLACK_SECONDS)).date()
    }
}

impl Cursor {
    /// The requested day, or the day of the requested batch.
    pub fn day(&self) -> Date {
        match self {
            Self::Day(day) => *day,
            Self::Batch(tag) => tag.day(),
        }
    }

    /// The tag of the requested batch.
    pub fn tag(&self) -> Option<&BatchTag> {
        match self {
            Self::Day(_) => None,
            Self::Batch(tag) => Some(tag),
        }
    }

    /// The position at which a run begins: the stored one, unless the gateway cannot have batches
    /// of that day. A day in the future, from a clock that was wrong, would stop the download until
    /// that day.
    pub fn begin(stored: Option<Self>, kept: KeptDays) -> Self {
        stored
            .filter(|cursor| kept.may_include(cursor.day()))
            .unwrap_or(Self::Day(kept.oldest()))
    }

    /// Whether the batch `tag`, with `next` as next batch tag, is a valid response to a request for
    /// this position.
    pub fn accepts(&self, tag: &BatchTag, next: Option<&BatchTag>, kept: KeptDays) -> bool {
        let is_requested = match self {
            Self::Day(day) => tag.day() >= *day,
            Self::Batch(requested) => tag == requested,
        };
        let next_day = next.map_or(tag.day(), BatchTag::day);
        is_requested && (tag.day()..=kept.newest()).contains(&next_day)
    }

    /// The position after the batch `tag`, with `next` as next batch tag. If there is none yet, the
    /// next run requests the same batch again, to learn whether another one follows.
    pub fn after_batch(tag: &BatchTag, next: Option<BatchTag>, kept: KeptDays) -> Next {
        match next {
            Some(next) if next != *tag => Next::Continue(Self::Batch(next)),
            _ if kept.is_closed(tag.day()) => Next::Continue(Self::Day(following(tag.day()))),
            _ => Next::Wait(Self::Batch(tag.clone())),
        }
    }

    /// The position after "not found", for a day or for a batch that the gateway has not named. A
    /// past day without batches, or without further ones, is skipped.
    pub fn after_not_found(&self, kept: KeptDays) -> Next {
        if kept.is_closed(self.day()) {
            return Next::Continue(Self::Day(following(self.day())));
        }
        Next::Wait(self.clone())
    }

    /// The position after "gone": the oldest day that the gateway keeps.
    pub fn after_gone(&self, kept: KeptDays) -> Next {
        let next = following(self.day()).max(kept.oldest());
        if next > kept.today() {
            return Next::Wait(Self::Day(kept.today()));
        }
        Next::Continue(Self::Day(next))
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
    fn only_a_request_for_a_batch_has_a_tag() {
        assert_eq!(day(TODAY).tag(), None);
        let tag = "20261125-1".parse().unwrap();
        assert_eq!(batch("20261125-1").tag(), Some(&tag));
    }

    #[test]
    fn a_run_begins_where_the_last_one_ended_or_at_the_oldest_kept_day() {
        let begin = |stored, now| Cursor::begin(stored, kept(now));
        let oldest = day("2026-11-23");
        assert_eq!(begin(None, NOON), oldest);
        let stored = batch("20261124-3");
        assert_eq!(begin(Some(stored.clone()), NOON), stored);
        // A gateway may keep more days than configured; if it does not, it answers "gone".
        let old = batch("20261118-3");
        assert_eq!(begin(Some(old.clone()), NOON), old);
        assert_eq!(begin(Some(batch("20261117-3")), NOON), oldest);
        let future = batch("20261126-1");
        assert_eq!(begin(Some(future.clone()), NOON), oldest);
        assert_eq!(begin(Some(future.clone()), "2026-11-25T23:56:00Z"), future);
    }

    #[test]
    fn a_valid_response_is_the_requested_batch_and_leads_forward_but_not_into_the_future() {
        let is_valid = |requested: &Cursor, tag: &str, next: Option<&str>| {
            let next = next.map(|next| next.parse().unwrap());
            requested.accepts(&tag.parse().unwrap(), next.as_ref(), kept(NOON))
        };
        let day = day("2026-11-24");
        assert!(is_valid(&day, "20261124-1", None));
        assert!(is_valid(&day, "20261125-1", None));
        assert!(!is_valid(&day, "20261123-9", None));
        assert!(!is_valid(&day, "20261126-1", None));
        let batch = batch("20261124-2");
        assert!(is_valid(&batch, "20261124-2", None));
        assert!(!is_valid(&batch, "20261124-3", None));
        for (next, good) in [
            ("20261124-3", true),
            ("20261125-1", true),
            ("20261126-1", false),
            ("20261123-1", false),
            ("99991231-1", false),
        ] {
            assert_eq!(is_valid(&batch, "20261124-2", Some(next)), good, "{next}");
        }
    }

    #[test]
    fn batches_follow_each_other_across_midnight() {
        let after = |tag: &str, next: Option<&str>| {
            let next = next.map(|next| next.parse().unwrap());
            Cursor::after_batch(&tag.parse().unwrap(), next, kept(NOON))
        };
        assert_eq!(
            after("20261124-3", Some("20261124-4")),
            Next::Continue(batch("20261124-4"))
        );
        assert_eq!(
            after("20261124-4", Some("20261125-1")),
            Next::Continue(batch("20261125-1"))
        );
        assert_eq!(after("20261124-4", None), Next::Continue(day(TODAY)));
        let last = Next::Wait(batch("20261125-1"));
        assert_eq!(after("20261125-1", None), last);
        // A batch that names itself as the next one does not keep the run busy for ever.
        assert_eq!(after("20261125-1", Some("20261125-1")), last);
    }

    #[test]
    fn a_day_ends_only_when_the_gateway_creates_no_more_batches_of_it() {
        let tag = "20261124-4".parse().unwrap();
        let after = |now| Cursor::after_batch(&tag, None, kept(now));
        assert_eq!(
            after("2026-11-25T00:04:59Z"),
            Next::Wait(batch("20261124-4"))
        );
        assert_eq!(after("2026-11-25T00:05:00Z"), Next::Continue(day(TODAY)));
        let yesterday = day("2026-11-24");
        assert_eq!(
            yesterday.after_not_found(kept("2026-11-25T00:04:59Z")),
            Next::Wait(yesterday.clone())
        );
    }

    #[test]
    fn a_day_without_batches_is_skipped_and_today_ends_the_run() {
        let after = |cursor: Cursor| cursor.after_not_found(kept(NOON));
        assert_eq!(after(day("2026-11-23")), Next::Continue(day("2026-11-24")));
        assert_eq!(
            after(batch("20261123-9")),
            Next::Continue(day("2026-11-24"))
        );
        assert_eq!(after(day(TODAY)), Next::Wait(day(TODAY)));
        assert_eq!(after(batch("20261125-9")), Next::Wait(batch("20261125-9")));
    }

    #[test]
    fn a_day_that_is_gone_leads_to_the_oldest_kept_day() {
        let after = |cursor: Cursor| cursor.after_gone(kept(NOON));
        let oldest = Next::Continue(day("2026-11-23"));
        assert_eq!(after(batch("20261120-1")), oldest);
        // The gateway keeps fewer days than configured.
        assert_eq!(after(day("2026-11-23")), Next::Continue(day("2026-11-24")));
        assert_eq!(after(day("2026-11-24")), Next::Continue(day(TODAY)));
        assert_eq!(after(day(TODAY)), Next::Wait(day(TODAY)));
    }
}
