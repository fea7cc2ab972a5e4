//! The rows of an object of the management side, in its SQLite.
//!
//! Table `record(kind, id, version, value)`, made before the first write: an object that was only
//! asked, never told, has no tables.

use super::durable::{Storage, integer, whole};
use super::platform::{Thrown, reason};
use crate::rows::{Row, Rows, StoreFault, Write};
use js_sys::Array;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID";

/// A handle to the rows of one object. Handles share what they know of the table.
#[derive(Clone)]
pub struct SqlRows {
    storage: Storage,
    has_table: Rc<Cell<bool>>,
}

impl SqlRows {
    /// The rows of an object. Touches nothing.
    pub fn new(storage: &Storage) -> Self {
        Self { storage: storage.clone(), has_table: Rc::default() }
    }

    /// To be told when everything of the object was deleted, and its table with it.
    #[cfg(not(any(feature = "management", feature = "dashboard")))]
    pub fn are_gone(&self) {
        self.has_table.set(false);
    }

    fn has_table(&self) -> Result<bool, StoreFault> {
        if !self.has_table.get() {
            let query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'record'";
            self.has_table.set(!found(&self.storage, query, &[])?.is_empty());
        }
        Ok(self.has_table.get())
    }

    fn select(&self, query: &str, bindings: &[JsValue]) -> Result<Vec<Row>, StoreFault> {
        if !self.has_table()? {
            return Ok(Vec::new());
        }
        found(&self.storage, query, bindings)?.iter().map(row).collect()
    }
}

impl Rows for SqlRows {
    fn get(&self, kind: &str, id: &str) -> Result<Option<Row>, StoreFault> {
        let query = "SELECT id, version, value FROM record WHERE kind = ? AND id = ?";
        Ok(self.select(query, &[kind.into(), id.into()])?.pop())
    }

    fn between(&self, kind: &str, above: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault> {
        let query = "SELECT id, version, value FROM record
            WHERE kind = ? AND id > ? AND id < ? ORDER BY id LIMIT ?";
        self.select(query, &[kind.into(), above.into(), below.into(), (limit as u32).into()])
    }

    fn last_below(&self, kind: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault> {
        let query = "SELECT id, version, value FROM record
            WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT ?";
        self.select(query, &[kind.into(), below.into(), (limit as u32).into()])
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreFault> {
        let storage = self.storage.clone();
        let create = !self.has_table()?;
        let write = move || {
            if create {
                storage.run(TABLE, &[])?;
            }
            writes.iter().try_for_each(|write| write_one(&storage, write))
        };
        self.storage.in_transaction(write).map_err(fault)?;
        self.has_table.set(true);
        Ok(())
    }
}

fn write_one(storage: &Storage, write: &Write) -> Thrown<()> {
    match write {
        Write::Put { kind, row } => {
            let query = "INSERT INTO record (kind, id, version, value) VALUES (?, ?, ?, ?)
                ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, value = excluded.value";
            let bindings =
                [(*kind).into(), row.id.as_str().into(), integer(row.version)?, row.value.as_str().into()];
            storage.run(query, &bindings)?;
        }
        Write::Delete { kind, id } => {
            let query = "DELETE FROM record WHERE kind = ? AND id = ?";
            storage.run(query, &[(*kind).into(), id.as_str().into()])?;
        }
    }
    Ok(())
}

fn found(storage: &Storage, query: &str, bindings: &[JsValue]) -> Result<Vec<Array>, StoreFault> {
    storage.run(query, bindings).and_then(|cursor| cursor.rows()).map_err(fault)
}

fn row(columns: &Array) -> Result<Row, StoreFault> {
    let (id, version, value) = (columns.get(0), columns.get(1), columns.get(2));
    match (id.as_string(), whole(&version), value.as_string()) {
        (Some(id), Some(version), Some(value)) => Ok(Row { id, version, value }),
        _ => Err(StoreFault("a row of another shape".to_owned())),
    }
}

fn fault(thrown: JsValue) -> StoreFault {
    StoreFault(reason(thrown))
}
