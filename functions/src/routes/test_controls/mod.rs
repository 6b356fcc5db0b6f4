//! Doors for tests and local runs: a clock that can be moved and jobs that can be run at once
//! (design §5).
//!
//! Only builds with the feature `test-controls` have them; a release build does not.

mod bench;

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    api::{problem::Problem, routes::TestRoute},
    enrolment::intake::IntakeNumber,
    publication::{signing, signing::KeyError},
};
use url::Url;
use worker::{Env, Result};

use crate::{
    objects::{exchange::Job, intake, ledger, staff},
    platform::{answer, request, settings},
};

/// Where the offset is kept over restarts, beside the published content.
const OFFSET_KEY: &str = "test/clock";

thread_local! {
    // All of workerd's isolates for this Worker are one, so this is read from storage once after a start.
    static OFFSET: Cell<Option<i64>> = const { Cell::new(None) };
}

/// By how many seconds the clock is ahead.
pub async fn clock_offset(env: &Env) -> Result<i64> {
    if let Some(offset) = OFFSET.get() {
        return Ok(offset);
    }
    let stored = env.kv("CONTENT")?.get(OFFSET_KEY).text().await?;
    let offset = stored.and_then(|offset| offset.parse().ok()).unwrap_or(0);
    OFFSET.set(Some(offset));
    Ok(offset)
}

/// Answers a request that has no other route.
pub async fn answer(
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    let route = match TestRoute::parse(&request.method(), url.path()) {
        Ok(route) => route,
        Err(error) => return answer::no_route(error),
    };
    match route {
        TestRoute::BenchExport => return bench::export(request, env, now).await,
        TestRoute::Clock => return set_clock(request, env).await,
        TestRoute::Phone => return delivered_with_phones(env).await,
        TestRoute::Publish => ledger::publish(env, now).await?,
        TestRoute::Expire => {
            for intake in IntakeNumber::all() {
                intake::expire(env, intake, now).await?;
            }
            ledger::expire(env, now).await?;
            staff::expire(env, now).await?;
        }
        TestRoute::Exchange => {
            for job in [Job::Upload, Job::Download] {
                ledger::exchange(env, job, now).await?;
            }
            return answer::json(&ledger::exchange_report(env, now).await?);
        }
    }
    answer::empty(200)
}

/// The public keys, PEM, and by how many seconds the clock is ahead.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    clock_offset: i64,
    manifest_public_key: String,
    export_public_key: String,
}

async fn delivered_with_phones(env: &Env) -> Result<web_sys::Response> {
    let config = settings::phone(env)?;
    let manifest = config.manifest_signing_key.verifying_key();
    let export = config.export_signing_key.verifying_key();
    answer::json(&Delivered {
        clock_offset: clock_offset(env).await?,
        manifest_public_key: pem(signing::manifest_verifying_key_pem(&manifest))?,
        export_public_key: pem(signing::export_verifying_key_pem(export))?,
    })
}

fn pem(key: std::result::Result<String, KeyError>) -> Result<String> {
    key.map_err(|error| error.to_string().into())
}

#[derive(Deserialize)]
struct Clock {
    offset: i64,
}

async fn set_clock(request: &web_sys::Request, env: &Env) -> Result<web_sys::Response> {
    let clock: Clock = match request::json(request).await {
        Ok(clock) => clock,
        Err(problem) => return answer::problem(problem),
    };
    // Only forward: what has expired must not come back.
    if clock.offset < clock_offset(env).await? {
        return answer::problem(Problem::Malformed);
    }
    env.kv("CONTENT")?
        .put(OFFSET_KEY, clock.offset.to_string())?
        .execute()
        .await?;
    OFFSET.set(Some(clock.offset));
    answer::empty(200)
}
