//! Durable Object of those who belong to a tenant: see [`crate::dashboard::team_object`].

use crate::dashboard::team_object::{TeamCommand, apply};
use crate::edge::objects;
use crate::edge::records::SqlRows;
use crate::model::UnixTime;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// `Team`.
#[durable_object(fetch)]
pub struct TeamObject {
    rows: SqlRows,
}

impl DurableObject for TeamObject {
    fn new(state: State, _env: Env) -> Self {
        Self { rows: SqlRows::new(&state) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command: Option<(TeamCommand, UnixTime)> = objects::command(&mut request).await?;
        objects::answer(command.map(|(command, now)| apply(&mut self.rows.clone(), &command, now)))
    }
}
