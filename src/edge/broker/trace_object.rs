//! The Durable Object of one recorded login: one row, a list of steps, kept for some days.

use crate::edge::objects;
use crate::edge::one_row::{Loaded, OneRow, alarm_after};
use crate::edge::shell::now;
use crate::login::trace::{TRACE_SECONDS, with};
use serde_json::Value;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// `Trace`, named `tenant/ENVIRONMENT/trace id`.
#[durable_object(alarm)]
pub struct TraceObject {
    state: State,
}

impl DurableObject for TraceObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    /// Takes a step, or `null` to be asked; answers with all steps.
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok(step) = crate::json::read::<Value>(&request.text().await?) else {
            return Response::error("not a step", 400);
        };
        let row = OneRow::new(self.state.storage().sql(), "trace");
        let recorded = match row.load::<Value>()? {
            Loaded::Value(recorded) => Some(recorded),
            _ => None,
        };
        if step.is_null() {
            return objects::answer(Some(Ok(recorded.unwrap_or(Value::Array(Vec::new())))));
        }
        let is_first = recorded.is_none();
        if let Some(all) = with(recorded, step) {
            row.store(&all, is_first)?;
            if is_first {
                self.state.storage().set_alarm(alarm_after(now().plus(TRACE_SECONDS))).await?;
            }
        }
        objects::answer(Some(Ok(Value::Null)))
    }

    async fn alarm(&self) -> Result<Response> {
        self.state.storage().delete_all().await?;
        Response::empty()
    }
}
