//! Durable Object that lists the tenants: see [`crate::admin::directory_object`].

use crate::admin::command::DirectoryCommand;
use crate::admin::directory_object;
use crate::edge::objects;
use crate::edge::records::SqlRows;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// The installation's directory; there is one.
#[durable_object(fetch)]
pub struct DirectoryObject {
    rows: SqlRows,
}

impl DurableObject for DirectoryObject {
    fn new(state: State, _env: Env) -> Self {
        Self { rows: SqlRows::new(&state) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command: Option<DirectoryCommand> = objects::command(&mut request).await?;
        objects::answer(command.map(|command| directory_object::apply(&mut self.rows.clone(), &command)))
    }
}
