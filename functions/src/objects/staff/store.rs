//! Staff's database: its tables, and the expiry of their rows.

use shared::Timestamp;
use worker::{Result, State};

use crate::platform::sql::{self, Database, Step};

// Tokens are never stored, only their hashes. Of codes and dates of illness not even those are, but
// hashes of them together with the random bits of an idempotency key that is not stored.
const STEPS: [Step; 1] = [|database| {
    database.run(
        "CREATE TABLE IF NOT EXISTS sign_in (
            state BLOB PRIMARY KEY,
            browser BLOB NOT NULL,
            nonce TEXT NOT NULL,
            verifier TEXT NOT NULL,
            ends_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS sign_in_browser ON sign_in (browser);
        CREATE INDEX IF NOT EXISTS sign_in_end ON sign_in (ends_at);
        CREATE TABLE IF NOT EXISTS session (
            id BLOB PRIMARY KEY,
            employee TEXT NOT NULL,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            used_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS throttle (
            employee TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            ends_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS answer (
            employee TEXT NOT NULL,
            key BLOB NOT NULL,
            body BLOB NOT NULL,
            accepted INTEGER NOT NULL,
            answered_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            PRIMARY KEY (employee, key)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS audit (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            employee TEXT NOT NULL,
            action TEXT NOT NULL,
            outcome TEXT NOT NULL,
            ends_at INTEGER NOT NULL
        );
        CREATE INDEX IF NOT EXISTS audit_time ON audit (at, employee);
        CREATE INDEX IF NOT EXISTS audit_end ON audit (ends_at);",
        &[],
    )
}];

/// The tables, each of whose rows has its end in `ends_at`.
const TABLES: [&str; 5] = ["sign_in", "session", "throttle", "answer", "audit"];

/// Sign-ins, sessions, throttles, answers for repeated requests, and the audit trail.
pub struct StaffStore {
    pub(super) database: Database,
}

impl StaffStore {
    pub fn open(state: &State) -> Self {
        Self {
            database: sql::open(state, &STEPS),
        }
    }

    /// Deletes the rows that have expired, and returns when the next one expires.
    pub fn expire(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let mut next = None;
        for table in TABLES {
            self.database
                .run(&format!("DELETE FROM {table} WHERE ends_at <= ?"), &[&now])?;
            let first: Option<Timestamp> = self
                .database
                .one(&format!("SELECT min(ends_at) FROM {table}"), &[])?;
            next = [next, first].into_iter().flatten().min();
        }
        Ok(next)
    }
}

#[cfg(test)]
impl StaffStore {
    pub fn in_memory() -> Self {
        Self::in_memory_after("")
    }

    /// The store of a database that an earlier release left after the statements `before`.
    pub fn in_memory_after(before: &str) -> Self {
        Self {
            database: Database::in_memory_after(before, &STEPS),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        api::{Action, Outcome},
        staff::{employee::EmployeeId, throttle::Throttle},
        time::shift,
    };

    use super::*;

    const BEFORE_VERSIONS: &str = include_str!("../../../fixtures/staff-before-versions.sql");

    fn now() -> Timestamp {
        "2026-11-19T14:00:00Z".parse().unwrap()
    }

    fn anna() -> EmployeeId {
        "a.dewit".to_owned().try_into().unwrap()
    }

    #[test]
    fn a_database_from_before_versions_opens_with_its_rows() {
        let store = StaffStore::in_memory_after(BEFORE_VERSIONS);
        let sessions = store.signed_in(now()).unwrap();
        assert_eq!(sessions.len(), 1);
        assert_eq!(sessions[0].name, "Anna de Wit");
        assert_ne!(store.throttle(&anna()).unwrap(), Throttle::default());
        let audit = store.audit(None, now()).unwrap();
        assert_eq!(audit.entries.len(), 1);
        assert_eq!(audit.entries[0].action, Action::SignIn);
        assert_eq!(audit.entries[0].outcome, Outcome::Done);
    }

    #[test]
    fn what_has_ended_is_deleted_and_the_next_end_is_named() {
        let store = StaffStore::in_memory_after(BEFORE_VERSIONS);
        let replay_end = shift(now(), 600);
        assert_eq!(store.expire(now()).unwrap(), Some(replay_end));
        let session_end = shift(now(), 900);
        assert_eq!(store.expire(replay_end).unwrap(), Some(session_end));
        assert_eq!(store.throttle(&anna()).unwrap(), Throttle::default());
        let audit_end = "2026-12-03T14:00:00Z".parse().unwrap();
        assert_eq!(store.expire(session_end).unwrap(), Some(audit_end));
        assert_eq!(store.expire(audit_end).unwrap(), None);
    }
}
