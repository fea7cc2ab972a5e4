//! Durable Object of one environment's sightings: see [`crate::admin::tally_object`].

use crate::admin::tally_object::{FORGET_SECONDS, TallyCommand, apply, forget};
use crate::edge::objects;
use crate::edge::one_row::alarm_after;
use crate::edge::records::SqlRows;
use crate::edge::shell::now;
use crate::model::UnixTime;
use std::cell::Cell;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// `Tally`, named `tenant/ENVIRONMENT`.
#[durable_object(alarm)]
pub struct TallyObject {
    state: State,
    rows: SqlRows,
    /// Whether an alarm is known to be set.
    is_armed: Cell<bool>,
}

impl DurableObject for TallyObject {
    fn new(state: State, _env: Env) -> Self {
        let rows = SqlRows::new(&state);
        Self { state, rows, is_armed: Cell::new(false) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command: Option<(TallyCommand, UnixTime)> = objects::command(&mut request).await?;
        let Some((command, at)) = command else { return Response::error("not a command", 400) };
        let writes = command != TallyCommand::List;
        let answer = apply(&mut self.rows.clone(), command, at);
        if writes && answer.is_ok() && !self.is_armed.get() {
            let storage = self.state.storage();
            if storage.get_alarm().await?.is_none() {
                storage.set_alarm(alarm_after(now().plus(FORGET_SECONDS))).await?;
            }
            self.is_armed.set(true);
        }
        objects::answer(Some(answer))
    }

    async fn alarm(&self) -> Result<Response> {
        let storage = self.state.storage();
        match forget(&mut self.rows.clone(), now()) {
            Ok(Some(next)) => storage.set_alarm(alarm_after(next)).await?,
            Ok(None) => {
                self.is_armed.set(false);
                storage.delete_all().await?;
                self.rows.are_gone();
            }
            Err(fault) => {
                objects::log("store_failed", &fault.0);
                storage.set_alarm(alarm_after(now().plus(FORGET_SECONDS))).await?;
            }
        }
        Response::empty()
    }
}
