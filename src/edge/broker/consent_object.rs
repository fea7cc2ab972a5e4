//! The Durable Object of one shard of remembered CPR numbers: see [`crate::login::consent`].
//!
//! Its alarm deletes what is over.

use crate::edge::objects::{self, log};
use crate::edge::one_row::alarm_after;
use crate::edge::records::SqlRows;
use crate::edge::shell::now;
use crate::login::consent::{self, CONSENT_SECONDS, Event};
use crate::model::UnixTime;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// Wait after a failed clearing, seconds.
const RETRY_SECONDS: u64 = 3_600;

/// `Consent`, named `tenant/ENVIRONMENT/shard`.
#[durable_object(alarm)]
pub struct ConsentObject {
    state: State,
    rows: SqlRows,
}

impl DurableObject for ConsentObject {
    fn new(state: State, _env: Env) -> Self {
        let rows = SqlRows::new(&state);
        Self { state, rows }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Some((event, now)) = objects::command::<(Event, UnixTime)>(&mut request).await? else {
            return Response::error("not a consent event", 400);
        };
        let answer = consent::apply(&mut self.rows.clone(), &event, now);
        if let (Event::Remember { .. }, Ok(_)) = (&event, &answer) {
            let storage = self.state.storage();
            if storage.get_alarm().await?.is_none() {
                storage.set_alarm(alarm_after(now.plus(CONSENT_SECONDS))).await?;
            }
        }
        objects::answer(Some(answer))
    }

    async fn alarm(&self) -> Result<Response> {
        let storage = self.state.storage();
        match consent::clear(&mut self.rows.clone(), now()) {
            Ok(Some(next)) => storage.set_alarm(alarm_after(next)).await?,
            Ok(None) => {}
            Err(fault) => {
                log("alarm_failed", &fault.0);
                storage.set_alarm(alarm_after(now().plus(RETRY_SECONDS))).await?;
            }
        }
        Response::empty()
    }
}
