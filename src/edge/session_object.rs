//! The Durable Object of one session for single sign-on: loads its state, runs the pure transition,
//! stores the result.

use super::call::ROWS_HEADER;
use super::one_row::{Loaded, OneRow, alarm_after};
use super::shell::now;
use crate::login::session::{Event, Session, advance};
use crate::model::UnixTime;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// `Session`, named `tenant/ENVIRONMENT/session`.
#[durable_object(alarm)]
pub struct SessionObject {
    state: State,
}

impl DurableObject for SessionObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok((event, now)) = crate::json::read::<(Event, UnixTime)>(&request.text().await?) else {
            return Response::error("not an event of a session", 400);
        };
        let row = self.row();
        let (session, is_first) = match row.load()? {
            Loaded::Nothing => (None, true),
            Loaded::Value(session) => (Some(session), false),
            Loaded::Unreadable => return Response::error("the stored session has another shape", 500),
        };
        // One that is over and has not been deleted yet is none.
        let session = session.filter(|session: &Session| !session.forgotten_at().is_over(now));
        let step = advance(session, event, now);
        let mut rows_written = 0;
        if let Some(next) = &step.next {
            rows_written = row.store(next, is_first)?;
            // While it lives, the alarm that is set looks for itself how long it has to wait on.
            if is_first || next.ended {
                self.state.storage().set_alarm(alarm_after(next.alarm_at())).await?;
            }
        }
        let response = Response::from_json(&step.answer)?;
        response.headers().set(ROWS_HEADER, &rows_written.to_string())?;
        Ok(response)
    }

    /// Deletes the object once everything of the session is over; else waits on.
    async fn alarm(&self) -> Result<Response> {
        let storage = self.state.storage();
        match self.row().load::<Session>()? {
            Loaded::Value(session) if !session.forgotten_at().is_over(now()) => {
                storage.set_alarm(alarm_after(session.alarm_at())).await?
            }
            _ => storage.delete_all().await?,
        }
        Response::empty()
    }
}

impl SessionObject {
    fn row(&self) -> OneRow {
        OneRow::new(self.state.storage().sql(), "session")
    }
}
