//! The Durable Object of one session for single sign-on: loads its state, runs the pure transition,
//! stores the result; after a logout it tells the applications by its alarm.

use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::objects::log;
use crate::edge::one_row::{Loaded, OneRow, alarm_after, counted};
use crate::edge::platform::{Env, Thrown};
use crate::edge::shell::{Shell, now};
use crate::login::backchannel;
use crate::login::session::{self, Client, Event, Session, advance};
use crate::model::UnixTime;

/// If the object dies while it tells an application, the alarm takes over after this long, seconds.
const TAKE_OVER_SECONDS: u64 = 30;

/// `Session`, named `tenant/ENVIRONMENT/session`.
pub struct SessionObject {
    storage: Storage,
    env: Env,
}

durable_object!(SessionObject, |storage, env| SessionObject { storage, env });

impl Durable for SessionObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let Ok((event, now)) = crate::json::read::<(Event, UnixTime)>(&command) else {
            return Ok(Answer::refused(400, "not an event of a session"));
        };
        let row = self.row();
        let (session, is_first) = match row.load()? {
            Loaded::Nothing => (None, true),
            Loaded::Value(session) => (Some(session), false),
            Loaded::Unreadable => return Ok(Answer::refused(500, "the stored session has another shape")),
        };
        // One that is over and has not been deleted yet is none.
        let session = session.filter(|session: &Session| !session.forgotten_at().is_over(now));
        let step = advance(session, event, now);
        let mut rows_written = 0;
        if let Some(next) = &step.next {
            rows_written = row.store(next, is_first)?;
            // While it lives, the alarm that is set looks for itself how long it has to wait on.
            if is_first || next.ended {
                self.storage.ring_at(alarm_after(next.alarm_at())).await?;
            }
        }
        Ok(counted(&step.answer, rows_written))
    }

    /// Tells one application of the logout, or deletes the object once everything of the session is
    /// over. The alarm is set anew before anything else can go wrong: one that fails is repeated a few
    /// times and then forgotten.
    async fn alarm(&self) -> Thrown<()> {
        let storage = &self.storage;
        let now = now();
        match self.row().load::<Session>()? {
            Loaded::Value(session) if !session.forgotten_at().is_over(now) => match session.due(now) {
                Some(client) => {
                    storage.ring_at(alarm_after(now.plus(TAKE_OVER_SECONDS))).await?;
                    self.tell(&session, client.clone()).await?;
                }
                None => storage.ring_at(alarm_after(session.alarm_at())).await?,
            },
            _ => storage.forget().await?,
        }
        Ok(())
    }
}

impl SessionObject {
    fn row(&self) -> OneRow {
        OneRow::new(&self.storage, "session")
    }

    /// Tells an application, notes how that went, and sets the alarm for the next one.
    async fn tell(&self, session: &Session, client: Client) -> Thrown<()> {
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
        if step.answer == (session::Answer::Noted { given_up: true }) {
            log("backchannel_logout_given_up", client.client_id.as_str());
        }
        if let Some(next) = &step.next {
            self.row().store(next, false)?;
            self.storage.ring_at(alarm_after(next.alarm_at())).await?;
        }
        Ok(())
    }
}
