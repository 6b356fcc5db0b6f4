//! The table of files: exposure key sets that are planned or written, and the windows that they
//! cover.

use shared::{
    Timestamp,
    publication::{content::ContentId, export::Window},
};
use worker::Result;

use crate::platform::sql::{Database, FromRow, Row};

/// The owner of the tables `file`, `last_window` and `last_run`.
pub struct Files {
    database: Database,
}

/// A file that is yet to be written.
pub struct PlannedFile {
    pub number: i64,
    pub window: Window,
    pub expires_at: Timestamp,
}

impl FromRow for PlannedFile {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            number: row.take()?,
            window: Window {
                start: row.take()?,
                end: row.take()?,
            },
            expires_at: row.take()?,
        })
    }
}

impl Files {
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Plans a file, and returns its number. It has no end before [`Files::set_end`].
    pub fn plan(&self, window: Window) -> Result<i64> {
        self.database.run(
            "INSERT OR REPLACE INTO last_window (id, end_at) VALUES (1, ?)",
            &[&window.end],
        )?;
        self.database.one(
            "INSERT INTO file (start_at, end_at, expires_at) VALUES (?, ?, 0) RETURNING number",
            &[&window.start, &window.end],
        )
    }

    /// Sets when a file ends.
    pub fn set_end(&self, number: i64, expires_at: Timestamp) -> Result<()> {
        self.database.run(
            "UPDATE file SET expires_at = ? WHERE number = ?",
            &[&expires_at, &number],
        )
    }

    /// The files that are yet to be written, oldest first.
    pub fn planned(&self) -> Result<Vec<PlannedFile>> {
        self.database.rows(
            "SELECT number, start_at, end_at, expires_at FROM file WHERE id IS NULL \
             ORDER BY number",
            &[],
        )
    }

    /// Records the name under which a file was written.
    pub fn mark_written(&self, number: i64, id: ContentId) -> Result<()> {
        self.database
            .run("UPDATE file SET id = ? WHERE number = ?", &[&id, &number])
    }

    /// The names of the files that are written and still published at `until`, oldest first.
    pub fn published(&self, until: Timestamp) -> Result<Vec<ContentId>> {
        self.database.rows(
            "SELECT id FROM file WHERE id IS NOT NULL AND expires_at >= ? ORDER BY number",
            &[&until],
        )
    }

    /// The end of the newest window.
    pub fn last_window_end(&self) -> Result<Option<Timestamp>> {
        self.database.first("SELECT end_at FROM last_window", &[])
    }

    /// When the previous run planned files.
    pub fn last_run(&self) -> Result<Option<Timestamp>> {
        self.database.first("SELECT at FROM last_run", &[])
    }

    /// Records that a run has planned its files.
    pub fn note_run(&self, now: Timestamp) -> Result<()> {
        self.database.run(
            "INSERT OR REPLACE INTO last_run (id, at) VALUES (1, ?)",
            &[&now],
        )
    }

    /// Deletes the files that have ended. True when there was one.
    pub fn expire(&self, now: Timestamp) -> Result<bool> {
        self.database.any(
            "DELETE FROM file WHERE expires_at <= ? RETURNING 1",
            &[&now],
        )
    }

    /// When the next file ends.
    pub fn next_end(&self) -> Result<Option<Timestamp>> {
        self.database.one("SELECT min(expires_at) FROM file", &[])
    }
}
