//! A Durable Object's SQLite database: typed statements, and the versions of its tables.

mod column;
mod database;
mod schema;
#[cfg(test)]
mod sqlite;

pub use column::{Json, ToColumn, Value, json_row};
pub use database::{Database, FromRow, Row};
pub use schema::{Step, open};
