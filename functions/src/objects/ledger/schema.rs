//! The versions of the Ledger's tables, those of the exchange included: they are one database,
//! since a batch of the exchange and its keys are kept together or not at all.

use crate::platform::sql::{Database, Step};

pub const STEPS: [Step; 3] = [create, add_exchange, rename_set_aside];

// `origin` says where a key comes from, since only keys of persons make a file due. A key without a
// file waits: for its release, or for the next run. A file without an id is planned, and not yet
// written.
fn create(database: &Database) -> worker::Result<()> {
    database.run(
        "CREATE TABLE IF NOT EXISTS diagnosis_key (
            data BLOB PRIMARY KEY,
            rolling_start INTEGER NOT NULL,
            rolling_period INTEGER NOT NULL,
            days_since_onset INTEGER NOT NULL,
            origin TEXT NOT NULL,
            releasable_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            file INTEGER
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
        );",
        &[],
    )
}

// `sent` is null while a key is yet to be sent to other countries, 0 while it is being sent, and 1
// when it has been sent or is not to be.
fn add_exchange(database: &Database) -> worker::Result<()> {
    let column = "SELECT 1 FROM pragma_table_info('diagnosis_key') WHERE name = 'sent'";
    if !database.any(column, &[])? {
        database.run("ALTER TABLE diagnosis_key ADD COLUMN sent INTEGER", &[])?;
    }
    database.run(
        "CREATE INDEX IF NOT EXISTS diagnosis_key_sent ON diagnosis_key (sent);
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
        ) WITHOUT ROWID;",
        &[],
    )
}

// Country and reason were JSON: `"DE"` in quotes, or `null`.
fn rename_set_aside(database: &Database) -> worker::Result<()> {
    database.run(
        "CREATE TABLE quarantined (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            tag TEXT NOT NULL,
            country TEXT,
            reason TEXT NOT NULL,
            expires_at INTEGER NOT NULL
        );
        INSERT INTO quarantined (id, at, tag, country, reason, expires_at)
        SELECT id, at, tag, country ->> '$', reason ->> '$', expires_at FROM set_aside;
        DROP TABLE set_aside;",
        &[],
    )
}
