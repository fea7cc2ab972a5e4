//! Durable Object that lists the tenants: see [`crate::admin::directory_object`].

use crate::admin::command::DirectoryCommand;
use crate::admin::directory_object;
use crate::edge::durable::{Answer, Durable, durable_object};
use crate::edge::objects;
use crate::edge::platform::Thrown;
use crate::edge::records::SqlRows;

/// The installation's directory; there is one.
pub struct DirectoryObject {
    rows: SqlRows,
}

durable_object!(DirectoryObject, |storage, _| DirectoryObject { rows: SqlRows::new(&storage) });

impl Durable for DirectoryObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let command: Option<DirectoryCommand> = crate::json::read(&command).ok();
        let answer = command.map(|command| directory_object::apply(&mut self.rows.clone(), &command));
        Ok(objects::answer(answer))
    }
}
