//! Durable Object of one tenant, named by its id: stores what [`crate::admin::tenant_object`]
//! decides and publishes it, at once and by alarm until everything is confirmed.
//!
//! Its one alarm is the earlier of the next publication and the next step of its signing keys. It is
//! set anew at every exit; a step whose alarm was missed is done with the next request.

use super::{Bindings, DIRECTORY};
use crate::admin::command::{DirectoryAnswer, DirectoryCommand, Due, HostAnswer, HostCommand};
use crate::admin::command::{TenantAnswer, TenantCommand};
use crate::admin::configuration::Configuration;
use crate::admin::key_material;
use crate::admin::key_schedule::{self, Overdue, due_change};
use crate::admin::publishing::{self, Outlet, Undelivered, publish_due};
use crate::admin::record::EnvironmentRecord;
use crate::admin::tenant_object;
use crate::edge::call::{self, OBJECT_TIMEOUT_MILLISECONDS};
use crate::edge::durable::{Answer, Durable, Storage, durable_object};
use crate::edge::environment::{self, serving};
use crate::edge::objects::{self, log};
use crate::edge::platform::{self, Env, ObjectNamespace, Thrown};
use crate::edge::records::SqlRows;
use crate::edge::shell::{Shell, now};
use crate::eid::Eid;
use crate::json::Json;
use crate::model::key_ring::{Algorithm, SigningKey};
use crate::model::{Host, Serving, TenantId, UnixTime};
use crate::rows::StoreFault;
use std::cell::Cell;
use std::time::Duration;
use worker::Delay;

/// How long a change is published before it is answered, seconds; the alarm does the rest.
const PUBLISH_BEFORE_ANSWER_SECONDS: u64 = 3;
/// Longest wait for a write to KV, milliseconds: well below the wait of whoever asked for the change,
/// who must be told that it is stored though KV hangs.
const KV_WRITE_TIMEOUT_MILLISECONDS: u64 = 3_000;
/// How long one alarm publishes, seconds; the next one goes on.
const PUBLISH_PER_ALARM_SECONDS: u64 = 20;
/// If the object dies while it publishes, the alarm takes over after this long, seconds.
const TAKE_OVER_SECONDS: u64 = 30;
/// How often, and every how many milliseconds, a change looks whether a publication that is under
/// way has ended.
const WAIT_STEPS: usize = 80;
const WAIT_STEP_MILLISECONDS: u64 = 25;
/// A step of keys that could not be done is tried again after this long, seconds, or by the next
/// request.
const STEP_AGAIN_SECONDS: u64 = 60;

type Stored<T> = Result<T, StoreFault>;

/// One tenant.
pub struct TenantObject {
    storage: Storage,
    env: Env,
    rows: SqlRows,
    awake: Cell<bool>,
    publishing: Cell<bool>,
    stepping: Cell<bool>,
    step_failed: Cell<bool>,
}

durable_object!(TenantObject, |storage, env| {
    TenantObject {
        rows: SqlRows::new(&storage),
        storage,
        env,
        awake: Cell::new(false),
        publishing: Cell::new(false),
        stepping: Cell::new(false),
        step_failed: Cell::new(false),
    }
});

impl Durable for TenantObject {
    async fn answer(&self, command: String) -> Thrown<Answer> {
        let command: Option<TenantCommand> = crate::json::read(&command).ok();
        Ok(objects::answer(match command {
            Some(command) => Some(self.apply(&command).await),
            None => None,
        }))
    }

    async fn alarm(&self) -> Thrown<()> {
        // An alarm that fails is repeated a few times and then forgotten; this one never fails, and
        // is set anew before anything else can go wrong.
        if let Err(fault) = self.arm(now().plus(TAKE_OVER_SECONDS)).await {
            log("alarm_failed", &fault.0);
        }
        if let Err(fault) = self.wake() {
            log("alarm_failed", &fault.0);
            return Ok(());
        }
        self.do_steps().await;
        self.publish(PUBLISH_PER_ALARM_SECONDS).await;
        Ok(())
    }
}

impl TenantObject {
    async fn apply(&self, command: &TenantCommand) -> Stored<TenantAnswer> {
        self.wake()?;
        if key_schedule::comes_after_steps(command) && self.do_steps().await {
            self.publish_now().await?;
        }
        let mut answer = tenant_object::apply(&mut self.rows.clone(), command, &self.times()?)?;
        if let TenantAnswer::Done(done) = &mut answer {
            // Between the change and its alarm nothing is awaited, so they are stored together.
            self.publish_now().await?;
            done.published = self.is_published()?;
        }
        Ok(answer)
    }

    /// What the life before has left on the list of what is due may have been under way when it ended.
    fn wake(&self) -> Stored<()> {
        if !self.awake.get() {
            publishing::awake(&mut self.rows.clone(), now(), &self.times()?)?;
            self.awake.set(true);
        }
        Ok(())
    }

    fn times(&self) -> Stored<Serving> {
        serving(&self.env).map_err(|missing| StoreFault(missing.to_owned()))
    }

    /// Does the steps of keys whose time has come, unless somebody already does; says whether there
    /// was one. What goes wrong is logged and tried again: nobody else's request fails by it.
    async fn do_steps(&self) -> bool {
        if self.stepping.replace(true) {
            return false;
        }
        let done = self.steps().await;
        self.stepping.set(false);
        done.unwrap_or_else(|fault| {
            log("key_step_failed", &fault.0);
            self.step_failed.set(true);
            false
        })
    }

    async fn steps(&self) -> Stored<bool> {
        let times = self.times()?;
        let overdue = key_schedule::overdue(&Configuration(&self.rows), now(), &times)?;
        self.step_failed.set(false);
        if overdue.is_empty() {
            return Ok(false);
        }
        for Overdue { tenant, record, rotations } in &overdue {
            let keys = self.fresh_keys(tenant, record, rotations).await.unwrap_or_else(|cause| {
                log("key_step_failed", cause);
                self.step_failed.set(true);
                Vec::new()
            });
            // Whoever was faster, or came between: it is decided again from what is stored now.
            let change = TenantCommand::Change(due_change(record.environment, keys, now()));
            tenant_object::apply(&mut self.rows.clone(), &change, &times)?;
            self.arm(now().plus(TAKE_OVER_SECONDS)).await?;
        }
        // What could not be done is not tried again at once.
        if !key_schedule::overdue(&Configuration(&self.rows), now(), &times)?.is_empty() {
            self.step_failed.set(true);
        }
        Ok(true)
    }

    async fn fresh_keys(
        &self,
        tenant: &TenantId,
        record: &EnvironmentRecord,
        rotations: &[(Eid, Algorithm)],
    ) -> Result<Vec<SigningKey>, &'static str> {
        let shell = Shell::new(&self.env)?;
        let made = key_material::fresh_keys(&shell, tenant, record, rotations, now()).await;
        made.map_err(|_| "no fresh key could be made")
    }

    async fn publish_now(&self) -> Stored<()> {
        if self.is_published()? {
            return self.arm_for(publishing::next_at(&self.rows)?).await;
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

    fn is_published(&self) -> Stored<bool> {
        Ok(Configuration(&self.rows).due()?.iter().all(Due::is_published))
    }

    /// Publishes what is due unless somebody already does, and sets the alarm for the rest. Between
    /// reading what is left and setting the alarm nothing is awaited, so no change falls between.
    async fn publish(&self, seconds: u64) {
        if self.publishing.replace(true) {
            return;
        }
        let progress = self.publish_until(now().plus(seconds)).await;
        self.publishing.set(false);
        if let Err(fault) = key_schedule::note_published(&mut self.rows.clone(), now()) {
            log("key_step_failed", &fault.0);
        }
        let armed = match progress {
            Ok(next_at) => self.arm_for(next_at).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = armed {
            log("publication_failed", &fault.0);
        }
    }

    /// Publishes until nothing is due, something can't be delivered, or the time is up; says when
    /// to go on.
    async fn publish_until(&self, end: UnixTime) -> Stored<Option<UnixTime>> {
        let (outlet, times) = (EdgeOutlet { env: &self.env }, self.times()?);
        loop {
            let progress = publish_due(&mut self.rows.clone(), &outlet, now(), &times).await?;
            if let Some(Undelivered(cause)) = &progress.failure {
                log("publication_failed", cause);
            }
            let goes_on = progress.next_at.is_some_and(|next_at| next_at <= now());
            if progress.failure.is_some() || !goes_on || end.is_over(now()) {
                return Ok(progress.next_at);
            }
        }
    }

    /// Sets the alarm for the next publication or the next step of keys, whichever is earlier.
    async fn arm_for(&self, publication: Option<UnixTime>) -> Stored<()> {
        let again = now().plus(STEP_AGAIN_SECONDS);
        let step = match key_schedule::next_step(&Configuration(&self.rows), &self.times()?) {
            Ok(step) => step.map(|at| if self.step_failed.get() { at.max(again) } else { at }),
            // Whatever is wrong with keys keeps nothing from being published.
            Err(fault) => {
                log("key_step_failed", &fault.0);
                Some(again)
            }
        };
        match [publication, step].into_iter().flatten().min() {
            Some(at) => self.arm(at).await,
            None => self.disarm().await,
        }
    }

    async fn arm(&self, at: UnixTime) -> Stored<()> {
        let offset = at.seconds_after(now()) as f64 * 1_000.0;
        let rings = js_sys::Date::now() + offset;
        self.storage.ring_at(rings).await.map_err(|thrown| StoreFault(platform::reason(thrown)))
    }

    async fn disarm(&self) -> Stored<()> {
        self.storage.never_ring().await.map_err(|thrown| StoreFault(platform::reason(thrown)))
    }
}

/// KV and the other objects.
struct EdgeOutlet<'a> {
    env: &'a Env,
}

impl Outlet for EdgeOutlet<'_> {
    async fn put(&self, key: &str, text: &str) -> Result<(), Undelivered> {
        let kv = platform::kv(self.env).ok_or(Undelivered("KV is not bound".to_owned()))?;
        // A store that hangs must not keep the object from publishing for ever. The write given up may
        // still arrive: `admin::publishing` then writes the next version twice.
        match call::within(KV_WRITE_TIMEOUT_MILLISECONDS, kv.write(key, text)).await {
            Some(done) => done.map_err(Undelivered),
            None => Err(Undelivered("KV: no answer in time".to_owned())),
        }
    }

    fn master_key(&self) -> Result<[u8; 32], Undelivered> {
        Bindings::of(self.env).map(|bindings| bindings.master_keys.current).map_err(undelivered)
    }

    async fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Undelivered> {
        self.ask("host object", "HOST", host.as_str(), command).await
    }

    async fn directory(&self, command: &DirectoryCommand) -> Result<DirectoryAnswer, Undelivered> {
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
    ) -> Result<A, Undelivered> {
        let namespace: ObjectNamespace =
            environment::objects(self.env, binding, what).map_err(undelivered)?;
        let called = call::object(what, &namespace, name, command, OBJECT_TIMEOUT_MILLISECONDS).await;
        called
            .and_then(|called| called.answer())
            .map_err(|failed| Undelivered(format!("{what}: {}", failed.cause)))
    }
}

fn undelivered(error: impl std::fmt::Display) -> Undelivered {
    Undelivered(error.to_string())
}
