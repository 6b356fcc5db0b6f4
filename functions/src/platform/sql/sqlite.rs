//! Statements on the database of a native test.

use rusqlite::{Connection, params_from_iter, types};
use worker::{Error, Result};

use super::column::Value;

pub fn rows(
    connection: &Connection,
    statement: &str,
    parameters: Vec<Value>,
) -> Result<impl Iterator<Item = Result<Vec<Value>>> + use<>> {
    let mut statement = connection.prepare(statement).map_err(failure)?;
    let columns = statement.column_count();
    let rows: Vec<_> = statement
        .query_map(params_from_iter(parameters.into_iter().map(given)), |row| {
            (0..columns)
                .map(|column| row.get(column).map(found))
                .collect()
        })
        .map_err(failure)?
        .map(|row| row.map_err(failure))
        .collect();
    Ok(rows.into_iter())
}

pub fn run(connection: &Connection, statement: &str, parameters: Vec<Value>) -> Result<()> {
    if parameters.is_empty() {
        return connection.execute_batch(statement).map_err(failure);
    }
    rows(connection, statement, parameters)?.try_for_each(|row| row.map(|_| ()))
}

fn given(value: Value) -> types::Value {
    match value {
        Value::Null => types::Value::Null,
        Value::Boolean(value) => types::Value::Integer(value.into()),
        Value::Integer(value) => types::Value::Integer(value),
        Value::Float(value) => types::Value::Real(value),
        Value::String(text) => types::Value::Text(text),
        Value::Blob(bytes) => types::Value::Blob(bytes),
    }
}

fn found(value: types::Value) -> Value {
    match value {
        types::Value::Null => Value::Null,
        types::Value::Integer(value) => Value::Integer(value),
        types::Value::Real(value) => Value::Float(value),
        types::Value::Text(text) => Value::String(text),
        types::Value::Blob(bytes) => Value::Blob(bytes),
    }
}

fn failure(error: rusqlite::Error) -> Error {
    Error::RustError(error.to_string())
}
