//! The Durable Object of one login: loads its state, runs the pure transition, stores the result.
//!
//! Everything is decided before the first write, since rows written before an error stay written. When
//! it is over, the object has it counted, and deletes itself.

use super::Bindings;
use crate::admin::login_tally::LoginCommand;
use crate::admin::tally_object::Tally;
use crate::edge::call::{OBJECT_TIMEOUT_MILLISECONDS, object};
use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::objects::log;
use crate::edge::one_row::{Loaded, OneRow, alarm_after, counted};
use crate::edge::platform::{Env, Thrown};
use crate::edge::shell::now;
use crate::login::count::{AGAIN_SECONDS, GIVE_UP_SECONDS};
use crate::login::state::{Event, Login, advance};
use crate::model::UnixTime;
use crate::model::login_count::LoginCount;

/// `Login`, named `tenant/ENVIRONMENT/attempt`.
pub struct LoginObject {
    storage: Storage,
    env: Env,
}

durable_object!(LoginObject, |storage, env| LoginObject { storage, env });

/// What is stored: a login, and how it is counted.
type Kept = (Login, Option<LoginCount>);

impl Durable for LoginObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let Ok((event, now)) = crate::json::read::<(Event, UnixTime)>(&command) else {
            return Ok(Answer::refused(400, "not a login event"));
        };
        let row = self.row();
        let (login, mut count) = match row.load::<Kept>()? {
            Loaded::Nothing => (None, None),
            Loaded::Value((login, count)) => (Some(login), count),
            Loaded::Unreadable => return Ok(Answer::refused(500, "the stored login has another shape")),
        };
        let is_born = login.is_none();
        if let (true, Event::Identified { count: known, .. }) = (is_born, &event) {
            count = known.clone();
        }
        let step = advance(login, event, now);
        let mut rows_written = 0;
        if let Some(next) = step.next {
            let forgotten_at = next.forgotten_at();
            rows_written = row.store(&(next, count), is_born)?;
            if is_born {
                self.storage.ring_at(alarm_after(forgotten_at)).await?;
            }
        }
        Ok(counted(&step.answer, rows_written))
    }

    /// Deletes the object once everything of the login is over and it was counted; else waits on.
    async fn alarm(&self) -> Thrown<()> {
        let storage = &self.storage;
        let Loaded::Value((login, count)) = self.row().load::<Kept>()? else { return storage.forget().await };
        if !login.forgotten_at().is_over(now()) {
            return storage.ring_at(alarm_after(login.forgotten_at())).await;
        }
        if let Some(count) = count.filter(|_| login.is_done()) {
            let is_late = count.at.plus(GIVE_UP_SECONDS).is_over(now());
            // Set before anything else can go wrong: an alarm that fails is repeated a few times only.
            storage.ring_at(alarm_after(now().plus(AGAIN_SECONDS))).await?;
            if !self.is_counted(&count).await && !is_late {
                self.row().store(&(login.uncounted(), Some(count)), false)?;
                return Ok(());
            }
        }
        storage.forget().await
    }
}

impl LoginObject {
    async fn is_counted(&self, count: &LoginCount) -> bool {
        let bindings = match Bindings::of(&self.env) {
            Ok(bindings) => bindings,
            Err(missing) => {
                log("misconfigured", missing);
                return false;
            }
        };
        let command = (Tally::Logins(LoginCommand::Count(count.clone())), now());
        let told =
            object("tally object", &bindings.tally, &count.object, &command, OBJECT_TIMEOUT_MILLISECONDS)
                .await;
        told.map_err(|failed| log("count_failed", &failed.cause)).is_ok()
    }

    fn row(&self) -> OneRow {
        OneRow::new(&self.storage, "login")
    }
}
