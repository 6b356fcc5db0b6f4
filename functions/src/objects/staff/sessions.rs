//! Employees' sign-ins and sessions in the staff's database.

use std::collections::HashSet;

use shared::{
    Timestamp,
    api::{Session, SignedIn},
    staff::{
        employee::{EmployeeId, Role},
        session::SessionLifetime,
        token::{Browser, Session as SessionToken, State as SignInState, TokenHash},
    },
};
use worker::Result;

use super::{
    calls::{BeginSignIn, TakenSignIn},
    store::StaffStore,
};
use crate::platform::sql::{FromRow, Row};

/// A session without its token.
pub struct StoredSession {
    pub employee: EmployeeId,
    pub name: String,
    pub role: Role,
    pub life: SessionLifetime,
}

impl FromRow for StoredSession {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            employee: row.take()?,
            name: row.take()?,
            role: row.take()?,
            life: SessionLifetime {
                started: row.take()?,
                used: row.take()?,
            },
        })
    }
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

impl StaffStore {
    /// Keeps a sign-in until `end`.
    pub fn begin_sign_in(&self, pending: &BeginSignIn, end: Timestamp) -> Result<()> {
        self.database.run(
            "INSERT INTO sign_in (state, browser, nonce, verifier, ends_at) VALUES (?, ?, ?, ?, ?)",
            &[
                &pending.state,
                &pending.browser,
                &pending.nonce,
                &pending.verifier,
                &end,
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
        let taken = self.database.first(
            "DELETE FROM sign_in WHERE state = ? AND browser = ? AND ends_at > ? \
             RETURNING nonce, verifier",
            &[&state, &browser, &now],
        )?;
        let Some((nonce, verifier)) = taken else {
            return Ok(None);
        };
        let others: usize = self.database.one(
            "SELECT count(*) FROM sign_in WHERE browser = ? AND ends_at > ?",
            &[&browser, &now],
        )?;
        Ok(Some(TakenSignIn {
            nonce,
            verifier,
            last: others == 0,
        }))
    }

    /// Keeps a new session.
    pub fn open_session(&self, id: TokenHash<SessionToken>, session: &StoredSession) -> Result<()> {
        self.database.run(
            "INSERT INTO session (id, employee, name, role, started_at, used_at, ends_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            &[
                &id,
                &session.employee,
                &session.name,
                &session.role,
                &session.life.started,
                &session.life.used,
                &session.life.idle_until(),
            ],
        )
    }

    /// The session, used once more; `None` when there is none or it has ended.
    pub fn use_session(
        &self,
        id: TokenHash<SessionToken>,
        now: Timestamp,
    ) -> Result<Option<StoredSession>> {
        let found: Option<StoredSession> = self.database.first(
            "SELECT employee, name, role, started_at, used_at FROM session WHERE id = ?",
            &[&id],
        )?;
        let Some(session) = found else {
            return Ok(None);
        };
        let Some(life) = session.life.used_at(now) else {
            return Ok(None);
        };
        self.database.run(
            "UPDATE session SET used_at = ?, ends_at = ? WHERE id = ?",
            &[&life.used, &life.idle_until(), &id],
        )?;
        Ok(Some(StoredSession { life, ..session }))
    }

    /// Ends a session, and says whose it was if it had not ended before.
    pub fn close_session(
        &self,
        id: TokenHash<SessionToken>,
        now: Timestamp,
    ) -> Result<Option<EmployeeId>> {
        let closed: Option<(EmployeeId, Timestamp)> = self.database.first(
            "DELETE FROM session WHERE id = ? RETURNING employee, ends_at",
            &[&id],
        )?;
        Ok(closed.and_then(|(employee, end)| (now < end).then_some(employee)))
    }

    /// Ends every session of an employee, and says how many there were.
    pub fn close_sessions_of(&self, employee: &EmployeeId, now: Timestamp) -> Result<u32> {
        let ends: Vec<Timestamp> = self.database.rows(
            "DELETE FROM session WHERE employee = ? RETURNING ends_at",
            &[employee],
        )?;
        let ended = ends.into_iter().filter(|end| now < *end).count();
        Ok(u32::try_from(ended).unwrap_or(u32::MAX))
    }

    /// Who is signed in: each employee once, with the session that was used last.
    pub fn signed_in(&self, now: Timestamp) -> Result<Vec<SignedIn>> {
        let mut sessions: Vec<SignedIn> = self.database.rows(
            "SELECT employee, name, role, ends_at FROM session WHERE ends_at > ? \
             ORDER BY used_at DESC, started_at DESC",
            &[&now],
        )?;
        let mut seen = HashSet::new();
        sessions.retain(|session| seen.insert(session.employee.clone()));
        Ok(sessions)
    }
}

impl FromRow for SignedIn {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            employee: row.take()?,
            name: row.take()?,
            role: row.take()?,
            idle_until: row.take()?,
        })
    }
}
