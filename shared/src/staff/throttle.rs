//! How many codes an employee may get wrong (design §4.3). Nobody finds a code by trying: there are
//! 148 million.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::shift;

/// How many refused codes within [`WINDOW_SECONDS`] block an employee.
pub const MAX_REFUSED: usize = 10;

/// For how long a refused code counts.
pub const WINDOW_SECONDS: i64 = 10 * 60;

/// For how long an employee is blocked. Tries in that time do not lengthen it.
pub const BLOCK_SECONDS: i64 = 15 * 60;

/// What is remembered of an employee's refused codes: when, never which.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Throttle {
    refused: Vec<Timestamp>,
    blocked_until: Option<Timestamp>,
}

/// Too many codes were refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Throttled {
    /// In how many seconds the next code may be tried; at least one.
    pub retry_after: i64,
}

impl Throttle {
    /// Whether a code may be tried at `now`.
    pub fn check(&self, now: Timestamp) -> Result<(), Throttled> {
        match self.blocked_until {
            Some(until) if now < until => Err(Throttled {
                retry_after: (until.as_second() - now.as_second()).max(1),
            }),
            _ => Ok(()),
        }
    }

    /// A code was refused at `now`. Accepted ones in between change nothing.
    pub fn note_refused(&mut self, now: Timestamp) {
        self.refused.retain(|at| now < shift(*at, WINDOW_SECONDS));
        self.refused.push(now);
        if self.refused.len() >= MAX_REFUSED {
            // After the block, the employee begins anew.
            self.refused.clear();
            self.blocked_until = Some(shift(now, BLOCK_SECONDS));
        }
    }

    /// From when on it says nothing more.
    pub fn ends_at(&self) -> Option<Timestamp> {
        let last = self.refused.last().map(|at| shift(*at, WINDOW_SECONDS));
        last.max(self.blocked_until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60;

    fn start() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn after(seconds: i64) -> Timestamp {
        shift(start(), seconds)
    }

    #[test]
    fn the_eleventh_try_within_ten_minutes_is_not_made_for_a_quarter_of_an_hour() {
        let mut throttle = Throttle::default();
        for second in 0..10 {
            assert_eq!(throttle.check(after(second)), Ok(()));
            throttle.note_refused(after(second));
        }
        let blocked = |seconds| throttle.check(after(seconds)).map_err(|it| it.retry_after);
        assert_eq!(blocked(9), Err(900));
        assert_eq!(blocked(9 + 15 * MINUTE - 1), Err(1));
        assert_eq!(blocked(9 + 15 * MINUTE), Ok(()));
        assert_eq!(throttle.ends_at(), Some(after(9 + 15 * MINUTE)));
    }

    #[test]
    fn refusals_that_are_ten_minutes_old_do_not_count() {
        let mut throttle = Throttle::default();
        for second in 0..9 {
            throttle.note_refused(after(second));
        }
        throttle.note_refused(after(10 * MINUTE));
        assert_eq!(throttle.check(after(10 * MINUTE)), Ok(()));
        // Of those at seconds 0 to 8, eight are left, and one more is the tenth.
        throttle.note_refused(after(10 * MINUTE));
        assert!(throttle.check(after(10 * MINUTE)).is_err());
    }

    #[test]
    fn after_a_block_it_takes_ten_more() {
        let mut throttle = Throttle::default();
        for _ in 0..10 {
            throttle.note_refused(start());
        }
        for _ in 0..9 {
            throttle.note_refused(after(15 * MINUTE));
            assert_eq!(throttle.check(after(15 * MINUTE)), Ok(()));
        }
        throttle.note_refused(after(15 * MINUTE));
        assert!(throttle.check(after(15 * MINUTE)).is_err());
    }

    #[test]
    fn what_is_remembered_is_read_back_and_ends() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.ends_at(), None);
        throttle.note_refused(start());
        let json = serde_json::to_string(&throttle).unwrap();
        assert_eq!(
            json,
            r#"{"refused":["2026-11-23T10:00:00Z"],"blocked_until":null}"#
        );
        assert_eq!(serde_json::from_str::<Throttle>(&json).unwrap(), throttle);
        assert_eq!(throttle.ends_at(), Some(after(10 * MINUTE)));
    }
}
