//! Durable Object of one environment's sightings: see [`crate::admin::tally_object`].

use crate::admin::tally_object::{FORGET_SECONDS, TallyCommand, apply, forget};
use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::objects;
use crate::edge::one_row::alarm_after;
use crate::edge::platform::Thrown;
use crate::edge::records::SqlRows;
use crate::edge::shell::now;
use crate::model::UnixTime;
use std::cell::Cell;

/// `Tally`, named `tenant/ENVIRONMENT`.
pub struct TallyObject {
    storage: Storage,
    rows: SqlRows,
    /// Whether an alarm is known to be set.
    is_armed: Cell<bool>,
}

durable_object!(TallyObject, |storage, _| {
    TallyObject { rows: SqlRows::new(&storage), storage, is_armed: Cell::new(false) }
});

impl Durable for TallyObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let Ok((command, at)) = crate::json::read::<(TallyCommand, UnixTime)>(&command) else {
            return Ok(Answer::refused(400, "not a command"));
        };
        let writes = command != TallyCommand::List;
        let answer = apply(&mut self.rows.clone(), command, at);
        if writes && answer.is_ok() && !self.is_armed.get() {
            let storage = &self.storage;
            if !storage.has_alarm().await? {
                storage.ring_at(alarm_after(now().plus(FORGET_SECONDS))).await?;
            }
            self.is_armed.set(true);
        }
        Ok(objects::answer(Some(answer)))
    }

    async fn alarm(&self) -> Thrown<()> {
        let storage = &self.storage;
        match forget(&mut self.rows.clone(), now()) {
            Ok(Some(next)) => storage.ring_at(alarm_after(next)).await?,
            Ok(None) => {
                self.is_armed.set(false);
                storage.forget().await?;
                self.rows.are_gone();
            }
            Err(fault) => {
                objects::log("store_failed", &fault.0);
                storage.ring_at(alarm_after(now().plus(FORGET_SECONDS))).await?;
            }
        }
        Ok(())
    }
}
