//! The audit trail in Staff's database.

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

/// The precision of times in the audit trail, in seconds.
const AUDIT_STEP: i64 = 60;

/// For how long an entry that an administrator read the trail stands for all readings, in seconds.
const AUDIT_READ_STEP: i64 = 3_600;

/// Larger than the number of any entry, and exact as a JavaScript number.
const NO_NUMBER: i64 = 1 << 52;

impl StaffStore {
    /// Adds an entry to the audit trail, and returns when it expires.
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

    /// Adds an entry for a throttled attempt, once a minute: further entries would look the same.
    pub fn note_throttled(
        &self,
        employee: &EmployeeId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let (action, outcome) = (Action::Validation, Outcome::Throttled);
        self.note_unless_noted(employee, action, outcome, Some(AUDIT_STEP), now)
    }

    /// Adds an entry for an administrator who read the audit trail, once an hour.
    pub fn note_audit_read(
        &self,
        employee: &EmployeeId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let (action, outcome) = (Action::AuditRead, Outcome::Done);
        self.note_unless_noted(employee, action, outcome, Some(AUDIT_READ_STEP), now)
    }

    /// Adds an entry, unless the past `step` seconds hold the same one.
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
        let has_more = numbered.len() > MAX_ENTRIES;
        numbered.truncate(MAX_ENTRIES);
        let last = numbered.last().map(|entry| entry.number);
        Ok(AuditAnswer {
            older: last.filter(|_| has_more),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-19T{text}Z").parse().unwrap()
    }

    fn anna() -> EmployeeId {
        "a.dewit".to_owned().try_into().unwrap()
    }

    #[test]
    fn an_entry_is_stored_with_its_minute_and_under_the_names_that_are_sent() {
        let store = StaffStore::in_memory();
        let (action, outcome) = (Action::Validation, Outcome::NotAccepted);
        let end = store
            .note(&anna(), action, outcome, at("14:00:59"))
            .unwrap();
        assert_eq!(end, retention::ends_at(at("14:00:00")));
        let row = "SELECT concat_ws(' ', quote(number), quote(at), quote(employee), \
                   quote(action), quote(outcome), quote(ends_at)) FROM audit";
        let stored: String = store.database.one(row, &[]).unwrap();
        assert_eq!(
            stored,
            "1 1795096800 'a.dewit' 'validation' 'not-accepted' 1796306400"
        );
    }

    #[test]
    fn every_entry_is_noted_but_a_throttled_try_once_a_minute_and_a_reading_once_an_hour() {
        let store = StaffStore::in_memory();
        for _ in 0..2 {
            let (action, outcome) = (Action::Validation, Outcome::Throttled);
            store
                .note(&anna(), action, outcome, at("14:00:00"))
                .unwrap();
        }
        assert_eq!(store.audit(None, at("14:00:00")).unwrap().entries.len(), 2);
        let throttled = |now| store.note_throttled(&anna(), at(now)).unwrap().is_some();
        assert!(!throttled("14:00:59"));
        assert!(throttled("14:01:00"));
        let read = |now| store.note_audit_read(&anna(), at(now)).unwrap().is_some();
        assert!(read("14:00:30"));
        assert!(!read("14:59:59"));
        assert!(read("15:00:00"));
        let bram = "b.bakker".to_owned().try_into().unwrap();
        assert!(
            store
                .note_audit_read(&bram, at("15:00:00"))
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn the_audit_trail_comes_in_pages_the_newest_entry_first() {
        let store = StaffStore::in_memory();
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
                    INSERT INTO audit (at, employee, action, outcome, ends_at) \
                    SELECT i * 60, 'a.dewit', 'sign-in', 'done', 99999999999 FROM n";
        store.database.run(rows, &[&(2 * MAX_ENTRIES)]).unwrap();
        let now = at("14:00:00");
        let page = store.audit(None, now).unwrap();
        assert_eq!(page.entries.len(), MAX_ENTRIES);
        assert_eq!(page.entries[0].at.as_second(), 2 * 60 * MAX_ENTRIES as i64);
        let older = page.older.unwrap();
        assert_eq!(older, MAX_ENTRIES as i64 + 1);
        let page = store.audit(Some(older), now).unwrap();
        assert_eq!(page.entries.len(), MAX_ENTRIES);
        assert_eq!(page.older, None);
        assert_eq!(page.entries[0].at.as_second(), 60 * MAX_ENTRIES as i64);
        assert!(store.audit(Some(1), now).unwrap().entries.is_empty());
    }

    #[test]
    fn an_entry_that_has_ended_is_not_shown() {
        let store = StaffStore::in_memory();
        let end = store.note(&anna(), Action::SignIn, Outcome::Done, at("14:00:00"));
        assert!(store.audit(None, end.unwrap()).unwrap().entries.is_empty());
    }

    #[test]
    fn a_row_that_cannot_be_read_is_an_error() {
        let store = StaffStore::in_memory();
        store
            .note(&anna(), Action::SignIn, Outcome::Done, at("14:00:00"))
            .unwrap();
        store
            .database
            .run("UPDATE audit SET employee = ''", &[])
            .unwrap();
        assert!(store.audit(None, at("14:00:00")).is_err());
    }
}
