//! The time, which tests decide themselves, and how it is said.

use shared::{Timestamp, time::netherlands::amsterdam};

/// Tells the time. A function and not a time, as the page may stay open overnight.
pub type Clock = fn() -> Timestamp;

/// The time of the browser's computer.
pub fn browser_clock() -> Timestamp {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or_default()
}

/// Hours and minutes in the Netherlands.
pub fn time_of_day(time: Timestamp) -> String {
    let time = amsterdam().to_datetime(time);
    format!("{:02}:{:02}", time.hour(), time.minute())
}
