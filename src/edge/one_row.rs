//! The store of an object that keeps one text: a table of one row, named like its column.
//!
//! The table is created by the first write, so looking at an object that holds nothing writes
//! nothing.

use super::durable::{Answer, Storage};
use super::platform::Thrown;
use crate::json::{self, Json};
use crate::model::UnixTime;
use wasm_bindgen::JsValue;

/// How long after its moment an alarm rings, milliseconds: what is over by the second is over then.
const ALARM_MARGIN_MILLISECONDS: f64 = 1_000.0;

/// The row of one object.
pub struct OneRow {
    storage: Storage,
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
    pub fn new(storage: &Storage, table: &'static str) -> Self {
        Self { storage: storage.clone(), table }
    }

    /// Reads the value.
    pub fn load<T: Json>(&self) -> Thrown<Loaded<T>> {
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
    fn first_text(&self, query: &str) -> Thrown<Option<String>> {
        Ok(first(&self.storage, query, &[])?.as_string())
    }

    /// Writes the value and tells how many rows SQLite wrote.
    pub fn store(&self, value: &dyn Json, is_first: bool) -> Thrown<u32> {
        let text = json::write(value);
        let table = self.table;
        let mut rows = 0;
        if is_first {
            let create = format!(
                "CREATE TABLE {table} (id INTEGER PRIMARY KEY CHECK (id = 1), {table} TEXT NOT NULL)"
            );
            rows += self.storage.run(&create, &[])?.rows_written();
        }
        let write = format!(
            "INSERT INTO {table} (id, {table}) VALUES (1, ?) \
             ON CONFLICT (id) DO UPDATE SET {table} = excluded.{table}"
        );
        rows += self.storage.run(&write, &[text.into()])?.rows_written();
        Ok(rows)
    }
}

/// The first column of the first row that a query finds; undefined where there is none.
pub fn first(storage: &Storage, query: &str, bindings: &[JsValue]) -> Thrown<JsValue> {
    let rows = storage.run(query, bindings)?.rows()?;
    Ok(rows.first().map_or(JsValue::UNDEFINED, |columns| columns.get(0)))
}

/// An answer, and how many rows SQLite wrote for it.
pub fn counted(answer: &dyn Json, rows_written: u32) -> Answer {
    Answer { status: 200, text: json::write(answer), rows_written }
}

/// When an alarm rings for what is over at `at`, milliseconds.
pub fn alarm_after(at: UnixTime) -> f64 {
    at.0 as f64 * 1_000.0 + ALARM_MARGIN_MILLISECONDS
}
