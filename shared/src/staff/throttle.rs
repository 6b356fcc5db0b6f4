//! The throttle that blocks an employee after too many refused codes, so that none of the 148
//! million is found by trying (design §4.3.15).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::shift;

/// The number of refused codes within [`REFUSAL_SECONDS`] that block an employee.
pub const MAX_REFUSED: usize = 10;

/// How long a refused code counts.
pub const REFUSAL_SECONDS: i64 = 10 * 60;

/// How long an employee is blocked. Attempts during a block do not lengthen it.
pub const BLOCK_SECONDS: i64 = 15 * 60;

/// When an employee's recent codes were refused, but never which codes.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Throttle {
    refused: Vec<Timestamp>,
    blocked_until: Option<Timestamp>,
}

/// The employee is blocked: too many codes were refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Throttled {
    /// The seconds until another code may be tried; at least one.
    pub retry_after: i64,
}

impl Throttle {
    /// Checks that the employee may try a code at `now`.
    pub fn check(&self, now: Timestamp) -> Result<(), Throttled> {
        match self.blocked_until {
            Some(until) if now < until => Err(Throttled {
                retry_after: (until.as_second() - now.as_second()).max(1),
            }),
            _ => Ok(()),
        }
    }

    /// Records that a code was refused at `now`. Accepted codes do not reset the count.
    pub fn note_refused(&mut self, now: Timestamp) {
        self.refused.retain(|at| now < shift(*at, REFUSAL_SECONDS));
        self.refused.push(now);
        if self.refused.len() >= MAX_REFUSED {
            // After the block, the count starts from zero.
            self.refused.clear();
            self.blocked_until = Some(shift(now, BLOCK_SECONDS));
        }
    }

    /// When the throttle no longer has any effect and may be deleted; `None` if it has none now.
    pub fn ends_at(&self) -> Option<Timestamp> {
        let last = self.refused.last().map(|at| shift(*at, REFUSAL_SECONDS));
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
    fn after_ten_refusals_within_ten_minutes_an_employee_is_blocked_for_a_quarter_of_an_hour() {
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
    fn after_a_block_ten_more_refusals_block_again() {
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
    fn a_block_of_less_than_a_second_is_retried_after_one() {
        let mut throttle = Throttle::default();
        let half_past = start() + jiff::SignedDuration::from_millis(500);
        for _ in 0..10 {
            throttle.note_refused(half_past);
        }
        let throttled = Err(Throttled { retry_after: 1 });
        assert_eq!(throttle.check(after(15 * MINUTE)), throttled);
    }

    #[test]
    fn a_stored_throttle_is_read_back_and_ends() {
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
