//! Durable Object of one tenant, named by its id: stores what [`crate::admin::tenant_object`]
//! decides and publishes it, at once and by alarm until everything is confirmed.

use super::DIRECTORY;
use crate::admin::command::{DirectoryAnswer, DirectoryCommand, HostAnswer, HostCommand};
use crate::admin::command::{TenantAnswer, TenantCommand};
use crate::admin::configuration::Configuration;
use crate::admin::publishing::{Outlet, Undelivered, publish_due};
use crate::admin::rows::StoreFault;
use crate::admin::tenant_object;
use crate::edge::call::{self, OBJECT_TIMEOUT_MILLISECONDS};
use crate::edge::objects::{self, log};
use crate::edge::platform;
use crate::edge::records::SqlRows;
use crate::edge::shell::now;
use crate::json::Json;
use crate::model::{Host, UnixTime};
use std::cell::Cell;
use std::time::Duration;
use worker::{Delay, DurableObject, Env, Request, Response, Result, State, durable_object};

/// How long a change is published before it is answered, seconds; the alarm does the rest.
const PUBLISH_BEFORE_ANSWER_SECONDS: u64 = 3;
/// How long one alarm publishes, seconds; the next one goes on.
const PUBLISH_PER_ALARM_SECONDS: u64 = 20;
/// If the object dies while it publishes, the alarm takes over after this long, seconds.
const TAKE_OVER_SECONDS: u64 = 30;
/// How often, and every how many milliseconds, a change looks whether a publication that is under
/// way has ended.
const WAIT_STEPS: usize = 80;
const WAIT_STEP_MILLISECONDS: u64 = 25;

/// One tenant.
#[durable_object(alarm)]
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
        let command: Option<TenantCommand> = objects::command(&mut request).await?;
        objects::answer(match command {
            Some(command) => Some(self.apply(&command).await),
            None => None,
        })
    }

    async fn alarm(&self) -> Result<Response> {
        // An alarm that fails is repeated a few times and then forgotten; this one never fails, and
        // is set anew before anything else can go wrong.
        if let Err(fault) = self.arm(now().plus(TAKE_OVER_SECONDS)).await {
            log("alarm_failed", &fault.0);
        }
        self.publish(PUBLISH_PER_ALARM_SECONDS).await;
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
            Delay::from(Duration::from_millis(WAIT_STEP_MILLISECONDS)).await;
        }
        self.publish(PUBLISH_BEFORE_ANSWER_SECONDS).await;
        Ok(())
    }

    fn is_published(&self) -> std::result::Result<bool, StoreFault> {
        Ok(Configuration(&self.rows).due()?.is_empty())
    }

    /// Publishes what is due unless somebody already does, and sets the alarm for the rest. Between
    /// reading what is left and setting the alarm nothing is awaited, so no change falls between.
    async fn publish(&self, seconds: u64) {
        if self.publishing.replace(true) {
            return;
        }
        let progress = self.publish_until(now().plus(seconds)).await;
        self.publishing.set(false);
        let armed = match progress {
            Ok(Some(next_at)) => self.arm(next_at).await,
            Ok(None) => self.disarm().await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = armed {
            log("publication_failed", &fault.0);
        }
    }

    /// Publishes until nothing is due, something can't be delivered, or the time is up; says when
    /// to go on.
    async fn publish_until(&self, end: UnixTime) -> std::result::Result<Option<UnixTime>, StoreFault> {
        let outlet = EdgeOutlet { env: &self.env };
        loop {
            let progress = publish_due(&mut self.rows.clone(), &outlet, now()).await?;
            if let Some(Undelivered(cause)) = &progress.failure {
                log("publication_failed", cause);
            }
            let goes_on = progress.next_at.is_some_and(|next_at| next_at <= now());
            if progress.failure.is_some() || !goes_on || end.is_over(now()) {
                return Ok(progress.next_at);
            }
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
        let kv = platform::kv(self.env).ok_or(Undelivered("KV is not bound".to_owned()))?;
        // A store that hangs must not keep the object from publishing for ever. The write given up may
        // still arrive: `admin::publishing` then writes the next version twice.
        match call::within(OBJECT_TIMEOUT_MILLISECONDS, kv.write(key, text)).await {
            Some(done) => done.map_err(Undelivered),
            None => Err(Undelivered("KV: no answer in time".to_owned())),
        }
    }

    async fn host(&self, host: &Host, command: &HostCommand) -> std::result::Result<HostAnswer, Undelivered> {
        self.ask("host object", "HOST", host.as_str(), command).await
    }

    async fn directory(
        &self,
        command: &DirectoryCommand,
    ) -> std::result::Result<DirectoryAnswer, Undelivered> {
        self.ask("directory object", "DIRECTORY", DIRECTORY, command).await
    }
}

impl EdgeOutlet<'_> {
    async fn ask<A: Json>(
        &self,
        what: &'static str,
        binding: &str,
        name: &str,
        command: &dyn Json,
    ) -> std::result::Result<A, Undelivered> {
        let namespace = self.env.durable_object(binding).map_err(undelivered)?;
        let called = call::object(what, &namespace, name, command, OBJECT_TIMEOUT_MILLISECONDS).await;
        called
            .and_then(|called| called.answer())
            .map_err(|failed| Undelivered(format!("{what}: {}", failed.cause)))
    }
}

fn undelivered(error: impl std::fmt::Display) -> Undelivered {
    Undelivered(error.to_string())
}
