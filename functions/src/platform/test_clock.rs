//! The offset by which tests move the clock. Only builds with the feature `test-controls` have it.

use std::cell::Cell;

use worker::Env;

use crate::platform::failure::Result;

/// The key of the stored offset, which outlasts a restart.
const OFFSET_KEY: &str = "test/clock";

thread_local! {
    // workerd has one isolate for this Worker, so this is read from storage once after a start.
    static OFFSET: Cell<Option<i64>> = const { Cell::new(None) };
}

/// By how many seconds the clock is ahead.
pub async fn offset(env: &Env) -> Result<i64> {
    if let Some(offset) = OFFSET.get() {
        return Ok(offset);
    }
    let stored = env.kv("CONTENT")?.get(OFFSET_KEY).text().await?;
    let offset = stored.and_then(|offset| offset.parse().ok()).unwrap_or(0);
    OFFSET.set(Some(offset));
    Ok(offset)
}

/// Moves the clock `offset` seconds ahead.
pub async fn set_offset(env: &Env, offset: i64) -> Result<()> {
    env.kv("CONTENT")?
        .put(OFFSET_KEY, offset.to_string())?
        .execute()
        .await?;
    OFFSET.set(Some(offset));
    Ok(())
}
