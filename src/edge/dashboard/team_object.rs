//! Durable Object of those who belong to a tenant: see [`crate::dashboard::team_object`]. By its alarm it tells
//! the tenant's own system of orders, and forgets what is over.

use crate::dashboard::team_object::{TeamCommand, apply, forget};
use crate::dashboard::webhook;
use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::objects::{self, log};
use crate::edge::platform::{Env, Thrown};
use crate::edge::records::SqlRows;
use crate::edge::shell::{Shell, now};
use crate::model::UnixTime;
use crate::rows::StoreFault;

/// Where something that is over could not be forgotten, it is tried again after this long, seconds.
const FORGET_AGAIN_SECONDS: u64 = 60 * 60;

/// How long after its moment an alarm rings, milliseconds: what is over by the second is over then.
const ALARM_MARGIN_MILLISECONDS: f64 = 1_000.0;

/// When an alarm rings for what is due at `at`, milliseconds since 1970.
fn alarm_after(at: UnixTime) -> f64 {
    at.0 as f64 * 1_000.0 + ALARM_MARGIN_MILLISECONDS
}

/// `Team`.
pub struct TeamObject {
    storage: Storage,
    rows: SqlRows,
    env: Env,
}

durable_object!(TeamObject, |storage, env| TeamObject { rows: SqlRows::new(&storage), storage, env });

impl Durable for TeamObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let command: Option<(TeamCommand, UnixTime)> = crate::json::read(&command).ok();
        let has_times = matches!(command, Some((TeamCommand::Order(_) | TeamCommand::Vies(_), _)));
        let answer = command.map(|(command, now)| apply(&mut self.rows.clone(), &command, now));
        if has_times {
            self.ring_for_next().await?;
        }
        Ok(objects::answer(answer))
    }

    /// Sends one event. The alarm is set anew before anything else can go wrong.
    async fn alarm(&self) -> Thrown<()> {
        let Ok(Some((webhook, delivery))) = self.next() else { return self.ring_for_next().await };
        if !delivery.next_at.is_over(now()) {
            return self.ring_for_next().await;
        }
        self.storage.ring_at(alarm_after(now().plus(webhook::LOOK_AGAIN_SECONDS))).await?;
        let taken = match Shell::new(&self.env) {
            Ok(shell) => webhook::tell(&shell, &webhook, &delivery, now()).await,
            Err(missing) => {
                log("misconfigured", missing);
                return Ok(());
            }
        };
        match webhook::settle(&mut self.rows.clone(), &delivery.id, taken, now()) {
            Ok(true) => log("webhook_given_up", webhook.tenant.as_str()),
            Ok(false) => {}
            Err(StoreFault(cause)) => log("store_failed", &cause),
        }
        self.ring_for_next().await
    }
}

impl TeamObject {
    fn next(&self) -> Result<Option<(webhook::Webhook, webhook::Delivery)>, StoreFault> {
        let next = webhook::next(&self.rows);
        if let Err(StoreFault(cause)) = &next {
            log("store_failed", cause);
        }
        next
    }

    /// Forgets what is over, and sets the alarm for what comes next.
    async fn ring_for_next(&self) -> Thrown<()> {
        let over = forget(&mut self.rows.clone(), now()).unwrap_or_else(|StoreFault(cause)| {
            log("store_failed", &cause);
            Some(now().plus(FORGET_AGAIN_SECONDS))
        });
        match webhook::wakes_at(&self.next(), now()).into_iter().chain(over).min() {
            Some(at) => self.storage.ring_at(alarm_after(at)).await,
            None => Ok(()),
        }
    }
}
