//! The two jobs of the exchange, and when they run.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::settings::table;
use worker::{Env, console_error};

use crate::platform::settings;

/// How many batches a job sends or downloads in one run. The next run continues.
pub const MAX_BATCHES_PER_RUN: usize = 200;

#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// From other countries.
    Download,
    /// To other countries.
    Upload,
}

impl Job {
    pub const ALL: [Self; 2] = [Self::Download, Self::Upload];

    /// The jobs of the cron trigger `cron`. A job whose schedule is not configured never runs; the
    /// other one does.
    pub fn on_schedule(env: &Env, cron: &str) -> Vec<Self> {
        let schedule = |job: &Self| match job {
            Self::Download => settings::read(env, &table::EFGS_DOWNLOAD_SCHEDULE),
            Self::Upload => settings::read(env, &table::EFGS_UPLOAD_SCHEDULE),
        };
        let is_due = |job: &Self| match schedule(job) {
            Ok(schedule) => schedule == cron,
            Err(error) => {
                console_error!("{error}");
                false
            }
        };
        Self::ALL.into_iter().filter(is_due).collect()
    }
}

/// The name under which it is sent, stored and logged.
impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_names_of_the_jobs_stay_as_they_are() {
        assert_eq!(Job::ALL.map(|job| job.to_string()), ["download", "upload"]);
    }
}
