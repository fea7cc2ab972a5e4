//! What is bound to the management Worker.

use crate::edge::environment::{MasterKeys, Missing, key, objects, serving, text};
use crate::edge::platform::{Env, ObjectNamespace};
use crate::model::Host;
use crate::ports::Installation;
use crate::vault::sha256;

/// Shortest operator's token, characters.
#[cfg(not(feature = "simulator"))]
const ADMIN_TOKEN_MIN_CHARS: usize = 32;
/// Local builds ship a well-known token, so they only ask for some.
#[cfg(feature = "simulator")]
const ADMIN_TOKEN_MIN_CHARS: usize = 12;

/// Everything bound to this Worker, but KV: only the objects of tenants write there.
pub struct Bindings {
    /// `Tenant` objects.
    pub tenant: ObjectNamespace,
    /// The `Directory` object.
    pub directory: ObjectNamespace,
    /// `Host` objects, the broker's.
    pub host: ObjectNamespace,
    /// `Consent` objects, the broker's.
    pub consent: ObjectNamespace,
    /// `Trace` objects, the broker's.
    pub trace: ObjectNamespace,
    /// `Tally` objects, the broker's.
    pub tally: ObjectNamespace,
    /// `KEY_ENCRYPTION_KEY`, and the one before it.
    pub master_keys: MasterKeys,
    /// The rest.
    pub installation: Installation,
}

impl Bindings {
    /// Reads and checks all bindings.
    ///
    /// # Errors
    /// The first that is missing or malformed.
    pub fn read(env: &Env) -> Result<Self, Missing> {
        let admin_token = text(env, "ADMIN_TOKEN")
            .filter(|token| token.len() >= ADMIN_TOKEN_MIN_CHARS)
            .ok_or("secret ADMIN_TOKEN: at least 32 characters")?;
        let management_host = text(env, "MANAGEMENT_HOST")
            .and_then(|host| Host::parse(&host).ok())
            .ok_or("variable MANAGEMENT_HOST: a host name")?;
        Ok(Self {
            tenant: objects(env, "TENANT", "Durable Object namespace TENANT")?,
            directory: objects(env, "DIRECTORY", "Durable Object namespace DIRECTORY")?,
            host: objects(env, "HOST", "Durable Object namespace HOST")?,
            consent: objects(env, "CONSENT", "Durable Object namespace CONSENT")?,
            trace: objects(env, "TRACE", "Durable Object namespace TRACE")?,
            tally: objects(env, "TALLY", "Durable Object namespace TALLY")?,
            master_keys: MasterKeys::of(env)?,
            installation: Installation {
                management_host,
                admin_token_sha256: sha256(admin_token.as_bytes()),
                dashboard_key: key(
                    env,
                    "DASHBOARD_KEY",
                    "secret DASHBOARD_KEY: 32 random bytes in base64, or none",
                )?,
                simulators: cfg!(feature = "simulator"),
                serving: serving(env)?,
            },
        })
    }
}
