//! The tables of the Ledger.

use rand::Rng;
use shared::{
    Timestamp,
    keys::{
        conversion::{DiagnosisKey, Infectiousness},
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    publication::{
        content::ContentId,
        export::{MIN_FILE_KEYS, Window, file_sizes},
        padding,
    },
    time::{DAY_SECONDS, Interval, retention, shift},
};
use worker::{Result, SqlStorage, SqlStorageValue as Value, State};

use crate::{objects::intake::ReleasedUpload, platform::sql};

// `origin` says where a key comes from, since only keys of persons make a file due. A key without a
// file waits: for its release, or for the next run. `sent` is null while a key is yet to be sent to
// other countries, 0 while it is being sent, and 1 when it is there or is not to be sent. A file
// without an id is planned, and not yet written.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS diagnosis_key (
        data BLOB PRIMARY KEY,
        rolling_start INTEGER NOT NULL,
        rolling_period INTEGER NOT NULL,
        days_since_onset INTEGER NOT NULL,
        origin TEXT NOT NULL,
        releasable_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        file INTEGER,
        sent INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS diagnosis_key_file ON diagnosis_key (file);
    CREATE TABLE IF NOT EXISTS file (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        start_at INTEGER NOT NULL,
        end_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        id TEXT
    );
    CREATE TABLE IF NOT EXISTS last_window (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        end_at INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS last_run (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        at INTEGER NOT NULL
    );
";

/// The column that databases from before the exchange lack, and its index.
const ADD_SENT: &str = "ALTER TABLE diagnosis_key ADD COLUMN sent INTEGER";
const SENT_INDEX: &str = "CREATE INDEX IF NOT EXISTS diagnosis_key_sent ON diagnosis_key (sent)";

/// Keys in one statement: some 70 bytes each in its JSON text, well below the platform's 2 MB a
/// value.
const INSERT_CHUNK: usize = 5_000;

/// From one run of the publication to the next, as `wrangler.toml` has it: since when the uploads
/// of the first run may have come.
const RUN_SECONDS: i64 = 4 * 3_600;

/// How many keys of one person count when a small file is filled up: fourteen days, and the second
/// key of the last one. A person who uploads more than a phone has leaves no room for invented
/// persons otherwise, and could tell the others from his own.
const COUNTED_KEYS: usize = 15;

/// Whose a key is.
#[derive(Clone, Copy)]
enum Origin {
    /// A person who uploaded to another country's service.
    Imported,
    /// A person who uploaded to this service.
    Own,
    /// Such a person, beyond [`COUNTED_KEYS`].
    Surplus,
    /// An invented person.
    Padding,
}

impl Origin {
    const fn name(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Own => "own",
            Self::Surplus => "surplus",
            Self::Padding => "padding",
        }
    }

    /// Whether other countries have such a key already.
    const fn is_sent(self) -> bool {
        matches!(self, Self::Imported)
    }
}

/// The Ledger's database.
pub struct Store {
    sql: SqlStorage,
}

/// A file that is yet to be written.
pub struct PlannedFile {
    pub number: i64,
    pub window: Window,
    pub expires_at: Timestamp,
}

impl Store {
    /// The database of the object with `state`.
    pub fn new(state: &State) -> Self {
        let sql = state.storage().sql();
        // A database that cannot be opened fails again at its first use, where the failure can be
        // answered.
        let _ = create(&sql);
        Self { sql }
    }

    /// Takes the keys of a person's uploads, each once: of two keys with the same data the first
    /// one stays.
    pub fn insert_person(&self, uploads: &[ReleasedUpload]) -> Result<()> {
        let mut counted = COUNTED_KEYS;
        for upload in uploads {
            let expires_at = retention::file_ends_at(upload.uploaded_at);
            let (own, surplus) = upload.keys.split_at(upload.keys.len().min(counted));
            counted -= own.len();
            self.insert(own, Origin::Own, expires_at)?;
            self.insert(surplus, Origin::Surplus, expires_at)?;
        }
        Ok(())
    }

    /// Takes keys of other countries, each once, as those of our own persons. They end at
    /// `expires_at`.
    pub fn insert_imported(&self, keys: &[DiagnosisKey], expires_at: Timestamp) -> Result<()> {
        self.insert(keys, Origin::Imported, expires_at)
    }

    fn insert(&self, keys: &[DiagnosisKey], origin: Origin, expires_at: Timestamp) -> Result<()> {
        for chunk in keys.chunks(INSERT_CHUNK) {
            let rows: Vec<_> = chunk
                .iter()
                .map(
                    |DiagnosisKey {
                         key,
                         infectiousness,
                     }| {
                        (
                            hex::encode(key.data.as_bytes()),
                            key.rolling_start.number(),
                            key.rolling_period.intervals(),
                            infectiousness.days_since_onset(),
                            key.releasable_at().as_second(),
                        )
                    },
                )
                .collect();
            sql::run(
                &self.sql,
                "INSERT INTO diagnosis_key SELECT unhex(value ->> 0), value ->> 1, value ->> 2, \
                 value ->> 3, ?2, value ->> 4, ?3, NULL, ?4 FROM json_each(?1) WHERE true \
                 ON CONFLICT DO UPDATE SET expires_at = min(expires_at, excluded.expires_at) \
                 WHERE file IS NULL",
                vec![
                    Value::String(serde_json::to_string(&rows)?),
                    Value::String(origin.name().to_owned()),
                    Value::Integer(expires_at.as_second()),
                    if origin.is_sent() {
                        Value::Integer(1)
                    } else {
                        Value::Null
                    },
                ],
            )?;
        }
        Ok(())
    }

    /// Puts every key that may be published at `now` into a new file, if a person's key is among
    /// them. A small file is filled up with invented persons.
    ///
    /// Runs without `.await`, so a plan is there whole or not at all.
    pub fn plan_files(&self, now: Timestamp, random: &mut impl Rng) -> Result<()> {
        self.plan_due_files(now, random)?;
        // Also when no file was due: who shares from here on is in a later file.
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO last_run VALUES (1, ?)",
            vec![Value::Integer(now.as_second())],
        )
    }

    fn plan_due_files(&self, now: Timestamp, random: &mut impl Rng) -> Result<()> {
        let since = self.last_run()?.unwrap_or(shift(now, -RUN_SECONDS));
        self.drop_overdue_padding(since)?;
        let waiting = self.waiting(now)?;
        if waiting.of_persons == 0 {
            return Ok(());
        }
        let missing = MIN_FILE_KEYS.saturating_sub(waiting.counted);
        for person in padding::synthetic_uploaders(missing, since, now, random) {
            let expires_at = retention::file_ends_at(person.shared);
            self.insert(&person.keys, Origin::Padding, expires_at)?;
        }

        let waiting = self.waiting(now)?;
        let start = self.last_end()?.unwrap_or(now.as_second() - DAY_SECONDS);
        // Two runs within a second, or a clock that was set back, must not give a window that was
        // there before.
        let first_end = now.as_second().max(start + 1);
        for (end, size) in (first_end..).zip(file_sizes(waiting.all)) {
            self.plan_file(start, end, size, now)?;
        }
        Ok(())
    }

    /// Forgets keys of invented persons that the previous run would have published if a file had
    /// been due. A person's key is never that late, so they would be known for what they are.
    fn drop_overdue_padding(&self, last_run: Timestamp) -> Result<()> {
        sql::run(
            &self.sql,
            "DELETE FROM diagnosis_key WHERE origin = ? AND file IS NULL AND releasable_at <= ?",
            vec![
                Value::String(Origin::Padding.name().to_owned()),
                Value::Integer(last_run.as_second()),
            ],
        )
    }

    fn plan_file(&self, start: i64, end: i64, size: usize, now: Timestamp) -> Result<()> {
        sql::run(
            &self.sql,
            "INSERT INTO file (start_at, end_at, expires_at) VALUES (?, ?, 0)",
            vec![Value::Integer(start), Value::Integer(end)],
        )?;
        // At random: a file of several says nothing of who is in it. The order of the key data
        // would not do, since other countries choose theirs.
        sql::run(
            &self.sql,
            "UPDATE diagnosis_key SET file = (SELECT max(number) FROM file) WHERE data IN \
             (SELECT data FROM diagnosis_key WHERE file IS NULL AND releasable_at <= ? \
              ORDER BY random() LIMIT ?)",
            vec![Value::Integer(now.as_second()), Value::Integer(size as i64)],
        )?;
        // A file ends with the oldest upload in it, invented ones included: else its end would tell
        // which of its keys nobody uploaded. From here on its keys end with it: when each
        // of them was uploaded, and so which of them were uploaded together, is forgotten.
        sql::run(
            &self.sql,
            "UPDATE file SET expires_at = (SELECT min(expires_at) FROM diagnosis_key WHERE file = file.number) \
             WHERE number = (SELECT max(number) FROM file)",
            Vec::new(),
        )?;
        sql::run(
            &self.sql,
            "UPDATE diagnosis_key SET expires_at = file.expires_at FROM file \
             WHERE file.number = (SELECT max(number) FROM file) AND diagnosis_key.file = file.number",
            Vec::new(),
        )?;
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO last_window VALUES (1, ?)",
            vec![Value::Integer(end)],
        )
    }

    fn waiting(&self, now: Timestamp) -> Result<Waiting> {
        let waiting = sql::first(
            &self.sql,
            "SELECT count(*), count(*) FILTER (WHERE origin <> ?), \
             count(*) FILTER (WHERE origin NOT IN (?, ?)) \
             FROM diagnosis_key WHERE file IS NULL AND releasable_at <= ?",
            vec![
                Value::String(Origin::Padding.name().to_owned()),
                Value::String(Origin::Surplus.name().to_owned()),
                Value::String(Origin::Imported.name().to_owned()),
                Value::Integer(now.as_second()),
            ],
            |mut row| {
                Ok(Waiting {
                    all: row.integer()? as usize,
                    of_persons: row.integer()? as usize,
                    counted: row.integer()? as usize,
                })
            },
        )?;
        waiting.ok_or_else(|| "a count has one row".into())
    }

    fn last_end(&self) -> Result<Option<i64>> {
        let statement = "SELECT end_at FROM last_window";
        sql::first(&self.sql, statement, Vec::new(), |mut row| row.integer())
    }

    fn last_run(&self) -> Result<Option<Timestamp>> {
        let statement = "SELECT at FROM last_run";
        sql::first(&self.sql, statement, Vec::new(), |mut row| row.time())
    }

    /// The files that are yet to be written, oldest first.
    pub fn planned_files(&self) -> Result<Vec<PlannedFile>> {
        sql::rows(
            &self.sql,
            "SELECT number, start_at, end_at, expires_at FROM file WHERE id IS NULL ORDER BY number",
            Vec::new(),
            |mut row| {
                Ok(PlannedFile {
                    number: row.integer()?,
                    window: Window {
                        start: row.time()?,
                        end: row.time()?,
                    },
                    expires_at: row.time()?,
                })
            },
        )
    }

    /// The keys of a file.
    pub fn keys_of(&self, number: i64) -> Result<Vec<DiagnosisKey>> {
        sql::rows(
            &self.sql,
            "SELECT data, rolling_start, rolling_period, days_since_onset FROM diagnosis_key \
             WHERE file = ?",
            vec![Value::Integer(number)],
            diagnosis_key,
        )
    }

    /// Remembers under which name a file was written.
    pub fn mark_written(&self, number: i64, id: ContentId) -> Result<()> {
        sql::run(
            &self.sql,
            "UPDATE file SET id = ? WHERE number = ?",
            vec![Value::String(id.to_string()), Value::Integer(number)],
        )
    }

    /// The names of the files that are written and will be there at `until`, oldest first.
    pub fn published_files(&self, until: Timestamp) -> Result<Vec<ContentId>> {
        sql::rows(
            &self.sql,
            "SELECT id FROM file WHERE id IS NOT NULL AND expires_at >= ? ORDER BY number",
            vec![Value::Integer(until.as_second())],
            |mut row| {
                let id = row.text()?.parse();
                id.map_err(|_| "the database holds a bad name".into())
            },
        )
    }

    /// Deletes the keys and files that have ended. True when a file was among them.
    pub fn expire(&self, now: Timestamp) -> Result<bool> {
        let now = now.as_second();
        sql::run(
            &self.sql,
            "DELETE FROM diagnosis_key WHERE expires_at <= ?",
            vec![Value::Integer(now)],
        )?;
        sql::changes(
            &self.sql,
            "DELETE FROM file WHERE expires_at <= ? RETURNING 1",
            vec![Value::Integer(now)],
        )
    }

    /// When the next key or file ends.
    pub fn next_end(&self) -> Result<Option<Timestamp>> {
        let next = sql::first(
            &self.sql,
            "SELECT min(expires_at) FROM (SELECT min(expires_at) AS expires_at FROM diagnosis_key \
             UNION ALL SELECT min(expires_at) FROM file)",
            Vec::new(),
            |mut row| row.optional_time(),
        )?;
        Ok(next.flatten())
    }
}

fn create(sql: &SqlStorage) -> Result<()> {
    sql::run(sql, SCHEMA, Vec::new())?;
    let column = "SELECT 1 FROM pragma_table_info('diagnosis_key') WHERE name = 'sent'";
    if sql::first(sql, column, Vec::new(), |_| Ok(()))?.is_none() {
        sql::run(sql, ADD_SENT, Vec::new())?;
    }
    sql::run(sql, SENT_INDEX, Vec::new())
}

/// How many keys wait for a file.
struct Waiting {
    all: usize,
    of_persons: usize,
    /// Without what is beyond [`COUNTED_KEYS`] of a person, and without those of other countries:
    /// whoever knows these would see how few are left.
    counted: usize,
}

/// The key in a row of its four columns.
pub fn diagnosis_key(mut row: sql::Row) -> Result<DiagnosisKey> {
    let unexpected = || worker::Error::from("the database holds a bad key");
    Ok(DiagnosisKey {
        key: TemporaryExposureKey {
            data: KeyData::from_bytes(row.bytes()?),
            rolling_start: Interval::new(row.integer()?.try_into().map_err(|_| unexpected())?),
            rolling_period: RollingPeriod::new(row.integer()?).ok_or_else(unexpected)?,
        },
        infectiousness: i32::try_from(row.integer()?)
            .ok()
            .and_then(Infectiousness::from_midpoint)
            .ok_or_else(unexpected)?,
    })
}
