//! The exchange of keys with other countries through the gateway (design §4.4): one job that sends
//! what is published here, and one that takes in what others have published. What each answer means
//! is decided in `federation::`.
//!
//! Both run in the Ledger, where the keys are. What they have done is written down between two
//! calls to the gateway, so a run that is killed anywhere is gone on with by the next one: what was
//! planned is sent again, and the gateway says what it has of it; a batch that was taken in is
//! known by its tag.

mod batch;
mod download;
mod gateway;
mod settings;
mod store;
mod upload;

use shared::{
    Timestamp,
    api::{LastRun, RunOutcome},
};
use worker::{Env, Result, console_error};

use crate::{objects::ledger::LedgerStore, platform::settings::text};
use gateway::Gateway;
use settings::Settings;
pub use store::Store;

/// How many batches a job sends or takes in a run. The next run goes on.
const MAX_BATCHES: usize = 200;

/// One of the two jobs.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Job {
    /// From other countries.
    Download,
    /// To other countries.
    Upload,
}

impl Job {
    const ALL: [Self; 2] = [Self::Download, Self::Upload];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Upload => "upload",
        }
    }

    /// The job with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|job| job.name() == name)
    }

    /// The jobs that the cron trigger `cron` is for. Without the setting a job never runs; the
    /// others do.
    pub fn on_schedule(env: &Env, cron: &str) -> Vec<Self> {
        let schedule = |job: &Self| match job {
            Self::Download => text(env, "EFGS_DOWNLOAD_SCHEDULE"),
            Self::Upload => text(env, "EFGS_UPLOAD_SCHEDULE"),
        };
        let jobs = Self::ALL.into_iter();
        jobs.filter(|job| schedule(job).is_ok_and(|schedule| schedule == cron))
            .collect()
    }
}

/// Runs `job`, if the exchange is switched on. That the gateway fails is no error here but an
/// outcome, which is logged and kept for the administrator.
pub async fn run(
    job: Job,
    ledger: &LedgerStore,
    store: &Store,
    env: &Env,
    now: Timestamp,
) -> Result<()> {
    // Also when nothing is exchanged any more.
    store.expire(now)?;
    let Some(settings) = Settings::of(env)? else {
        return Ok(());
    };
    if settings.participants.iter().next().is_none() {
        return Ok(());
    }
    let gateway = Gateway::of(env, &settings)?;
    let outcome = match job {
        Job::Download => download::run(ledger, store, &gateway, &settings, now).await?,
        Job::Upload => upload::run(store, &gateway, &settings, now).await?,
    };
    if outcome != RunOutcome::Done {
        console_error!("exchange: {} ended early: {outcome}", job.name());
    }
    store.remember_run(job, LastRun { at: now, outcome })
}
