//! The one clock: read at the door of each request and handed down from there (design §5).

use shared::Timestamp;
use worker::{Env, Result};

/// The time.
#[cfg(not(feature = "test-controls"))]
pub async fn now(_env: &Env) -> Result<Timestamp> {
    Ok(real())
}

/// The time, moved by the offset that tests have set.
#[cfg(feature = "test-controls")]
pub async fn now(env: &Env) -> Result<Timestamp> {
    let offset = crate::test_controls::clock_offset(env).await?;
    Ok(shared::time::shift(real(), offset))
}

/// Milliseconds from now until `time`, for the platform's own timers, which know nothing of an offset.
pub fn until(time: Timestamp, now: Timestamp) -> i64 {
    (time.as_millisecond() - now.as_millisecond()).max(0)
}

fn real() -> Timestamp {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or_default()
}
