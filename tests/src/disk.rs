//! Reads and changes the data of a service on disk, for tests of what is stored and what is
//! deleted.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::system::System;

impl System {
    /// Stops workerd and counts the rows of `table`, a table with an optional condition, in all
    /// Durable Objects.
    ///
    /// # Panics
    /// When a database cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without the count")]
    pub fn stop_and_count(&mut self, table: &str) -> i64 {
        self.workerd.stop();
        let count = format!("SELECT count(*) FROM {table}");
        let databases = self.databases_with(table).into_iter();
        databases
            .map(|database| database.query_row(&count, [], |row| row.get::<_, i64>(0)))
            .sum::<Result<i64, _>>()
            .expect("a count")
    }

    /// Stops workerd and returns all bytes that the Durable Objects of `class` have on disk.
    ///
    /// # Panics
    /// When they cannot be read.
    pub fn stop_and_read(&mut self, class: &str) -> Vec<u8> {
        self.workerd.stop();
        read_folder(&self.object_folder(class))
    }

    /// All bytes of the files below `folder` of the data.
    pub fn read_data(&self, folder: &str) -> Vec<u8> {
        read_folder(&self.data().join(folder))
    }

    /// Stops workerd and deletes the rows of `table`, a table with an optional condition, as if
    /// they had never been written.
    ///
    /// # Panics
    /// When a database cannot be changed.
    pub fn stop_and_delete(&mut self, table: &str) {
        self.stop_and_change(table, &format!("DELETE FROM {table}"));
    }

    /// Stops workerd and runs `statements` in every Durable Object that has `table`.
    ///
    /// # Panics
    /// When a database cannot be changed, or there is none.
    #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
    pub fn stop_and_change(&mut self, table: &str, statements: &str) {
        self.workerd.stop();
        let databases = self.databases_with(table);
        assert!(!databases.is_empty(), "no object has {table}");
        for database in databases {
            database.execute_batch(statements).expect("a change");
        }
    }

    /// The databases of the Durable Objects that have `table`, a table with an optional condition.
    #[expect(clippy::expect_used, reason = "a test cannot go on without them")]
    fn databases_with(&self, table: &str) -> Vec<rusqlite::Connection> {
        let name = table.split(' ').next().unwrap_or(table);
        let mut databases = Vec::new();
        for class in fs::read_dir(self.data().join("objects")).expect("the objects' folder") {
            for file in fs::read_dir(class.expect("a class").path()).expect("its objects") {
                let path = file.expect("a database").path();
                if path
                    .extension()
                    .is_none_or(|extension| extension != "sqlite")
                {
                    continue;
                }
                let database = rusqlite::Connection::open(&path).expect("a database");
                if database.table_exists(None, name).expect("a schema") {
                    databases.push(database);
                }
            }
        }
        databases
    }

    /// The entries of all KV namespaces: the value, and the expiration in Unix milliseconds.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
    pub fn kv_values(&self) -> Vec<(Vec<u8>, Option<i64>)> {
        let folder = self.data().join("kv-index/KVNamespace");
        let mut values = Vec::new();
        for file in fs::read_dir(folder).expect("the namespaces") {
            let path = file.expect("a file").path();
            let Ok(database) = rusqlite::Connection::open(&path) else {
                continue;
            };
            if !database.table_exists(None, "entries").unwrap_or(false) {
                continue;
            }
            let mut statement = database
                .prepare("SELECT value, expiration FROM entries WHERE value IS NOT NULL")
                .expect("a statement");
            let rows = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                .expect("rows");
            values.extend(rows.map(|row| row.expect("a row")));
        }
        values
    }

    fn object_folder(&self, class: &str) -> PathBuf {
        let folder = format!("objects/exposure-notification-{class}");
        self.data().join(folder)
    }
}

#[expect(clippy::expect_used, reason = "a test cannot go on without them")]
fn read_folder(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        bytes.extend(if path.is_dir() {
            read_folder(&path)
        } else {
            fs::read(&path).expect("a file")
        });
    }
    bytes
}

/// Whether `bytes` contains `needle`.
pub fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
