//! Days and hours in the Netherlands: the calendar of the employees and of the phones' owners
//! (design §3.2).

use jiff::{
    Timestamp,
    civil::{Date, time},
    tz::TimeZone,
};

/// The time zone Europe/Amsterdam.
pub fn amsterdam() -> TimeZone {
    jiff::tz::get!("Europe/Amsterdam")
}

/// The calendar day in the Netherlands at `now`.
pub fn today(now: Timestamp) -> Date {
    amsterdam().to_datetime(now).date()
}

/// 04:00 in the Netherlands on the calendar day after that of `now`.
pub fn next_day_at_four(now: Timestamp) -> Timestamp {
    let tomorrow = today(now).tomorrow().unwrap_or(Date::MAX);
    // The clocks change at 02:00 or 03:00, so 04:00 occurs exactly once a day.
    amsterdam()
        .to_timestamp(tomorrow.to_datetime(time(4, 0, 0, 0)))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn four_in_the_morning_follows_summer_time() {
        for (now, four) in [
            ("2026-11-23T10:00:00Z", "2026-11-24T03:00:00Z"),
            ("2026-07-01T10:00:00Z", "2026-07-02T02:00:00Z"),
            // 00:30 on the 24th in the Netherlands.
            ("2026-11-23T23:30:00Z", "2026-11-25T03:00:00Z"),
            // The nights in which the clocks change.
            ("2026-03-28T12:00:00Z", "2026-03-29T02:00:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-25T03:00:00Z"),
        ] {
            assert_eq!(next_day_at_four(at(now)), at(four), "{now}");
        }
    }
}
