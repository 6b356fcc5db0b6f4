//! The audit trail, in the staff's database.

use shared::{
    Timestamp,
    api::{Action, AuditAnswer, AuditEntry, Outcome},
    staff::employee::EmployeeId,
    time::{retention, shift},
};
use worker::Result;

use super::store::StaffStore;
use crate::platform::sql::{FromRow, Row};

/// How many audit entries an administrator gets at a time: some 1.2 MB.
const MAX_ENTRIES: usize = 10_000;

/// How exactly the audit trail says when something was done, in seconds.
const AUDIT_STEP: i64 = 60;

/// How often at most the trail says that an administrator read it, in seconds.
const AUDIT_READ_STEP: i64 = 3_600;

/// Larger than the number of any entry, and exact as a JavaScript number.
const NO_NUMBER: i64 = 1 << 52;

impl StaffStore {
    /// Puts an entry into the audit trail, and says until when it is kept.
    pub fn note(
        &self,
        employee: &EmployeeId,
        action: Action,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Timestamp> {
        let end = self.note_unless_noted(employee, action, outcome, None, now)?;
        Ok(end.unwrap_or(now))
    }

    /// Notes a try that was not made, once a minute: more of them would look the same.
    pub fn note_throttled(
        &self,
        employee: &EmployeeId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let (action, outcome) = (Action::Validation, Outcome::Throttled);
        self.note_unless_noted(employee, action, outcome, Some(AUDIT_STEP), now)
    }

    /// Notes that an administrator read the audit trail, once an hour.
    pub fn note_audit_read(
        &self,
        employee: &EmployeeId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let (action, outcome) = (Action::AuditRead, Outcome::Done);
        self.note_unless_noted(employee, action, outcome, Some(AUDIT_READ_STEP), now)
    }

    /// Puts an entry into the audit trail, unless the past `step` seconds hold the same one.
    fn note_unless_noted(
        &self,
        employee: &EmployeeId,
        action: Action,
        outcome: Outcome,
        step: Option<i64>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let at = shift(now, -now.as_second().rem_euclid(AUDIT_STEP));
        // Nothing is later than NULL, so without a step nothing counts as noted.
        let noted_since = step.map(|step| shift(at, -step));
        let end = retention::ends_at(at);
        let noted = self.database.any(
            "INSERT INTO audit (at, employee, action, outcome, ends_at) \
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM audit \
             WHERE at > ?6 AND employee = ?2 AND action = ?3 AND outcome = ?4) RETURNING 1",
            &[&at, employee, &action, &outcome, &end, &noted_since],
        )?;
        Ok(noted.then_some(end))
    }

    /// The newest entries of the audit trail, or the newest before the one with the number
    /// `before`.
    pub fn audit(&self, before: Option<i64>, now: Timestamp) -> Result<AuditAnswer> {
        let mut numbered: Vec<Numbered> = self.database.rows(
            "SELECT number, at, employee, action, outcome FROM audit \
             WHERE ends_at > ? AND number < ? ORDER BY number DESC LIMIT ?",
            &[
                &now,
                &before.unwrap_or(NO_NUMBER),
                // One more shows whether there are more.
                &(MAX_ENTRIES + 1),
            ],
        )?;
        let there_are_more = numbered.len() > MAX_ENTRIES;
        numbered.truncate(MAX_ENTRIES);
        let last = numbered.last().map(|entry| entry.number);
        Ok(AuditAnswer {
            older: last.filter(|_| there_are_more),
            entries: numbered
                .into_iter()
                .map(|numbered| numbered.entry)
                .collect(),
        })
    }
}

struct Numbered {
    number: i64,
    entry: AuditEntry,
}

impl FromRow for Numbered {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            number: row.take()?,
            entry: AuditEntry {
                at: row.take()?,
                employee: row.take()?,
                action: row.take()?,
                outcome: row.take()?,
            },
        })
    }
}
