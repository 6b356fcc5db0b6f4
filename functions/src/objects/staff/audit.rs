//! The audit trail, in the Desk's database.

use shared::{
    Timestamp,
    api::{Action, AuditAnswer, AuditEntry, Outcome},
    staff::employee::EmployeeId,
    time::retention::RETENTION_SECONDS,
};
use worker::{Result, SqlStorageValue as Value};

use super::store::{Store, employee, from_name, name_of, text, time};
use crate::platform::sql;

/// How many audit entries an administrator gets at a time: some 1.2 MB.
const MAX_ENTRIES: usize = 10_000;

/// How exactly the audit trail says when something was done, in seconds.
const AUDIT_STEP: i64 = 60;

/// How often at most it is noted that an administrator read the audit trail, in seconds.
const AUDIT_READ_STEP: i64 = 3_600;

/// Later than any time of an entry, in unix seconds, and behind any number of one.
const NEVER: i64 = 1 << 52;

impl Store {
    /// Puts something into the audit trail, and says until when it is kept.
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

    /// Notes a try that was not made, once a minute: however many more there are, they would look
    /// the same.
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

    /// Puts something into the audit trail, unless the same is there of the past `step` seconds.
    fn note_unless_noted(
        &self,
        employee: &EmployeeId,
        action: Action,
        outcome: Outcome,
        step: Option<i64>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let at = now.as_second() - now.as_second().rem_euclid(AUDIT_STEP);
        let noted_since = step.map_or(NEVER, |step| at - step);
        let ends_at = at + RETENTION_SECONDS;
        let noted = sql::changes(
            &self.sql,
            "INSERT INTO audit (at, employee, action, outcome, ends_at) \
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM audit \
             WHERE at > ?6 AND employee = ?2 AND action = ?3 AND outcome = ?4) RETURNING 1",
            vec![
                Value::Integer(at),
                text(employee.as_str()),
                Value::String(name_of(action)?),
                Value::String(name_of(outcome)?),
                Value::Integer(ends_at),
                Value::Integer(noted_since),
            ],
        )?;
        let end = Timestamp::from_second(ends_at).map_err(|_| "no time")?;
        Ok(noted.then_some(end))
    }

    /// The newest entries of the audit trail, or the newest before the one with the number
    /// `before`.
    pub fn audit(&self, before: Option<i64>, now: Timestamp) -> Result<AuditAnswer> {
        let mut numbered = sql::rows(
            &self.sql,
            "SELECT number, at, employee, action, outcome FROM audit \
             WHERE ends_at > ? AND number < ? ORDER BY number DESC LIMIT ?",
            vec![
                time(now),
                Value::Integer(before.unwrap_or(NEVER)),
                // One more shows whether there are more.
                Value::Integer(MAX_ENTRIES as i64 + 1),
            ],
            |mut row| {
                let number = row.integer()?;
                let entry = AuditEntry {
                    at: row.time()?,
                    employee: employee(row.text()?)?,
                    action: from_name(row.text()?)?,
                    outcome: from_name(row.text()?)?,
                };
                Ok((number, entry))
            },
        )?;
        let there_are_more = numbered.len() > MAX_ENTRIES;
        numbered.truncate(MAX_ENTRIES);
        let last = numbered.last().map(|(number, _)| *number);
        Ok(AuditAnswer {
            older: last.filter(|_| there_are_more),
            entries: numbered.into_iter().map(|(_, entry)| entry).collect(),
        })
    }
}
