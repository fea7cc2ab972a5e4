//! The Durable Object of one login: loads its state, runs the pure transition, stores the result.
//!
//! Everything is decided before the first write, since rows written before an error stay written.

use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::one_row::{Loaded, OneRow, alarm_after, counted};
use crate::edge::platform::Thrown;
use crate::edge::shell::now;
use crate::login::state::{Event, Login, advance};
use crate::model::UnixTime;

/// `Login`, named `tenant/ENVIRONMENT/attempt`.
pub struct LoginObject {
    storage: Storage,
}

durable_object!(LoginObject, |storage, _| LoginObject { storage });

impl Durable for LoginObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let Ok((event, now)) = crate::json::read::<(Event, UnixTime)>(&command) else {
            return Ok(Answer::refused(400, "not a login event"));
        };
        let row = self.row();
        let login = match row.load()? {
            Loaded::Nothing => None,
            Loaded::Value(login) => Some(login),
            Loaded::Unreadable => return Ok(Answer::refused(500, "the stored login has another shape")),
        };
        let is_born = login.is_none();
        let step = advance(login, event, now);
        let mut rows_written = 0;
        if let Some(next) = &step.next {
            rows_written = row.store(next, is_born)?;
            if is_born {
                self.storage.ring_at(alarm_after(next.forgotten_at())).await?;
            }
        }
        Ok(counted(&step.answer, rows_written))
    }

    /// Deletes the object once everything of the login is over; else waits on.
    async fn alarm(&self) -> Thrown<()> {
        let storage = &self.storage;
        match self.row().load::<Login>()? {
            Loaded::Value(login) if !login.forgotten_at().is_over(now()) => {
                storage.ring_at(alarm_after(login.forgotten_at())).await?
            }
            _ => storage.forget().await?,
        }
        Ok(())
    }
}

impl LoginObject {
    fn row(&self) -> OneRow {
        OneRow::new(&self.storage, "login")
    }
}
