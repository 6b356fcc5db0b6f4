//! The versions of an object's tables (design §2.8).
//!
//! A database stores the version of its tables, and opening it runs the steps from that version to
//! the newest. A database without a version is empty, or comes from a release that stored none; so
//! the first steps accept tables that exist. A deployed step never changes: a change of the tables
//! is a new step at the end.

use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use worker::{Error, Result, State, console_error};

use super::database::Database;

/// Takes the tables from one version to the next.
pub type Step = fn(&Database) -> Result<()>;

/// Opens the database of the object with `state`.
///
/// When a step fails, all of them are undone. The object goes on with the tables that it has, so a
/// request that needs newer ones fails where the failure can be answered, and nothing is lost.
pub fn open(state: &State, steps: &[Step]) -> Database {
    let database = Database::Object(state.storage().sql());
    if let Err(error) = transaction(state, || migrate(&database, steps)) {
        console_error!("the tables of a database stay at their version: {error}");
    }
    database
}

/// Runs the steps that the database lacks. A database of a later version, from a release that was
/// rolled back, stays as it is.
pub fn migrate(database: &Database, steps: &[Step]) -> Result<()> {
    database.run(
        "CREATE TABLE IF NOT EXISTS schema_version (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            version INTEGER NOT NULL
        )",
        &[],
    )?;
    let version: Option<usize> = database.first("SELECT version FROM schema_version", &[])?;
    let missing = steps.get(version.unwrap_or(0)..).unwrap_or_default();
    for step in missing {
        step(database)?;
    }
    if missing.is_empty() {
        return Ok(());
    }
    database.run(
        "INSERT OR REPLACE INTO schema_version (id, version) VALUES (1, ?)",
        &[&steps.len()],
    )
}

#[wasm_bindgen]
extern "C" {
    type Storage;

    /// Undoes what `body` wrote when it fails.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &Storage,
        body: &mut dyn FnMut() -> std::result::Result<(), JsValue>,
    ) -> std::result::Result<(), JsValue>;
}

fn transaction(state: &State, body: impl Fn() -> Result<()>) -> Result<()> {
    let storage: Storage = state.as_raw().storage()?.unchecked_into();
    storage
        .transaction_sync(&mut || body().map_err(|error| JsValue::from_str(&error.to_string())))
        .map_err(Error::from)
}

#[cfg(test)]
impl Database {
    /// An empty database with the newest tables, in memory.
    pub fn in_memory(steps: &[Step]) -> Self {
        Self::in_memory_after("", steps)
    }

    /// The database that an earlier release left after the statements `before`, opened.
    pub fn in_memory_after(before: &str, steps: &[Step]) -> Self {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(before).unwrap();
        let database = Self::Memory(std::rc::Rc::new(connection));
        migrate(&database, steps).unwrap();
        database
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 2] = [
        |database| database.run("CREATE TABLE IF NOT EXISTS one (id INTEGER)", &[]),
        |database| database.run("INSERT INTO one (id) VALUES (1)", &[]),
    ];

    fn state(database: &Database) -> (i64, i64) {
        let ones = database.one("SELECT count(*) FROM one", &[]).unwrap();
        let version = database.one("SELECT version FROM schema_version", &[]);
        (ones, version.unwrap())
    }

    #[test]
    fn a_step_runs_once() {
        let database = Database::in_memory(&STEPS);
        assert_eq!(state(&database), (1, 2));
        migrate(&database, &STEPS).unwrap();
        assert_eq!(state(&database), (1, 2));
    }

    #[test]
    fn a_database_runs_the_steps_that_it_has_not_seen() {
        let database = Database::in_memory(&STEPS[..1]);
        assert_eq!(state(&database), (0, 1));
        migrate(&database, &STEPS).unwrap();
        assert_eq!(state(&database), (1, 2));
    }

    #[test]
    fn a_database_of_a_later_version_stays_as_it_is() {
        let database = Database::in_memory(&STEPS);
        migrate(&database, &STEPS[..1]).unwrap();
        assert_eq!(state(&database), (1, 2));
    }
}
