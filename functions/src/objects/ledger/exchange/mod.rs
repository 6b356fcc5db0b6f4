//! The exchange of keys with other countries through their gateway (design §4.4): one job sends the
//! keys that are published here, and one imports the keys that others have published. The crate
//! `federation` decides what each response of the gateway means.
//!
//! The Ledger runs both jobs, since it has the keys. They store their progress between two requests
//! to the gateway, so after a run that was killed the next one continues: it sends the planned keys
//! again, and the gateway answers which of them it has; an imported batch is recognised by its tag.

mod batch;
mod download;
mod gateway;
pub mod job;
pub mod store;
mod upload;

use shared::{
    Timestamp,
    api::{LastRun, RunOutcome},
};
use worker::{Env, Result, console_error};

use crate::{objects::ledger::diagnosis_keys::DiagnosisKeys, platform::settings};
use gateway::Gateway;
use job::Job;
use store::ExchangeStore;

/// Runs `job`, if the exchange is switched on. A failure of the gateway is not an error but an
/// outcome, which is logged and stored for the administrator.
pub async fn run(
    job: Job,
    keys: &DiagnosisKeys,
    store: &ExchangeStore,
    env: &Env,
    now: Timestamp,
) -> Result<()> {
    // Before the settings are read: records expire also after the exchange is switched off.
    store.expire(now)?;
    let settings = settings::exchange(env)?;
    let Some(settings) = settings.as_ref() else {
        return Ok(());
    };
    if settings.participants.iter().next().is_none() {
        return Ok(());
    }
    let gateway = Gateway::of(env, settings)?;
    let outcome = match job {
        Job::Download => download::run(keys, store, &gateway, settings, now).await?,
        Job::Upload => upload::run(keys, &gateway, settings, now).await?,
    };
    if outcome != RunOutcome::Done {
        console_error!("exchange: {job} ended early: {outcome}");
    }
    store.record_run(job, LastRun { at: now, outcome })
}
