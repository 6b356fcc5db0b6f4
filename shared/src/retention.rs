//! How long anything that came from an upload may live (design §3).

use jiff::Timestamp;

use crate::time::{DAY_SECONDS, shift};

/// 14 days.
pub const RETENTION_SECONDS: i64 = 14 * DAY_SECONDS;

/// When everything that came from an upload at `uploaded` must be gone.
pub fn ends_at(uploaded: Timestamp) -> Timestamp {
    shift(uploaded, RETENTION_SECONDS)
}
