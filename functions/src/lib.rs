//! The Worker: what phones, employees and the platform's scheduler call.
//!
//! Data moves one way (design §2): phone routes → [`intake`] → publication → [`ledger`] →
//! [`content_store`] → phones. Employees come by [`sign_in`] and [`portal_api`] to the [`desk`],
//! which knows who they are and asks the [`intake`]. Whatever is decided is decided in `shared`;
//! the modules here parse, store and answer.

mod objects;
mod platform;
mod routes;

use worker::{Context, Env, Result, ScheduleContext, ScheduledEvent, console_error, event};

/// A request from outside.
#[event(fetch)]
async fn fetch(
    request: web_sys::Request,
    env: Env,
    _context: Context,
) -> Result<web_sys::Response> {
    routes::router::route(request, &env).await
}

/// The cron triggers: exchange keys with other countries by those that the settings name, and
/// publish by any other.
#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let jobs = objects::exchange::Job::on_schedule(&env, &event.cron());
    let done = async {
        let now = platform::clock::now(&env).await?;
        if jobs.is_empty() {
            return objects::ledger::publish(&env, now).await;
        }
        for job in &jobs {
            objects::ledger::exchange(&env, *job, now).await?;
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
