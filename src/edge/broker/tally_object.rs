//! Durable Object of one environment's sightings of keys, or of a shard of its logins: see
//! [`crate::admin::tally_object`] and [`crate::admin::login_tally`].

use crate::admin::login_tally::{self, LoginCommand};
use crate::admin::tally_object::{self, FORGET_SECONDS, Tally, TallyCommand};
use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::objects;
use crate::edge::one_row::alarm_after;
use crate::edge::platform::Thrown;
use crate::edge::records::SqlRows;
use crate::edge::shell::now;
use crate::json::Json;
use crate::model::UnixTime;
use std::cell::Cell;

/// `Tally`, named `tenant/ENVIRONMENT`, or `tenant/ENVIRONMENT/logins/shard`.
pub struct TallyObject {
    storage: Storage,
    rows: SqlRows,
    /// Whether an alarm is known to be set.
    is_armed: Cell<bool>,
}

durable_object!(TallyObject, |storage, _| {
    TallyObject { rows: SqlRows::new(&storage), storage, is_armed: Cell::new(false) }
});

impl Durable for TallyObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let Ok((command, at)) = crate::json::read::<(Tally, UnixTime)>(&command) else {
            return Ok(Answer::refused(400, "not a command"));
        };
        let writes =
            !matches!(command, Tally::Keys(TallyCommand::List) | Tally::Logins(LoginCommand::Look { .. }));
        let rows = &mut self.rows.clone();
        let answer = objects::answer(Some(match command {
            Tally::Keys(command) => tally_object::apply(rows, command, at).map(|seen| seen.write()),
            Tally::Logins(command) => login_tally::apply(rows, command, at).map(|counted| counted.write()),
        }));
        if writes && answer.status == 200 && !self.is_armed.get() {
            let storage = &self.storage;
            if !storage.has_alarm().await? {
                storage.ring_at(alarm_after(now().plus(FORGET_SECONDS))).await?;
            }
            self.is_armed.set(true);
        }
        Ok(answer)
    }

    async fn alarm(&self) -> Thrown<()> {
        let storage = &self.storage;
        let rows = &mut self.rows.clone();
        let next = tally_object::forget(rows, now())
            .and_then(|keys| Ok([keys, login_tally::forget(rows, now())?].into_iter().flatten().min()));
        match next {
            Ok(Some(next)) => storage.ring_at(alarm_after(next)).await?,
            Ok(None) => {
                self.is_armed.set(false);
                storage.forget().await?;
                self.rows.are_gone();
            }
            Err(fault) => {
                objects::log("store_failed", &fault.0);
                storage.ring_at(alarm_after(now().plus(FORGET_SECONDS))).await?;
            }
        }
        Ok(())
    }
}
