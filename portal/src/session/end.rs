//! When a session ends, and when the employee is warned of it.

use shared::{Timestamp, time::shift};

use crate::service::CurrentEmployee;

/// The warning comes this long before the end.
const WARNING_SECONDS: i64 = 120;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// It is not used.
    Idle,
    /// It has lasted for eight hours, used or not.
    Day,
}

/// The end of a session, by the clock of this computer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionEnd {
    pub at: Timestamp,
    pub ending: Ending,
}

impl SessionEnd {
    /// The end that comes first, when the service was asked at `asked`.
    pub fn of(employee: &CurrentEmployee, asked: Timestamp) -> Self {
        let ending = if employee.idle_seconds < employee.end_seconds {
            Ending::Idle
        } else {
            Ending::Day
        };
        Self {
            at: shift(asked, employee.idle_seconds.min(employee.end_seconds)),
            ending,
        }
    }

    pub fn has_come(self, now: Timestamp) -> bool {
        self.at <= now
    }

    /// Whether it is time to warn.
    pub fn is_near(self, now: Timestamp) -> bool {
        shift(self.at, -WARNING_SECONDS) <= now
    }
}

#[cfg(test)]
mod tests {
    use shared::staff::employee::Role;

    use super::*;

    fn asked() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn end(idle_seconds: i64, end_seconds: i64) -> SessionEnd {
        let employee = CurrentEmployee {
            name: "Anna de Wit".to_owned(),
            role: Role::Employee,
            idle_seconds,
            end_seconds,
        };
        SessionEnd::of(&employee, asked())
    }

    #[test]
    fn a_session_ends_without_use_or_after_its_day_whichever_comes_first() {
        let idle = end(900, 8 * 3_600);
        assert_eq!((idle.ending, idle.at), (Ending::Idle, shift(asked(), 900)));
        let day = end(900, 600);
        assert_eq!((day.ending, day.at), (Ending::Day, shift(asked(), 600)));
        assert_eq!(end(600, 600).ending, Ending::Day);
    }

    #[test]
    fn the_warning_comes_two_minutes_before_the_end() {
        let end = end(900, 8 * 3_600);
        assert!(!end.is_near(shift(asked(), 779)));
        assert!(end.is_near(shift(asked(), 780)));
        assert!(!end.has_come(shift(asked(), 899)));
        assert!(end.has_come(shift(asked(), 900)));
    }
}
