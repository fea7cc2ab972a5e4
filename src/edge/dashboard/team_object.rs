//! Durable Object of those who belong to a tenant: see [`crate::dashboard::team_object`].

use crate::dashboard::team_object::{TeamCommand, apply};
use crate::edge::durable::{Answer, Durable, durable_object};
use crate::edge::objects;
use crate::edge::platform::Thrown;
use crate::edge::records::SqlRows;
use crate::model::UnixTime;

/// `Team`.
pub struct TeamObject {
    rows: SqlRows,
}

durable_object!(TeamObject, |storage, _| TeamObject { rows: SqlRows::new(&storage) });

impl Durable for TeamObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let command: Option<(TeamCommand, UnixTime)> = crate::json::read(&command).ok();
        let answer = command.map(|(command, now)| apply(&mut self.rows.clone(), &command, now));
        Ok(objects::answer(answer))
    }
}
