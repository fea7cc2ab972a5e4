//! The store of an object that keeps one text: a table of one row, named like its column.
//!
//! The table is created by the first write, so looking at an object that holds nothing writes
//! nothing.

use super::call::ROWS_HEADER;
use crate::json::{self, Json};
use crate::model::UnixTime;
use worker::{Response, Result, SqlStorage, SqlStorageValue};

/// How long after its moment an alarm rings, milliseconds: what is over by the second is over then.
const ALARM_MARGIN_MILLISECONDS: i64 = 1_000;

/// The row of one object.
pub struct OneRow {
    sql: SqlStorage,
    table: &'static str,
}

/// What was found.
pub enum Loaded<T> {
    /// No row.
    Nothing,
    /// The value.
    Value(T),
    /// A row that this build can't read.
    Unreadable,
}

impl OneRow {
    /// The row in this table. Touches nothing.
    pub fn new(sql: SqlStorage, table: &'static str) -> Self {
        Self { sql, table }
    }

    /// Reads the value.
    pub fn load<T: Json>(&self) -> Result<Loaded<T>> {
        let table = self.table;
        let exists = format!("SELECT name FROM sqlite_master WHERE type = 'table' AND name = '{table}'");
        if self.first_text(&exists)?.is_none() {
            return Ok(Loaded::Nothing);
        }
        Ok(match self.first_text(&format!("SELECT {table} FROM {table}"))? {
            None => Loaded::Nothing,
            Some(text) => json::read(&text).map_or(Loaded::Unreadable, Loaded::Value),
        })
    }

    /// The first column of the first row, where it is a text.
    fn first_text(&self, query: &str) -> Result<Option<String>> {
        let row = self.sql.exec(query, None)?.raw().next().transpose()?;
        Ok(match row.and_then(|columns| columns.into_iter().next()) {
            Some(SqlStorageValue::String(text)) => Some(text),
            _ => None,
        })
    }

    /// Writes the value and tells how many rows SQLite wrote.
    pub fn store(&self, value: &dyn Json, is_first: bool) -> Result<usize> {
        let text = json::write(value);
        let table = self.table;
        let mut rows = 0;
        if is_first {
            let create = format!(
                "CREATE TABLE {table} (id INTEGER PRIMARY KEY CHECK (id = 1), {table} TEXT NOT NULL)"
            );
            rows += self.sql.exec(&create, None)?.rows_written();
        }
        let write = format!(
            "INSERT INTO {table} (id, {table}) VALUES (1, ?) \
             ON CONFLICT (id) DO UPDATE SET {table} = excluded.{table}"
        );
        rows += self.sql.exec(&write, vec![text.into()])?.rows_written();
        Ok(rows)
    }
}

/// An answer, and how many rows SQLite wrote for it.
///
/// # Errors
/// When the runtime refuses to make a response.
pub fn counted(answer: &dyn Json, rows_written: usize) -> Result<Response> {
    let response = Response::ok(json::write(answer))?;
    response.headers().set(ROWS_HEADER, &rows_written.to_string())?;
    Ok(response)
}

/// An alarm for what is over at `at`.
pub fn alarm_after(at: UnixTime) -> worker::ScheduledTime {
    let milliseconds = i64::try_from(at.0).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000);
    worker::ScheduledTime::new(js_sys::Date::new(&((milliseconds + ALARM_MARGIN_MILLISECONDS) as f64).into()))
}
