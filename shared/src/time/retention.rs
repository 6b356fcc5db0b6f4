//! When data that came from an upload must be deleted (design §3.23).

use jiff::Timestamp;

use crate::time::{DAY_SECONDS, shift};

/// How long after an upload everything that came from it may be kept: 14 days.
pub const RETENTION_SECONDS: i64 = 14 * DAY_SECONDS;

/// When everything that came from an upload at `uploaded` must be deleted.
pub fn ends_at(uploaded: Timestamp) -> Timestamp {
    shift(uploaded, RETENTION_SECONDS)
}

/// The precision, in seconds, to which the end of a published file shows the time of the oldest
/// upload in it. The file itself shows as much, since the publication runs every four hours.
const FILE_END_STEP: i64 = 4 * 3_600;

/// When a file with keys of an upload at `uploaded` must be deleted: up to four hours before the
/// upload's own end. The end of a file is public, and the exact time of an upload would identify
/// the phone that was seen to send something just then.
pub fn file_ends_at(uploaded: Timestamp) -> Timestamp {
    let since_step = uploaded.as_second().rem_euclid(FILE_END_STEP);
    // The fraction of the second is dropped, since it would show too.
    let step = Timestamp::from_second(uploaded.as_second() - since_step);
    ends_at(step.unwrap_or(uploaded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_file_shows_no_more_than_the_run_of_its_upload() {
        let ends = |uploaded: &str| file_ends_at(uploaded.parse().unwrap()).to_string();
        assert_eq!(ends("2026-11-24T08:00:00Z"), "2026-12-08T08:00:00Z");
        assert_eq!(ends("2026-11-24T11:59:59.9Z"), "2026-12-08T08:00:00Z");
        assert_eq!(ends("2026-11-24T12:00:00Z"), "2026-12-08T12:00:00Z");
    }
}
