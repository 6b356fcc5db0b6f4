//! The Ledger's database: diagnosis keys, and how they are put into files.

use rand::Rng;
use shared::{
    Timestamp,
    publication::{
        export::{MIN_FILE_KEYS, Window, file_sizes},
        padding,
    },
    time::{DAY_SECONDS, retention, shift},
};
use worker::Result;

use super::{diagnosis_keys::DiagnosisKeys, files::Files};
use crate::platform::sql::Database;

/// From one run of the publication to the next, as `wrangler.toml` has it: since when the uploads
/// of the first run may have come.
const RUN_SECONDS: i64 = 4 * 3_600;

/// Diagnosis keys and the files that they are published in.
pub struct LedgerStore {
    pub keys: DiagnosisKeys,
    pub files: Files,
}

impl LedgerStore {
    /// The tables of `database`, which has the newest version.
    pub fn new(database: &Database) -> Self {
        Self {
            keys: DiagnosisKeys::new(database.clone()),
            files: Files::new(database.clone()),
        }
    }

    /// Puts every key that may be published at `now` into a new file, if a person's key is among
    /// them. A small file is filled up with padding.
    ///
    /// Runs without `.await`, so that a plan is made whole or not at all.
    pub fn plan_files(&self, now: Timestamp, random: &mut impl Rng) -> Result<()> {
        self.plan_due_files(now, random)?;
        // Also when no file was due: who shares from here on is in a later file.
        self.files.note_run(now)
    }

    fn plan_due_files(&self, now: Timestamp, random: &mut impl Rng) -> Result<()> {
        let since = self.files.last_run()?.unwrap_or(shift(now, -RUN_SECONDS));
        self.keys.drop_overdue_padding(since)?;
        let waiting = self.keys.waiting(now)?;
        if waiting.of_persons == 0 {
            return Ok(());
        }
        let missing = MIN_FILE_KEYS.saturating_sub(waiting.counted);
        for uploader in padding::synthetic_uploaders(missing, since, now, random) {
            let expires_at = retention::file_ends_at(uploader.shared);
            self.keys.insert_padding(&uploader.keys, expires_at)?;
        }

        let start = self.files.last_window_end()?;
        let start = start.unwrap_or(shift(now, -DAY_SECONDS));
        // Two runs within a second, or a clock that was set back, must not repeat a window.
        let mut end = now.max(shift(start, 1));
        for size in file_sizes(self.keys.waiting(now)?.all) {
            let number = self.files.plan(Window { start, end })?;
            let expires_at = self.keys.fill_file(number, size, now)?;
            self.files.set_end(number, expires_at)?;
            end = shift(end, 1);
        }
        Ok(())
    }

    /// Deletes the keys and files that have ended. True when a file was among them.
    pub fn expire(&self, now: Timestamp) -> Result<bool> {
        self.keys.expire(now)?;
        self.files.expire(now)
    }

    /// When the next key or file ends.
    pub fn next_end(&self) -> Result<Option<Timestamp>> {
        let ends = [self.keys.next_end()?, self.files.next_end()?];
        Ok(ends.into_iter().flatten().min())
    }
}
