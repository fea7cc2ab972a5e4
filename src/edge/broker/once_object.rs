//! The Durable Object that remembers an application's used ids: looks, decides and stores in one
//! step.
//!
//! Its table is created by the first id and goes with the last: an object that remembers nothing
//! keeps nothing.

use crate::edge::one_row::{alarm_after, counted};
use crate::edge::shell::now;
use crate::login::once::{Use, clean_at, is_first};
use crate::model::UnixTime;
use std::cell::Cell;
use worker::{
    DurableObject, Env, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object,
};

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS used (key TEXT PRIMARY KEY, ends INTEGER NOT NULL) STRICT, WITHOUT ROWID";

/// `Once`, named `tenant/ENVIRONMENT/host/client_id`.
#[durable_object(alarm)]
pub struct OnceObject {
    state: State,
    /// Whether the table is known to be there, and an alarm set.
    is_ready: Cell<bool>,
}

impl DurableObject for OnceObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state, is_ready: Cell::new(false) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok((used, now)) = crate::json::read::<(Use, UnixTime)>(&request.text().await?) else {
            return Response::error("not a use", 400);
        };
        let sql = self.state.storage().sql();
        let mut rows_written = 0;
        if !self.is_ready.get() {
            rows_written += sql.exec(TABLE, None)?.rows_written();
        }
        let remembered = number(&sql, "SELECT ends FROM used WHERE key = ?", vec![used.key.as_str().into()])?;
        let first = is_first(&used, remembered, now);
        if first {
            let query = "INSERT INTO used (key, ends) VALUES (?, ?)
                ON CONFLICT (key) DO UPDATE SET ends = excluded.ends";
            let ends = SqlStorageValue::try_from_i64(used.ends.0.cast_signed())?;
            rows_written += sql.exec(query, vec![used.key.into(), ends])?.rows_written();
            // What was decided above is stored with this; nothing can come between.
            if !self.is_ready.get() {
                self.arm(used.ends, now).await?;
            }
        }
        counted(&first, rows_written)
    }

    async fn alarm(&self) -> Result<Response> {
        let storage = self.state.storage();
        let sql = storage.sql();
        let now = now();
        sql.exec(TABLE, None)?;
        let over = SqlStorageValue::try_from_i64(now.0.cast_signed())?;
        sql.exec("DELETE FROM used WHERE ends <= ?", vec![over])?;
        match number(&sql, "SELECT min(ends) FROM used", vec![])? {
            Some(ends) => storage.set_alarm(alarm_after(clean_at(ends, now))).await?,
            None => {
                self.is_ready.set(false);
                storage.delete_all().await?;
            }
        }
        Response::empty()
    }
}

impl OnceObject {
    /// Sets the alarm unless one is set.
    async fn arm(&self, ends: UnixTime, now: UnixTime) -> Result<()> {
        let storage = self.state.storage();
        if storage.get_alarm().await?.is_none() {
            storage.set_alarm(alarm_after(clean_at(ends, now))).await?;
        }
        self.is_ready.set(true);
        Ok(())
    }
}

/// The first column of the first row, where it is a moment.
fn number(sql: &SqlStorage, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Option<UnixTime>> {
    let row = sql.exec(query, bindings)?.raw().next().transpose()?;
    Ok(match row.and_then(|columns| columns.into_iter().next()) {
        Some(SqlStorageValue::Integer(seconds)) => Some(UnixTime(seconds.unsigned_abs())),
        _ => None,
    })
}
