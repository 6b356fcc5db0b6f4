//! Statements on a Durable Object's SQLite database.
//!
//! Statements that follow each other without `.await` between them are committed together or not at
//! all, and no other request runs between them: that is what the objects' check-then-write relies
//! on. An answer leaves the object only when what it wrote is on disk (the platform's output gate).

use shared::Timestamp;
use worker::{Error, Result, SqlStorage, SqlStorageValue};

/// Runs `statement` and gives what `read` makes of each of its rows, whose values are in the order
/// of the columns.
///
/// Every row is taken from the platform, also after an error: a statement that is read in part
/// stays open, and one that writes then keeps the object from committing anything.
pub fn rows<T>(
    sql: &SqlStorage,
    statement: &str,
    bindings: Vec<SqlStorageValue>,
    mut read: impl FnMut(Row) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Ok(Vec::new());
    for values in sql.exec(statement, bindings)?.raw() {
        if let Ok(rows) = &mut all {
            match values.and_then(|values| read(Row(values.into_iter()))) {
                Ok(row) => rows.push(row),
                Err(error) => all = Err(error),
            }
        }
    }
    all
}

/// Runs `statement`, which has one row or none, and gives what `read` makes of it.
pub fn first<T>(
    sql: &SqlStorage,
    statement: &str,
    bindings: Vec<SqlStorageValue>,
    read: impl FnMut(Row) -> Result<T>,
) -> Result<Option<T>> {
    Ok(rows(sql, statement, bindings, read)?.into_iter().next())
}

/// Runs `statement`, which says `RETURNING 1`, and tells whether it changed anything.
pub fn changes(sql: &SqlStorage, statement: &str, bindings: Vec<SqlStorageValue>) -> Result<bool> {
    Ok(!rows(sql, statement, bindings, |_| Ok(()))?.is_empty())
}

/// Runs `statement` for what it changes.
pub fn run(sql: &SqlStorage, statement: &str, bindings: Vec<SqlStorageValue>) -> Result<()> {
    sql.exec(statement, bindings).map(|_| ())
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
