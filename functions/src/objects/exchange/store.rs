//! What the exchange remembers, in the Ledger's database: which keys are sent, where the download
//! stands, which batches were taken in or have failed, and what was set aside.

use federation::{cursor::Cursor, tag::BatchTag};
use shared::{
    Timestamp,
    api::{ExchangeReport, LastRun, QuarantineReason, QuarantinedKeys},
    country::Country,
    keys::{conversion::DiagnosisKey, tek, tek::KeyData},
    time::retention,
};
use worker::{Result, SqlStorage, SqlStorageValue as Value, State};

use super::job::Job;
use crate::{objects::ledger, platform::sql};

// The column `sent` of the Ledger's keys belongs here too.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS download_cursor (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        day TEXT NOT NULL,
        tag TEXT
    );
    CREATE TABLE IF NOT EXISTS seen_batch (
        tag TEXT PRIMARY KEY,
        expires_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS failed_batch (
        tag TEXT PRIMARY KEY,
        runs INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS set_aside (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        tag TEXT NOT NULL,
        country TEXT NOT NULL,
        reason TEXT NOT NULL,
        expires_at INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS exchange_run (
        job TEXT PRIMARY KEY,
        last TEXT NOT NULL
    ) WITHOUT ROWID;
";

/// The exchange's tables.
pub struct Store {
    sql: SqlStorage,
}

impl Store {
    /// The tables in the database of the object with `state`.
    pub fn new(state: &State) -> Self {
        let sql = state.storage().sql();
        // A database that cannot be opened fails again at its first use, where the failure can be
        // answered.
        let _ = sql::run(&sql, SCHEMA, Vec::new());
        Self { sql }
    }

    /// The keys of the batch that is being sent; if there is none, a new one of at most `limit`
    /// keys. Empty when all is sent.
    ///
    /// What has become too old to be of use, and would make the gateway refuse the batch, is sent
    /// no more.
    pub fn plan_batch(&self, limit: usize, now: Timestamp) -> Result<Vec<DiagnosisKey>> {
        let oldest = Value::Integer(tek::oldest_start(now).number().into());
        sql::run(
            &self.sql,
            "UPDATE diagnosis_key SET sent = 1 WHERE sent = 0 AND rolling_start < ?",
            vec![oldest.clone()],
        )?;
        let planned = self.planned_keys()?;
        if !planned.is_empty() {
            return Ok(planned);
        }
        // In the order of the key data, which is random: a batch says nothing of who is in it.
        sql::run(
            &self.sql,
            "UPDATE diagnosis_key SET sent = 0 WHERE data IN \
             (SELECT data FROM diagnosis_key WHERE sent IS NULL AND rolling_start >= ? \
              AND file IN (SELECT number FROM file WHERE id IS NOT NULL) ORDER BY data LIMIT ?)",
            vec![oldest, Value::Integer(limit as i64)],
        )?;
        self.planned_keys()
    }

    fn planned_keys(&self) -> Result<Vec<DiagnosisKey>> {
        sql::rows(
            &self.sql,
            "SELECT data, rolling_start, rolling_period, days_since_onset FROM diagnosis_key \
             WHERE sent = 0 ORDER BY data",
            Vec::new(),
            ledger::diagnosis_key,
        )
    }

    /// The batch is with the gateway.
    pub fn mark_batch_sent(&self) -> Result<()> {
        let statement = "UPDATE diagnosis_key SET sent = 1 WHERE sent = 0";
        sql::run(&self.sql, statement, Vec::new())
    }

    /// These keys of the batch are with the gateway; the others are still to be sent.
    pub fn mark_sent(&self, keys: &[KeyData]) -> Result<()> {
        self.set_sent(keys, Value::Integer(1))
    }

    /// These keys of the batch wait for a later one.
    pub fn put_back(&self, keys: &[KeyData]) -> Result<()> {
        self.set_sent(keys, Value::Null)
    }

    fn set_sent(&self, keys: &[KeyData], sent: Value) -> Result<()> {
        let keys: Vec<_> = keys.iter().map(|key| hex::encode(key.as_bytes())).collect();
        sql::run(
            &self.sql,
            "UPDATE diagnosis_key SET sent = ?2 WHERE sent = 0 \
             AND data IN (SELECT unhex(value) FROM json_each(?1))",
            vec![Value::String(serde_json::to_string(&keys)?), sent],
        )
    }

    /// Where the download stands.
    pub fn cursor(&self) -> Result<Option<Cursor>> {
        let stored = sql::first(
            &self.sql,
            "SELECT day, coalesce(tag, '') FROM download_cursor",
            Vec::new(),
            |mut row| Ok((row.text()?, row.text()?)),
        )?;
        Ok(stored.and_then(|(day, tag)| match tag.parse() {
            Ok(tag) => Some(Cursor::Batch(tag)),
            Err(_) => day.parse().ok().map(Cursor::Day),
        }))
    }

    /// Remembers where the download stands.
    pub fn set_cursor(&self, cursor: &Cursor) -> Result<()> {
        let tag = cursor.tag().map(BatchTag::to_string);
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO download_cursor VALUES (1, ?, ?)",
            vec![
                Value::String(cursor.day().to_string()),
                tag.map_or(Value::Null, Value::String),
            ],
        )
    }

    /// Counts a run that asks for the batch `tag`. How many there were in which it failed, if it
    /// fails again.
    pub fn count_run(&self, tag: &BatchTag, now: Timestamp) -> Result<i64> {
        let runs = sql::first(
            &self.sql,
            "INSERT INTO failed_batch VALUES (?, 1, ?) \
             ON CONFLICT DO UPDATE SET runs = runs + 1 RETURNING runs",
            vec![Value::String(tag.to_string()), kept_until(now)],
            |mut row| row.integer(),
        )?;
        runs.ok_or_else(|| "an insert has one row".into())
    }

    /// The last of these runs does not count.
    pub fn forget_run(&self, tag: &BatchTag) -> Result<()> {
        sql::run(
            &self.sql,
            "UPDATE failed_batch SET runs = runs - 1 WHERE tag = ?",
            vec![Value::String(tag.to_string())],
        )
    }

    /// None of these runs count any more.
    pub fn forget_runs(&self, tag: &BatchTag) -> Result<()> {
        sql::run(
            &self.sql,
            "DELETE FROM failed_batch WHERE tag = ?",
            vec![Value::String(tag.to_string())],
        )
    }

    /// Whether the batch `tag` was taken in, or set aside, before.
    pub fn has_seen(&self, tag: &BatchTag) -> Result<bool> {
        let seen = sql::first(
            &self.sql,
            "SELECT 1 FROM seen_batch WHERE tag = ?",
            vec![Value::String(tag.to_string())],
            |_| Ok(()),
        )?;
        Ok(seen.is_some())
    }

    /// The batch `tag` is done with.
    pub fn mark_seen(&self, tag: &BatchTag, now: Timestamp) -> Result<()> {
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO seen_batch VALUES (?, ?)",
            vec![Value::String(tag.to_string()), kept_until(now)],
        )
    }

    /// Records that keys of `country` in the batch `tag` are not used; without a country, none of
    /// them.
    pub fn set_aside(
        &self,
        tag: &BatchTag,
        country: Option<Country>,
        reason: QuarantineReason,
        now: Timestamp,
    ) -> Result<()> {
        sql::run(
            &self.sql,
            "INSERT INTO set_aside (at, tag, country, reason, expires_at) VALUES (?, ?, ?, ?, ?)",
            vec![
                Value::Integer(now.as_second()),
                Value::String(tag.to_string()),
                Value::String(serde_json::to_string(&country)?),
                Value::String(serde_json::to_string(&reason)?),
                kept_until(now),
            ],
        )
    }

    /// Remembers how a run of `job` ended.
    pub fn remember_run(&self, job: Job, last: LastRun) -> Result<()> {
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO exchange_run VALUES (?, ?)",
            vec![
                Value::String(job.name().to_owned()),
                Value::String(serde_json::to_string(&last)?),
            ],
        )
    }

    /// What an administrator sees, newest first.
    pub fn report(&self) -> Result<ExchangeReport> {
        let quarantined = sql::rows(
            &self.sql,
            "SELECT at, tag, country, reason FROM set_aside ORDER BY id DESC LIMIT 1000",
            Vec::new(),
            |mut row| {
                Ok(QuarantinedKeys {
                    at: row.time()?,
                    tag: row.text()?,
                    country: serde_json::from_str(&row.text()?)?,
                    reason: serde_json::from_str(&row.text()?)?,
                })
            },
        )?;
        Ok(ExchangeReport {
            quarantined,
            last_upload: self.last_run(Job::Upload)?,
            last_download: self.last_run(Job::Download)?,
        })
    }

    fn last_run(&self, job: Job) -> Result<Option<LastRun>> {
        sql::first(
            &self.sql,
            "SELECT last FROM exchange_run WHERE job = ?",
            vec![Value::String(job.name().to_owned())],
            |mut row| Ok(serde_json::from_str(&row.text()?)?),
        )
    }

    /// Forgets batches that the gateway has long forgotten too, and what was set aside two weeks
    /// ago.
    pub fn expire(&self, now: Timestamp) -> Result<()> {
        for statement in [
            "DELETE FROM seen_batch WHERE expires_at <= ?",
            "DELETE FROM failed_batch WHERE expires_at <= ?",
            "DELETE FROM set_aside WHERE expires_at <= ?",
        ] {
            sql::run(&self.sql, statement, vec![Value::Integer(now.as_second())])?;
        }
        Ok(())
    }
}

fn kept_until(now: Timestamp) -> Value {
    Value::Integer(retention::ends_at(now).as_second())
}
