//! The staff's database: its tables, and when what is in them ends.

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
    /// The store of the object with `state`.
    pub fn open(state: &State) -> Self {
        Self {
            database: sql::open(state, &STEPS),
        }
    }

    /// Deletes what has ended, and says when something ends next.
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
