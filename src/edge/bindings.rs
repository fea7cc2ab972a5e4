//! The bindings of the Worker, read and checked at one place. A missing one is named in the log
//! and in a plain 500: a wrongly deployed Worker must not half work.

use super::platform::{self, KvNamespace};
use crate::model::Host;
use crate::ports::Settings;
use crate::vault::{from_any_base64, sha256};
use std::cell::RefCell;
use std::rc::Rc;
use worker::{Env, ObjectNamespace};

/// Longest an isolate may keep a snapshot, seconds: a part of the staleness bound.
pub const SNAPSHOT_SECONDS_MAX: u64 = 20;
/// Shortest operator's token, characters.
#[cfg(not(feature = "simulator"))]
const ADMIN_TOKEN_MIN_CHARS: usize = 32;
/// Local builds ship a well-known token, so they only ask for some.
#[cfg(feature = "simulator")]
const ADMIN_TOKEN_MIN_CHARS: usize = 12;

/// Everything bound to this Worker.
pub struct Bindings {
    /// Published configuration.
    pub kv: KvNamespace,
    /// `Login` objects.
    pub login: ObjectNamespace,
    /// `Session` objects.
    pub session: ObjectNamespace,
    /// `Once` objects.
    pub once: ObjectNamespace,
    /// `Trace` objects.
    pub trace: ObjectNamespace,
    /// `Tenant` objects.
    pub tenant: ObjectNamespace,
    /// `Host` objects.
    pub host: ObjectNamespace,
    /// The `Directory` object.
    pub directory: ObjectNamespace,
    /// `KEY_ENCRYPTION_KEY`
    pub master_key: [u8; 32],
    /// How long an isolate keeps a snapshot, seconds.
    pub snapshot_seconds: u64,
    /// The rest.
    pub settings: Settings,
}

thread_local! {
    /// Read once an isolate: bindings do not change while it lives, and each look-up is a call out
    /// of wasm.
    static READ: RefCell<Option<Rc<Bindings>>> = const { RefCell::new(None) };
}

/// Which binding is missing or malformed: a constant with its rule, never its value.
pub type Missing = &'static str;

impl Bindings {
    /// The bindings of this isolate.
    pub fn of(env: &Env) -> Result<Rc<Self>, Missing> {
        if let Some(known) = READ.with_borrow(Clone::clone) {
            return Ok(known);
        }
        let read = Rc::new(Self::read(env)?);
        READ.set(Some(read.clone()));
        Ok(read)
    }

    /// Reads and checks all bindings.
    fn read(env: &Env) -> Result<Self, Missing> {
        let text = |name: &str| env.var(name).ok().map(|var| var.to_string());
        let secret = |name: &str| env.secret(name).ok().map(|secret| secret.to_string());
        let master_key = secret("KEY_ENCRYPTION_KEY")
            .and_then(|text| from_any_base64(text.trim()))
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or("secret KEY_ENCRYPTION_KEY: 32 random bytes in base64")?;
        let admin_token = secret("ADMIN_TOKEN")
            .filter(|token| token.len() >= ADMIN_TOKEN_MIN_CHARS)
            .ok_or("secret ADMIN_TOKEN: at least 32 characters")?;
        let management_host = text("MANAGEMENT_HOST")
            .and_then(|host| Host::parse(&host).ok())
            .ok_or("variable MANAGEMENT_HOST: a host name")?;
        let snapshot_seconds = text("SNAPSHOT_SECONDS")
            .and_then(|seconds| seconds.parse().ok())
            .filter(|seconds| *seconds <= SNAPSHOT_SECONDS_MAX)
            .ok_or("variable SNAPSHOT_SECONDS: 0 to 20")?;
        let objects = |name, missing| env.durable_object(name).map_err(|_| missing);
        Ok(Self {
            kv: platform::kv(env).ok_or("KV namespace KV")?,
            login: objects("LOGIN", "Durable Object namespace LOGIN")?,
            session: objects("SESSION", "Durable Object namespace SESSION")?,
            once: objects("ONCE", "Durable Object namespace ONCE")?,
            trace: objects("TRACE", "Durable Object namespace TRACE")?,
            tenant: objects("TENANT", "Durable Object namespace TENANT")?,
            host: objects("HOST", "Durable Object namespace HOST")?,
            directory: objects("DIRECTORY", "Durable Object namespace DIRECTORY")?,
            master_key,
            snapshot_seconds,
            settings: Settings {
                management_host,
                admin_token_sha256: sha256(admin_token.as_bytes()),
                broker_name: text("BROKER_NAME").ok_or("variable BROKER_NAME")?,
                simulators: cfg!(feature = "simulator"),
            },
        })
    }
}
