//! What the staff's database holds of an employee's attempts at codes: the throttle, and the
//! answers to requests that may be repeated.

use shared::{
    Timestamp,
    staff::{
        employee::EmployeeId,
        idempotency::{REPLAY_SECONDS, RequestHashes},
        throttle::Throttle,
    },
    time::shift,
};
use worker::Result;

use super::store::StaffStore;

/// Whether a request came before.
pub enum Repeat {
    /// No, or too long ago.
    First,
    /// Its key did, with another body.
    OtherBody,
    /// Yes, and this was the answer.
    Again { accepted: bool, at: Timestamp },
}

/// What came of an attempt, and when.
#[derive(Clone, Copy)]
pub struct Noted {
    pub accepted: bool,
    pub at: Timestamp,
}

impl StaffStore {
    /// What is remembered of the codes that `employee` got wrong.
    pub fn throttle(&self, employee: &EmployeeId) -> Result<Throttle> {
        let stored: Option<Throttle> = self
            .database
            .first("SELECT state FROM throttle WHERE employee = ?", &[employee])?;
        Ok(stored.unwrap_or_default())
    }

    /// Remembers it, and says until when.
    pub fn keep_throttle(
        &self,
        employee: &EmployeeId,
        throttle: &Throttle,
    ) -> Result<Option<Timestamp>> {
        let Some(end) = throttle.ends_at() else {
            return Ok(None);
        };
        self.database.run(
            "INSERT OR REPLACE INTO throttle (employee, state, ends_at) VALUES (?, ?, ?)",
            &[employee, throttle, &end],
        )?;
        Ok(Some(end))
    }

    /// Whether a request of `employee` came before.
    pub fn repeat(
        &self,
        employee: &EmployeeId,
        request: &RequestHashes,
        now: Timestamp,
    ) -> Result<Repeat> {
        let found: Option<([u8; 32], bool, Timestamp)> = self.database.first(
            "SELECT body, accepted, answered_at FROM answer \
             WHERE employee = ? AND key = ? AND ends_at > ?",
            &[employee, &request.key, &now],
        )?;
        Ok(match found {
            None => Repeat::First,
            Some((body, ..)) if body != request.body => Repeat::OtherBody,
            Some((_, accepted, at)) => Repeat::Again { accepted, at },
        })
    }

    /// Remembers the answer to a request, and says until when.
    pub fn note_answer(
        &self,
        employee: &EmployeeId,
        request: &RequestHashes,
        noted: Noted,
    ) -> Result<Timestamp> {
        let end = shift(noted.at, REPLAY_SECONDS);
        self.database.run(
            "INSERT OR REPLACE INTO answer (employee, key, body, accepted, answered_at, ends_at) \
             VALUES (?, ?, ?, ?, ?, ?)",
            &[
                employee,
                &request.key,
                &request.body,
                &noted.accepted,
                &noted.at,
                &end,
            ],
        )?;
        Ok(end)
    }
}
