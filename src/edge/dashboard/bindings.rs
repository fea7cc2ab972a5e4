//! What is bound to the dashboard.

use super::api::Fetcher;
use crate::dashboard::ports::Desk;
use crate::edge::environment::{MasterKeys, Missing, key, objects, text};
use crate::edge::platform::{Env, ObjectNamespace};
use crate::model::Host;
use crate::model::url::WebUrl;

/// Everything bound to this Worker.
pub struct Bindings {
    /// The management Worker.
    pub management: Fetcher,
    /// `Person` objects.
    pub person: ObjectNamespace,
    /// `Team` objects.
    pub team: ObjectNamespace,
    /// The dashboard has no other key than its own: it opens nothing of a tenant.
    pub master_keys: MasterKeys,
    /// The rest.
    pub desk: Desk,
}

impl Bindings {
    /// Reads and checks all bindings.
    ///
    /// # Errors
    /// The first that is missing or malformed.
    pub fn read(env: &Env) -> Result<Self, Missing> {
        const KEY: Missing =
            "secret DASHBOARD_KEY: 32 random bytes in base64, the same as the management Worker's";
        let management_host = text(env, "MANAGEMENT_HOST")
            .and_then(|host| Host::parse(&host).ok())
            .ok_or("variable MANAGEMENT_HOST: a host name")?;
        let key = key(env, "DASHBOARD_KEY", KEY)?.ok_or(KEY)?;
        Ok(Self {
            management: Fetcher::of(env, "MANAGEMENT").ok_or("service binding MANAGEMENT")?,
            person: objects(env, "PERSON", "Durable Object namespace PERSON")?,
            team: objects(env, "TEAM", "Durable Object namespace TEAM")?,
            master_keys: MasterKeys { current: key, previous: None },
            desk: Desk {
                management_host,
                key,
                issuer: text(env, "SIGN_IN_ISSUER")
                    .and_then(|issuer| WebUrl::parse(&issuer).ok())
                    .ok_or("variable SIGN_IN_ISSUER: the issuer that people sign in at, https")?,
                client_id: text(env, "SIGN_IN_CLIENT_ID").ok_or("variable SIGN_IN_CLIENT_ID")?,
                client_secret: text(env, "SIGN_IN_CLIENT_SECRET").ok_or("secret SIGN_IN_CLIENT_SECRET")?,
                acr_values: text(env, "SIGN_IN_ACR_VALUES").filter(|values| !values.is_empty()),
                broker_name: text(env, "BROKER_NAME").ok_or("variable BROKER_NAME")?,
                simulators: cfg!(feature = "simulator"),
            },
        })
    }
}
