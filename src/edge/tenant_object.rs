//! Durable Object of one tenant, named by its id: stores what [`crate::admin::tenant_object`]
//! decides and publishes it, at once and by alarm until everything is confirmed.

use super::objects::{self, DIRECTORY, DIRECTORY_NAME, HOST};
use super::records::SqlRows;
use crate::admin::command::{DirectoryAnswer, DirectoryCommand, HostAnswer, HostCommand};
use crate::admin::command::{TenantAnswer, TenantCommand};
use crate::admin::configuration::Configuration;
use crate::admin::publishing::{Outlet, Undelivered, publish_due};
use crate::admin::rows::StoreFault;
use crate::admin::tenant_object;
use crate::model::{Host, UnixTime};
use std::cell::Cell;
use std::time::Duration;
use worker::{Date, Delay, DurableObject, Env, Request, Response, Result, State};
use worker::{console_error, durable_object};

/// Most items published before a change is answered; the alarm does the rest.
const ITEMS_BEFORE_ANSWER: usize = 20;
/// Most items published by one alarm.
const ITEMS_PER_ALARM: usize = 100;
/// If the object dies while it publishes, the alarm takes over after this long, seconds.
const TAKE_OVER_SECONDS: u64 = 30;
/// How long a change waits for a publication that is under way, in steps of [`WAIT_STEP`].
const WAIT_STEPS: usize = 80;
const WAIT_STEP: Duration = Duration::from_millis(25);

/// One tenant.
#[durable_object]
pub struct TenantObject {
    state: State,
    env: Env,
    rows: SqlRows,
    publishing: Cell<bool>,
}

impl DurableObject for TenantObject {
    fn new(state: State, env: Env) -> Self {
        let rows = SqlRows::new(&state);
        Self { state, env, rows, publishing: Cell::new(false) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command = objects::command(&mut request).await?;
        objects::answer(self.apply(&command).await)
    }

    async fn alarm(&self) -> Result<Response> {
        // An alarm that fails is repeated a few times and then forgotten; this one never fails, and
        // is set anew before anything else can go wrong.
        if let Err(fault) = self.arm(now().plus(TAKE_OVER_SECONDS)).await {
            log("alarm_failed", &fault.0);
        }
        self.publish(ITEMS_PER_ALARM).await;
        Response::empty()
    }
}

impl TenantObject {
    async fn apply(&self, command: &TenantCommand) -> std::result::Result<TenantAnswer, StoreFault> {
        let mut answer = tenant_object::apply(&mut self.rows.clone(), command)?;
        if let TenantAnswer::Done(done) = &mut answer {
            // Between the change and its alarm nothing is awaited, so they are stored together.
            self.publish_now().await?;
            done.published = self.is_published()?;
        }
        Ok(answer)
    }

    async fn publish_now(&self) -> std::result::Result<(), StoreFault> {
        if self.is_published()? {
            return Ok(());
        }
        self.arm(now().plus(TAKE_OVER_SECONDS)).await?;
        for _ in 0..WAIT_STEPS {
            if !self.publishing.get() {
                break;
            }
            Delay::from(WAIT_STEP).await;
        }
        self.publish(ITEMS_BEFORE_ANSWER).await;
        Ok(())
    }

    fn is_published(&self) -> std::result::Result<bool, StoreFault> {
        Ok(Configuration(&self.rows).due()?.is_empty())
    }

    /// Publishes what is due unless somebody already does, and sets the alarm for the rest.
    async fn publish(&self, limit: usize) {
        if self.publishing.replace(true) {
            return;
        }
        let outlet = EdgeOutlet { env: &self.env };
        let progress = publish_due(&mut self.rows.clone(), &outlet, now(), limit).await;
        self.publishing.set(false);
        let armed = match progress {
            Ok(progress) => {
                if let Some(Undelivered(cause)) = progress.failure {
                    log("publication_failed", &cause);
                }
                match progress.next_at {
                    Some(next_at) => self.arm(next_at).await,
                    None => self.disarm().await,
                }
            }
            Err(fault) => Err(fault),
        };
        if let Err(fault) = armed {
            log("publication_failed", &fault.0);
        }
    }

    async fn arm(&self, at: UnixTime) -> std::result::Result<(), StoreFault> {
        let offset = Duration::from_secs(at.seconds_after(now()));
        self.state.storage().set_alarm(offset).await.map_err(|error| StoreFault(error.to_string()))
    }

    async fn disarm(&self) -> std::result::Result<(), StoreFault> {
        self.state.storage().delete_alarm().await.map_err(|error| StoreFault(error.to_string()))
    }
}

/// KV and the other objects.
struct EdgeOutlet<'a> {
    env: &'a Env,
}

impl Outlet for EdgeOutlet<'_> {
    async fn put(&self, key: &str, text: &str) -> std::result::Result<(), Undelivered> {
        let put = self.env.kv("KV").map_err(undelivered)?.put(key, text).map_err(undelivered)?;
        put.execute().await.map_err(undelivered)
    }

    async fn host(&self, host: &Host, command: &HostCommand) -> std::result::Result<HostAnswer, Undelivered> {
        objects::ask(self.env, HOST, host.as_str(), command).await.map_err(undelivered)
    }

    async fn directory(
        &self,
        command: &DirectoryCommand,
    ) -> std::result::Result<DirectoryAnswer, Undelivered> {
        objects::ask(self.env, DIRECTORY, DIRECTORY_NAME, command).await.map_err(undelivered)
    }
}

fn undelivered(error: impl std::fmt::Display) -> Undelivered {
    Undelivered(error.to_string())
}

fn now() -> UnixTime {
    UnixTime(Date::now().as_millis() / 1_000)
}

fn log(event: &str, cause: &str) {
    console_error!("{}", serde_json::json!({"event": event, "cause": cause}));
}
