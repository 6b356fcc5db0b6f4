//! Sign-ins and sessions of employees in Staff's database.

use std::collections::HashSet;

use shared::{
    Timestamp,
    api::{SessionAnswer, SignedIn},
    staff::{
        employee::{EmployeeId, Role},
        session::SessionLifetime,
        token::{Browser, Session, State as SignInState, TokenHash},
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
    pub fn to_answer(&self) -> SessionAnswer {
        SessionAnswer {
            name: self.name.clone(),
            role: self.role,
            idle_until: self.life.idle_until(),
            until: self.life.until(),
        }
    }
}

impl StaffStore {
    /// Stores a sign-in until `end`.
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

    /// Removes a sign-in, and returns it.
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

    pub fn open_session(&self, id: TokenHash<Session>, session: &StoredSession) -> Result<()> {
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
        id: TokenHash<Session>,
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

    /// Ends a session, and returns its owner if it had not ended before.
    pub fn close_session(
        &self,
        id: TokenHash<Session>,
        now: Timestamp,
    ) -> Result<Option<EmployeeId>> {
        let closed: Option<(EmployeeId, Timestamp)> = self.database.first(
            "DELETE FROM session WHERE id = ? RETURNING employee, ends_at",
            &[&id],
        )?;
        Ok(closed.and_then(|(employee, end)| (now < end).then_some(employee)))
    }

    /// Ends every session of an employee, and returns their number.
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

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};
    use shared::{
        staff::token::{Purpose, Token},
        time::shift,
    };

    use super::*;

    const MINUTE: i64 = 60;

    fn now() -> Timestamp {
        "2026-11-19T14:00:00Z".parse().unwrap()
    }

    fn after(minutes: i64) -> Timestamp {
        shift(now(), minutes * MINUTE)
    }

    fn token<P: Purpose>(seed: u64) -> Token<P> {
        Token::random(&mut StdRng::seed_from_u64(seed))
    }

    fn employee(id: &str) -> EmployeeId {
        id.to_owned().try_into().unwrap()
    }

    fn open(store: &StaffStore, seed: u64, id: &str) -> TokenHash<Session> {
        let session = StoredSession {
            employee: employee(id),
            name: "Anna de Wit".to_owned(),
            role: Role::Administrator,
            life: SessionLifetime::starting(now()),
        };
        let id = token(seed).hash();
        store.open_session(id, &session).unwrap();
        id
    }

    fn begin(store: &StaffStore, state: u64, browser: u64) {
        let pending = BeginSignIn {
            state: token(state).hash(),
            browser: token(browser).hash(),
            nonce: token(1),
            verifier: token(2),
        };
        store.begin_sign_in(&pending, after(10)).unwrap();
    }

    fn take(store: &StaffStore, state: u64, browser: u64, now: Timestamp) -> Option<TakenSignIn> {
        let (state, browser) = (token(state).hash(), token(browser).hash());
        store.take_sign_in(state, browser, now).unwrap()
    }

    #[test]
    fn a_session_is_stored_as_it_was_before_there_were_versions() {
        let store = StaffStore::in_memory();
        let id = open(&store, 1, "a.dewit");
        store.use_session(id, after(1)).unwrap();
        let row = "SELECT concat_ws(' ', quote(id), quote(employee), quote(name), quote(role), \
                   quote(started_at), quote(used_at), quote(ends_at)) FROM session";
        let stored: String = store.database.one(row, &[]).unwrap();
        let id = hex::encode_upper(id.as_bytes());
        let rest = "'a.dewit' 'Anna de Wit' 'administrator' 1795096800 1795096860 1795097760";
        assert_eq!(stored, format!("X'{id}' {rest}"));
    }

    #[test]
    fn a_sign_in_comes_back_once_and_to_the_browser_that_began_it() {
        let store = StaffStore::in_memory();
        begin(&store, 3, 4);
        assert!(take(&store, 3, 5, now()).is_none());
        let taken = take(&store, 3, 4, now()).unwrap();
        assert!(taken.nonce == token(1) && taken.verifier == token(2));
        assert!(take(&store, 3, 4, now()).is_none());
    }

    #[test]
    fn a_sign_in_ends_after_ten_minutes() {
        let store = StaffStore::in_memory();
        begin(&store, 3, 4);
        assert!(take(&store, 3, 4, after(10)).is_none());
        assert!(take(&store, 3, 4, after(9)).is_some());
    }

    #[test]
    fn the_last_sign_in_of_a_browser_is_named() {
        let store = StaffStore::in_memory();
        begin(&store, 3, 4);
        begin(&store, 5, 4);
        begin(&store, 6, 7);
        assert!(!take(&store, 3, 4, now()).unwrap().last);
        assert!(take(&store, 5, 4, now()).unwrap().last);
    }

    #[test]
    fn using_a_session_lengthens_it() {
        let store = StaffStore::in_memory();
        let id = open(&store, 1, "a.dewit");
        assert!(store.use_session(id, after(14)).unwrap().is_some());
        let session = store.use_session(id, after(28)).unwrap().unwrap();
        assert_eq!(session.to_answer().idle_until, after(43));
        assert!(store.use_session(id, after(43)).unwrap().is_none());
        let unknown = token(2).hash();
        assert!(store.use_session(unknown, now()).unwrap().is_none());
    }

    #[test]
    fn closing_a_session_names_its_employee_unless_it_had_ended() {
        let store = StaffStore::in_memory();
        let id = open(&store, 1, "a.dewit");
        let closed = store.close_session(id, after(1)).unwrap();
        assert!(closed == Some(employee("a.dewit")));
        assert!(store.close_session(id, after(1)).unwrap().is_none());
        let id = open(&store, 2, "a.dewit");
        assert!(store.close_session(id, after(15)).unwrap().is_none());
    }

    #[test]
    fn all_sessions_of_an_employee_are_closed_and_those_counted_that_had_not_ended() {
        let store = StaffStore::in_memory();
        let used = open(&store, 1, "a.dewit");
        open(&store, 2, "a.dewit");
        let other = open(&store, 3, "b.bakker");
        for id in [used, other] {
            store.use_session(id, after(10)).unwrap();
        }
        let closed = store.close_sessions_of(&employee("a.dewit"), after(20));
        assert_eq!(closed.unwrap(), 1);
        assert!(store.use_session(used, after(20)).unwrap().is_none());
        assert!(store.use_session(other, after(20)).unwrap().is_some());
    }

    #[test]
    fn each_employee_is_signed_in_once_the_last_used_session_first() {
        let store = StaffStore::in_memory();
        let first = open(&store, 1, "a.dewit");
        let second = open(&store, 2, "b.bakker");
        open(&store, 3, "a.dewit");
        store.use_session(second, after(1)).unwrap();
        store.use_session(first, after(2)).unwrap();
        let sessions = store.signed_in(after(3)).unwrap();
        let seen: Vec<_> = sessions
            .iter()
            .map(|session| (session.employee.as_str(), session.idle_until))
            .collect();
        assert_eq!(seen, [("a.dewit", after(17)), ("b.bakker", after(16))]);
        assert!(store.signed_in(after(17)).unwrap().is_empty());
    }

    #[test]
    fn a_row_that_cannot_be_read_is_an_error() {
        let store = StaffStore::in_memory();
        let id = open(&store, 1, "a.dewit");
        let statement = "UPDATE session SET role = 'moon'";
        store.database.run(statement, &[]).unwrap();
        assert!(store.use_session(id, now()).is_err());
        assert!(store.signed_in(now()).is_err());
    }
}
