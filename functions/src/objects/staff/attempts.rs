//! Employees' attempts at codes in Staff's database: throttles, and the answers to
//! requests that may be repeated.

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

/// Whether a request repeats an earlier one.
pub enum Repeat {
    /// No, or too long ago.
    First,
    /// It has the key of an earlier request, and another body.
    OtherBody,
    /// Yes; this was the answer.
    Again { accepted: bool, at: Timestamp },
}

/// The outcome of an attempt, and its time.
#[derive(Clone, Copy)]
pub struct Noted {
    pub accepted: bool,
    pub at: Timestamp,
}

impl StaffStore {
    pub fn throttle(&self, employee: &EmployeeId) -> Result<Throttle> {
        let stored: Option<Throttle> = self
            .database
            .first("SELECT state FROM throttle WHERE employee = ?", &[employee])?;
        Ok(stored.unwrap_or_default())
    }

    /// Stores a throttle, and returns when it expires.
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

    /// Whether a request of `employee` repeats an earlier one.
    pub fn repeat(
        &self,
        employee: &EmployeeId,
        request: &RequestHashes,
        now: Timestamp,
    ) -> Result<Repeat> {
        let found: Option<([u8; 32], bool, Timestamp)> = self.database.first(
            "SELECT body, accepted, answered_at FROM answer \
             WHERE employee = ? AND key = ? AND ends_at > ?",
            &[employee, request.key(), &now],
        )?;
        Ok(match found {
            None => Repeat::First,
            Some((body, ..)) if body != *request.body() => Repeat::OtherBody,
            Some((_, accepted, at)) => Repeat::Again { accepted, at },
        })
    }

    /// Stores the answer to a request, and returns when it expires.
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
                request.key(),
                request.body(),
                &noted.accepted,
                &noted.at,
                &end,
            ],
        )?;
        Ok(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-19T14:00:00Z".parse().unwrap()
    }

    fn employee(id: &str) -> EmployeeId {
        id.to_owned().try_into().unwrap()
    }

    fn request(body: &[u8]) -> RequestHashes {
        let key = "9f0e1c5e-7a3b-4c2d-8e1f-0123456789ab".parse().unwrap();
        RequestHashes::new(key, body)
    }

    #[test]
    fn an_employees_throttle_is_kept() {
        let store = StaffStore::in_memory();
        let anna = employee("a.dewit");
        let mut throttle = store.throttle(&anna).unwrap();
        assert_eq!(store.keep_throttle(&anna, &throttle).unwrap(), None);
        for _ in 0..2 {
            throttle.note_refused(now());
            let end = store.keep_throttle(&anna, &throttle).unwrap();
            assert_eq!(end, throttle.ends_at());
        }
        assert_eq!(store.throttle(&anna).unwrap(), throttle);
        let other = store.throttle(&employee("b.bakker")).unwrap();
        assert_eq!(other, Throttle::default());
        let row = "SELECT quote(state) FROM throttle";
        let stored: String = store.database.one(row, &[]).unwrap();
        let times = r#"["2026-11-19T14:00:00Z","2026-11-19T14:00:00Z"]"#;
        assert_eq!(
            stored,
            format!(r#"'{{"refused":{times},"blocked_until":null}}'"#)
        );
    }

    #[test]
    fn a_request_that_comes_again_within_ten_minutes_has_its_answer() {
        let store = StaffStore::in_memory();
        let anna = employee("a.dewit");
        let repeat = |employee: &EmployeeId, body: &[u8], now| {
            store.repeat(employee, &request(body), now).unwrap()
        };
        assert!(matches!(repeat(&anna, b"1", now()), Repeat::First));
        for accepted in [true, false] {
            let noted = Noted {
                accepted,
                at: now(),
            };
            let end = store.note_answer(&anna, &request(b"1"), noted).unwrap();
            assert_eq!(end, shift(now(), REPLAY_SECONDS));
            let again = repeat(&anna, b"1", shift(end, -1));
            let Repeat::Again { accepted: told, at } = again else {
                panic!("it came before");
            };
            assert_eq!((told, at), (accepted, now()));
            assert!(matches!(repeat(&anna, b"2", now()), Repeat::OtherBody));
            assert!(matches!(repeat(&anna, b"1", end), Repeat::First));
            let other = employee("b.bakker");
            assert!(matches!(repeat(&other, b"1", now()), Repeat::First));
        }
    }

    #[test]
    fn a_row_that_cannot_be_read_is_an_error() {
        let store = StaffStore::in_memory();
        let row = "INSERT INTO throttle (employee, state, ends_at) VALUES ('a.dewit', 'moon', 0)";
        store.database.run(row, &[]).unwrap();
        assert!(store.throttle(&employee("a.dewit")).is_err());
    }
}
