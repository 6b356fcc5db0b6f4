//! The Worker: what phones, employees and the platform's scheduler call.
//!
//! Data moves one way (design §2): phone routes → [`intake`] → publication → [`ledger`] →
//! [`content_store`] → phones. Employees come by [`sign_in`] and [`portal_api`] to the [`desk`],
//! which knows who they are and asks the [`intake`]. Whatever is decided is decided in `shared`;
//! the modules here parse, store and answer.

mod alarm;
mod answer;
mod body;
mod clock;
mod config;
mod content_api;
mod content_store;
mod cookie;
mod countries_api;
mod desk;
mod exchange;
mod intake;
mod ledger;
mod object;
mod outgoing;
mod phone_api;
mod portal_api;
mod random;
mod request;
mod router;
mod security_log;
mod sign_in;
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

/// The cron triggers: exchange keys with other countries by those that the settings name, and
/// publish by any other.
#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let jobs = exchange::Job::on_schedule(&env, &event.cron());
    let done = async {
        let now = clock::now(&env).await?;
        if jobs.is_empty() {
            return ledger::publish(&env, now).await;
        }
        for job in &jobs {
            ledger::exchange(&env, *job, now).await?;
        }
        Ok(())
    };
    if let Err(error) = done.await {
        let job = if jobs.is_empty() {
            "publication"
        } else {
            "exchange"
        };
        console_error!("{job} failed: {error}");
    }
}
