//! Durable Object of one host, named by it: see [`crate::admin::host_object`].

use crate::admin::command::HostCommand;
use crate::admin::host_object;
use crate::edge::objects;
use crate::edge::records::SqlRows;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// One host.
#[durable_object(fetch)]
pub struct HostObject {
    rows: SqlRows,
}

impl DurableObject for HostObject {
    fn new(state: State, _env: Env) -> Self {
        Self { rows: SqlRows::new(&state) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command: Option<HostCommand> = objects::command(&mut request).await?;
        objects::answer(command.map(|command| host_object::apply(&mut self.rows.clone(), &command)))
    }
}
