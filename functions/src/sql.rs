//! Statements on a Durable Object's SQLite database.
//!
//! Statements that follow each other without `.await` between them are committed together or not at all, and no other
//! request runs between them: that is what the objects' check-then-write relies on. An answer leaves the object only when
//! what it wrote is on disk (the platform's output gate).

use shared::Timestamp;
use wasm_bindgen::JsValue;
use worker::{Error, Result, SqlStorage, SqlStorageValue};

/// Runs `statement` and gives its rows one by one, each a list of values in the order of the columns.
pub fn rows(
    sql: &SqlStorage,
    statement: &str,
    bindings: Vec<SqlStorageValue>,
) -> Result<impl Iterator<Item = Result<Row>>> {
    let bindings: Vec<JsValue> = bindings.into_iter().map(JsValue::from).collect();
    let rows = sql.exec_raw(statement, bindings)?.raw();
    Ok(rows.map(|row| row.map(|values| Row(values.into_iter()))))
}

/// Runs `statement` and gives its first row.
pub fn first(
    sql: &SqlStorage,
    statement: &str,
    bindings: Vec<SqlStorageValue>,
) -> Result<Option<Row>> {
    rows(sql, statement, bindings)?.next().transpose()
}

/// Runs `statement` for what it changes.
pub fn run(sql: &SqlStorage, statement: &str, bindings: Vec<SqlStorageValue>) -> Result<()> {
    let bindings: Vec<JsValue> = bindings.into_iter().map(JsValue::from).collect();
    sql.exec_raw(statement, bindings).map(|_| ())
}

/// The values of a row, taken from the left.
pub struct Row(std::vec::IntoIter<SqlStorageValue>);

impl Row {
    /// The next value as bytes of a known length.
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.blob()?.try_into().map_err(|_| unexpected("bytes"))
    }

    /// The next value as bytes.
    pub fn blob(&mut self) -> Result<Vec<u8>> {
        match self.0.next() {
            Some(SqlStorageValue::Blob(bytes)) => Ok(bytes),
            _ => Err(unexpected("bytes")),
        }
    }

    /// The next value as an integer.
    pub fn integer(&mut self) -> Result<i64> {
        self.optional_integer()?
            .ok_or_else(|| unexpected("integer"))
    }

    /// The next value as an integer or null.
    pub fn optional_integer(&mut self) -> Result<Option<i64>> {
        match self.0.next() {
            Some(SqlStorageValue::Integer(value)) => Ok(Some(value)),
            Some(SqlStorageValue::Float(value)) => Ok(Some(value as i64)),
            Some(SqlStorageValue::Null) => Ok(None),
            _ => Err(unexpected("integer")),
        }
    }

    /// The next value as a time, which is stored in unix seconds.
    pub fn time(&mut self) -> Result<Timestamp> {
        Timestamp::from_second(self.integer()?).map_err(|_| unexpected("time"))
    }

    /// The next value as a time or null.
    pub fn optional_time(&mut self) -> Result<Option<Timestamp>> {
        let seconds = self.optional_integer()?;
        let time = seconds.map(Timestamp::from_second).transpose();
        time.map_err(|_| unexpected("time"))
    }

    /// The next value as text.
    pub fn text(&mut self) -> Result<String> {
        match self.0.next() {
            Some(SqlStorageValue::String(text)) => Ok(text),
            _ => Err(unexpected("text")),
        }
    }
}

fn unexpected(expected: &str) -> Error {
    Error::RustError(format!(
        "the database holds no {expected} where one is expected"
    ))
}
