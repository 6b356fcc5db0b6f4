//! A Durable Object's alarm, by which it deletes what has ended.

use std::cell::Cell;

use shared::Timestamp;
use worker::{Result, Storage};

use crate::platform::clock;

/// The one alarm of an object. It is only ever set to an earlier moment, never to a later one, so
/// nothing outlives its end because something else was stored after it. One that goes off early
/// finds nothing to delete, and is set again.
#[derive(Default)]
pub struct Alarm {
    /// When it goes off, in milliseconds of the platform's clock, as far as this instance has
    /// learnt it.
    due: Cell<Option<i64>>,
}

impl Alarm {
    /// Makes sure that the alarm goes off at `time` of the service's clock, which says `now`, or
    /// before.
    pub async fn set(&self, storage: &Storage, time: Timestamp, now: Timestamp) -> Result<()> {
        let delay = time.as_millisecond() - now.as_millisecond();
        let due = clock::platform_millis() + delay.max(0);
        if self.due.get().is_none() {
            // An earlier instance of the object may have set it.
            self.due.set(storage.get_alarm().await?);
        }
        if self.due.get().is_some_and(|earlier| earlier <= due) {
            return Ok(());
        }
        self.due.set(Some(due));
        storage.set_alarm(due - clock::platform_millis()).await
    }

    /// The alarm goes off now, and is not set any more.
    pub fn has_gone_off(&self) {
        self.due.set(None);
    }
}
