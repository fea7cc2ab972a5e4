//! The Durable Object of one recorded login: one row, a list of steps, kept for some days.

use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::objects;
use crate::edge::one_row::{Loaded, OneRow, alarm_after};
use crate::edge::platform::Thrown;
use crate::edge::shell::now;
use crate::login::trace::{TRACE_SECONDS, with};
use serde_json::Value;

/// `Trace`, named `tenant/ENVIRONMENT/trace id`.
pub struct TraceObject {
    storage: Storage,
}

durable_object!(TraceObject, |storage, _| TraceObject { storage });

impl Durable for TraceObject {
    /// Takes a step, or `null` to be asked; answers with all steps.
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let Ok(step) = crate::json::read::<Value>(&command) else {
            return Ok(Answer::refused(400, "not a step"));
        };
        let row = OneRow::new(&self.storage, "trace");
        let recorded = match row.load::<Value>()? {
            Loaded::Value(recorded) => Some(recorded),
            _ => None,
        };
        if step.is_null() {
            return Ok(objects::answer(Some(Ok(recorded.unwrap_or(Value::Array(Vec::new()))))));
        }
        let is_first = recorded.is_none();
        if let Some(all) = with(recorded, step) {
            row.store(&all, is_first)?;
            if is_first {
                self.storage.ring_at(alarm_after(now().plus(TRACE_SECONDS))).await?;
            }
        }
        Ok(objects::answer(Some(Ok(Value::Null))))
    }

    async fn alarm(&self) -> Thrown<()> {
        self.storage.forget().await?;
        Ok(())
    }
}
