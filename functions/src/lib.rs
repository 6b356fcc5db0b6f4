//! The Worker: what phones, employees and the platform's scheduler call.
//!
//! Data moves one way (design §2): phone routes → [`intake`] → publication → [`ledger`] → [`content_store`] → phones.
//! Whatever is decided is decided in `shared`; the modules here parse, store and answer.

mod alarm;
mod answer;
mod clock;
mod config;
mod content_api;
mod content_store;
mod intake;
mod ledger;
mod object;
mod phone_api;
#[cfg(feature = "test-controls")]
mod portal_api;
mod random;
mod request;
mod router;
mod sql;
#[cfg(feature = "test-controls")]
mod test_controls;

use worker::{Context, Env, Result, ScheduleContext, ScheduledEvent, console_error, event};

/// A request from outside.
#[event(fetch)]
async fn fetch(
    request: web_sys::Request,
    env: Env,
    _context: Context,
) -> Result<web_sys::Response> {
    router::route(request, &env).await
}

/// The cron trigger: publish what may be published.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let published = async { ledger::publish(&env, clock::now(&env).await?).await }.await;
    if let Err(error) = published {
        console_error!("publication failed: {error}");
    }
}
