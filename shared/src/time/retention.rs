//! How long anything that came from an upload may live (design §3).

use jiff::Timestamp;

use crate::time::{DAY_SECONDS, shift};

/// 14 days.
pub const RETENTION_SECONDS: i64 = 14 * DAY_SECONDS;

/// When everything that came from an upload at `uploaded` must be gone.
pub fn ends_at(uploaded: Timestamp) -> Timestamp {
    shift(uploaded, RETENTION_SECONDS)
}

/// How coarsely a published file's end tells when the oldest upload in it came, in seconds: as
/// coarsely as the file itself does, since the publication runs every four hours.
const FILE_END_STEP: i64 = 4 * 3_600;

/// When a file that holds keys of an upload at `uploaded` must be gone. Everybody sees when a file
/// ends; the exact time of the upload would name the phone that was seen to send something just
/// then. So it is up to four hours earlier.
pub fn file_ends_at(uploaded: Timestamp) -> Timestamp {
    let since_step = uploaded.as_second().rem_euclid(FILE_END_STEP);
    // Without the fraction of the second, which would tell too.
    let step = Timestamp::from_second(uploaded.as_second() - since_step);
    ends_at(step.unwrap_or(uploaded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_end_tells_no_more_than_the_run_of_its_upload() {
        let ends = |uploaded: &str| file_ends_at(uploaded.parse().unwrap()).to_string();
        assert_eq!(ends("2026-11-24T08:00:00Z"), "2026-12-08T08:00:00Z");
        assert_eq!(ends("2026-11-24T11:59:59.9Z"), "2026-12-08T08:00:00Z");
        assert_eq!(ends("2026-11-24T12:00:00Z"), "2026-12-08T12:00:00Z");
    }
}
