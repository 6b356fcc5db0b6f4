//! The Worker, which serves phones, employees and the platform's scheduler.
//!
//! A route parses a request and calls a Durable Object; the object decides by the rules in
//! `shared`, stores and replies; the route turns the reply into an answer. Keys move one
//! way (design §2.4): phones → Intakes → Ledger → published files → phones. Employees reach Staff,
//! which checks who they are and passes codes on to the Intakes.
//!
//! The rooms use each other in one direction: `routes` → `objects` → `platform`.

mod objects;
mod platform;
mod routes;

use worker::{Context, Env, Result, ScheduleContext, ScheduledEvent, console_error, event};

use objects::ledger::{
    calls::{LedgerAddress, Publish, RunExchange},
    exchange::job::Job,
};
use platform::{call::Call as _, clock, failure};

/// A request from outside.
#[event(fetch)]
async fn fetch(
    request: web_sys::Request,
    env: Env,
    _context: Context,
) -> Result<web_sys::Response> {
    Ok(routes::router::route(request, &env).await?)
}

/// Runs the job of a cron trigger: exchanges keys with other countries on the triggers that the
/// settings name, and publishes on any other.
#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let jobs = Job::on_schedule(&env, &event.cron());
    let done: failure::Result<()> = async {
        let now = clock::now(&env).await?;
        if jobs.is_empty() {
            Publish {}.send(&env, LedgerAddress, now).await?;
        }
        for job in &jobs {
            let exchange = RunExchange { job: *job };
            exchange.send(&env, LedgerAddress, now).await?;
        }
        Ok(())
    }
    .await;
    if let Err(error) = done {
        let job = if jobs.is_empty() {
            "publication"
        } else {
            "exchange"
        };
        console_error!("{job} failed: {error}");
    }
}
