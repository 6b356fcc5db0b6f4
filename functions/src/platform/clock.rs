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
    let offset = crate::routes::test_controls::clock_offset(env).await?;
    Ok(shared::time::shift(real(), offset))
}

/// The platform's own time in milliseconds, by which its timers go.
pub fn platform_millis() -> i64 {
    js_sys::Date::now() as i64
}

/// The time as it is, whatever tests have set: by it alone ID tokens are checked, since another
/// party wrote their times.
pub fn real() -> Timestamp {
    Timestamp::from_millisecond(platform_millis()).unwrap_or_default()
}
