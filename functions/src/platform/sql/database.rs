//! Statements on a Durable Object's database.
//!
//! Statements that follow each other without `.await` between them are committed together or not at
//! all, and no other request runs between them. The objects rely on it where they check and then
//! write. An answer leaves the object only when what it wrote is on disk (the platform's output
//! gate).

#[cfg(test)]
use std::rc::Rc;

use worker::{Error, Result, SqlStorage};

use super::column::{FromColumn, ToColumn, Value};
#[cfg(test)]
use super::sqlite;

/// A database: of an object on the platform, or in memory in a native test.
#[derive(Clone)]
pub enum Database {
    Object(SqlStorage),
    #[cfg(test)]
    Memory(Rc<rusqlite::Connection>),
}

impl Database {
    /// Runs `statement`, and returns its rows.
    pub fn rows<R: FromRow>(
        &self,
        statement: &str,
        parameters: &[&dyn ToColumn],
    ) -> Result<Vec<R>> {
        let parameters = columns(parameters)?;
        match self {
            Self::Object(sql) => read(sql.exec(statement, parameters)?.raw()),
            #[cfg(test)]
            Self::Memory(connection) => read(sqlite::rows(connection, statement, parameters)?),
        }
    }

    /// Runs `statement`, and returns its first row.
    pub fn first<R: FromRow>(
        &self,
        statement: &str,
        parameters: &[&dyn ToColumn],
    ) -> Result<Option<R>> {
        Ok(self.rows(statement, parameters)?.into_iter().next())
    }

    /// Runs `statement`, which always has a row.
    pub fn one<R: FromRow>(&self, statement: &str, parameters: &[&dyn ToColumn]) -> Result<R> {
        self.first(statement, parameters)?
            .ok_or_else(|| "a statement gave no row".into())
    }

    /// Runs `statement`, and returns whether it has a row: with `RETURNING 1`, whether it changed
    /// something.
    pub fn any(&self, statement: &str, parameters: &[&dyn ToColumn]) -> Result<bool> {
        let row: Option<()> = self.first(statement, parameters)?;
        Ok(row.is_some())
    }

    /// Runs `statement`, which has no rows.
    pub fn run(&self, statement: &str, parameters: &[&dyn ToColumn]) -> Result<()> {
        let parameters = columns(parameters)?;
        match self {
            Self::Object(sql) => sql.exec(statement, parameters).map(|_| ()),
            #[cfg(test)]
            Self::Memory(connection) => sqlite::run(connection, statement, parameters),
        }
    }
}

fn columns(parameters: &[&dyn ToColumn]) -> Result<Vec<Value>> {
    parameters.iter().map(|value| value.to_column()).collect()
}

/// Reads every row, also after an error: a statement that is read in part stays open, and one that
/// writes then keeps the object from committing anything.
fn read<R: FromRow>(rows: impl Iterator<Item = Result<Vec<Value>>>) -> Result<Vec<R>> {
    let mut all = Ok(Vec::new());
    for values in rows {
        if let Ok(rows) = &mut all {
            match values.and_then(|values| R::from_row(&mut Row(values.into_iter()))) {
                Ok(row) => rows.push(row),
                Err(error) => all = Err(error),
            }
        }
    }
    all
}

/// The values of a row, in the order of its columns.
pub struct Row(std::vec::IntoIter<Value>);

impl Row {
    /// The next value from the left.
    pub fn take<T: FromColumn>(&mut self) -> Result<T> {
        let value = self.0.next();
        T::from_column(value.ok_or_else(|| Error::from("a row is too short"))?)
    }
}

/// What a row is read into.
pub trait FromRow: Sized {
    fn from_row(row: &mut Row) -> Result<Self>;
}

/// A row whose values are not read.
impl FromRow for () {
    fn from_row(_row: &mut Row) -> Result<Self> {
        Ok(())
    }
}

impl<T: FromColumn> FromRow for T {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.take()
    }
}

impl<A: FromColumn, B: FromColumn> FromRow for (A, B) {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok((row.take()?, row.take()?))
    }
}

impl<A: FromColumn, B: FromColumn, C: FromColumn> FromRow for (A, B, C) {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok((row.take()?, row.take()?, row.take()?))
    }
}
