//! What the exchange remembers, in the Ledger's database: where the download stands, which batches
//! were processed or have failed, what was quarantined, and how the last runs ended.

use federation::{cursor::Cursor, tag::BatchTag};
use shared::{
    Timestamp,
    api::{ExchangeReport, LastRun, QuarantineReason, QuarantinedKeys},
    country::Country,
    time::retention,
};
use worker::Result;

use super::job::Job;
use crate::platform::sql::{Database, FromRow, Row, ToColumn, Value};

impl ToColumn for Job {
    fn to_column(&self) -> Result<Value> {
        self.name().to_column()
    }
}

impl FromRow for Cursor {
    fn from_row(row: &mut Row) -> Result<Self> {
        let day: String = row.take()?;
        Ok(match row.take()? {
            Some(tag) => Self::Batch(tag),
            None => Self::Day(day.parse().map_err(|_| "the database lacks a day")?),
        })
    }
}

impl FromRow for QuarantinedKeys {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            at: row.take()?,
            tag: row.take()?,
            country: row.take()?,
            reason: row.take()?,
        })
    }
}

/// The owner of the exchange's tables.
pub struct ExchangeStore {
    database: Database,
}

impl ExchangeStore {
    /// The tables of `database`, which has the Ledger's newest version.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Where the download stands.
    pub fn cursor(&self) -> Result<Option<Cursor>> {
        self.database
            .first("SELECT day, tag FROM download_cursor", &[])
    }

    /// Records where the download stands.
    pub fn set_cursor(&self, cursor: &Cursor) -> Result<()> {
        self.database.run(
            "INSERT OR REPLACE INTO download_cursor (id, day, tag) VALUES (1, ?, ?)",
            &[&cursor.day().to_string(), &cursor.tag()],
        )
    }

    /// Counts a run that asks for the batch `tag`, and gives how many runs have failed in it if
    /// this one fails.
    pub fn count_run(&self, tag: &BatchTag, now: Timestamp) -> Result<i64> {
        self.database.one(
            "INSERT INTO failed_batch (tag, runs, expires_at) VALUES (?, 1, ?) \
             ON CONFLICT DO UPDATE SET runs = runs + 1 RETURNING runs",
            &[tag, &retention::ends_at(now)],
        )
    }

    /// Takes back the last of these runs.
    pub fn forget_run(&self, tag: &BatchTag) -> Result<()> {
        self.database.run(
            "UPDATE failed_batch SET runs = runs - 1 WHERE tag = ?",
            &[tag],
        )
    }

    /// Takes back all of these runs.
    pub fn forget_runs(&self, tag: &BatchTag) -> Result<()> {
        self.database
            .run("DELETE FROM failed_batch WHERE tag = ?", &[tag])
    }

    /// Whether the batch `tag` was processed or quarantined before.
    pub fn has_seen(&self, tag: &BatchTag) -> Result<bool> {
        self.database
            .any("SELECT 1 FROM seen_batch WHERE tag = ?", &[tag])
    }

    /// Marks the batch `tag` as processed.
    pub fn mark_seen(&self, tag: &BatchTag, now: Timestamp) -> Result<()> {
        self.database.run(
            "INSERT OR REPLACE INTO seen_batch (tag, expires_at) VALUES (?, ?)",
            &[tag, &retention::ends_at(now)],
        )
    }

    /// Records that keys of `country` in the batch `tag` are not used; without a country, none of
    /// them.
    pub fn quarantine(
        &self,
        tag: &BatchTag,
        country: Option<Country>,
        reason: QuarantineReason,
        now: Timestamp,
    ) -> Result<()> {
        self.database.run(
            "INSERT INTO quarantined (at, tag, country, reason, expires_at) VALUES (?, ?, ?, ?, ?)",
            &[&now, tag, &country, &reason, &retention::ends_at(now)],
        )
    }

    /// Records how a run of `job` ended.
    pub fn remember_run(&self, job: Job, last: LastRun) -> Result<()> {
        self.database.run(
            "INSERT OR REPLACE INTO exchange_run (job, last) VALUES (?, ?)",
            &[&job, &last],
        )
    }

    /// What an administrator sees, newest first.
    pub fn report(&self) -> Result<ExchangeReport> {
        Ok(ExchangeReport {
            quarantined: self.database.rows(
                "SELECT at, tag, country, reason FROM quarantined ORDER BY id DESC LIMIT 1000",
                &[],
            )?,
            last_upload: self.last_run(Job::Upload)?,
            last_download: self.last_run(Job::Download)?,
        })
    }

    fn last_run(&self, job: Job) -> Result<Option<LastRun>> {
        self.database
            .first("SELECT last FROM exchange_run WHERE job = ?", &[&job])
    }

    /// Deletes batches that the gateway has long deleted too, and what was quarantined two weeks
    /// ago.
    pub fn expire(&self, now: Timestamp) -> Result<()> {
        for statement in [
            "DELETE FROM seen_batch WHERE expires_at <= ?",
            "DELETE FROM failed_batch WHERE expires_at <= ?",
            "DELETE FROM quarantined WHERE expires_at <= ?",
        ] {
            self.database.run(statement, &[&now])?;
        }
        Ok(())
    }
}
