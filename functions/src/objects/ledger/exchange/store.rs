//! The tables of the exchange in the Ledger's database: the position of the download, the batches
//! that were processed or have failed, the quarantines, and the outcomes of the last runs.

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
        self.to_string().to_column()
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

pub struct ExchangeStore {
    database: Database,
}

impl ExchangeStore {
    /// The tables of `database`, which has the Ledger's newest version.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// The position of the download.
    pub fn cursor(&self) -> Result<Option<Cursor>> {
        self.database
            .first("SELECT day, tag FROM download_cursor", &[])
    }

    pub fn set_cursor(&self, cursor: &Cursor) -> Result<()> {
        self.database.run(
            "INSERT OR REPLACE INTO download_cursor (id, day, tag) VALUES (1, ?, ?)",
            &[&cursor.day().to_string(), &cursor.tag()],
        )
    }

    /// Counts an attempt at the batch `tag`, and returns how many have failed if this one does.
    pub fn count_attempt(&self, tag: &BatchTag, now: Timestamp) -> Result<i64> {
        self.database.one(
            "INSERT INTO failed_batch (tag, runs, expires_at) VALUES (?, 1, ?) \
             ON CONFLICT DO UPDATE SET runs = runs + 1 RETURNING runs",
            &[tag, &retention::ends_at(now)],
        )
    }

    /// Takes back the last of these attempts.
    pub fn uncount_attempt(&self, tag: &BatchTag) -> Result<()> {
        self.database.run(
            "UPDATE failed_batch SET runs = runs - 1 WHERE tag = ?",
            &[tag],
        )
    }

    /// Forgets all of these attempts.
    pub fn forget_attempts(&self, tag: &BatchTag) -> Result<()> {
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
    pub fn record_run(&self, job: Job, last: LastRun) -> Result<()> {
        self.database.run(
            "INSERT OR REPLACE INTO exchange_run (job, last) VALUES (?, ?)",
            &[&job, &last],
        )
    }

    /// The report for an administrator, newest quarantines first.
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

    /// Deletes batches that the gateway has long deleted too, and quarantines of two weeks ago.
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

#[cfg(test)]
mod tests {
    use shared::{api::RunOutcome, time::shift};

    use super::*;
    use crate::objects::ledger::schema::STEPS;

    const BEFORE_VERSIONS: &str = include_str!("../../../../fixtures/ledger-before-versions.sql");

    fn now() -> Timestamp {
        "2026-11-21T04:00:00Z".parse().unwrap()
    }

    fn store() -> ExchangeStore {
        ExchangeStore::new(Database::in_memory(&STEPS))
    }

    fn tag(text: &str) -> BatchTag {
        text.parse().unwrap()
    }

    #[test]
    fn the_cursor_is_a_day_or_a_batch() {
        let store = store();
        assert_eq!(store.cursor().unwrap(), None);
        let day = Cursor::Day(tag("20261120-1").day());
        for cursor in [day, Cursor::Batch(tag("20261120-1"))] {
            store.set_cursor(&cursor).unwrap();
            assert_eq!(store.cursor().unwrap(), Some(cursor));
        }
    }

    #[test]
    fn attempts_are_counted_uncounted_and_forgotten() {
        let store = store();
        let (one, other) = (tag("20261120-1"), tag("20261120-2"));
        assert_eq!(store.count_attempt(&one, now()).unwrap(), 1);
        assert_eq!(store.count_attempt(&one, now()).unwrap(), 2);
        assert_eq!(store.count_attempt(&other, now()).unwrap(), 1);
        store.uncount_attempt(&one).unwrap();
        assert_eq!(store.count_attempt(&one, now()).unwrap(), 2);
        store.forget_attempts(&one).unwrap();
        assert_eq!(store.count_attempt(&one, now()).unwrap(), 1);
    }

    #[test]
    fn a_batch_is_seen_for_two_weeks() {
        let store = store();
        let batch = tag("20261120-1");
        assert!(!store.has_seen(&batch).unwrap());
        store.mark_seen(&batch, now()).unwrap();
        store.mark_seen(&batch, now()).unwrap();
        let end = retention::ends_at(now());
        store.expire(shift(end, -1)).unwrap();
        assert!(store.has_seen(&batch).unwrap());
        store.expire(end).unwrap();
        assert!(!store.has_seen(&batch).unwrap());
    }

    #[test]
    fn an_administrator_sees_what_was_quarantined_newest_first() {
        let store = store();
        let batch = tag("20261120-1");
        let germany = "DE".parse().ok();
        for (country, reason) in [
            (germany, QuarantineReason::Signature),
            (None, QuarantineReason::NoAudit),
        ] {
            store.quarantine(&batch, country, reason, now()).unwrap();
        }
        let report = store.report().unwrap();
        let seen: Vec<_> = report
            .quarantined
            .iter()
            .map(|it| (it.country, it.reason))
            .collect();
        assert_eq!(
            seen,
            [
                (None, QuarantineReason::NoAudit),
                (germany, QuarantineReason::Signature),
            ]
        );
        store.expire(retention::ends_at(now())).unwrap();
        assert_eq!(store.report().unwrap().quarantined, []);
    }

    #[test]
    fn a_database_from_before_versions_opens_with_its_rows_of_the_exchange() {
        let store = ExchangeStore::new(Database::in_memory_after(BEFORE_VERSIONS, &STEPS));
        assert_eq!(
            store.cursor().unwrap(),
            Some(Cursor::Batch(tag("20261120-3")))
        );
        assert!(store.has_seen(&tag("20261120-1")).unwrap());
        assert_eq!(store.count_attempt(&tag("20261120-2"), now()).unwrap(), 4);
        let report = store.report().unwrap();
        let seen: Vec<_> = report
            .quarantined
            .iter()
            .map(|it| (it.tag.as_str(), it.country, it.reason))
            .collect();
        assert_eq!(
            seen,
            [
                ("20261120-2", None, QuarantineReason::NoAudit),
                (
                    "20261120-1",
                    "DE".parse().ok(),
                    QuarantineReason::CertificateExpired
                ),
            ]
        );
        let last = report.last_download.unwrap();
        assert_eq!(last.outcome, RunOutcome::Refused { status: 403 });
        assert_eq!(report.last_upload, None);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_an_error() {
        let store = ExchangeStore::new(Database::in_memory_after(BEFORE_VERSIONS, &STEPS));
        let statement = "UPDATE quarantined SET reason = 'moon'";
        store.database.run(statement, &[]).unwrap();
        assert!(store.report().is_err());
        let statement = "UPDATE download_cursor SET tag = 'moon'";
        store.database.run(statement, &[]).unwrap();
        assert!(store.cursor().is_err());
    }
}
