//! The Durable Object of one login: loads its state, runs the pure transition, stores the result.
//!
//! Everything is decided before the first write, since rows written before an error stay written.

use crate::edge::one_row::{Loaded, OneRow, alarm_after, counted};
use crate::edge::shell::now;
use crate::login::state::{Event, Login, advance};
use crate::model::UnixTime;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// `Login`, named `tenant/ENVIRONMENT/attempt`.
#[durable_object(alarm)]
pub struct LoginObject {
    state: State,
}

impl DurableObject for LoginObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok((event, now)) = crate::json::read::<(Event, UnixTime)>(&request.text().await?) else {
            return Response::error("not a login event", 400);
        };
        let row = self.row();
        let login = match row.load()? {
            Loaded::Nothing => None,
            Loaded::Value(login) => Some(login),
            Loaded::Unreadable => return Response::error("the stored login has another shape", 500),
        };
        let is_born = login.is_none();
        let step = advance(login, event, now);
        let mut rows_written = 0;
        if let Some(next) = &step.next {
            rows_written = row.store(next, is_born)?;
            if is_born {
                self.state.storage().set_alarm(alarm_after(next.forgotten_at())).await?;
            }
        }
        counted(&step.answer, rows_written)
    }

    /// Deletes the object once everything of the login is over; else waits on.
    async fn alarm(&self) -> Result<Response> {
        let storage = self.state.storage();
        match self.row().load::<Login>()? {
            Loaded::Value(login) if !login.forgotten_at().is_over(now()) => {
                storage.set_alarm(alarm_after(login.forgotten_at())).await?
            }
            _ => storage.delete_all().await?,
        }
        Response::empty()
    }
}

impl LoginObject {
    fn row(&self) -> OneRow {
        OneRow::new(self.state.storage().sql(), "login")
    }
}
