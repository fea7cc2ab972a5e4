//! What is bound to the dashboard.

use super::api::Fetcher;
use crate::dashboard::ports::{Desk, OrderSettings};
use crate::edge::environment::{MasterKeys, Missing, key, objects, text};
use crate::edge::platform::{Env, ObjectNamespace};
use crate::model::Host;
use crate::model::url::WebUrl;

/// Everything bound to this Worker.
pub struct Bindings {
    /// The management Worker.
    pub management: Fetcher,
    /// The static files.
    pub files: Fetcher,
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
            files: Fetcher::of(env, "ASSETS").ok_or("static files, bound as ASSETS")?,
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
                orders: orders(env)?,
            },
        })
    }
}

fn orders(env: &Env) -> Result<OrderSettings, Missing> {
    let usual = OrderSettings::default();
    let set = |name: &str| text(env, name).filter(|set| !set.is_empty());
    let suffix = |name: &str, usual: String| {
        let suffix = set(name).unwrap_or(usual);
        (suffix.starts_with('.') && Host::parse(&suffix[1..]).is_ok()).then_some(suffix)
    };
    Ok(OrderSettings {
        suffix_test: suffix("MITID_SUFFIX_TEST", usual.suffix_test)
            .ok_or("variable MITID_SUFFIX_TEST: a dot and a host name")?,
        suffix_production: suffix("MITID_SUFFIX_PRODUCTION", usual.suffix_production)
            .ok_or("variable MITID_SUFFIX_PRODUCTION: a dot and a host name")?,
        vies: match set("VIES_URL") {
            None => None,
            Some(url) => Some(WebUrl::parse(&url).map_err(|_| "variable VIES_URL: an https URL")?),
        },
    })
}
