//! The only clock of the Worker. It is read once for each request; other functions take the time as
//! an argument (design §5.4).

use shared::Timestamp;
use worker::Env;

use crate::platform::failure::Result;
#[cfg(feature = "test-controls")]
use crate::platform::test_clock;

#[cfg(not(feature = "test-controls"))]
pub async fn now(_env: &Env) -> Result<Timestamp> {
    Ok(real())
}

/// The time, moved by the offset that tests have set.
#[cfg(feature = "test-controls")]
pub async fn now(env: &Env) -> Result<Timestamp> {
    let offset = test_clock::offset(env).await?;
    Ok(shared::time::shift(real(), offset))
}

/// The platform's own time in milliseconds, which its timers use.
pub fn platform_millis() -> i64 {
    js_sys::Date::now() as i64
}

/// The time, not moved by tests. ID tokens are checked against it, since another party wrote their
/// times.
pub fn real() -> Timestamp {
    Timestamp::from_millisecond(platform_millis()).unwrap_or_default()
}
