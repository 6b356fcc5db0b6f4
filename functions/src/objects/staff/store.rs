//! The tables of the Desk.

use std::collections::HashSet;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use shared::{
    Timestamp,
    api::{Session, SignedIn},
    staff::{
        employee::{EmployeeId, Role},
        idempotency::{REPLAY_SECONDS, RequestHashes},
        session::SessionLifetime,
        throttle::Throttle,
        token::{
            Browser, Purpose, Session as SessionToken, State as SignInState, Token, TokenHash,
        },
    },
    time::shift,
};
use worker::{Result, SqlStorage, SqlStorageValue as Value, State};

use super::{PendingSignIn, TakenSignIn};
use crate::platform::sql;

// Tokens are never stored, only their hashes; codes and dates of illness not even those, but
// together with the random bits of a key that is not stored.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS sign_in (
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
    CREATE INDEX IF NOT EXISTS audit_end ON audit (ends_at);
";

/// The tables, each of whose rows has its end in `ends_at`.
const TABLES: [&str; 5] = ["sign_in", "session", "throttle", "answer", "audit"];

/// The Desk's database.
pub struct Store {
    pub(super) sql: SqlStorage,
}

/// A session without its token.
pub struct StoredSession {
    pub employee: EmployeeId,
    pub name: String,
    pub role: Role,
    pub life: SessionLifetime,
}

impl StoredSession {
    /// What its owner is told of it.
    pub fn to_answer(&self) -> Session {
        Session {
            name: self.name.clone(),
            role: self.role,
            idle_until: self.life.idle_until(),
            until: self.life.until(),
        }
    }
}

/// Whether a request came before.
pub enum Repeat {
    /// No, or too long ago.
    First,
    /// Its key did, with something else.
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

impl Store {
    /// The database of the object with `state`.
    pub fn new(state: &State) -> Self {
        let sql = state.storage().sql();
        // A database that cannot be opened fails again at its first use, where the failure can be
        // answered.
        let _ = sql::run(&sql, SCHEMA, Vec::new());
        Self { sql }
    }

    /// Keeps a sign-in until `end`.
    pub fn begin_sign_in(&self, pending: &PendingSignIn, end: Timestamp) -> Result<()> {
        sql::run(
            &self.sql,
            "INSERT INTO sign_in (state, browser, nonce, verifier, ends_at) VALUES (?, ?, ?, ?, ?)",
            vec![
                hash(pending.state),
                hash(pending.browser),
                text(&pending.nonce.to_string()),
                text(&pending.verifier.to_string()),
                time(end),
            ],
        )
    }

    /// Takes a sign-in out.
    pub fn take_sign_in(
        &self,
        state: TokenHash<SignInState>,
        browser: TokenHash<Browser>,
        now: Timestamp,
    ) -> Result<Option<TakenSignIn>> {
        let taken = sql::first(
            &self.sql,
            "DELETE FROM sign_in WHERE state = ? AND browser = ? AND ends_at > ? \
             RETURNING nonce, verifier",
            vec![hash(state), hash(browser), time(now)],
            |mut row| Ok((token(row.text()?)?, token(row.text()?)?)),
        )?;
        let Some((nonce, verifier)) = taken else {
            return Ok(None);
        };
        let others = sql::first(
            &self.sql,
            "SELECT count(*) FROM sign_in WHERE browser = ? AND ends_at > ?",
            vec![hash(browser), time(now)],
            |mut row| row.integer(),
        )?;
        Ok(Some(TakenSignIn {
            nonce,
            verifier,
            last: others == Some(0),
        }))
    }

    /// Keeps a new session.
    pub fn open_session(&self, id: TokenHash<SessionToken>, session: &StoredSession) -> Result<()> {
        sql::run(
            &self.sql,
            "INSERT INTO session (id, employee, name, role, started_at, used_at, ends_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                hash(id),
                text(session.employee.as_str()),
                text(&session.name),
                text(session.role.name()),
                time(session.life.started),
                time(session.life.used),
                time(session.life.idle_until()),
            ],
        )
    }

    /// The session, used once more; `None` when there is none or it has ended.
    pub fn use_session(
        &self,
        id: TokenHash<SessionToken>,
        now: Timestamp,
    ) -> Result<Option<StoredSession>> {
        let found = sql::first(
            &self.sql,
            "SELECT employee, name, role, started_at, used_at FROM session WHERE id = ?",
            vec![hash(id)],
            |mut row| {
                Ok(StoredSession {
                    employee: employee(row.text()?)?,
                    name: row.text()?,
                    role: from_name(row.text()?)?,
                    life: SessionLifetime {
                        started: row.time()?,
                        used: row.time()?,
                    },
                })
            },
        )?;
        let Some(session) = found else {
            return Ok(None);
        };
        let Some(life) = session.life.used_at(now) else {
            return Ok(None);
        };
        sql::run(
            &self.sql,
            "UPDATE session SET used_at = ?, ends_at = ? WHERE id = ?",
            vec![time(life.used), time(life.idle_until()), hash(id)],
        )?;
        Ok(Some(StoredSession { life, ..session }))
    }

    /// Ends a session, and says whose it was if it had not ended before.
    pub fn close_session(
        &self,
        id: TokenHash<SessionToken>,
        now: Timestamp,
    ) -> Result<Option<EmployeeId>> {
        let closed = sql::first(
            &self.sql,
            "DELETE FROM session WHERE id = ? RETURNING employee, ends_at",
            vec![hash(id)],
            |mut row| Ok((employee(row.text()?)?, row.time()?)),
        )?;
        Ok(closed.and_then(|(employee, end)| (now < end).then_some(employee)))
    }

    /// Ends every session of an employee, and says how many there were.
    pub fn close_sessions_of(&self, employee: &EmployeeId, now: Timestamp) -> Result<u32> {
        let ends = sql::rows(
            &self.sql,
            "DELETE FROM session WHERE employee = ? RETURNING ends_at",
            vec![text(employee.as_str())],
            |mut row| row.time(),
        )?;
        let ended = ends.into_iter().filter(|end| now < *end).count();
        Ok(u32::try_from(ended).unwrap_or(u32::MAX))
    }

    /// Who is signed in: each employee once, with the session that was used last.
    pub fn signed_in(&self, now: Timestamp) -> Result<Vec<SignedIn>> {
        let sessions = sql::rows(
            &self.sql,
            "SELECT employee, name, role, ends_at FROM session WHERE ends_at > ? \
             ORDER BY used_at DESC, started_at DESC",
            vec![time(now)],
            |mut row| {
                Ok(SignedIn {
                    employee: employee(row.text()?)?,
                    name: row.text()?,
                    role: from_name(row.text()?)?,
                    idle_until: row.time()?,
                })
            },
        )?;
        let mut seen = HashSet::new();
        Ok(sessions
            .into_iter()
            .filter(|session| seen.insert(session.employee.clone()))
            .collect())
    }

    /// What is remembered of the codes that `employee` got wrong.
    pub fn throttle(&self, employee: &EmployeeId) -> Result<Throttle> {
        let stored = sql::first(
            &self.sql,
            "SELECT state FROM throttle WHERE employee = ?",
            vec![text(employee.as_str())],
            |mut row| Ok(serde_json::from_str(&row.text()?)?),
        )?;
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
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO throttle (employee, state, ends_at) VALUES (?, ?, ?)",
            vec![
                text(employee.as_str()),
                Value::String(serde_json::to_string(throttle)?),
                time(end),
            ],
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
        let found = sql::first(
            &self.sql,
            "SELECT body, accepted, answered_at FROM answer \
             WHERE employee = ? AND key = ? AND ends_at > ?",
            vec![text(employee.as_str()), blob(&request.key), time(now)],
            |mut row| Ok((row.bytes()?, row.integer()? != 0, row.time()?)),
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
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO answer (employee, key, body, accepted, answered_at, ends_at) \
             VALUES (?, ?, ?, ?, ?, ?)",
            vec![
                text(employee.as_str()),
                blob(&request.key),
                blob(&request.body),
                Value::Integer(noted.accepted.into()),
                time(noted.at),
                time(end),
            ],
        )?;
        Ok(end)
    }

    /// Deletes what has ended, and says when something ends next.
    pub fn expire(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let mut next = None;
        for table in TABLES {
            sql::run(
                &self.sql,
                &format!("DELETE FROM {table} WHERE ends_at <= ?"),
                vec![time(now)],
            )?;
            let first = sql::first(
                &self.sql,
                &format!("SELECT min(ends_at) FROM {table}"),
                Vec::new(),
                |mut row| row.optional_time(),
            )?;
            next = [next, first.flatten()].into_iter().flatten().min();
        }
        Ok(next)
    }
}

pub(super) fn employee(id: String) -> Result<EmployeeId> {
    Ok(id
        .try_into()
        .map_err(|_| "the database holds no employee where one is expected")?)
}

/// The name under which `value` is stored, which is the one under which it is sent.
pub(super) fn name_of(value: impl Serialize) -> Result<String> {
    match serde_json::to_value(value)? {
        Json::String(name) => Ok(name),
        _ => Err("this has no name".into()),
    }
}

pub(super) fn from_name<T: DeserializeOwned>(name: String) -> Result<T> {
    Ok(serde_json::from_value(Json::String(name))?)
}

fn token<P: Purpose>(text: String) -> Result<Token<P>> {
    Ok(text
        .parse()
        .map_err(|_| "the database holds no token where one is expected")?)
}

fn hash<P: Purpose>(hash: TokenHash<P>) -> Value {
    blob(hash.as_bytes())
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}

pub(super) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

pub(super) fn time(time: Timestamp) -> Value {
    Value::Integer(time.as_second())
}
