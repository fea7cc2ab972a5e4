//! The Durable Object of one session for single sign-on: loads its state, runs the pure transition,
//! stores the result; after a logout it tells the applications by its alarm.

use crate::edge::objects::log;
use crate::edge::one_row::{Loaded, OneRow, alarm_after, counted};
use crate::edge::shell::{Shell, now};
use crate::login::backchannel;
use crate::login::session::{Answer, Client, Event, Session, advance};
use crate::model::UnixTime;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// If the object dies while it tells an application, the alarm takes over after this long, seconds.
const TAKE_OVER_SECONDS: u64 = 30;

/// `Session`, named `tenant/ENVIRONMENT/session`.
#[durable_object(alarm)]
pub struct SessionObject {
    state: State,
    env: Env,
}

impl DurableObject for SessionObject {
    fn new(state: State, env: Env) -> Self {
        Self { state, env }
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
        counted(&step.answer, rows_written)
    }

    /// Tells one application of the logout, or deletes the object once everything of the session is
    /// over. The alarm is set anew before anything else can go wrong: one that fails is repeated a few
    /// times and then forgotten.
    async fn alarm(&self) -> Result<Response> {
        let storage = self.state.storage();
        let now = now();
        match self.row().load::<Session>()? {
            Loaded::Value(session) if !session.forgotten_at().is_over(now) => match session.due(now) {
                Some(client) => {
                    storage.set_alarm(alarm_after(now.plus(TAKE_OVER_SECONDS))).await?;
                    self.tell(&session, client.clone()).await?;
                }
                None => storage.set_alarm(alarm_after(session.alarm_at())).await?,
            },
            _ => storage.delete_all().await?,
        }
        Response::empty()
    }
}

impl SessionObject {
    fn row(&self) -> OneRow {
        OneRow::new(self.state.storage().sql(), "session")
    }

    /// Tells an application, notes how that went, and sets the alarm for the next one.
    async fn tell(&self, session: &Session, client: Client) -> Result<()> {
        let shell = match Shell::new(&self.env) {
            Ok(shell) => shell,
            Err(missing) => {
                log("misconfigured", missing);
                return Ok(());
            }
        };
        let taken = backchannel::tell(&shell, session, &client, now()).await;
        // Time has passed: what is stored now counts.
        let Loaded::Value(session) = self.row().load::<Session>()? else { return Ok(()) };
        let event = Event::Told { client_id: client.client_id.clone(), taken };
        let step = advance(Some(session), event, now());
        if step.answer == (Answer::Noted { given_up: true }) {
            log("backchannel_logout_given_up", client.client_id.as_str());
        }
        if let Some(next) = &step.next {
            self.row().store(next, false)?;
            self.state.storage().set_alarm(alarm_after(next.alarm_at())).await?;
        }
        Ok(())
    }
}
