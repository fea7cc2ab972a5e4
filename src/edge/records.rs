//! The rows of an object of the management side, in its SQLite.
//!
//! Table `record(kind, id, version, value)`, made before the first write: an object that was only
//! asked, never told, has no tables.

use crate::rows::{Row, Rows, StoreFault, Write};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use worker::{SqlStorage, SqlStorageValue, State};

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
    storage: JsValue,
    sql: SqlStorage,
    has_table: Rc<Cell<bool>>,
}

impl SqlRows {
    /// The rows of an object. Touches nothing.
    pub fn new(state: &State) -> Self {
        let storage = state.storage();
        let raw: &JsValue = storage.as_raw().as_ref();
        Self { storage: raw.clone(), sql: storage.sql(), has_table: Rc::default() }
    }

    /// To be told when everything of the object was deleted, and its table with it.
    #[cfg(not(any(feature = "management", feature = "dashboard")))]
    pub fn are_gone(&self) {
        self.has_table.set(false);
    }

    fn has_table(&self) -> Result<bool, StoreFault> {
        if !self.has_table.get() {
            let found = run(
                &self.sql,
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'record'",
                vec![],
            )?;
            self.has_table.set(!found.is_empty());
        }
        Ok(self.has_table.get())
    }

    fn select(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<Row>, StoreFault> {
        if !self.has_table()? {
            return Ok(Vec::new());
        }
        run(&self.sql, query, bindings)?.into_iter().map(row).collect()
    }
}

impl Rows for SqlRows {
    fn get(&self, kind: &str, id: &str) -> Result<Option<Row>, StoreFault> {
        let query = "SELECT id, version, value FROM record WHERE kind = ? AND id = ?";
        Ok(self.select(query, vec![kind.into(), id.into()])?.pop())
    }

    fn between(&self, kind: &str, above: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault> {
        let query = "SELECT id, version, value FROM record
            WHERE kind = ? AND id > ? AND id < ? ORDER BY id LIMIT ?";
        self.select(query, vec![kind.into(), above.into(), below.into(), integer(limit as u64)?])
    }

    fn last_below(&self, kind: &str, below: &str, limit: usize) -> Result<Vec<Row>, StoreFault> {
        let query = "SELECT id, version, value FROM record
            WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT ?";
        self.select(query, vec![kind.into(), below.into(), integer(limit as u64)?])
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreFault> {
        let sql = self.sql.clone();
        let create = !self.has_table()?;
        in_transaction(&self.storage, move || {
            if create {
                run(&sql, TABLE, vec![])?;
            }
            writes.into_iter().try_for_each(|write| write_one(&sql, write))
        })?;
        self.has_table.set(true);
        Ok(())
    }
}

fn write_one(sql: &SqlStorage, write: Write) -> Result<(), StoreFault> {
    match write {
        Write::Put { kind, row } => {
            let query = "INSERT INTO record (kind, id, version, value) VALUES (?, ?, ?, ?)
                ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, value = excluded.value";
            run(sql, query, vec![kind.into(), row.id.into(), integer(row.version)?, row.value.into()])?;
        }
        Write::Delete { kind, id } => {
            run(sql, "DELETE FROM record WHERE kind = ? AND id = ?", vec![kind.into(), id.into()])?;
        }
    }
    Ok(())
}

/// Runs `write` in the platform's `transactionSync`, which the `worker` crate does not bind: a fault
/// half-way rolls back what was written before it.
fn in_transaction(
    storage: &JsValue,
    write: impl FnOnce() -> Result<(), StoreFault> + 'static,
) -> Result<(), StoreFault> {
    let transaction: js_sys::Function =
        js_sys::Reflect::get(storage, &"transactionSync".into()).and_then(JsCast::dyn_into).map_err(fault)?;
    let write = Closure::once_into_js(move || write().map_err(|cause| JsValue::from_str(&cause.0)));
    transaction.call1(storage, &write).map_err(fault)?;
    Ok(())
}

fn run(
    sql: &SqlStorage,
    query: &str,
    bindings: Vec<SqlStorageValue>,
) -> Result<Vec<Vec<SqlStorageValue>>, StoreFault> {
    let cursor = sql.exec(query, bindings).map_err(|error| StoreFault(error.to_string()))?;
    cursor.raw().collect::<worker::Result<_>>().map_err(|error| StoreFault(error.to_string()))
}

fn row(columns: Vec<SqlStorageValue>) -> Result<Row, StoreFault> {
    match <[SqlStorageValue; 3]>::try_from(columns) {
        Ok(
            [SqlStorageValue::String(id), SqlStorageValue::Integer(version), SqlStorageValue::String(value)],
        ) => Ok(Row { id, version: version.unsigned_abs(), value }),
        _ => Err(StoreFault("a row of another shape".to_owned())),
    }
}

fn integer(value: u64) -> Result<SqlStorageValue, StoreFault> {
    let too_large = || StoreFault("a number that SQLite's JavaScript side can't hold".to_owned());
    let value = i64::try_from(value).map_err(|_| too_large())?;
    SqlStorageValue::try_from_i64(value).map_err(|_| too_large())
}

fn fault(error: JsValue) -> StoreFault {
    StoreFault(error.as_string().unwrap_or_else(|| "no reason given".to_owned()))
}
