//! A Durable Object's alarm, which makes it delete expired data.

use std::cell::Cell;

use shared::Timestamp;
use worker::{State, Storage};

use crate::platform::{clock, failure::Result};

/// The one alarm of an object. It is only ever moved to an earlier time, so data that is stored
/// later delays no deletion. An alarm that fires too early finds nothing to delete, and is set
/// again.
pub struct Alarm {
    storage: Storage,
    /// When the alarm fires, in milliseconds of the platform's clock, as far as this instance
    /// knows.
    due: Cell<Option<i64>>,
}

impl Alarm {
    /// The alarm of the object with `state`.
    pub fn new(state: &State) -> Self {
        Self {
            storage: state.storage(),
            due: Cell::new(None),
        }
    }

    /// Makes sure that the alarm fires no later than at `time` of the service's clock, which reads
    /// `now`.
    pub async fn set(&self, time: Timestamp, now: Timestamp) -> Result<()> {
        let delay = time.as_millisecond() - now.as_millisecond();
        let due = clock::platform_millis() + delay.max(0);
        if self.due.get().is_none() {
            // An earlier instance of the object may have set it.
            self.due.set(self.storage.get_alarm().await?);
        }
        if self.due.get().is_some_and(|earlier| earlier <= due) {
            return Ok(());
        }
        self.due.set(Some(due));
        let delay = due - clock::platform_millis();
        Ok(self.storage.set_alarm(delay).await?)
    }

    /// Notes that the alarm fires now and is no longer set.
    pub fn fired(&self) {
        self.due.set(None);
    }
}
