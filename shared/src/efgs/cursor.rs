//! Where the download stands: day by day, and within a day from batch to batch.

use jiff::{ToSpan as _, civil::Date};

use super::tag::BatchTag;
use crate::{
    Timestamp,
    time::{UtcDay, shift},
};

/// The next thing to ask for: a batch, or the first one of a day.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor {
    /// The day.
    pub day: Date,
    /// The batch, of that day.
    pub tag: Option<BatchTag>,
}

/// What comes after an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
    /// This at once.
    Ask(Cursor),
    /// Nothing now; the next run begins with this.
    Wait(Cursor),
}

/// How long after its end a day may still get a batch: as long as it takes the gateway to make one, clocks that differ
/// included. A day that is left has none more. By as much may the gateway's clock be ahead.
const CLOCKS_DIFFER_SECONDS: i64 = 300;

/// What the gateway keeps, as seen at some moment.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    now: Timestamp,
    retention_days: u32,
}

impl Span {
    /// What a gateway that keeps batches for so many days before today has at `now`.
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

    /// The last day that a batch may have been made on.
    fn newest(self) -> Date {
        UtcDay::of(shift(self.now, CLOCKS_DIFFER_SECONDS)).date()
    }

    /// Whether `day` gets no batch any more.
    fn is_closed(self, day: Date) -> bool {
        day < UtcDay::of(shift(self.now, -CLOCKS_DIFFER_SECONDS)).date()
    }
}

impl Cursor {
    /// Where a run begins that finds `stored`; what the gateway has thrown away by now is passed over. A day that is yet to
    /// come, as from a clock that was wrong, would hold up everything until then.
    pub fn begin(stored: Option<Self>, span: Span) -> Self {
        match stored {
            Some(cursor) if (span.oldest()..=span.newest()).contains(&cursor.day) => cursor,
            _ => Self::first_of(span.oldest()),
        }
    }

    const fn first_of(day: Date) -> Self {
        Self { day, tag: None }
    }

    /// Whether the batch `tag` that names `next` as the following one answers this. Asked for a day, the gateway may give the
    /// first batch after it.
    pub fn is_answered_by(&self, tag: &BatchTag, next: Option<&BatchTag>, span: Span) -> bool {
        let is_asked_for = match &self.tag {
            Some(asked) => tag == asked,
            None => tag.day() >= self.day,
        };
        let next_day = next.map_or(tag.day(), BatchTag::day);
        is_asked_for && (tag.day()..=span.newest()).contains(&next_day)
    }

    /// After the batch `tag` that names `next` as the following one. A run that ends here begins with the same batch again,
    /// to see whether another one has come after it.
    pub fn after_batch(tag: &BatchTag, next: Option<BatchTag>, span: Span) -> Next {
        match next {
            Some(next) if next != *tag => Next::Ask(Self {
                day: next.day(),
                tag: Some(next),
            }),
            _ if span.is_closed(tag.day()) => Next::Ask(Self::first_of(following(tag.day()))),
            _ => Next::Wait(Self {
                day: tag.day(),
                tag: Some(tag.clone()),
            }),
        }
    }

    /// After the word that there is no such batch. A past day without any is passed over; a batch that is not there any more
    /// makes the next run begin with its day.
    pub fn after_not_found(self, span: Span) -> Next {
        if self.tag.is_none() && span.is_closed(self.day) {
            return Next::Ask(Self::first_of(following(self.day)));
        }
        Next::Wait(Self::first_of(self.day))
    }

    /// After the word that the day is over: the oldest day that is kept.
    pub fn after_gone(self, span: Span) -> Next {
        let next = following(self.day).max(span.oldest());
        if next > span.today() {
            return Next::Wait(Self::first_of(span.today()));
        }
        Next::Ask(Self::first_of(next))
    }
}

fn following(day: Date) -> Date {
    day.saturating_add(1.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(now: &str) -> Span {
        Span::new(now.parse().unwrap(), 2)
    }

    fn cursor(day: &str, tag: Option<&str>) -> Cursor {
        Cursor {
            day: day.parse().unwrap(),
            tag: tag.map(|tag| tag.parse().unwrap()),
        }
    }

    const TODAY: &str = "2026-11-25";
    const NOON: &str = "2026-11-25T12:00:00Z";

    #[test]
    fn a_run_begins_where_the_last_one_ended_or_at_the_oldest_day_kept() {
        let oldest = cursor("2026-11-23", None);
        assert_eq!(Cursor::begin(None, span(NOON)), oldest);
        let stored = cursor("2026-11-24", Some("20261124-3"));
        assert_eq!(Cursor::begin(Some(stored.clone()), span(NOON)), stored);
        let stale = cursor("2026-11-22", Some("20261122-3"));
        assert_eq!(Cursor::begin(Some(stale), span(NOON)), oldest);
        let future = cursor("2026-11-26", Some("20261126-1"));
        assert_eq!(Cursor::begin(Some(future.clone()), span(NOON)), oldest);
        let almost = span("2026-11-25T23:56:00Z");
        assert_eq!(Cursor::begin(Some(future.clone()), almost), future);
    }

    #[test]
    fn an_answer_is_the_batch_asked_for_and_leads_forward_but_not_into_the_future() {
        let answers = |asked: &Cursor, tag: &str, next: Option<&str>| {
            let next = next.map(|next| next.parse().unwrap());
            asked.is_answered_by(&tag.parse().unwrap(), next.as_ref(), span(NOON))
        };
        let day = cursor("2026-11-24", None);
        assert!(answers(&day, "20261124-1", None));
        assert!(answers(&day, "20261125-1", None));
        assert!(!answers(&day, "20261123-9", None));
        assert!(!answers(&day, "20261126-1", None));
        let batch = cursor("2026-11-24", Some("20261124-2"));
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
        let after = |tag: &str, next: Option<&str>, now: &str| {
            let next = next.map(|next| next.parse().unwrap());
            Cursor::after_batch(&tag.parse().unwrap(), next, span(now))
        };
        assert_eq!(
            after("20261124-3", Some("20261124-4"), NOON),
            Next::Ask(cursor("2026-11-24", Some("20261124-4")))
        );
        assert_eq!(
            after("20261124-4", Some("20261125-1"), NOON),
            Next::Ask(cursor(TODAY, Some("20261125-1")))
        );
        assert_eq!(
            after("20261124-4", None, NOON),
            Next::Ask(cursor(TODAY, None))
        );
        let last = Next::Wait(cursor(TODAY, Some("20261125-1")));
        assert_eq!(after("20261125-1", None, NOON), last);
        // A gateway that names a batch as its own successor does not keep the run busy for ever.
        assert_eq!(after("20261125-1", Some("20261125-1"), NOON), last);
    }

    #[test]
    fn a_day_is_left_only_when_it_gets_no_batch_any_more() {
        let tag = "20261124-4".parse().unwrap();
        assert_eq!(
            Cursor::after_batch(&tag, None, span("2026-11-25T00:04:59Z")),
            Next::Wait(cursor("2026-11-24", Some("20261124-4")))
        );
        assert_eq!(
            Cursor::after_batch(&tag, None, span("2026-11-25T00:05:00Z")),
            Next::Ask(cursor(TODAY, None))
        );
        assert_eq!(
            cursor("2026-11-24", None).after_not_found(span("2026-11-25T00:04:59Z")),
            Next::Wait(cursor("2026-11-24", None))
        );
    }

    #[test]
    fn a_day_without_batches_is_passed_over_and_today_ends_the_run() {
        assert_eq!(
            cursor("2026-11-23", None).after_not_found(span(NOON)),
            Next::Ask(cursor("2026-11-24", None))
        );
        assert_eq!(
            cursor(TODAY, None).after_not_found(span(NOON)),
            Next::Wait(cursor(TODAY, None))
        );
        assert_eq!(
            cursor("2026-11-24", Some("20261124-9")).after_not_found(span(NOON)),
            Next::Wait(cursor("2026-11-24", None))
        );
    }

    #[test]
    fn a_day_that_is_gone_leads_to_the_oldest_one_kept() {
        assert_eq!(
            cursor("2026-11-20", Some("20261120-1")).after_gone(span(NOON)),
            Next::Ask(cursor("2026-11-23", None))
        );
        // The gateway keeps less than the setting says.
        assert_eq!(
            cursor("2026-11-23", None).after_gone(span(NOON)),
            Next::Ask(cursor("2026-11-24", None))
        );
        assert_eq!(
            cursor(TODAY, None).after_gone(span(NOON)),
            Next::Wait(cursor(TODAY, None))
        );
    }
}
