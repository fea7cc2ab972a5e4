//! Durable Object of one host, named by it: see [`crate::admin::host_object`].

use crate::admin::command::HostCommand;
use crate::admin::host_object;
use crate::edge::durable::{Answer, Durable, durable_object};
use crate::edge::objects;
use crate::edge::platform::Thrown;
use crate::edge::records::SqlRows;

/// One host.
pub struct HostObject {
    rows: SqlRows,
}

durable_object!(HostObject, |storage, _| HostObject { rows: SqlRows::new(&storage) });

impl Durable for HostObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let command: Option<HostCommand> = crate::json::read(&command).ok();
        Ok(objects::answer(command.map(|command| host_object::apply(&mut self.rows.clone(), &command))))
    }
}
