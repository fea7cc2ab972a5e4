//! Durable Object of one person: see [`crate::dashboard::person_object`].

use crate::dashboard::person_object::{PersonCommand, apply};
use crate::edge::objects;
use crate::edge::records::SqlRows;
use crate::model::UnixTime;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// `Person`.
#[durable_object(fetch)]
pub struct PersonObject {
    rows: SqlRows,
}

impl DurableObject for PersonObject {
    fn new(state: State, _env: Env) -> Self {
        Self { rows: SqlRows::new(&state) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command: Option<(PersonCommand, UnixTime)> = objects::command(&mut request).await?;
        objects::answer(command.map(|(command, now)| apply(&mut self.rows.clone(), &command, now)))
    }
}
