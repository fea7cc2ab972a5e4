//! Durable Object of one person: see [`crate::dashboard::person_object`].

use crate::dashboard::person_object::{PersonCommand, apply};
use crate::edge::durable::{Answer, Durable, durable_object};
use crate::edge::objects;
use crate::edge::platform::Thrown;
use crate::edge::records::SqlRows;
use crate::model::UnixTime;

/// `Person`.
pub struct PersonObject {
    rows: SqlRows,
}

durable_object!(PersonObject, |storage, _| PersonObject { rows: SqlRows::new(&storage) });

impl Durable for PersonObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let command: Option<(PersonCommand, UnixTime)> = crate::json::read(&command).ok();
        let answer = command.map(|(command, now)| apply(&mut self.rows.clone(), &command, now));
        Ok(objects::answer(answer))
    }
}
