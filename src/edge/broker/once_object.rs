//! The Durable Object that remembers an application's used ids: looks, decides and stores in one
//! step.
//!
//! Its table is created by the first id and goes with the last: an object that remembers nothing
//! keeps nothing.

use crate::edge::durable::{Answer, Durable, Storage, durable_object, integer, whole};
use crate::edge::one_row::{alarm_after, counted, first};
use crate::edge::platform::Thrown;
use crate::edge::shell::now;
use crate::login::once::{Use, clean_at, is_first};
use crate::model::UnixTime;
use std::cell::Cell;
use wasm_bindgen::JsValue;

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS used (key TEXT PRIMARY KEY, ends INTEGER NOT NULL) STRICT, WITHOUT ROWID";

/// `Once`, named `tenant/ENVIRONMENT/host/client_id`.
pub struct OnceObject {
    storage: Storage,
    /// Whether the table is known to be there, and an alarm set.
    is_ready: Cell<bool>,
}

durable_object!(OnceObject, |storage, _| OnceObject { storage, is_ready: Cell::new(false) });

impl Durable for OnceObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let Ok((used, now)) = crate::json::read::<(Use, UnixTime)>(&command) else {
            return Ok(Answer::refused(400, "not a use"));
        };
        let storage = &self.storage;
        let mut rows_written = 0;
        if !self.is_ready.get() {
            rows_written += storage.run(TABLE, &[])?.rows_written();
        }
        let remembered =
            moment(&first(storage, "SELECT ends FROM used WHERE key = ?", &[used.key.as_str().into()])?);
        let is_first = is_first(&used, remembered, now);
        if is_first {
            let query = "INSERT INTO used (key, ends) VALUES (?, ?)
                ON CONFLICT (key) DO UPDATE SET ends = excluded.ends";
            rows_written += storage.run(query, &[used.key.into(), integer(used.ends.0)?])?.rows_written();
            // What was decided above is stored with this; nothing can come between.
            if !self.is_ready.get() {
                self.arm(used.ends, now).await?;
            }
        }
        Ok(counted(&is_first, rows_written))
    }

    async fn alarm(&self) -> Thrown<()> {
        let storage = &self.storage;
        let now = now();
        storage.run(TABLE, &[])?;
        storage.run("DELETE FROM used WHERE ends <= ?", &[integer(now.0)?])?;
        match moment(&first(storage, "SELECT min(ends) FROM used", &[])?) {
            Some(ends) => storage.ring_at(alarm_after(clean_at(ends, now))).await?,
            None => {
                self.is_ready.set(false);
                storage.forget().await?;
            }
        }
        Ok(())
    }
}

impl OnceObject {
    /// Sets the alarm unless one is set.
    async fn arm(&self, ends: UnixTime, now: UnixTime) -> Thrown<()> {
        let storage = &self.storage;
        if !storage.has_alarm().await? {
            storage.ring_at(alarm_after(clean_at(ends, now))).await?;
        }
        self.is_ready.set(true);
        Ok(())
    }
}

fn moment(column: &JsValue) -> Option<UnixTime> {
    whole(column).map(UnixTime)
}
