//! What is bound to the broker.

use crate::edge::environment::{MasterKeys, Missing, objects, serving, text};
use crate::edge::platform::{self, Env, KvNamespace, ObjectNamespace};
use crate::ports::Settings;

/// Everything bound to this Worker.
pub struct Bindings {
    /// Published configuration.
    pub kv: KvNamespace,
    /// `Login` objects.
    pub login: ObjectNamespace,
    /// `Session` objects.
    pub session: ObjectNamespace,
    /// `Consent` objects.
    pub consent: ObjectNamespace,
    /// `Once` objects.
    pub once: ObjectNamespace,
    /// `Trace` objects.
    pub trace: ObjectNamespace,
    /// `Tally` objects.
    pub tally: ObjectNamespace,
    /// `Host` objects.
    pub host: ObjectNamespace,
    /// `KEY_ENCRYPTION_KEY`, and the one before it.
    pub master_keys: MasterKeys,
    /// How long an isolate keeps a snapshot, seconds: at most what the staleness bound counts with.
    pub snapshot_seconds: u64,
    /// The rest.
    pub settings: Settings,
}

impl Bindings {
    /// Reads and checks all bindings.
    ///
    /// # Errors
    /// The first that is missing or malformed.
    pub fn read(env: &Env) -> Result<Self, Missing> {
        let serving = serving(env)?;
        let snapshot_seconds = text(env, "SNAPSHOT_SECONDS")
            .and_then(|seconds| seconds.parse().ok())
            .filter(|seconds| *seconds <= serving.isolate)
            .ok_or("variable SNAPSHOT_SECONDS: 0 to 20")?;
        Ok(Self {
            kv: platform::kv(env).ok_or("KV namespace KV")?,
            login: objects(env, "LOGIN", "Durable Object namespace LOGIN")?,
            session: objects(env, "SESSION", "Durable Object namespace SESSION")?,
            consent: objects(env, "CONSENT", "Durable Object namespace CONSENT")?,
            once: objects(env, "ONCE", "Durable Object namespace ONCE")?,
            trace: objects(env, "TRACE", "Durable Object namespace TRACE")?,
            tally: objects(env, "TALLY", "Durable Object namespace TALLY")?,
            host: objects(env, "HOST", "Durable Object namespace HOST")?,
            master_keys: MasterKeys::of(env)?,
            snapshot_seconds,
            settings: Settings {
                broker_name: text(env, "BROKER_NAME").ok_or("variable BROKER_NAME")?,
                simulators: cfg!(feature = "simulator"),
                serving,
            },
        })
    }
}
