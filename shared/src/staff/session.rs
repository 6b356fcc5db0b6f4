//! How long an employee stays signed in to the portal (design §4.3.2).

use jiff::Timestamp;

use crate::time::shift;

/// How long after its last use a session ends: the time for which a computer may stand unattended.
pub const IDLE_SECONDS: i64 = 15 * 60;

/// How long after the sign-in a session ends in any case: a working day.
pub const MAX_SECONDS: i64 = 8 * 3_600;

/// How long a sign-in may take, from the redirect to the provider to the callback.
pub const SIGN_IN_SECONDS: i64 = 10 * 60;

/// When a session began and when it was last used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionLifetime {
    /// The time of the sign-in.
    pub started: Timestamp,
    /// The time of the last use, at first that of the sign-in.
    pub used: Timestamp,
}

impl SessionLifetime {
    /// The lifetime of a session that begins at `now`.
    pub const fn starting(now: Timestamp) -> Self {
        Self {
            started: now,
            used: now,
        }
    }

    /// The end of the session, no matter how much it is used.
    pub fn until(self) -> Timestamp {
        shift(self.started, MAX_SECONDS)
    }

    /// The end of the session if it is not used again.
    pub fn idle_until(self) -> Timestamp {
        shift(self.used, IDLE_SECONDS).min(self.until())
    }

    /// The lifetime after another use at `now`; `None` if the session has ended.
    pub fn used_at(self, now: Timestamp) -> Option<Self> {
        (now < self.idle_until()).then_some(Self {
            started: self.started,
            // A clock that was set back must not end the session earlier.
            used: self.used.max(now),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-23T{text}Z").parse().unwrap()
    }

    #[test]
    fn a_session_ends_a_quarter_of_an_hour_after_its_last_use() {
        let session = SessionLifetime::starting(at("09:00:00"));
        assert_eq!(session.idle_until(), at("09:15:00"));
        assert_eq!(session.used_at(at("09:15:00")), None);
        let session = session.used_at(at("09:14:59")).unwrap();
        assert_eq!(session.idle_until(), at("09:29:59"));
        assert_eq!(session.until(), at("17:00:00"));
    }

    #[test]
    fn a_session_ends_after_eight_hours_however_much_it_is_used() {
        let mut session = SessionLifetime::starting(at("09:00:00"));
        for minutes in 1..480 {
            session = session
                .used_at(shift(at("09:00:00"), minutes * 60))
                .unwrap();
        }
        assert_eq!(session.idle_until(), at("17:00:00"));
        assert!(session.used_at(at("16:59:59")).is_some());
        assert_eq!(session.used_at(at("17:00:00")), None);
    }

    #[test]
    fn a_sign_in_may_take_ten_minutes() {
        assert_eq!(SIGN_IN_SECONDS, 600);
    }

    #[test]
    fn a_clock_that_is_set_back_shortens_no_session() {
        let session = SessionLifetime::starting(at("09:00:00"));
        assert_eq!(session.used_at(at("08:59:00")), Some(session));
    }
}
